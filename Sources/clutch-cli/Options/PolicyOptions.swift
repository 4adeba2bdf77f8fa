import HostSupport
import ArgumentParser
import Clutch

/// The option that says what the code of UDF files may do.
struct PolicyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What the Python code may do: open, guarded, pure, or a JSON file. FILE=policy is for one UDF file.",
      discussion: """
        guarded, the default: no processes, no ctypes, no writing outside the temporary folder. pure: no files, network, \
        processes or environment variables. This keeps colleagues' code from accidents; it is no sandbox.
        """, valueName: "policy"))
  var policy: [String] = []

  /// The policy of each of the UDF files, which are called as the user does.
  ///
  /// - Throws: `CommandError` for a policy of no file, or two of one; `PythonRuntimeError` for a policy that does not exist
  ///   or cannot be read.
  func chosen(for files: [String]) throws -> [InterpreterPolicy] {
    var names: [String?: String] = [:]
    for option in policy {
      let file = files.first { option.hasPrefix($0 + "=") }
      let name = file.map { String(option.dropFirst($0.count + 1)) } ?? option
      if file == nil, let sign = name.lastIndex(of: "=") {
        let known = files.isEmpty ? "none" : files.listed(each: TextLimit.path)
        throw CommandError(
          "--policy \(option) is for \(name[..<sign]), which is no UDF file of this command; there are: \(known).")
      }
      guard names.updateValue(name, forKey: file) == nil else {
        throw CommandError(
          "--policy is given twice for \(file ?? "all files"); give it once, or FILE=policy for one file.")
      }
    }
    return try files.map { try InterpreterPolicy(named: names[$0] ?? names[nil] ?? "guarded") }
  }
}

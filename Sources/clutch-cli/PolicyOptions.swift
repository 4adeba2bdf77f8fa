import ArgumentParser
import Clutch

/// The option that says what the code of UDF files may do.
struct PolicyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What the Python code may do: open, guarded, pure, or a JSON file.",
      discussion: """
        guarded, the default: no processes, no ctypes, no writing outside the temporary folder. pure: no files, network, \
        processes or environment variables. This keeps colleagues' code from accidents; it is no sandbox.
        """, valueName: "policy"))
  var policy = "guarded"

  /// - Throws: `PythonRuntimeError` for a policy that does not exist or cannot be read.
  func chosen() throws -> InterpreterPolicy { try InterpreterPolicy(named: policy) }
}

/// Says on standard error what policies have denied, because code may well have caught the exceptions.
func reportDenials(of pools: [UDFPool]) {
  let mostShown = 5
  for pool in pools {
    let denials = pool.denials
    guard denials.count > 0 else { continue }
    let operations = denials.count == 1 ? "1 operation" : "\(denials.count) operations"
    complain("\(pool.source.name): the policy denied \(operations):")
    var shown: [String] = []
    for denial in denials.first where !shown.contains(denial.description) { shown.append(denial.description) }
    for line in shown.prefix(mostShown) { StandardError.write("  \(line)\n") }
    if shown.count > mostShown { StandardError.write("  ...\n") }
  }
}

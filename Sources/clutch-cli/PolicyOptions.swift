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

/// Says on standard error how much policies have denied. What, and in which rows, is in the log, as far as that is shown.
func reportDenials(of pools: [UDFPool]) {
  for pool in pools {
    let count = pool.denials.count
    guard count > 0 else { continue }
    complain("\(pool.source.name): the policy denied \(count == 1 ? "1 operation" : "\(count) operations")")
  }
}

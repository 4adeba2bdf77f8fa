import Functions
import HostSupport
import PythonRuntime

extension UDFError {
  /// A `MemoryError` outside any row, or nil if the memory limit did not lead to it.
  init?(_ error: PythonError, _ memory: MemoryAccount, refusalsBefore: Int, doing what: String) {
    guard error.isMemoryError, memory.refusals > refusalsBefore else { return nil }
    self.init(.memoryExceeded, "\(what): \(memory.refusal)", exception: error)
  }
}

extension PythonError {
  /// Here and there CPython forgets to set an exception when there is no memory, and then makes this one of it.
  var isMemoryError: Bool { typeName == "MemoryError" || typeName == "SystemError" }
}

extension MemoryAccount {
  /// Refuses a limit that leaves nothing.
  func requireRoom(_ what: String) throws(UDFError) {
    let usage = usage
    guard let limit = usage.limit, usage.current >= limit else { return }
    throw UDFError(
      .memoryExceeded,
      "a memory limit of \(ByteCount(limit)) is too low: \(what) the interpreter takes \(ByteCount(usage.current)) already"
    )
  }

  /// That and why the limit was reached.
  var refusal: String {
    let limit = usage.limit.map { "memory limit of \(ByteCount($0))" } ?? "memory limit"
    return "the interpreter reached its \(limit): \(refusalDescription)"
  }
}

extension InterpreterState {
  /// Sets the memory limit that a file declares, unless a lower one is set.
  func lowerMemoryLimit(to bytes: Int, for source: UDFSource) throws {
    if let obstacle = memory.obstacle {
      throw UDFError(
        .badSignature, "\(source.name): @udf(memory=...) cannot be kept, as memory is not counted here: \(obstacle)")
    }
    try lowerMemoryLimit(to: bytes)
    try memory.requireRoom("with \(source.name) loaded")
  }
}

import HostSupport

extension SubInterpreter {
  /// Refuses a limit that cannot be kept.
  static func check(_ memoryLimit: Int?) throws(PythonRuntimeError) {
    guard let memoryLimit else { return }
    guard memoryLimit > 0 else {
      throw PythonRuntimeError(.memoryLimit, "a memory limit is a number of bytes above zero, not \(memoryLimit)")
    }
    if let obstacle = RawDomain.obstacle {
      throw PythonRuntimeError(.memoryLimit, "memory cannot be limited in this process: \(obstacle)")
    }
  }

  /// Lets the limit apply to an interpreter that has just been made.
  static func beginLimiting(_ memory: MemoryAccount, in interpreter: InterpreterState?) throws {
    if memory.usage.limit != nil, let interpreter {
      interpreter.attach()
      defer { interpreter.detach() }
      try LiftedLimit.install(interpreter)
    }
    let usage = memory.usage
    if let limit = usage.limit, usage.current > limit {
      throw PythonRuntimeError(
        .memoryLimit,
        """
        a memory limit of \(ByteCount(limit)) is too low: an interpreter with nothing loaded takes \
        \(ByteCount(usage.current)) already
        """)
    }
    memory.beginLimiting()
  }
}

extension InterpreterState {
  /// Sets the memory limit unless a lower one is set. Under the GIL.
  ///
  /// - Throws: `PythonError`.
  package func lowerMemoryLimit(to bytes: Int) throws {
    if memory.usage.limit == nil { try LiftedLimit.install(self) }
    memory.lowerLimit(to: bytes)
  }
}

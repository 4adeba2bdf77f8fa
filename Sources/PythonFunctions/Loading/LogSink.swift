/// Where the code of one interpreter writes to.
///
/// Called under the interpreter's GIL, mostly on its own thread, and on those that user code has started.
package protocol LogSink: Sendable {
  /// Takes bytes that were written to one of the standard streams.
  func write(_ bytes: UnsafeRawBufferPointer, to stream: StandardStream)

  /// Takes a message of Python's `logging` or `warnings`; `text` is only asked for when it is wanted.
  func write(pythonLevel: Int, logger: String, _ text: () -> String?)
}

/// A standard stream of an interpreter.
package enum StandardStream: Sendable {
  case output, errorOutput
}

/// For interpreters whose output nobody wants.
package struct NoLog: LogSink {
  package init() {}
  package func write(_ bytes: UnsafeRawBufferPointer, to stream: StandardStream) {}
  package func write(pythonLevel: Int, logger: String, _ text: () -> String?) {}
}

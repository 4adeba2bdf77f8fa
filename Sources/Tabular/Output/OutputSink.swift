/// A buffer in front of a file descriptor, which stays the caller's and open.
///
/// What is still in the buffer when the sink goes away is lost: call ``flush()``. Belongs to one
/// thread.
public final class OutputSink {
  private static let capacity = 64 * 1_024

  private let descriptor: Int32
  private let name: String?
  private var buffer: [UInt8] = []

  /// Makes a sink for an open descriptor.
  ///
  /// - Parameter name: what errors call it, such as the file's path.
  public init(descriptor: Int32, name: String? = nil) {
    self.descriptor = descriptor
    self.name = name
    buffer.reserveCapacity(Self.capacity)
  }

  /// Makes writing to a closed pipe an ``OutputError`` for this process; otherwise the system ends
  /// the process on the spot. For a command to call when it starts.
  public static func ignoreClosedPipeSignal() { SystemCalls.ignoreClosedPipeSignal() }

  /// Adds a text.
  ///
  /// - Throws: as ``flush()``, which it does when the buffer is full.
  public func write(_ text: String) throws(OutputError) { try write(Array(text.utf8)) }

  /// Adds a text in UTF-8, or other bytes, and writes the buffer out when it is full.
  package func write(_ text: [UInt8]) throws(OutputError) {
    buffer += text
    if buffer.count >= Self.capacity { try flush() }
  }

  /// Writes out what is in the buffer, and waits until all of it is. After an error the buffer is empty and its content lost.
  public func flush() throws(OutputError) {
    defer { buffer.removeAll(keepingCapacity: true) }
    try SystemCalls.writeAll(buffer, to: descriptor, name)
  }
}

@available(*, unavailable)
extension OutputSink: Sendable {}

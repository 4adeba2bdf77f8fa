/// A buffer in front of a file descriptor, which stays the caller's and open.
///
/// What is still in the buffer when the sink goes away is lost: call ``flush()``. Belongs to one
/// thread.
public final class OutputSink {
  private static let capacity = 64 * 1_024

  private let descriptor: Int32
  private let name: String?
  private let isTerminal: Bool
  private var buffer: [UInt8] = []

  /// Makes a sink for an open descriptor.
  ///
  /// - Parameters:
  ///   - name: what errors call it, such as the file's path.
  ///   - isTerminal: whether control characters, other than the ends of lines and tabs, are written as `^[`, so that no
  ///     value makes a terminal do anything.
  public init(descriptor: Int32, name: String? = nil, isTerminal: Bool = false) {
    self.descriptor = descriptor
    self.name = name
    self.isTerminal = isTerminal
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
    try writeDrawn(isTerminal ? Self.visible(text) : text)
  }

  /// The same for what may have escape sequences of our own.
  package func writeDrawn(_ text: [UInt8]) throws(OutputError) {
    buffer += text
    if buffer.count >= Self.capacity { try flush() }
  }

  /// As terminals themselves show control characters: `^[` for 27, and `\x9b` for one of the second set, in UTF-8.
  private static func visible(_ text: [UInt8]) -> [UInt8] {
    func isFirstOfTwo(_ index: Int) -> Bool {
      text[index] == 0xC2 && index + 1 < text.count && (0x80...0x9F).contains(text[index + 1])
    }
    func isPlain(_ byte: UInt8) -> Bool { byte >= 32 ? byte != 127 : byte == 9 || byte == 10 }
    guard text.indices.contains(where: { !isPlain(text[$0]) || isFirstOfTwo($0) }) else { return text }
    var result: [UInt8] = []
    var index = 0
    while index < text.count {
      if isFirstOfTwo(index) {
        result += "\\x\(String(text[index + 1], radix: 16))".utf8
        index += 1
      } else if isPlain(text[index]) {
        result.append(text[index])
      } else {
        result += [UInt8(ascii: "^"), text[index] ^ 64]
      }
      index += 1
    }
    return result
  }

  /// Writes out what is in the buffer, and waits until all of it is. After an error the buffer is empty and its content lost.
  public func flush() throws(OutputError) {
    defer { buffer.removeAll(keepingCapacity: true) }
    try SystemCalls.writeAll(buffer, to: descriptor, name)
  }
}

@available(*, unavailable)
extension OutputSink: Sendable {}

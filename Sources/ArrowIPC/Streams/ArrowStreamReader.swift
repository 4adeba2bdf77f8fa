public import Columnar

/// Reads batches from the bytes of an Arrow IPC stream, as they come.
///
///     var reader = ArrowStreamReader()
///     for await bytes in connection {
///       for batch in try reader.read(bytes) { ... }
///     }
///     try reader.finish()
///
/// The bytes may be anybody's: whatever they are, they make batches or an error. After an error nothing more can be read.
/// Not for use by two threads at once; batches may go anywhere.
public struct ArrowStreamReader: ~Copyable, @unchecked Sendable {
  // Unchecked because of the memory that bytes are gathered in: it has this one owner, which cannot be copied, and is
  // reached only by who may change it.

  private var bytes: MessageBytes
  private var decoder: MessageDecoder
  private var failure: IPCError?

  /// Creates a reader for one stream.
  public init(options: IPCReadOptions = IPCReadOptions()) {
    bytes = MessageBytes(options)
    decoder = MessageDecoder(options: options)
  }

  /// The columns of the batches; nil until they have come.
  public var schema: Schema? { decoder.schema }

  /// Whether the stream has said that it is at its end. Bytes after it are skipped.
  public var isAtEnd: Bool { bytes.hasEnded }

  /// Takes the next bytes of the stream, which are copied, and gives the batches that they complete.
  ///
  /// Throws an ``IPCError``, and the same again when it is called again. Batches before what is wrong are given first; then
  /// the next call throws.
  public mutating func read(_ next: RawSpan) throws(IPCError) -> [RecordBatch] {
    var left = 0
    return try read(next, left: &left)
  }

  /// The same, for streams that follow each other.
  ///
  /// - Parameter left: how many of the bytes come after the end of this stream.
  package mutating func read(_ next: RawSpan, left: inout Int) throws(IPCError) -> [RecordBatch] {
    if let failure { throw failure }
    var batches: [RecordBatch] = []
    do throws(IPCError) {
      try next.withUnsafeBytes { (memory) throws(IPCError) in
        var rest = memory[...]
        while let (header, body) = try bytes.next(&rest) {
          if case .batch(let batch) = try decoder.decode(header: header, body: body).content { batches.append(batch) }
        }
        left = rest.count
      }
    } catch {
      failure = error
      if batches.isEmpty { throw error }
    }
    return batches
  }

  /// The same for an array of bytes.
  public mutating func read(_ next: [UInt8]) throws(IPCError) -> [RecordBatch] { try read(next.span.bytes) }

  /// Says that no more bytes will come.
  ///
  /// Throws `truncated` when the stream ended inside a message or before its schema. That it ends without saying so is
  /// allowed.
  public func finish() throws(IPCError) {
    if let failure { throw failure }
    guard bytes.isBetweenMessages else {
      throw IPCError(code: .truncated, message: "the stream ends inside a message; send all of it")
    }
    guard schema != nil else {
      throw IPCError(code: .truncated, message: "the stream ends before its schema; send all of it")
    }
  }
}

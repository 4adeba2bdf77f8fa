package import CArrowABI

/// Batches that another library in this process produces, one after the other, through Arrow's C Stream Interface.
///
/// It may move between threads, but only one can ask at a time. The producer's release runs exactly once: at the end,
/// after a failure, or when this is dropped. Batches live on by themselves.
public struct RecordBatchStream: ~Copyable, @unchecked Sendable {
  // Unchecked because of the pointer: nobody else has it, and only `next` uses it, which excludes itself.

  /// The names and types of the columns of every batch.
  public let schema: Schema
  private let validation: ValidationLevel
  private let source: ForeignStream
  private var isAtEnd = false

  /// Takes over a stream by the address of its `ArrowArrayStream`, which is left released, also when this throws.
  ///
  /// The address must be that of such a struct: nothing can check that. Every batch is checked to the given level.
  /// Throws `producerFailed`, `invalidSchema` or `unsupportedType`.
  public init(importingStreamAt address: UInt, validation: ValidationLevel = .full) throws(ColumnError) {
    try self.init(taking: try structure(at: address, "stream"), validation: validation)
  }

  /// Takes over a stream, as ``init(importingStreamAt:validation:)`` does.
  package init(
    taking stream: UnsafeMutablePointer<ArrowArrayStream>, validation: ValidationLevel = .full
  ) throws(ColumnError) {
    source = ForeignStream(moving: stream)
    self.validation = validation
    schema = try source.schema()
  }

  /// The next batch; nil at the end, and after an error.
  ///
  /// Takes as long as the producer takes. Throws `producerFailed`, or what is wrong with the batch.
  public mutating func next() throws(ColumnError) -> RecordBatch? {
    guard !isAtEnd else { return nil }
    isAtEnd = true
    defer { if isAtEnd { source.release() } }
    guard let batch = try source.next(schema, validation) else { return nil }
    isAtEnd = false
    return batch
  }
}

/// The one reference to a foreign stream, moved to memory of its own.
private final class ForeignStream {
  private let stream = UnsafeMutablePointer<ArrowArrayStream>.allocate(capacity: 1)

  init(moving original: UnsafeMutablePointer<ArrowArrayStream>) {
    stream.initialize(to: original.pointee)
    original.pointee.release = nil
  }

  deinit {
    release()
    stream.deallocate()
  }

  func release() {
    stream.pointee.release?(stream)
    stream.pointee.release = nil
  }

  func schema() throws(ColumnError) -> Schema {
    guard stream.pointee.release != nil, let function = stream.pointee.get_schema else {
      throw ColumnError(
        code: .invalidLayout, message: "the stream has been released already; every stream can be read once")
    }
    var schema = ArrowSchema()
    try check(function(stream, &schema))
    return try Schema(taking: &schema)
  }

  func next(_ schema: Schema, _ validation: ValidationLevel) throws(ColumnError) -> RecordBatch? {
    var array = ArrowArray()
    try check(stream.pointee.get_next?(stream, &array) ?? 0)
    guard array.release != nil else { return nil }
    return try RecordBatch(taking: &array, as: schema, validation: validation)
  }

  private func check(_ code: Int32) throws(ColumnError) {
    guard code != 0 else { return }
    let reason = stream.pointee.get_last_error?(stream).map { String(cString: $0) }
    throw ColumnError(
      code: .producerFailed,
      message: "the producer of a stream failed (error \(code)): \(reason ?? "it gave no reason")")
  }
}

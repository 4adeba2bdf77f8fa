package import CArrowABI

extension RecordBatchStream {
  /// Hands batches to another library in this process, as it asks for them, by the address of an `ArrowArrayStream`.
  ///
  /// Whoever owns the memory there owns the stream from then on, and must call its release once. What was there before
  /// is overwritten, not released. `next` gives a batch of that schema, or nil at the end; it is called on the thread
  /// that asks, and not again after nil or an error, whose description the consumer gets. Throws `invalidLayout` for an
  /// address where nothing can be.
  public static func export(
    _ schema: Schema, toStreamAt address: UInt, next: @escaping @Sendable () throws -> RecordBatch?
  ) throws(ColumnError) {
    export(schema, to: try structure(at: address, "stream"), next: next)
  }

  /// Hands batches over, as ``export(_:toStreamAt:next:)`` does.
  package static func export(
    _ schema: Schema, to stream: UnsafeMutablePointer<ArrowArrayStream>,
    next: @escaping @Sendable () throws -> RecordBatch?
  ) {
    let source = ExportedStream(schema, next)
    stream.initialize(
      to: ArrowArrayStream(
        get_schema: { stream, schema in ExportedStream.at(stream)?.write(to: schema) ?? ExportedStream.invalid },
        get_next: { stream, array in ExportedStream.at(stream)?.writeNext(to: array) ?? ExportedStream.invalid },
        get_last_error: { stream in ExportedStream.at(stream)?.lastError.map { UnsafePointer($0) } },
        release: { stream in
          guard let data = stream.pointee.private_data else { return }
          stream.pointee.release = nil
          stream.pointee.private_data = nil
          Unmanaged<ExportedStream>.fromOpaque(data).release()
        },
        private_data: Unmanaged.passRetained(source).toOpaque()))
  }
}

/// What an exported stream points at. The consumer uses it on one thread at a time, as the interface demands.
private final class ExportedStream {
  /// EINVAL and EIO.
  static let invalid: Int32 = 22
  private static let failed: Int32 = 5

  private let schema: Schema
  private var next: (@Sendable () throws -> RecordBatch?)?
  private(set) var lastError: UnsafeMutablePointer<CChar>?

  init(_ schema: Schema, _ next: @escaping @Sendable () throws -> RecordBatch?) {
    self.schema = schema
    self.next = next
  }

  deinit { lastError?.deallocate() }

  static func at(_ stream: UnsafeMutablePointer<ArrowArrayStream>) -> ExportedStream? {
    stream.pointee.private_data.map { Unmanaged<ExportedStream>.fromOpaque($0).takeUnretainedValue() }
  }

  func write(to schema: UnsafeMutablePointer<ArrowSchema>) -> Int32 {
    self.schema.export(to: schema)
    return 0
  }

  func writeNext(to array: UnsafeMutablePointer<ArrowArray>) -> Int32 {
    array.initialize(to: ArrowArray())
    do {
      guard let batch = try next?() else {
        next = nil
        return 0
      }
      guard batch.schema.fields == schema.fields else {
        return fail("a batch has the schema (\(batch.schema)), but (\(schema)) was announced", Self.invalid)
      }
      batch.export(to: array)
      return 0
    } catch {
      return fail("\(error)", Self.failed)
    }
  }

  private func fail(_ message: String, _ code: Int32) -> Int32 {
    next = nil
    lastError?.deallocate()
    let bytes = Array(message.utf8.filter { $0 != 0 }) + [0]
    let text = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    for (index, byte) in bytes.enumerated() { (text + index).initialize(to: CChar(bitPattern: byte)) }
    lastError = text
    return code
  }
}

internal import Columnar

/// One compression's functions.
protocol Codec: Sendable {
  /// How many times larger than its compressed form anything can be, at most: what is said to be larger still cannot be
  /// true, and no memory is reserved for it.
  var maxRatio: Int { get }

  /// Fills `target` with what `source` decompresses to, and gives the number of bytes; what does not fit is an error.
  func decompress(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) throws(IPCError) -> Int

  /// The most bytes that `byteCount` bytes can become.
  func compressedBound(_ byteCount: Int) -> Int

  /// Fills the start of `target`, which has the bytes of the bound, and gives the number of bytes.
  func compress(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) throws(IPCError) -> Int
}

extension IPCCompression {
  /// Throws `missingLibrary`.
  var codec: any Codec {
    get throws(IPCError) {
      switch self {
      case .lz4: try LZ4Frame.shared.get()
      case .zstd: try Zstandard.shared.get()
      }
    }
  }

  /// The number that messages have for the compression.
  var code: UInt8 {
    switch self {
    case .lz4: 0
    case .zstd: 1
    }
  }

  init(code: UInt8) throws(IPCError) {
    switch code {
    case 0: self = .lz4
    case 1: self = .zstd
    default: throw .invalid("there is no compression \(code)")
    }
  }
}

extension Codec {
  /// A buffer of a compressed body: its size as a number of 64 bits, -1 when what follows is not compressed.
  func decompressed(_ buffer: Buffer, budget: inout Int) throws(IPCError) -> Buffer {
    guard buffer.byteCount > 0 else { return .empty }
    guard buffer.byteCount >= 8 else { throw .invalid("a compressed buffer of \(buffer.byteCount) bytes has no size") }
    let declared = Int(Int64(littleEndian: buffer.baseAddress.loadUnaligned(as: Int64.self)))
    let content = buffer.slice(8..<buffer.byteCount)
    if declared == -1 { return content }
    guard declared >= 0 else { throw .invalid("a compressed buffer says that it has \(declared) bytes") }
    let (limit, overflow) = content.byteCount.multipliedReportingOverflow(by: maxRatio)
    guard overflow || declared <= limit else {
      throw .invalid("\(content.byteCount) compressed bytes cannot become the \(declared) that the message says")
    }
    guard declared <= budget else {
      throw IPCError(
        code: .limitExceeded,
        message:
          "a compressed buffer says that it becomes \(declared) bytes, and only \(budget) more are accepted in its "
          + "message; send smaller batches, or raise maxDecompressedBytes")
    }
    guard declared > 0 else { return .empty }
    budget -= declared
    let memory = GrowableBuffer(byteCapacity: declared)
    let source = UnsafeRawBufferPointer(start: content.baseAddress, count: content.byteCount)
    let count = try decompress(source, into: UnsafeMutableRawBufferPointer(start: memory.base, count: declared))
    guard count == declared else {
      throw .invalid("a compressed buffer became \(count) bytes, and its message says \(declared)")
    }
    return memory.freeze(byteCount: declared)
  }

  /// A buffer as a compressed body has it: as it is where compression makes it no smaller.
  func compressed(_ buffer: Buffer) throws(IPCError) -> [Buffer] {
    guard buffer.byteCount > 0 else { return [] }
    let memory = GrowableBuffer(byteCapacity: 8 + compressedBound(buffer.byteCount))
    let target = UnsafeMutableRawBufferPointer(start: memory.base + 8, count: memory.byteCapacity - 8)
    let count = try compress(UnsafeRawBufferPointer(start: buffer.baseAddress, count: buffer.byteCount), into: target)
    guard count < buffer.byteCount else { return [Buffer(copying: [Int64(-1)]), buffer] }
    memory.base.storeBytes(of: Int64(buffer.byteCount).littleEndian, as: Int64.self)
    return [memory.freeze(byteCount: 8 + count)]
  }
}

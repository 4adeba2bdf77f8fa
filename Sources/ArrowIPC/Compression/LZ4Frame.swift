/// Frames of LZ4, by `liblz4`.
struct LZ4Frame: Codec {
  private typealias CreateContext = @convention(c) (UnsafeMutablePointer<OpaquePointer?>, UInt32) -> Int
  private typealias FreeContext = @convention(c) (OpaquePointer?) -> Int
  private typealias Decompress =
    @convention(c) (
      OpaquePointer?, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>, UnsafeRawPointer?, UnsafeMutablePointer<Int>,
      UnsafeRawPointer?
    ) -> Int
  private typealias Compress =
    @convention(c) (UnsafeMutableRawPointer?, Int, UnsafeRawPointer?, Int, UnsafeRawPointer?) -> Int
  private typealias CompressBound = @convention(c) (Int, UnsafeRawPointer?) -> Int
  private typealias IsError = @convention(c) (Int) -> UInt32
  private typealias ErrorName = @convention(c) (Int) -> UnsafePointer<CChar>?

  private let create: CreateContext
  private let free: FreeContext
  private let decompress: Decompress
  private let compress: Compress
  private let bound: CompressBound
  private let isError: IsError
  private let errorName: ErrorName

  static let shared: Result<LZ4Frame, IPCError> = Result { () throws(IPCError) in try LZ4Frame() }

  private init() throws(IPCError) {
    let library = try CodecLibrary(
      "LZ4", files: CodecLibrary.files("liblz4"), package: "liblz4-1 on Debian, lz4-libs on Fedora, lz4 in Homebrew")
    create = try library.function("LZ4F_createDecompressionContext", as: CreateContext.self)
    free = try library.function("LZ4F_freeDecompressionContext", as: FreeContext.self)
    decompress = try library.function("LZ4F_decompress", as: Decompress.self)
    compress = try library.function("LZ4F_compressFrame", as: Compress.self)
    bound = try library.function("LZ4F_compressFrameBound", as: CompressBound.self)
    isError = try library.function("LZ4F_isError", as: IsError.self)
    errorName = try library.function("LZ4F_getErrorName", as: ErrorName.self)
  }

  /// A byte of a match's length stands for 255 bytes.
  var maxRatio: Int { 255 }

  func decompress(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) throws(IPCError) -> Int {
    var context: OpaquePointer?
    // The version of the interface, which is the same in all of the library's first ones.
    try check(create(&context, 100))
    defer { _ = free(context) }
    var (written, read) = (0, 0)
    // One call stops at the end of the frame, or when either side has nothing left; a call that does nothing ends it.
    while true {
      var (space, input) = (target.count - written, source.count - read)
      let hint = decompress(
        context, target.baseAddress.map { $0 + written }, &space, source.baseAddress.map { $0 + read }, &input, nil)
      try check(hint)
      written += space
      read += input
      if hint == 0 { break }
      guard space > 0 || input > 0 else {
        throw IPCError(
          code: .compression,
          message: "a buffer cannot be decompressed by LZ4: its frame has no end within the \(target.count) bytes that "
            + "its message says; send it again")
      }
    }
    guard read == source.count else {
      throw .invalid("a compressed buffer has \(source.count - read) bytes after its frame of LZ4")
    }
    return written
  }

  func compressedBound(_ byteCount: Int) -> Int { bound(byteCount, nil) }

  func compress(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) throws(IPCError) -> Int {
    let count = compress(target.baseAddress, target.count, source.baseAddress, source.count, nil)
    try check(count, "compressed")
    return count
  }

  private func check(_ result: Int, _ verb: String = "decompressed") throws(IPCError) {
    guard isError(result) != 0 else { return }
    let reason = errorName(result).map { String(cString: $0) } ?? "it gave no reason"
    throw IPCError(code: .compression, message: "a buffer cannot be \(verb) by LZ4: \(reason); send it again")
  }
}

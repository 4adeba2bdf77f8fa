/// Zstandard, by `libzstd`.
struct Zstandard: Codec {
  private typealias Decompress =
    @convention(c) (UnsafeMutableRawPointer?, Int, UnsafeRawPointer?, Int) -> Int
  private typealias Compress =
    @convention(c) (UnsafeMutableRawPointer?, Int, UnsafeRawPointer?, Int, Int32) -> Int
  private typealias CompressBound = @convention(c) (Int) -> Int
  private typealias IsError = @convention(c) (Int) -> UInt32
  private typealias ErrorName = @convention(c) (Int) -> UnsafePointer<CChar>?

  private let decompress: Decompress
  private let compress: Compress
  private let bound: CompressBound
  private let isError: IsError
  private let errorName: ErrorName

  static let shared: Result<Zstandard, IPCError> = Result { () throws(IPCError) in try Zstandard() }

  private init() throws(IPCError) {
    let library = try CodecLibrary(
      "Zstandard", files: CodecLibrary.files("libzstd"),
      package: "libzstd1 on Debian, libzstd on Fedora, zstd in Homebrew")
    decompress = try library.function("ZSTD_decompress", as: Decompress.self)
    compress = try library.function("ZSTD_compress", as: Compress.self)
    bound = try library.function("ZSTD_compressBound", as: CompressBound.self)
    isError = try library.function("ZSTD_isError", as: IsError.self)
    errorName = try library.function("ZSTD_getErrorName", as: ErrorName.self)
  }

  /// A block holds up to 128 KiB, and takes four bytes at least.
  var maxRatio: Int { 32 << 10 }

  func decompress(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) throws(IPCError) -> Int {
    try checked(decompress(target.baseAddress, target.count, source.baseAddress, source.count), "decompressed")
  }

  func compressedBound(_ byteCount: Int) -> Int { bound(byteCount) }

  func compress(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) throws(IPCError) -> Int {
    // 3 is what the library calls its default level.
    try checked(compress(target.baseAddress, target.count, source.baseAddress, source.count, 3), "compressed")
  }

  private func checked(_ result: Int, _ verb: String) throws(IPCError) -> Int {
    guard isError(result) != 0 else { return result }
    let reason = errorName(result).map { String(cString: $0) } ?? "it gave no reason"
    throw IPCError(code: .compression, message: "a buffer cannot be \(verb) by Zstandard: \(reason); send it again")
  }
}

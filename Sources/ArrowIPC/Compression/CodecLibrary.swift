#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// A library of the system with the functions of a compression, opened when it is first needed and open for ever.
struct CodecLibrary: @unchecked Sendable {
  // Unchecked because of the handle: it is never closed, and looking up symbols is safe from every thread.
  private let handle: UnsafeMutableRawPointer
  private let name: String

  /// Throws `missingLibrary`, with what to install, when none of the files is there.
  init(_ name: String, files: [String], package: String) throws(IPCError) {
    for file in files {
      if let handle = dlopen(file, RTLD_NOW | RTLD_LOCAL) {
        (self.handle, self.name) = (handle, name)
        return
      }
    }
    throw IPCError(
      code: .missingLibrary,
      message: "the columns are compressed with \(name), whose library (\(files[0])) cannot be loaded; install it "
        + "(\(package)), or have them sent without compression")
  }

  /// The function of that name. `type` must be what the library declares.
  func function<T>(_ symbol: String, as type: T.Type) throws(IPCError) -> T {
    guard let address = dlsym(handle, symbol) else {
      throw IPCError(
        code: .missingLibrary, message: "the library of \(name) lacks the function \(symbol); install a newer one")
    }
    return unsafeBitCast(address, to: type)
  }

  /// The names that the file of a library may have.
  static func files(_ stem: String) -> [String] {
    #if canImport(Darwin)
      ["\(stem).1.dylib", "/opt/homebrew/lib/\(stem).1.dylib", "/usr/local/lib/\(stem).1.dylib"]
    #else
      ["\(stem).so.1"]
    #endif
  }
}

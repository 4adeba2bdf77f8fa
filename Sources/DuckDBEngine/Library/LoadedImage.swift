internal import CDuckDBABI

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// A library in memory whose functions were all found and whose version is supported.
struct LoadedImage {
  let version: String
  let functions: UnsafePointer<DuckDBFunctions>

  /// Takes a handle of `open`, which stays open for ever if this succeeds and is closed if not.
  init(handle: UnsafeMutableRawPointer) throws(DuckDBError) {
    do throws(DuckDBError) {
      version = try Self.supportedVersion(handle)
      functions = try Self.functions(handle)
    } catch {
      dlclose(handle)
      throw error
    }
  }

  /// The same file always gives the same handle, under whatever name it was opened.
  static func open(
    _ place: LibrarySearch.Place, pythonLibrary: String?
  ) throws(DuckDBError) -> UnsafeMutableRawPointer {
    if place.path.contains("/"), access(place.path, F_OK) != 0 {
      throw DuckDBError(.libraryNotFound, "there is no such file")
    }
    if place.needsPython, let pythonLibrary, dlopen(pythonLibrary, RTLD_NOW | RTLD_GLOBAL) == nil {
      throw DuckDBError(
        .libraryNotFound, "libpython, which it needs, does not load: \(loaderMessage())")
    }
    if let handle = dlopen(place.path, RTLD_NOW | RTLD_LOCAL) { return handle }
    var message = loaderMessage()
    if place.needsPython, pythonLibrary == nil {
      message += " (it needs libpython's symbols, and no libpython is known)"
    }
    throw DuckDBError(.libraryNotFound, message)
  }

  static func resolvedPath(_ path: String) -> String? {
    guard path.contains("/"), let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Asked for before anything else, so that an old library is called old and not incomplete.
  private static func supportedVersion(_ handle: UnsafeMutableRawPointer) throws(DuckDBError) -> String {
    guard let symbol = dlsym(handle, "duckdb_library_version") else {
      throw DuckDBError(
        .missingSymbol, "it has no function duckdb_library_version, so it is not a DuckDB library")
    }
    typealias LibraryVersion = @convention(c) () -> UnsafePointer<CChar>?
    let text = unsafeBitCast(symbol, to: LibraryVersion.self)().map { String(cString: $0) } ?? ""
    guard let version = DuckDBVersion(text), version >= .oldestSupported else {
      let oldest = DuckDBVersion.oldestSupported
      throw DuckDBError(
        .libraryTooOld,
        "it is DuckDB \(text.isEmpty ? "of an unknown version" : text), and "
          + "\(oldest.major).\(oldest.minor) is the oldest that is supported")
    }
    return text
  }

  /// Fills the table, which then lives for ever: the functions may be called until the process ends.
  private static func functions(
    _ handle: UnsafeMutableRawPointer
  ) throws(DuckDBError) -> UnsafePointer<DuckDBFunctions> {
    let count = MemoryLayout<DuckDBFunctions>.size / MemoryLayout<UnsafeMutableRawPointer?>.stride
    let table = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: count)
    for index in 0..<count {
      guard let name = duckdb_function_name(index) else { continue }
      let symbol = dlsym(handle, name)
      if symbol == nil, index < duckdb_required_function_count {
        table.deallocate()
        throw DuckDBError(.missingSymbol, "it lacks the function \(String(cString: name))")
      }
      (table + index).initialize(to: symbol)
    }
    return UnsafeRawPointer(table).assumingMemoryBound(to: DuckDBFunctions.self)
  }

  private static func loaderMessage() -> String {
    dlerror().map { String(cString: $0) } ?? "the dynamic loader gave no reason"
  }
}

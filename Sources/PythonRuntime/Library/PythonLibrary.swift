package import CPythonABI

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The functions and objects of the loaded library; written once, before anything reads them, and never freed.
package typealias PythonAPI = UnsafePointer<PythonFunctions>

/// Loads a CPython library and resolves, at once, every symbol that is ever used.
enum PythonLibrary {
  /// - Throws: `PythonRuntimeError` with the loader's own text, or the name of the first symbol that is missing.
  ///   The library is not left in the process's global scope then, so another one can still be tried.
  static func load(_ path: String) throws(PythonRuntimeError) -> PythonAPI {
    guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      throw PythonRuntimeError(.libraryNotLoadable, "\(path) cannot be loaded: \(String(cString: dlerror()))")
    }
    let functions = UnsafeMutablePointer<PythonFunctions>.allocate(capacity: 1)
    let slots = UnsafeMutableRawPointer(functions).assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
    var index = 0
    while let name = PythonSymbolName(index) {
      let address = dlsym(library, name)
      if address == nil, index < PythonRequiredSymbolCount() {
        functions.deallocate()
        dlclose(library)
        throw PythonRuntimeError(
          .libraryNotLoadable, "\(path) does not have the symbol \(String(cString: name)): it is not a CPython library")
      }
      slots[index] = address
      index += 1
    }
    // Extension modules resolve CPython's symbols in the global scope: bring the library there.
    _ = dlopen(path, RTLD_NOW | RTLD_GLOBAL | RTLD_NOLOAD)
    return UnsafePointer(functions)
  }
}

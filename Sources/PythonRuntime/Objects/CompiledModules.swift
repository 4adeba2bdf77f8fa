import HostSupport
import CPythonABI
import Synchronization

/// Our own modules as bytecode: compiled once on a machine and once in a process, not once for each interpreter.
enum CompiledModules {
  private static let known = Mutex<[String: [UInt8]]>([:])

  /// The code of a module, of the text that it has now.
  ///
  /// - Parameter compile: makes it when it is nowhere yet.
  static func code(
    of name: String, _ source: String, file: String, in state: InterpreterState, compile: () throws -> ObjectPointer
  ) throws -> ObjectPointer {
    // Bytecode is of one release of CPython's only: the magic number does not tell builds of a beta apart.
    let functions = state.api.pointee
    let release = "\(state.installation.version)-\(functions.PyImport_GetMagicNumber())"
    let key = "\(release) \(name) \(file) \(String(StableHash(source.utf8).value, radix: 16))"
    if let bytes = known.withLock({ $0[key] }), let code = read(bytes, state) { return code }
    // A name has one entry for a release, which a changed text replaces.
    let entry = "module-\(name)-\(release).bin"
    let start = Array(key.utf8) + [0x0A]
    if let stored = CacheFolder.ofProcess?.read(entry), stored.starts(with: start) {
      let bytes = Array(stored.dropFirst(start.count))
      if let code = read(bytes, state) {
        known.withLock { $0[key] = bytes }
        return code
      }
    }
    let code = try compile()
    if let bytes = write(code, state) {
      known.withLock { $0[key] = bytes }
      CacheFolder.ofProcess?.write(entry, start + bytes)
    }
    return code
  }

  private static func read(_ bytes: [UInt8], _ state: InterpreterState) -> ObjectPointer? {
    let functions = state.api.pointee
    let code = bytes.withUnsafeBytes {
      functions.PyMarshal_ReadObjectFromString($0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
    }
    if code == nil { functions.PyErr_Clear() }
    return code
  }

  private static func write(_ code: ObjectPointer, _ state: InterpreterState) -> [UInt8]? {
    let functions = state.api.pointee
    // The newest format of the release: since 3.14 older ones have no form for slices.
    let format: Int32 = state.installation.version >= PythonVersion(3, 14) ? 5 : 4
    var start: UnsafeMutablePointer<CChar>?
    var count = 0
    guard let bytes = functions.PyMarshal_WriteObjectToString(code, format) else {
      functions.PyErr_Clear()
      return nil
    }
    defer { functions.Py_DecRef(bytes) }
    guard functions.PyBytes_AsStringAndSize(bytes, &start, &count) == 0, let start else {
      functions.PyErr_Clear()
      return nil
    }
    return Array(UnsafeRawBufferPointer(start: start, count: count))
  }
}

import HostSupport
import CPythonABI
import PythonRuntime

extension LogSink {
  /// The name of our module that the interpreter writes with.
  static var module: String { "_clutch_logs" }

  /// Makes the interpreter's standard streams, `logging` and `warnings` end here.
  ///
  /// - Throws: `PythonError`.
  func install(in py: borrowing Python) throws {
    let module = try py.importModule(Self.module)
    try install("write_output", .output, module, py)
    try install("write_errors", .errorOutput, module, py)
    let log = try py.hostFunction { [self] api, arguments in
      take(api, arguments)
      api.pointee.Py_IncRef(api.none)
      return api.none
    }
    try module.setAttribute("log", to: log)
    _ = try module.callMethod("install")
  }

  /// Installs a function that takes bytes, or what can be read as bytes, and gives their number, as files do.
  private func install(
    _ name: String, _ stream: StandardStream, _ module: borrowing PythonObject, _ py: borrowing Python
  ) throws {
    let writer = try py.hostFunction { [self] api, arguments in
      guard api.pointee.PyTuple_Size(arguments) == 1, let given = api.pointee.PyTuple_GetItem(arguments, 0),
        let bytes = api.pointee.PyBytes_FromObject(given)
      else {
        if api.pointee.PyErr_Occurred() == nil {
          api.pointee.PyErr_SetString(api.pointee.PyExc_TypeError.pointee, "write() takes bytes")
        }
        return nil
      }
      defer { api.pointee.Py_DecRef(bytes) }
      var start: UnsafeMutablePointer<CChar>?
      var count = 0
      guard api.pointee.PyBytes_AsStringAndSize(bytes, &start, &count) == 0 else { return nil }
      write(UnsafeRawBufferPointer(start: start, count: count), to: stream)
      return api.pointee.PyLong_FromLongLong(Int64(count))
    }
    try module.setAttribute(name, to: writer)
  }

  /// Takes the arguments of Python's `log(level, logger, text)`; what is not of these types is no message.
  private func take(_ api: PythonAPI, _ arguments: ObjectPointer) {
    guard api.pointee.PyTuple_Size(arguments) == 3, let level = api.pointee.PyTuple_GetItem(arguments, 0),
      api.isInstance(level, of: api.pointee.PyLong_Type)
    else { return }
    var overflow: Int32 = 0
    let number = Int(api.pointee.PyLong_AsLongLongAndOverflow(level, &overflow))
    let logger = api.text(api.pointee.PyTuple_GetItem(arguments, 1), limit: TextLimit.name) ?? "?"
    write(pythonLevel: number, logger: logger) {
      api.text(api.pointee.PyTuple_GetItem(arguments, 2), limit: TextLimit.logMessage)
    }
  }
}

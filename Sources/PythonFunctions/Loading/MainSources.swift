import CPythonABI
import PythonRuntime
import Synchronization

/// What sources share that run in the main interpreter, one after the other or beside each other: it does not end with
/// them, and so our own modules change it once, or are made again for each.
enum MainSources {
  /// The modules that are made once, and what all write to. Changed under the main interpreter's GIL.
  nonisolated(unsafe) private static var shared: Shared?

  private struct Shared {
    /// With references of their own, kept for ever.
    let module, logs: ObjectPointer
    let log: MainLog
  }

  /// Makes room for a source, before our own modules are made.
  ///
  /// - Throws: `PythonError`.
  static func prepare(
    _ source: String, folder: String?, ownNames: [String], log: some LogSink, in py: borrowing Python
  ) throws {
    let isFirst = shared == nil
    let shared = try shared ?? install(in: py)
    self.shared = shared
    let all = shared.log
    let thread = all.add(log)
    let left = try py.hostFunction { api, _ in
      all.remove(thread)
      api.pointee.Py_IncRef(api.none)
      return api.none
    }
    py.api.pointee.Py_IncRef(shared.module)
    let module = try py.state.own(shared.module, py)
    try module.setAttribute("left", to: left)
    let end = try module.callMethod("prepare", ownNames, folder, source)
    py.state.callAtEnd(end.pointer)
    let modules = try py.state.check(py.api.pointee.PyImport_GetModuleDict())
    guard py.api.pointee.PyDict_SetItemString(modules, NoLog.module, shared.logs) == 0 else {
      throw py.api.takePendingError()
    }
    if !isFirst { _ = try py.importModule(NoLog.module).callMethod("install_again") }
  }

  /// Notes that our own modules have been made.
  ///
  /// - Throws: `PythonError`.
  static func begin(_ source: String, in py: borrowing Python) throws {
    guard let shared else { return }
    py.api.pointee.Py_IncRef(shared.module)
    let module = try py.state.own(shared.module, py)
    _ = try module.callMethod("begin", source)
  }

  private static func install(in py: borrowing Python) throws -> Shared {
    let log = MainLog(py.api)
    let name = "_clutch_main_interpreter"
    try py.installModule(
      name, String(decoding: PackageResources.main_interpreter_py, as: UTF8.self), file: LoadedModule.ownFile)
    try py.installModule(
      NoLog.module, String(decoding: PackageResources.logs_py, as: UTF8.self), file: LoadedModule.ownFile)
    try log.install(in: py)
    let module = try py.importModule(name)
    let logs = try py.importModule(NoLog.module)
    // Nobody else has a use for it.
    let modules = try py.state.check(py.api.pointee.PyImport_GetModuleDict())
    _ = py.api.pointee.PyDict_DelItemString(modules, name)
    py.api.pointee.PyErr_Clear()
    py.api.pointee.Py_IncRef(module.pointer)
    py.api.pointee.Py_IncRef(logs.pointer)
    return Shared(module: module.pointer, logs: logs.pointer, log: log)
  }
}

/// Where the code of the main interpreter writes to: to the log of the source that the calling thread is of, and on threads
/// that code has started to that of the newest.
private final class MainLog: LogSink, @unchecked Sendable {
  // Sendable: the functions behind the pointer are written once.
  private let api: PythonAPI
  private let sinks = Mutex<[(thread: UInt, sink: any LogSink)]>([])

  init(_ api: PythonAPI) { self.api = api }

  private var thread: UInt { UInt(api.pointee.PyThread_get_thread_ident()) }

  /// Gives the calling thread a log; gives what stands for the thread.
  func add(_ sink: some LogSink) -> UInt {
    let thread = thread
    sinks.withLock { $0.append((thread, sink)) }
    return thread
  }

  func remove(_ thread: UInt) { sinks.withLock { $0.removeAll { $0.thread == thread } } }

  private var current: any LogSink {
    let thread = thread
    return sinks.withLock { sinks in (sinks.last { $0.thread == thread } ?? sinks.last)?.sink } ?? NoLog()
  }

  func write(_ bytes: UnsafeRawBufferPointer, to stream: StandardStream) { current.write(bytes, to: stream) }

  func write(pythonLevel: Int, logger: String, _ text: () -> String?) {
    current.write(pythonLevel: pythonLevel, logger: logger, text)
  }
}

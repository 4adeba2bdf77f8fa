import CPythonABI
import Functions
import PythonRuntime
import Synchronization

/// Whether what a program was made of is still what Python would run: the function's code and defaults, the globals,
/// builtins, and contents of modules and dictionaries that it reads.
///
/// Used under the GIL of the function's interpreter.
package final class FunctionGuard {
  private let api: PythonAPI
  private let epoch = GuardEpoch()
  /// Functions with their code, defaults and defaults by keyword; alive for as long as the interpreter.
  private var functions:
    [(function: ObjectPointer, code: ObjectPointer, defaults: ObjectPointer, keywords: ObjectPointer)] = []
  private let state: InterpreterState

  /// - Parameter answer: the dictionaries and functions that are relied on, as `vectorize.py` gives them.
  init(
    _ dictionaries: borrowing PythonObject, _ functions: borrowing PythonObject, in py: borrowing Python
  ) throws {
    api = py.api
    state = py.state
    DictionaryWatch.api.withLock { $0 = DictionaryWatch.SendableAPI(api: py.api) }
    let watcher = try Self.watcher(py)
    for index in 0..<(try dictionaries.count()) {
      let pair = try dictionaries.item(index)
      let dictionary = try pair.item(0)
      let names = try pair.item(1)
      keep(dictionary.pointer)
      var known: [(object: ObjectPointer, bytes: [UInt8])]?
      if !names.isNone {
        known = try (0..<names.count()).map { place in
          let name = try names.item(place)
          keep(name.pointer)
          return (name.pointer, Array(try name.extract(String.self).utf8))
        }
      }
      DictionaryWatch.add(dictionary.pointer, DictionaryWatch.Entry(names: known, epoch: epoch))
      guard api.pointee.PyDict_Watch(watcher, dictionary.pointer) == 0 else { throw api.takePendingError() }
    }
    self.functions = try (0..<functions.count()).map { index in
      let parts = try functions.item(index)
      let objects = try (0..<4).map { place in
        let part = try parts.item(place)
        keep(part.pointer)
        return part.pointer
      }
      return (objects[0], objects[1], objects[2], objects[3])
    }
  }

  deinit { DictionaryWatch.remove(epoch) }

  private func keep(_ object: ObjectPointer) {
    api.pointee.Py_IncRef(object)
    _ = state.keep(object)
  }

  /// The interpreter's watcher, which is registered once; what its number is stays in the interpreter.
  private static func watcher(_ py: borrowing Python) throws -> Int32 {
    if let known = py.state.dictionaryWatcher { return known }
    let watcher = py.api.pointee.PyDict_AddWatcher(DictionaryWatch.callback)
    guard watcher >= 0 else { throw py.api.takePendingError() }
    py.state.dictionaryWatcher = watcher
    return watcher
  }

  /// Whether all is as it was. Some nanoseconds.
  package var holds: Bool {
    guard epoch.isUnchanged else { return false }
    let none = api.none
    for known in functions {
      guard api.pointee.PyFunction_GetCode(known.function) == known.code,
        (api.pointee.PyFunction_GetDefaults(known.function) ?? none) == known.defaults,
        (api.pointee.PyFunction_GetKwDefaults(known.function) ?? none) == known.keywords
      else { return false }
    }
    return true
  }
}

import CPythonABI
import Functions
import PythonRuntime

/// The states of an aggregate function in one interpreter, by the number of their group.
///
/// They are the items of a Python list that the interpreter keeps, so that its memory limit counts them, its garbage
/// collector sees them, and its end frees them. User code can find that list and change it, so every access is checked.
package final class StateTable: @unchecked Sendable {
  // Sendable because it is only used under the GIL of the interpreter of its first step.

  package let function: Int
  /// Whether states keep their rows, for a function without merge.
  package let keepsRows: Bool
  /// Where the states are, should that be another process.
  package let remote = RemotePlace()
  /// The groups that have no value, because a row of them failed; how, where that is wanted.
  var failures: [Int: UDFRowFailure?] = [:]
  /// How many groups have a state.
  private(set) var count = 0

  /// The keys of the list, and of what stands in it for a group without a state.
  private var keys: (list: Int, nothing: Int)?

  /// The largest number of a group.
  static let lastGroup = 1 << 27

  package init(_ function: Int, keepsRows: Bool) {
    self.function = function
    self.keepsRows = keepsRows
  }

  /// The table in its interpreter, for one step.
  struct Access {
    private let table: StateTable
    private let api: PythonAPI
    private let list: ObjectPointer
    private let nothing: ObjectPointer

    /// - Throws: `PythonError` when there is no memory for it; `UDFError` with code `closed` when user code has taken it.
    init(_ table: StateTable, _ state: InterpreterState) throws {
      self.table = table
      api = state.api
      if table.keys == nil {
        let list = state.keep(try state.check(api.pointee.PyList_New(0)))
        table.keys = (list, state.keep(try state.check(api.pointee.PyList_New(0))))
      }
      guard let keys = table.keys, let list = state.kept(keys.list), let nothing = state.kept(keys.nothing) else {
        throw UDFError(.closed, "the states of the UDF are gone")
      }
      (self.list, self.nothing) = (list, nothing)
    }

    /// The state of a group, as a new reference; nil when it has none.
    @inline(__always)
    func state(_ group: Int) -> ObjectPointer? {
      guard group < api.pointee.PyList_Size(list), let found = api.pointee.PyList_GetItem(list, group), found != nothing
      else { return nil }
      api.pointee.Py_IncRef(found)
      return found
    }

    /// Sets the state of a group, whose reference it takes over.
    ///
    /// - Throws: `PythonError` when there is no memory for it.
    func set(_ group: Int, _ state: ObjectPointer) throws {
      var size = api.pointee.PyList_Size(list)
      while size <= group {
        guard api.pointee.PyList_Append(list, nothing) == 0 else {
          api.pointee.Py_DecRef(state)
          throw api.takePendingError()
        }
        size += 1
      }
      if api.pointee.PyList_GetItem(list, group) == nothing { table.count += 1 }
      // Takes the reference over even if it fails.
      guard api.pointee.PyList_SetItem(list, group, state) == 0 else { throw api.takePendingError() }
    }

    /// Forgets the state of a group, and that it failed.
    func drop(_ group: Int) {
      table.failures[group] = nil
      guard group < api.pointee.PyList_Size(list), let found = api.pointee.PyList_GetItem(list, group), found != nothing
      else { return }
      api.pointee.Py_IncRef(nothing)
      _ = api.pointee.PyList_SetItem(list, group, nothing)
      table.count -= 1
    }
  }

  /// Forgets all states.
  func close(_ state: InterpreterState) {
    failures = [:]
    count = 0
    guard let keys = keys.take() else { return }
    state.drop(keys.list)
    state.drop(keys.nothing)
  }
}

import CPythonABI
import PythonRuntime
import Synchronization

/// What programs rely on in dictionaries of an interpreter: the callback of CPython's dictionary watchers notes changes.
///
/// CPython gives the callback nothing but the dictionary, so that those of all interpreters are in one table.
enum DictionaryWatch {
  /// What is relied on in one dictionary.
  struct Entry: @unchecked Sendable {
    // Sendable because the pointers are only compared, and followed under the dictionary's GIL.
    /// The names, as Python's code has them and as bytes; nil for whatever is in it.
    let names: [(object: ObjectPointer, bytes: [UInt8])]?
    let epoch: GuardEpoch
  }

  private static let entries = Mutex<[Int: [Entry]]>([:])

  /// Watches a dictionary for changes of names. The caller keeps it, and these, alive.
  static func add(_ dictionary: ObjectPointer, _ entry: Entry) {
    entries.withLock { $0[Int(bitPattern: dictionary), default: []].append(entry) }
  }

  /// Forgets what somebody relied on.
  static func remove(_ epoch: GuardEpoch) {
    entries.withLock { entries in
      for (dictionary, known) in entries where known.contains(where: { $0.epoch === epoch }) {
        let rest = known.filter { $0.epoch !== epoch }
        entries[dictionary] = rest.isEmpty ? nil : rest
      }
    }
  }

  /// The callback for an interpreter's watchers; of one library, which is that of the process.
  static let callback: PyDict_WatchCallback = { event, dictionary, key, _ in
    let place = Int(bitPattern: dictionary)
    guard event != Int32(PyDict_EVENT_DEALLOCATED) else {
      let gone = DictionaryWatch.entries.withLock { $0.removeValue(forKey: place) }
      for entry in gone ?? [] { entry.epoch.advance() }
      return 0
    }
    guard let known = DictionaryWatch.entries.withLock({ $0[place] }) else { return 0 }
    for entry in known where entry.isConcerned(by: key) { entry.epoch.advance() }
    return 0
  }

  /// The functions of the process's CPython, for the callback.
  static let api = Mutex<SendableAPI?>(nil)

  struct SendableAPI: @unchecked Sendable {
    // Sendable because the table of functions is never written again.
    let api: PythonAPI
  }
}

extension DictionaryWatch.Entry {
  fileprivate func isConcerned(by key: ObjectPointer?) -> Bool {
    // Without a key all changes at once.
    guard let names, let key else { return true }
    // Names in code are one object each, which nearly always decides.
    if names.contains(where: { $0.object == key }) { return true }
    guard let api = DictionaryWatch.api.withLock({ $0 })?.api, api.pointee.PyErr_Occurred() == nil else { return true }
    guard key.pointee.ob_type == api.pointee.PyUnicode_Type else { return true }
    var count = 0
    guard let text = api.pointee.PyUnicode_AsUTF8AndSize(key, &count) else {
      api.pointee.PyErr_Clear()
      return true
    }
    let bytes = UnsafeRawBufferPointer(start: text, count: count)
    return names.contains { $0.bytes.elementsEqual(bytes) }
  }
}

/// How often something that a program relies on has changed; read by whoever runs it.
final class GuardEpoch: Sendable {
  private let value = Atomic<Int>(0)

  var isUnchanged: Bool { value.load(ordering: .relaxed) == 0 }
  func advance() { value.add(1, ordering: .relaxed) }
}

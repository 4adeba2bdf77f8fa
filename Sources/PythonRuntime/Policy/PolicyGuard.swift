import CPythonABI
import Essentials
import HostSupport

/// Decides for one interpreter what its policy allows; called at audit events, under that interpreter's GIL.
///
/// It never runs Python code: of arguments it looks at plain values only, and what is something else is denied.
final class PolicyGuard {
  let api: PythonAPI
  let policy: InterpreterPolicy
  let readable: PolicyFolders
  let writable: PolicyFolders
  /// Where Python and its packages are: everything there may be read, nothing be written.
  let libraries: PolicyFolders
  /// The first of these, where the standard library is, and the others.
  let standardFolder: PolicyFolders
  let packages: PolicyFolders
  /// Where Python's program is.
  let programs: PolicyFolders
  /// All that is never written: libraries, programs, CPython's own library, what else makes a virtual environment.
  let installation: PolicyFolders
  /// Where else modules are imported from.
  let modules: PolicyFolders
  /// Where extension modules may come from.
  let nativeModules: PolicyFolders
  /// Where Clutch keeps environments, and more that is run. Of these a file has its own, which are among the libraries.
  let cache: PolicyFolders
  let timeZones = PolicyFolders(
    ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo"], moduleFolder: nil)
  let hosts: [HostPattern]
  let standardLibrary: Set<String>
  let deniedModules: [String: String]
  /// Of the names of modules that are denied, for whatever reason.
  let longestDeniedName: Int
  let ownModules: Set<String>
  /// Those that are as if they were not there: what denies them is their place in `sys.modules`.
  let hiddenModules: Set<String>
  /// What the code has opened, and may use by number.
  var descriptors = OwnDescriptors()
  /// Whether `os.open` has been checked and is under way.
  var isOpening = false
  /// The guarded `sqlite3.Connection`s that are being made.
  var connecting: Set<ObjectPointer> = []
  /// The module compiled into CPython that was denied last.
  var deniedBuiltin = ""
  private let log: DenialLog
  /// Whether installed packages may load native code by `ctypes` and `cffi`: in the main interpreter, where their extension
  /// modules load too.
  let trustsPackages: Bool
  /// Whose code a file is, by what frames call it.
  var knownImporters: [String: Importer] = [:]
  /// The addresses of names that the policy allows, as far as they were asked for.
  var knownAddresses: [String: Set<String>] = [:]
  /// Names that the policy allows and that were looked up.
  var knownHosts: Set<String> = []

  init(
    _ policy: InterpreterPolicy, _ api: PythonAPI, log: DenialLog, places: PolicyPlaces, moduleFolder: String?,
    ownModules: Set<String>, trustsPackages: Bool = false
  ) {
    self.api = api
    self.policy = policy
    self.log = log
    self.trustsPackages = trustsPackages
    readable = PolicyFolders(policy.read.listed, moduleFolder: moduleFolder)
    writable = PolicyFolders(policy.write.listed, moduleFolder: moduleFolder)
    libraries = PolicyFolders(places.libraries, moduleFolder: nil)
    programs = PolicyFolders(places.programs, moduleFolder: nil)
    installation = PolicyFolders(
      places.libraries + places.programs + places.installation, moduleFolder: nil, withLinks: true)
    modules = PolicyFolders(places.searchPath + [moduleFolder].compactMap { $0 }, moduleFolder: nil)
    nativeModules = PolicyFolders(places.libraries + places.searchPath, moduleFolder: nil)
    standardFolder = PolicyFolders(Array(places.libraries.prefix(1)), moduleFolder: nil)
    packages = PolicyFolders(Array(places.libraries.dropFirst()), moduleFolder: nil)
    cache = PolicyFolders([CacheFolder.ofProcess?.path].compactMap { $0 }, moduleFolder: nil)
    hosts = policy.network.listed.compactMap(HostPattern.init)
    standardLibrary = Set(places.standardLibrary)
    deniedModules = PolicyModules.denied(by: policy)
    longestDeniedName = (deniedModules.keys + policy.imports.deny).map(\.utf8.count).max() ?? 0
    self.ownModules = ownModules
    hiddenModules = Set(PolicyModules.hidden(by: policy))
  }

  /// Whether an event may go on; if not, the exception is set.
  func allows(_ kind: AuditEvent, _ event: UnsafePointer<CChar>, _ tuple: ObjectPointer?) -> Bool {
    let arguments = AuditArguments(tuple, api)
    guard let problem = problem(kind, arguments, event) else { return true }
    if kind == .importModule { denyImport(problem, of: arguments.text(0) ?? "") } else { deny(problem) }
    return false
  }

  /// Sets the exception and writes the denial down.
  func deny(_ problem: Problem) { raise(note(problem).description) }

  /// - Parameter isCounted: false for what nobody has asked for.
  func note(_ problem: Problem, isCounted: Bool = true) -> PolicyDenial {
    let denial = PolicyDenial(
      policy: policy.name, rule: problem.rule.cut(to: TextLimit.name),
      operation: Self.onOneLine(problem.operation.cut(to: TextLimit.message)))
    if isCounted { log.add(denial) }
    return denial
  }

  /// Code chooses what is in there, and the text ends up in logs and on terminals.
  private static func onOneLine(_ text: String) -> String {
    func isSafe(_ scalar: UnicodeScalar) -> Bool {
      ![.control, .format, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
    }
    guard !text.unicodeScalars.allSatisfy(isSafe) else { return text }
    return text.unicodeScalars.map { isSafe($0) ? String($0) : $0.escaped(asASCII: true) }.joined()
  }

  /// With a number of the operating system, as other `PermissionError`s have one: code that adds a file name to an
  /// `OSError`, as `shutil` does, would lose the text of one without.
  private func raise(_ text: String) {
    let type = api.pointee.PyExc_PermissionError.pointee
    guard let arguments = api.pointee.PyTuple_New(2) else { return }
    defer { api.pointee.Py_DecRef(arguments) }
    guard let number = api.pointee.PyLong_FromLongLong(Int64(EPERM)) else { return }
    _ = api.pointee.PyTuple_SetItem(arguments, 0, number)
    guard let message = api.pointee.PyUnicode_FromStringAndSize(text, text.utf8.count) else { return }
    _ = api.pointee.PyTuple_SetItem(arguments, 1, message)
    api.pointee.PyErr_SetObject(type, arguments)
  }

  /// What is wrong with an event.
  struct Problem {
    let rule: String
    let operation: String
  }

  private func problem(
    _ kind: AuditEvent, _ arguments: AuditArguments, _ event: UnsafePointer<CChar>
  ) -> Problem? {
    var name: String { String(cString: event) }
    func always(_ rule: String, unless isAllowed: Bool) -> Problem? {
      isAllowed ? nil : Problem(rule: rule, operation: name)
    }
    switch kind {
    case .open: return opening(arguments)
    case .readPath: return reading(arguments, name)
    case .changePath, .changeAt, .makeAt, .removeAt, .twoPaths, .link, .symlink:
      return changing(kind, arguments, name)
    case .command: return commanding(arguments, name)
    case .lock: return locking(arguments, name)
    case .map: return mapping(arguments)
    case .database:
      return database(
        arguments.path(0), "sqlite3.connect(\(arguments.shown(0)))", or: Self.unnamed)
    case .connected: return connected(arguments)
    case .changeFolder:
      return always("changing the working folder of the whole process", unless: policy.processes)
    case .makeSocket where !policy.processes && !Self.isCommon(arguments):
      return Problem(
        rule: "sockets that watch or change the whole machine",
        operation: "socket.socket(family=\(arguments.shown(1)), type=\(arguments.shown(2)))"
      )
    case .makeSocket, .address, .listenAt, .sendTo, .lookUp, .lookUpAddress:
      if policy.network != .all, let problem = networking(kind, arguments, name) { return problem }
      return naming(kind, arguments, name)
    case .hostName: return always("the network", unless: !policy.network.isNone)
    case .process: return always(PolicyModules.processes, unless: policy.processes)
    case .processWide: return always(PolicyModules.wholeProcess, unless: policy.processes)
    case .native:
      if isTrusted(PolicyModules.native), name.hasPrefix("ctypes.") { return nil }
      return always(PolicyModules.native, unless: policy.nativeCode)
    case .interpreter: return always(PolicyModules.interpreters, unless: false)
    case .frames: return always("what is not safe in an isolated interpreter", unless: false)
    case .changeEnvironment:
      return always(PolicyModules.environmentChanges, unless: policy.environment == .all && policy.processes)
    case .systemLog: return always("writing to the system's log", unless: !policy.write.isNone)
    case .importModule: return importing(arguments)
    case .startThread, .trace: return nil
    case .auditHook: return always(PolicyModules.hooks, unless: false)
    }
  }
}

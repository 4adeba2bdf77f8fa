#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

extension PolicyGuard {
  // MARK: Opening

  /// Of files that are opened by way of `os.open` the event does not tell the folder that a path is relative to.
  func opening(_ arguments: AuditArguments) -> Problem? {
    let isDescriptorLevel = arguments.isNone(1)
    let writes = Self.writes(mode: arguments.text(1), flags: arguments.int(2) ?? 0)
    guard policy.write != .all || policy.read != .all else { return nil }
    var operation: String {
      isDescriptorLevel
        ? "os.open(\(arguments.shown(0)))" : "open(\(arguments.shown(0)), \(arguments.shown(1)))"
    }
    if let descriptor = arguments.int(0) {
      guard descriptor > 2, let path = Self.path(ofDescriptor: descriptor) else { return nil }
      return check(path, writes: writes, operation)
    }
    guard let text = arguments.path(0) else {
      return Problem(rule: "files whose name is not plain text", operation: operation)
    }
    if isDescriptorLevel, !text.utf8.starts(with: "/".utf8) {
      // Reading what may be read everywhere does no harm, wherever it is; the memory of processes excepted.
      let last = String(decoding: text.utf8.split(separator: UInt8(ascii: "/")).last ?? [], as: UTF8.self)
      let isUnknown = writes ? policy.write != .all : policy.read != .all || Self.isProcessFile("/proc/x/" + last)
      return isUnknown
        ? Problem(rule: "relative paths for os.open, which can be relative to any folder", operation: operation) : nil
    }
    guard let path = ResolvedPath.resolve(text) else {
      return Problem(rule: writes ? writingRule : readingRule, operation: operation)
    }
    return check(path, writes: writes, operation)
  }

  private static func writes(mode: String?, flags: Int) -> Bool {
    let flags = Int32(truncatingIfNeeded: flags)
    return flags & O_ACCMODE != O_RDONLY || flags & (O_CREAT | O_TRUNC | O_APPEND) != 0
      || mode?.contains { "wax+".contains($0) } == true
  }

  private func check(_ path: String, writes: Bool, _ operation: String) -> Problem? {
    if writes { return canWrite(path) ? nil : Problem(rule: writingRule, operation: operation) }
    return canRead(path) ? nil : Problem(rule: readingRule(path), operation: operation)
  }

  // MARK: Reading

  func reading(_ arguments: AuditArguments, _ name: String) -> Problem? {
    guard policy.read != .all else { return nil }
    let problem = Problem(rule: readingRule, operation: "\(name)(\(arguments.shown(0)))")
    let path: String?
    if let descriptor = arguments.int(0) {
      guard let found = Self.path(ofDescriptor: descriptor) else { return nil }
      path = found
    } else {
      path = (arguments.isNone(0) ? "." : arguments.path(0)).flatMap { ResolvedPath.resolve($0) }
    }
    guard let path, canRead(path) || modules.contain(path) && ResolvedPath.isFolder(path) else { return problem }
    return nil
  }

  private func canRead(_ path: String) -> Bool {
    if Self.isProcessFile(path), !policy.nativeCode { return false }
    if Self.isEnvironmentFile(path), policy.environment != .all { return false }
    if policy.read == .all || policy.write == .all || Self.devices.contains(path) { return true }
    if readable.contain(path) || writable.contain(path) || libraries.contain(path) || timeZones.contain(path) {
      return true
    }
    return modules.contain(path)
      && Self.moduleSuffixes.contains { path.utf8.reversed().starts(with: $0.utf8.reversed()) }
  }

  /// Bytes that belong to nobody.
  private static let devices: Set<String> = ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"]
  private static let moduleSuffixes = [".py", ".pyc", ".so", ".zip", ".egg", ".whl"]

  /// The memory of a process, or of the machine.
  private static func isProcessFile(_ path: String) -> Bool {
    path.utf8.starts(with: "/proc/".utf8) && path.hasSuffix("/mem")
      || ["/dev/mem", "/dev/kmem", "/dev/port", "/proc/kcore"].contains(path)
  }

  private static func isEnvironmentFile(_ path: String) -> Bool {
    path.utf8.starts(with: "/proc/".utf8) && path.hasSuffix("/environ")
  }

  // MARK: Writing

  private func canWrite(_ path: String) -> Bool {
    if Self.isProcessFile(path), !policy.nativeCode { return false }
    if policy.write == .all || path == "/dev/null" { return true }
    return writable.contain(path) && !libraries.contain(path)
  }

  func changing(_ kind: AuditEvent, _ arguments: AuditArguments, _ name: String) -> Problem? {
    var operation: String { "\(name)(\(arguments.shown(0)))" }
    var operationOnTwo: String { "\(name)(\(arguments.shown(0)), \(arguments.shown(1)))" }
    func problem(_ operation: String, unless isAllowed: Bool) -> Problem? {
      isAllowed ? nil : Problem(rule: writingRule, operation: operation)
    }
    switch kind {
    case .changePath: return problem(operation, unless: canChange(arguments, 0, followsLinks: [true, false]))
    case .changeAt:
      return problem(
        operation, unless: canChange(arguments, 0, folder: arguments.count - 1, followsLinks: [true, false]))
    case .makeAt: return problem(operation, unless: canChange(arguments, 0, folder: 2))
    case .removeAt: return problem(operation, unless: canChange(arguments, 0, folder: 1))
    case .twoPaths, .link:
      // A second name for a file outside would make it one inside.
      let source = canChange(arguments, 0, folder: 2, followsLinks: kind == .link ? [true, false] : [false])
      return problem(operationOnTwo, unless: source && canChange(arguments, 1, folder: 3))
    case .symlink:
      guard canChange(arguments, 1, folder: 2), let target = arguments.path(0),
        let link = place(arguments, 1, folder: 2, followsLast: false),
        let end = ResolvedPath.resolve(target, in: String(decoding: Self.parent(link), as: UTF8.self))
      else { return problem(operationOnTwo, unless: false) }
      return problem(operationOnTwo, unless: canWrite(end))
    default: return nil
    }
  }

  private static func parent(_ path: String) -> Substring.UTF8View {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex
    return slash == path.startIndex ? "/"[...].utf8 : path.utf8[..<slash]
  }

  private func canChange(
    _ arguments: AuditArguments, _ index: Int, folder: Int? = nil, followsLinks: [Bool] = [false]
  ) -> Bool {
    if let descriptor = arguments.int(index) {
      return Self.path(ofDescriptor: descriptor).map(canWrite) ?? true
    }
    return followsLinks.allSatisfy { follows in
      place(arguments, index, folder: folder, followsLast: follows).map(canWrite) ?? false
    }
  }

  /// Where the path in an argument leads, relative to the open folder in another argument.
  private func place(_ arguments: AuditArguments, _ index: Int, folder: Int?, followsLast: Bool) -> String? {
    guard let path = arguments.path(index) else { return nil }
    let descriptor = folder.flatMap { arguments.int($0) } ?? -1
    guard descriptor >= 0 else { return ResolvedPath.resolve(path, followsLast: followsLast) }
    guard let base = Self.path(ofDescriptor: descriptor) else { return nil }
    return ResolvedPath.resolve(path, in: base, followsLast: followsLast)
  }

  /// Nil for what is not open, and for what is no file: pipes and sockets.
  private static func path(ofDescriptor descriptor: Int) -> String? {
    guard let number = Int32(exactly: descriptor), let path = ResolvedPath.ofDescriptor(number) else { return nil }
    return path.utf8.starts(with: "/".utf8) ? path : nil
  }

  func database(_ arguments: AuditArguments) -> Problem? {
    guard policy.write != .all else { return nil }
    let name = arguments.path(0)
    if name == ":memory:" || name == "" { return nil }
    if let name, !name.hasPrefix("file:"), let path = ResolvedPath.resolve(name), canWrite(path) { return nil }
    return Problem(rule: writingRule, operation: "sqlite3.connect(\(arguments.shown(0)))")
  }

  // MARK: Words

  private var writingRule: String { Self.rule("writing files", policy.write) }
  private var readingRule: String { Self.rule("reading files", policy.read) }

  private func readingRule(_ path: String) -> String {
    if Self.isProcessFile(path) { return "reading the memory of processes" }
    return Self.isEnvironmentFile(path) ? "reading environment variables" : readingRule
  }

  private static func rule(_ what: String, _ access: InterpreterPolicy.Access) -> String {
    access.listed.isEmpty ? what : "\(what) outside \(access.listed.joined(separator: ", "))"
  }
}

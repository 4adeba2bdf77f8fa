import HostSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

extension PolicyGuard {
  // MARK: Opening

  /// `os.open` has been checked before its event comes, which does not tell the folder that a path is relative to.
  func opening(_ arguments: AuditArguments) -> Problem? {
    let isDescriptorLevel = arguments.isNone(1)
    if isDescriptorLevel, isOpening { return nil }
    guard !arguments.isTooLong(0) else { return nil }
    let writes = Self.writes(mode: arguments.text(1), flags: arguments.int(2) ?? 0)
    var operation: String {
      isDescriptorLevel
        ? "os.open(\(arguments.shown(0)))" : "open(\(arguments.shown(0)), \(arguments.shown(1)))"
    }
    if let descriptor = arguments.int(0) {
      if let problem = using(descriptor: descriptor, operation) { return problem }
      return Self.path(ofDescriptor: descriptor).flatMap { check($0, writes: writes, operation) }
    }
    return opening(place(arguments, 0, folder: nil, followsLast: true), arguments, writes: writes, operation)
  }

  /// `os.open`: path, flags, the folder's descriptor, the mode of a file that is made.
  func openingAt(_ arguments: AuditArguments) -> Problem? {
    guard !arguments.isTooLong(0) else { return nil }
    let writes = Self.writes(mode: nil, flags: arguments.int(1) ?? Int(O_RDWR))
    let path = place(arguments, 0, folder: 2, followsLast: true)
    if let problem = opening(path, arguments, writes: writes, "os.open(\(arguments.shown(0)))") { return problem }
    return writes && !arguments.isNone(3)
      ? settingMode(arguments.int(3), "os.open(\(arguments.shown(0)))") : nil
  }

  private func opening(
    _ path: String?, _ arguments: AuditArguments, writes: Bool, _ operation: @autoclosure () -> String
  ) -> Problem? {
    guard arguments.path(0) != nil else {
      return Problem(rule: Self.unnamed, operation: operation())
    }
    guard let path else { return Problem(rule: writes ? writingRule : readingRule, operation: operation()) }
    return check(path, writes: writes, operation())
  }

  private static func writes(mode: String?, flags: Int) -> Bool {
    let flags = Int32(truncatingIfNeeded: flags)
    return flags & O_ACCMODE != O_RDONLY || flags & (O_CREAT | O_TRUNC | O_APPEND) != 0
      || mode?.contains { "wax+".contains($0) } == true
  }

  /// - Parameter path: resolved.
  func check(_ path: String, writes: Bool, _ operation: @autoclosure () -> String) -> Problem? {
    if ProtectedFiles.contain(path) { return Problem(rule: PolicyModules.protectedFiles, operation: operation()) }
    if !policy.processes {
      // A pipe of the process, which has no path of its own.
      if path.utf8.starts(with: "/proc/".utf8), path.contains("/fd/"), path.contains(":[") {
        return Problem(rule: PolicyModules.foreignDescriptors, operation: operation())
      }
      if Self.isTerminal(path) { return Problem(rule: PolicyModules.terminals, operation: operation()) }
      if !Self.devices.contains(path), ResolvedPath.isDevice(path) {
        return Problem(rule: PolicyModules.devices, operation: operation())
      }
    }
    if writes, let problem = journaling(path, operation()) { return problem }
    if writes { return canWrite(path) ? nil : Problem(rule: writingRule, operation: operation()) }
    return canRead(path) ? nil : Problem(rule: readingRule(path), operation: operation())
  }

  private static func isTerminal(_ path: String) -> Bool {
    path == "/dev/console"
      || ["/dev/tty", "/dev/pts/", "/dev/ptmx", "/dev/vcs"].contains { path.utf8.starts(with: $0.utf8) }
  }

  // MARK: Reading

  func reading(_ arguments: AuditArguments, _ name: String) -> Problem? {
    guard arguments.isPlain(0) else {
      return Problem(rule: Self.unnamed, operation: "\(name)(\(arguments.shown(0)))")
    }
    // Closing the copy that is made of a descriptor takes away the locks of its file.
    if let descriptor = arguments.int(0), let problem = using(descriptor: descriptor, "\(name)(\(descriptor))") {
      return problem
    }
    guard policy.read != .all, !arguments.isTooLong(0) else { return nil }
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

  /// `os.readlink`: path, the folder's descriptor.
  func readingLink(_ arguments: AuditArguments) -> Problem? {
    guard policy.read != .all, !arguments.isTooLong(0) else { return nil }
    if let path = place(arguments, 0, folder: 1, followsLast: false),
      canRead(path) || modules.contain(path) || programs.contain(path)
    {
      return nil
    }
    return Problem(rule: readingRule, operation: "os.readlink(\(arguments.shown(0)))")
  }

  private func canRead(_ path: String) -> Bool {
    if Self.isProcessFile(path), !policy.nativeCode { return false }
    if Self.isEnvironmentFile(path), policy.environment != .all { return false }
    if policy.read == .all || policy.write == .all || Self.devices.contains(path) { return true }
    if libraries.contain(path) || timeZones.contain(path) { return true }
    if readable.contain(path) || writable.contain(path), !isOfCache(path) { return true }
    return modules.contain(path)
      && Self.moduleSuffixes.contains { path.utf8.reversed().starts(with: $0.utf8.reversed()) }
  }

  /// Bytes that belong to nobody.
  private static let devices: Set<String> = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"]
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
    return writable.contain(path) && !installation.contain(path) && !isOfCache(path)
  }

  /// Whether a path lies in the cache, which a policy that names folders around it does not mean. One may name what is in it.
  private func isOfCache(_ path: String) -> Bool {
    guard cache.contain(path) else { return false }
    return !(readable.roots + writable.roots).contains { cache.contain($0) && PolicyFolders.lies(path, in: $0) }
  }

  func changing(_ kind: AuditEvent, _ arguments: AuditArguments, _ name: String) -> Problem? {
    guard !arguments.isTooLong(0), !arguments.isTooLong(1) else { return nil }
    var operation: String { "\(name)(\(arguments.shown(0)))" }
    var operationOnTwo: String { "\(name)(\(arguments.shown(0)), \(arguments.shown(1)))" }
    guard arguments.isPlain(0) else { return Problem(rule: Self.unnamed, operation: operation) }
    switch kind {
    case .changePath:
      return changing(arguments, 0, followsLinks: [true, false], operation)
        ?? settingContents(arguments, name, operation)
    case .changeAt:
      return changing(arguments, 0, folder: arguments.count - 1, followsLinks: [true, false], operation)
        ?? (name == "os.chmod" ? settingMode(arguments, operation) : nil)
    case .makeAt: return changing(arguments, 0, folder: 2, operation)
    case .removeAt: return changing(arguments, 0, folder: 1, operation)
    case .twoPaths, .link:
      // A second name for a file outside would make it one inside.
      return changing(
        arguments, 0, folder: 2, followsLinks: kind == .link ? [true, false] : [false], isMoved: kind == .twoPaths,
        operationOnTwo) ?? changing(arguments, 1, folder: 3, operationOnTwo)
        ?? placing(arguments, movesFolders: kind == .twoPaths, operationOnTwo)
    case .symlink:
      if let problem = changing(arguments, 1, folder: 2, operationOnTwo) { return problem }
      if let link = place(arguments, 1, folder: 2, followsLast: false), let problem = journaling(link, operationOnTwo) {
        return problem
      }
      guard let target = arguments.path(0), policy.write == .all || !RelativeLink.turnsBack(target),
        let link = place(arguments, 1, folder: 2, followsLast: false),
        let end = ResolvedPath.resolve(target, in: String(decoding: Self.parent(link), as: UTF8.self))
      else { return policy.write == .all ? nil : Problem(rule: writingRule, operation: operationOnTwo) }
      return changing(end, operationOnTwo)
    default: return nil
    }
  }

  /// What is wrong with where a file, a link or a folder gets its new name: a journal of SQLite's is made by SQLite alone,
  /// and a relative link leads elsewhere from another folder.
  private func placing(_ arguments: AuditArguments, movesFolders: Bool, _ operation: @autoclosure () -> String)
    -> Problem?
  {
    guard policy.write != .all, let source = place(arguments, 0, folder: 2, followsLast: false),
      let destination = place(arguments, 1, folder: 3, followsLast: false)
    else { return nil }
    if let problem = journaling(destination, operation()) { return problem }
    let parent = String(decoding: Self.parent(destination), as: UTF8.self)
    guard let links = RelativeLink.find(at: source, inFolders: movesFolders) else {
      return Problem(rule: writingRule, operation: operation())
    }
    for link in links {
      guard let target = link.targetFromParent else { continue }
      guard let end = ResolvedPath.resolve(target, in: parent) else {
        return Problem(rule: writingRule, operation: operation())
      }
      if let problem = changing(end, operation()) { return problem }
    }
    return nil
  }

  /// SQLite removes the file that is named at the end of the journal of a database that was left unfinished, wherever
  /// that file is; so nobody but SQLite writes one.
  private func journaling(_ path: String, _ operation: @autoclosure () -> String) -> Problem? {
    guard policy.write != .all, !policy.write.isNone, writable.contain(path),
      // In any case, which some file systems do not tell apart.
      path.utf8.suffix(8).map({ $0 | 0x20 }).elementsEqual("-journal".utf8)
    else { return nil }
    return Problem(rule: "making journals of SQLite databases", operation: operation())
  }

  /// `os.truncate`, which makes the end of a journal, and `os.setxattr`, which can give a program what only root may do.
  private func settingContents(
    _ arguments: AuditArguments, _ name: String, _ operation: @autoclosure () -> String
  ) -> Problem? {
    guard policy.write != .all else { return nil }
    if name == "os.truncate", let path = place(arguments, 0, folder: nil, followsLast: true),
      let problem = journaling(path, operation())
    {
      return problem
    }
    guard name == "os.setxattr", !policy.processes else { return nil }
    guard let attribute = arguments.path(1), !attribute.utf8.starts(with: "security.".utf8) else {
      return Problem(rule: Self.identityRule, operation: operation())
    }
    return nil
  }

  /// `os.chmod`: a program that runs as its owner, whoever starts it, is more than a file. On a folder the bits mean
  /// something else.
  private func settingMode(_ arguments: AuditArguments, _ operation: @autoclosure () -> String) -> Problem? {
    guard policy.write != .all, !policy.processes else { return nil }
    guard let mode = arguments.int(1), mode & 0o6000 == 0 else {
      let path =
        arguments.int(0).map { Self.path(ofDescriptor: $0) }
        ?? place(arguments, 0, folder: arguments.count - 1, followsLast: true)
      if let path, ResolvedPath.isFolder(path) { return nil }
      return Problem(rule: Self.identityRule, operation: operation())
    }
    return nil
  }

  /// `os.open`, which makes a file with a mode.
  func settingMode(_ mode: Int?, _ operation: @autoclosure () -> String) -> Problem? {
    guard policy.write != .all, !policy.processes, (mode ?? 0o6000) & 0o6000 != 0 else { return nil }
    return Problem(rule: Self.identityRule, operation: operation())
  }

  private static let identityRule = "making programs that run as their owner"

  private static func parent(_ path: String) -> Substring.UTF8View {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex
    return slash == path.startIndex ? "/"[...].utf8 : path.utf8[..<slash]
  }

  /// What is wrong with changing what a path or a descriptor in an argument leads to.
  private func changing(
    _ arguments: AuditArguments, _ index: Int, folder: Int? = nil, followsLinks: [Bool] = [false],
    isMoved: Bool = false, _ operation: @autoclosure () -> String
  ) -> Problem? {
    if let descriptor = arguments.int(index) {
      if let problem = using(descriptor: descriptor, operation()) { return problem }
      return Self.path(ofDescriptor: descriptor).flatMap { changing($0, operation()) }
    }
    for follows in followsLinks {
      guard let path = place(arguments, index, folder: folder, followsLast: follows) else {
        return policy.write == .all ? nil : Problem(rule: writingRule, operation: operation())
      }
      if let problem = changing(path, isMoved: isMoved, operation()) { return problem }
    }
    return nil
  }

  private func changing(_ path: String, isMoved: Bool = false, _ operation: @autoclosure () -> String) -> Problem? {
    if ProtectedFiles.contain(path) || isMoved && ProtectedFiles.lie(in: path) {
      return Problem(rule: PolicyModules.protectedFiles, operation: operation())
    }
    if isMoved, policy.write != .all, installation.lie(in: path) {
      return Problem(rule: writingRule, operation: operation())
    }
    return canWrite(path) ? nil : Problem(rule: writingRule, operation: operation())
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

  /// - Parameter unknown: the rule for a name that is not known.
  func database(_ name: String?, _ operation: String, or unknown: String) -> Problem? {
    guard let name else { return Problem(rule: unknown, operation: operation) }
    if name == ":memory:" || name.isEmpty { return nil }
    guard let literal = ResolvedPath.resolve(name) else { return Problem(rule: writingRule, operation: operation) }
    guard let address = SQLiteAddress(name) else { return check(literal, writes: true, operation) }
    // The event does not tell whether the name is taken for an address. One that is none makes a file only where there is
    // a folder for it.
    if ResolvedPath.isFolder(String(decoding: Self.parent(literal), as: UTF8.self)),
      let problem = check(literal, writes: true, operation)
    {
      return problem
    }
    if address.isInMemory { return nil }
    guard let path = address.path.flatMap({ ResolvedPath.resolve($0) }) else {
      return Problem(rule: writingRule, operation: operation)
    }
    return check(path, writes: !address.isReadOnly, operation)
  }

  // MARK: Words

  static let unnamed = "files whose name is not plain text"

  var writingRule: String { Self.rule("writing files", policy.write) }
  private var readingRule: String { Self.rule("reading files", policy.read) }

  private func readingRule(_ path: String) -> String {
    if Self.isProcessFile(path) { return "reading the memory of processes" }
    return Self.isEnvironmentFile(path) ? "reading environment variables" : readingRule
  }

  private static func rule(_ what: String, _ access: InterpreterPolicy.Access) -> String {
    access.listed.isEmpty ? what : "\(what) outside \(access.listed.joined(separator: ", "))"
  }
}

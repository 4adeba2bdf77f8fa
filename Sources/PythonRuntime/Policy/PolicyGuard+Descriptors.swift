import HostSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What acts on open files by their number.
extension PolicyGuard {
  /// Whether code may use a descriptor by its number: one that it has opened itself, and that is no protected file's.
  func canUse(descriptor: Int) -> Bool {
    guard let number = Int32(exactly: descriptor) else { return false }
    if ProtectedFiles.contain(descriptor: number) { return false }
    return policy.processes || descriptors.contain(number)
  }

  func using(descriptor: Int, _ operation: @autoclosure () -> String) -> Problem? {
    canUse(descriptor: descriptor)
      ? nil : Problem(rule: PolicyModules.foreignDescriptors, operation: operation())
  }

  /// `fcntl.fcntl` and `fcntl.ioctl`.
  func commanding(_ arguments: AuditArguments, _ name: String) -> Problem? {
    var operation: String { "\(name)(\(arguments.shown(0)), \(arguments.shown(1)))" }
    guard let descriptor = arguments.int(0), let command = arguments.int(1) else {
      return Problem(rule: PolicyModules.foreignDescriptors, operation: operation)
    }
    if let problem = using(descriptor: descriptor, operation) { return problem }
    // CPython reads it after this, and what code of the user's does then would not be looked at.
    guard arguments.isBuiltin(2) else {
      return Problem(rule: "arguments of \(name) that are no plain values", operation: operation)
    }
    if let problem = copying(arguments, UInt32(truncatingIfNeeded: command), name) { return problem }
    // The kernel would take a number for the address of a structure, to read and to write.
    let isAddressed =
      name == "fcntl.ioctl"
      ? Self.addressedCommands.contains(UInt32(truncatingIfNeeded: command)) : Self.lockCommands.contains(command)
    if isAddressed, !policy.nativeCode, arguments.isNumber(2), arguments.int(2) != 0 {
      return Problem(
        rule: PolicyModules.native, operation: "\(name)(\(arguments.shown(0)), \(command), \(arguments.shown(2)))")
    }
    guard !policy.processes else { return nil }
    if name == "fcntl.ioctl" {
      // A number of 32 bits, which Python code writes with or without a sign.
      return Self.deviceCommands.contains(UInt32(truncatingIfNeeded: command))
        ? nil : Problem(rule: "commands to devices and terminals", operation: operation)
    }
    let sendsSignals =
      command == Int(F_SETFL)
      && !arguments.isNone(2) && (arguments.int(2).map { $0 & Int(O_ASYNC) != 0 } ?? true)
    if sendsSignals || Self.signallingCommands.contains(command) {
      return Problem(rule: PolicyModules.processes, operation: operation)
    }
    return Self.fileCommands.contains(command)
      ? nil : Problem(rule: "commands of fcntl that it does not know", operation: operation)
  }

  /// The commands that copy out of another open file: that one's lock is lost with it when it is closed, and what is in it
  /// may be nobody else's.
  private func copying(_ arguments: AuditArguments, _ command: UInt32, _ name: String) -> Problem? {
    guard name == "fcntl.ioctl", Self.copyingCommands.contains(command) else { return nil }
    return using(
      descriptor: arguments.int(2) ?? -1, "\(name)(\(arguments.shown(0)), \(command), \(arguments.shown(2)))")
  }

  func locking(_ arguments: AuditArguments, _ name: String) -> Problem? {
    for place in 0..<arguments.count where !arguments.isBuiltin(place) {
      return Problem(rule: "arguments of \(name) that are no plain values", operation: "\(name)(\(arguments.shown(0)))")
    }
    return using(descriptor: arguments.int(0) ?? -1, "\(name)(\(arguments.shown(0)))")
  }

  func mapping(_ arguments: AuditArguments) -> Problem? {
    guard arguments.int(0) != -1 else { return nil }
    return using(descriptor: arguments.int(0) ?? -2, "mmap.mmap(\(arguments.shown(0)))")
  }

  // MARK: Commands

  #if canImport(Darwin)
    /// FIONREAD, FIONBIO, FIOCLEX, FIONCLEX, TIOCGWINSZ: whose macros Swift does not see.
    private static let deviceCommands: Set<UInt32> = [0x4004_667F, 0x8004_667E, 0x2000_6601, 0x2000_6602, 0x4008_7468]
    private static let copyingCommands: Set<UInt32> = []
    /// FIONREAD, FIONBIO, TIOCGWINSZ, and below what has a structure or a buffer: their argument is an address.
    private static let addressedCommands: Set<UInt32> = [0x4004_667F, 0x8004_667E, 0x4008_7468]
    private static let lockCommands: Set<Int> = [Int(F_GETLK), Int(F_SETLK), Int(F_SETLKW), Int(F_GETPATH)]
    private static let signallingCommands: Set<Int> = [Int(F_SETOWN)]
    /// Duplicating, flags, record locks, flushing.
    private static let fileCommands: Set<Int> = [
      Int(F_DUPFD), Int(F_DUPFD_CLOEXEC), Int(F_GETFD), Int(F_SETFD), Int(F_GETFL), Int(F_SETFL), Int(F_GETOWN),
      Int(F_GETLK), Int(F_SETLK), Int(F_SETLKW), Int(F_FULLFSYNC), Int(F_GETPATH), Int(F_NOCACHE), Int(F_RDAHEAD),
    ]
  #else
    /// FIONREAD, FIONBIO, FIOCLEX, FIONCLEX, TIOCGWINSZ, FICLONE.
    private static let deviceCommands: Set<UInt32> = [0x541B, 0x5421, 0x5451, 0x5450, 0x5413, 0x4004_9409]
    /// FICLONE, whose argument is a descriptor; FICLONERANGE and FIDEDUPERANGE, where it is in a structure, are not known.
    private static let copyingCommands: Set<UInt32> = [0x4004_9409]
    /// FIONREAD, FIONBIO, TIOCGWINSZ, and below the record locks of both kinds: their argument is an address.
    private static let addressedCommands: Set<UInt32> = [0x541B, 0x5421, 0x5413]
    private static let lockCommands: Set<Int> = [Int(F_GETLK), Int(F_SETLK), Int(F_SETLKW), 36, 37, 38]
    /// F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY: all of them make the kernel send signals.
    private static let signallingCommands: Set<Int> = [8, 10, 15, 1024, 1026]
    /// Duplicating, flags, record locks of both kinds, the size of a pipe, seals.
    private static let fileCommands: Set<Int> = [
      Int(F_DUPFD), 1030, Int(F_GETFD), Int(F_SETFD), Int(F_GETFL), Int(F_SETFL), Int(F_GETOWN), Int(F_GETLK),
      Int(F_SETLK), Int(F_SETLKW), 36, 37, 38, 1031, 1032, 1033, 1034,
    ]
  #endif
}

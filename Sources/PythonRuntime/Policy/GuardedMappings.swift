import CPythonABI

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// `mmap.mmap`: memory that cannot be read, or is not there when it is, ends the process at the first touch.
enum GuardedMappings {
  /// Written once in `install`, before there is an interpreter that could call ours.
  nonisolated(unsafe) private static var advise: PatchedMethod?

  /// Puts ours in the place of `madvise`, if the build has it.
  static func install(_ definition: UnsafeMutablePointer<PyMethodDef>?) {
    advise = PatchedMethod(definition) { object, arguments, count in
      guard let api = RawDomain.api, let advise = GuardedMappings.advise else { return nil }
      guard let policyGuard = AuditHook.currentGuard(api), !policyGuard.policy.nativeCode,
        let option = advise.arguments(arguments, count, api).first, let problem = policyGuard.advising(option)
      else { return advise(object, arguments, count) }
      policyGuard.deny(problem)
      return nil
    }
  }
}

extension PolicyGuard {
  /// - Parameters:
  ///   - flags: an `int`, or nil when it is not given.
  ///   - protection: the same.
  func mapping(flags: ObjectPointer?, protection: ObjectPointer?) -> Problem? {
    if let protection, protection != api.none {
      let value = number(protection)
      guard let value, value & Int64(PROT_EXEC) == 0 else {
        return Problem(rule: PolicyModules.native, operation: "mmap.mmap(prot=PROT_EXEC)")
      }
      guard value != 0, value & ~Int64(PROT_READ | PROT_WRITE) == 0 else {
        return Problem(rule: PolicyModules.mapping, operation: "mmap.mmap(prot=\(value))")
      }
    }
    guard let flags, flags != api.none else { return nil }
    let value = number(flags)
    if let value, value & ~Self.mappingFlags == 0 { return nil }
    return Problem(rule: PolicyModules.mapping, operation: "mmap.mmap(flags=\(value ?? -1))")
  }

  #if canImport(Darwin)
    private static let mappingFlags = Int64(MAP_SHARED | MAP_PRIVATE | MAP_ANON | MAP_NORESERVE | MAP_NOCACHE)
  #else
    /// Also MAP_POPULATE, MAP_NONBLOCK and MAP_STACK, and those that do nothing any more: MAP_DENYWRITE, MAP_EXECUTABLE.
    /// None chooses the address, locks memory, or takes pages that may not be there.
    private static let mappingFlags =
      Int64(MAP_SHARED | MAP_PRIVATE | MAP_ANONYMOUS) | 0x8000 | 0x10000 | 0x20000 | 0x800 | 0x1000
  #endif

  /// `mmap.madvise`: on Linux some numbers make pages that end the process when they are touched, or break the
  /// machine's memory for a test.
  fileprivate func advising(_ option: ObjectPointer) -> Problem? {
    guard api.isInstance(option, of: api.pointee.PyLong_Type), let value = number(option), 0...25 ~= value else {
      return Problem(rule: PolicyModules.mapping, operation: "mmap.madvise()")
    }
    return nil
  }

  private func number(_ object: ObjectPointer) -> Int64? {
    var overflow: Int32 = 0
    let value = api.pointee.PyLong_AsLongLongAndOverflow(object, &overflow)
    return overflow == 0 ? Int64(value) : nil
  }
}

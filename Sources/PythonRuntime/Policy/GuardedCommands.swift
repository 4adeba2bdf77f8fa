import CPythonABI

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// `fcntl.fcntl`, whose event comes before the call and so cannot tell which number a copy of a descriptor has got;
/// patched once for the process.
enum GuardedCommands {
  /// Written once in `install`, before there is an interpreter that could call ours.
  nonisolated(unsafe) private static var command: PatchedMethod?

  /// To be called once, in the main interpreter, before there is another one.
  static func install(_ api: PythonAPI) {
    command = PatchedMethod(GuardedFunctions.definition(of: "fcntl", in: "fcntl", api)) {
      GuardedCommands.call($0, $1, $2)
    }
  }

  private static func call(
    _ module: ObjectPointer, _ arguments: UnsafeMutableRawPointer?, _ count: Int
  ) -> ObjectPointer? {
    guard let api = RawDomain.api, let command, let result = command(module, arguments, count) else { return nil }
    if let policyGuard = AuditHook.currentGuard(api), copies(command.arguments(arguments, count, api), api) {
      policyGuard.own(result)
    }
    return result
  }

  /// The descriptor has been found to be the code's own, at the event; its copy is too.
  private static func copies(_ arguments: [ObjectPointer], _ api: PythonAPI) -> Bool {
    guard arguments.count > 1, api.isInstance(arguments[1], of: api.pointee.PyLong_Type) else { return false }
    var overflow: Int32 = 0
    return copyingCommands.contains(Int(api.pointee.PyLong_AsLongLongAndOverflow(arguments[1], &overflow)))
  }

  #if canImport(Darwin)
    private static let copyingCommands = [Int(F_DUPFD), Int(F_DUPFD_CLOEXEC)]
  #else
    /// With F_DUPFD_CLOEXEC.
    private static let copyingCommands = [Int(F_DUPFD), 1030]
  #endif
}

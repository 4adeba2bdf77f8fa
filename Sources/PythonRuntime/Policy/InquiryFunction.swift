import CPythonABI

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Functions that tell of any process, or how busy the machine is, without an audit event; code that may not read every
/// file is told of its own process only, as there is no `/proc` for it either.
enum InquiryFunction: String, CaseIterable {
  case openProcess = "posix.pidfd_open"
  case group = "posix.getpgid"
  case session = "posix.getsid"
  case priority = "posix.getpriority"
  case affinity = "posix.sched_getaffinity"
  case parameters = "posix.sched_getparam"
  case scheduler = "posix.sched_getscheduler"
  case interval = "posix.sched_rr_get_interval"
  case setting = "posix.sysconf"
  case clock = "time.clock_gettime"
  case clockInNanoseconds = "time.clock_gettime_ns"
  case resolution = "time.clock_getres"

  /// Makes plain values of the arguments that are looked at, so that what is checked is what is asked. False with an
  /// exception set: the denial, or what is wrong with an argument.
  func allows(_ call: inout CallArguments, _ policyGuard: PolicyGuard) -> Bool {
    let api = policyGuard.api
    func convert(_ argument: ObjectPointer) -> ObjectPointer? {
      self == .setting ? api.plainValue(argument) : api.pointee.PyNumber_Index(argument)
    }
    guard call.replace(0, parameter, by: convert) else { return false }
    if self == .priority, !call.replace(1, "who", by: convert) { return false }
    let plain = call.tuple(of: [(0, parameter), (1, "who")])
    defer { api.pointee.Py_DecRef(plain) }
    let arguments = AuditArguments(plain, api)
    guard call.argument(0, parameter) != nil, !isOwn(arguments) else { return true }
    policyGuard.deny(
      PolicyGuard.Problem(rule: PolicyModules.inquiries, operation: "\(shownName)(\(arguments.shown(0)))"))
    return false
  }

  private var parameter: String {
    switch self {
    case .openProcess, .group: "pid"
    case .priority: "which"
    default: ""
    }
  }

  private func isOwn(_ arguments: AuditArguments) -> Bool {
    func isOwnProcess(_ place: Int) -> Bool { arguments.int(place) == 0 || arguments.int(place) == Int(getpid()) }
    switch self {
    case .setting: return arguments.text(0) != "SC_AVPHYS_PAGES" && arguments.int(0) != Self.freeMemory
    // A negative number is made of that of a process or of a device.
    case .clock, .clockInNanoseconds, .resolution: return arguments.int(0).map { $0 >= 0 } ?? true
    // PRIO_PROCESS, and not the group or the user.
    case .priority: return arguments.int(0) == 0 && isOwnProcess(1)
    default: return isOwnProcess(0)
    }
  }

  private var shownName: String { rawValue.replacing("posix.", with: "os.") }

  #if canImport(Darwin)
    private static let freeMemory: Int? = nil
  #else
    private static let freeMemory: Int? = Int(_SC_AVPHYS_PAGES)
  #endif
}

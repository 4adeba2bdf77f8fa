import CPythonABI
import Essentials
import HostSupport

extension PolicyGuard {
  func networking(_ kind: AuditEvent, _ arguments: AuditArguments, _ name: String) -> Problem? {
    switch kind {
    case .makeSocket:
      // What cannot be compared with host and port is not there at all; nor are sockets that somebody else opened.
      let families = policy.network.isNone ? [AF_UNIX] : [AF_UNIX, AF_INET, AF_INET6]
      if let family = arguments.int(1), families.contains(where: { Int($0) == family }) { return nil }
      return problem("socket.socket(family=\(arguments.shown(1)))")
    case .address, .listenAt, .sendTo:
      // A message on a connected socket has no address.
      if name == "socket.sendmsg", arguments.isNone(1) { return nil }
      if let path = arguments.path(1) {
        return hosts.contains { $0.matches(file: path) } ? nil : problem("\(name)(\(arguments.shown(1)))")
      }
      guard let address = arguments.tuple(1), let host = address.path(0), let port = address.int(1) else {
        return problem("\(name)(\(arguments.shown(1)))")
      }
      return isKnown(host, port) ? nil : problem("\(name)(('\(host)', \(port)))")
    case .lookUp: return lookingUp(arguments, name)
    case .lookUpAddress:
      guard let host = arguments.tuple(0)?.path(0), isKnown(host, nil) else {
        return problem("\(name)(\(arguments.tuple(0)?.shown(0) ?? "?"))")
      }
      return nil
    default: return nil
    }
  }

  /// - Parameter host: every address of the machine, as numbers.
  func listening(unboundAt host: String) -> Problem? {
    isKnown(host, 0) ? nil : problem("socket.listen() without bind(), at ('\(host)', 0)")
  }

  /// Networks that reach somebody else, with what goes to the code's own sockets there; -1 is for a socket of the code's
  /// own. Others, as netlink and raw packets on Linux, are a way into the system.
  static func isCommon(_ arguments: AuditArguments) -> Bool {
    guard let family = arguments.int(1), let type = arguments.int(2), commonFamilies.contains(family) else {
      return false
    }
    // Linux has flags there too. Raw sockets see the packets of others, but those of ICMP are for `ping`.
    switch type == -1 ? 1 : type & 0xF {
    case 3: return family == Int(AF_INET) && arguments.int(3) == 1 || family == Int(AF_INET6) && arguments.int(3) == 58
    case 1, 2, 4, 5, 6: return true
    default: return false
    }
  }

  #if canImport(Darwin)
    private static let commonFamilies: Set<Int> = [-1, Int(AF_UNIX), Int(AF_INET), Int(AF_INET6)]
  #else
    /// With those of field buses, Bluetooth and virtual machines.
    private static let commonFamilies: Set<Int> = [-1, Int(AF_UNIX), Int(AF_INET), Int(AF_INET6), 29, 31, 40]
  #endif

  /// A socket that gets a name in the file system, or a message to one that has, is something written there. What has a
  /// name of the system's own (`\0name` on Linux, or one that it chooses) lies in no folder of the policy.
  func naming(_ kind: AuditEvent, _ arguments: AuditArguments, _ name: String) -> Problem? {
    guard kind == .listenAt || kind == .sendTo, policy.write != .all || !policy.processes,
      !arguments.isNone(1), arguments.tuple(1) == nil
    else { return nil }
    let operation = "\(name)(\(arguments.shown(1)))"
    guard let path = arguments.path(1), !path.isEmpty else { return Problem(rule: writingRule, operation: operation) }
    if hosts.contains(where: { $0.matches(file: path) }) { return nil }
    guard let resolved = ResolvedPath.resolve(path) else { return Problem(rule: writingRule, operation: operation) }
    return check(resolved, writes: true, operation)
  }

  private func lookingUp(_ arguments: AuditArguments, _ name: String) -> Problem? {
    if arguments.isNone(0), !policy.network.isNone { return nil }
    guard let host = arguments.path(0), isKnown(host, nil) else {
      return problem("\(name)(\(arguments.shown(0)))")
    }
    if hosts.contains(where: { $0.matches(host: host) }) { knownHosts.insert(host) }
    return nil
  }

  /// Whether a pattern matches a host by its name, or by an address that an allowed name has now.
  private func isKnown(_ host: String, _ port: Int?) -> Bool {
    let patterns = hosts.filter { pattern in port.map { pattern.matches(port: $0) } ?? true }
    if patterns.contains(where: { $0.matches(host: host) }) { return true }
    // A program looks a name up first and then connects to its address.
    guard Self.isNumeric(host) else { return false }
    for pattern in patterns {
      for name in knownHosts.union([pattern.name].compactMap { $0 }) where pattern.matches(host: name) {
        if addresses(of: name, including: host).contains(host) { return true }
      }
    }
    return false
  }

  /// Those of a name that are known; looked up when the one in question is not among them.
  private func addresses(of name: String, including host: String) -> Set<String> {
    if knownAddresses[name]?.contains(host) != true {
      // Names with many addresses give others each time: those that were seen stay valid.
      // Asking can take as long as a server takes to answer, and other threads, and a deadline, need the GIL.
      let threadState = api.pointee.PyEval_SaveThread()
      let found = HostPattern.addresses(of: name)
      api.pointee.PyEval_RestoreThread(threadState)
      knownAddresses[name, default: []].formUnion(found)
    }
    return knownAddresses[name] ?? []
  }

  private static func isNumeric(_ host: String) -> Bool {
    host.contains(":") || !host.isEmpty && host.allSatisfy { $0.isNumber || $0 == "." }
  }

  private func problem(_ operation: String) -> Problem {
    let listed = policy.network.listed
    let rule =
      listed.isEmpty ? "the network" : "network addresses other than \(listed.joined(separator: ", "))"
    return Problem(rule: rule, operation: operation)
  }
}

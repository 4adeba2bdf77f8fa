import CPythonABI

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The methods of `socket.socket` that CPython raises no audit event for, or one that says too little or comes too late;
/// patched once for the process, in the table that CPython has of them, so that every copy of the type has them.
enum GuardedSockets {
  private struct Originals {
    var fileNumber, detach, accept, listen, connect, tryToConnect, bind: PatchedMethod?
    var send, sendMessage, receiveMessage, receiveMessageInto: PatchedMethod?
  }

  /// Written once in `install`, before there is an interpreter that could call any of ours.
  nonisolated(unsafe) private static var originals = Originals()

  /// - Parameter definition: gives CPython's description of a method.
  static func install(_ definition: (_ name: String) -> UnsafeMutablePointer<PyMethodDef>?) {
    originals.fileNumber = PatchedMethod(definition("fileno")) {
      GuardedTypes.notingNumber(GuardedSockets.originals.fileNumber, $0, $1, $2)
    }
    originals.detach = PatchedMethod(definition("detach")) {
      GuardedTypes.notingNumber(GuardedSockets.originals.detach, $0, $1, $2)
    }
    originals.accept = PatchedMethod(definition("_accept")) { GuardedSockets.noteAccepted($0, $1, $2) }
    originals.listen = PatchedMethod(definition("listen")) { GuardedSockets.listen($0, $1, $2) }
    // Their events come when a name has been looked up already.
    originals.connect = PatchedMethod(definition("connect")) {
      GuardedSockets.pass(GuardedSockets.originals.connect, $0, $1, $2, .address, "socket.connect")
    }
    originals.tryToConnect = PatchedMethod(definition("connect_ex")) {
      GuardedSockets.pass(GuardedSockets.originals.tryToConnect, $0, $1, $2, .address, "socket.connect")
    }
    originals.bind = PatchedMethod(definition("bind")) {
      GuardedSockets.pass(GuardedSockets.originals.bind, $0, $1, $2, .listenAt, "socket.bind")
    }
    originals.send = PatchedMethod(definition("sendto")) {
      GuardedSockets.pass(GuardedSockets.originals.send, $0, $1, $2, .sendTo, "socket.sendto")
    }
    originals.sendMessage = PatchedMethod(definition("sendmsg")) { GuardedSockets.sendMessage($0, $1, $2) }
    originals.receiveMessage = PatchedMethod(definition("recvmsg")) {
      GuardedSockets.notingReceived(GuardedSockets.originals.receiveMessage, $0, $1, $2)
    }
    originals.receiveMessageInto = PatchedMethod(definition("recvmsg_into")) {
      GuardedSockets.notingReceived(GuardedSockets.originals.receiveMessageInto, $0, $1, $2)
    }
  }

  // MARK: Descriptors

  private static func noteAccepted(
    _ object: ObjectPointer, _ arguments: UnsafeMutableRawPointer?, _ count: Int
  ) -> ObjectPointer? {
    guard let result = originals.accept?(object, arguments, count) else { return nil }
    if let api = RawDomain.api, let policyGuard = AuditHook.currentGuard(api),
      let number = api.pointee.PyTuple_GetItem(result, 0)
    {
      policyGuard.own(number)
    }
    return result
  }

  /// What another program has sent is the code's own; it gets new numbers here.
  private static func notingReceived(
    _ original: PatchedMethod?, _ object: ObjectPointer, _ arguments: UnsafeMutableRawPointer?, _ count: Int
  ) -> ObjectPointer? {
    guard let result = original?(object, arguments, count) else { return nil }
    if let api = RawDomain.api, let policyGuard = AuditHook.currentGuard(api),
      let messages = api.pointee.PyTuple_GetItem(result, 1)
    {
      policyGuard.ownDescriptors(in: messages)
    }
    return result
  }

  /// `sendmsg`, whose event does not tell that descriptors go along.
  private static func sendMessage(
    _ object: ObjectPointer, _ arguments: UnsafeMutableRawPointer?, _ count: Int
  ) -> ObjectPointer? {
    guard let api = RawDomain.api, let original = originals.sendMessage else { return nil }
    let given = original.arguments(arguments, count, api)
    if given.count > 1, !isEmpty(given[1], api),
      GuardedTypes.deny(
        PolicyModules.foreignDescriptors, "socket.sendmsg() with descriptors or other ancillary data",
        unless: \.processes)
    {
      return nil
    }
    if given.count > 3, denies(.sendTo, "socket.sendmsg", object, given[3], api) { return nil }
    return original(object, arguments, count)
  }

  private static func isEmpty(_ messages: ObjectPointer, _ api: PythonAPI) -> Bool {
    let isPlain = [api.pointee.PyList_Type, api.pointee.PyTuple_Type].contains(messages.pointee.ob_type)
    return isPlain && api.pointee.PyObject_Size(messages) == 0
  }

  // MARK: Addresses

  /// A call whose last argument is an address.
  private static func pass(
    _ original: PatchedMethod?, _ object: ObjectPointer, _ arguments: UnsafeMutableRawPointer?, _ count: Int,
    _ kind: AuditEvent, _ name: String
  ) -> ObjectPointer? {
    guard let api = RawDomain.api, let original else { return nil }
    if let address = original.arguments(arguments, count, api).last, denies(kind, name, object, address, api) {
      return nil
    }
    return original(object, arguments, count)
  }

  /// Whether the event that is still to come will be denied; then the denial is set, and no name server asked.
  private static func denies(
    _ kind: AuditEvent, _ name: String, _ object: ObjectPointer, _ address: ObjectPointer, _ api: PythonAPI
  ) -> Bool {
    guard let policyGuard = AuditHook.currentGuard(api), policyGuard.policy.network != .all,
      api.isInstance(address, of: api.pointee.PyTuple_Type), let event = api.pointee.PyTuple_New(2)
    else { return false }
    defer { api.pointee.Py_DecRef(event) }
    for (place, item) in [object, address].enumerated() {
      api.pointee.Py_IncRef(item)
      _ = api.pointee.PyTuple_SetItem(event, place, item)
    }
    guard let problem = policyGuard.networking(kind, AuditArguments(event, api), name) else { return false }
    policyGuard.deny(problem)
    return true
  }

  /// A socket that is bound to nothing listens on every address of the machine.
  private static func listen(
    _ object: ObjectPointer, _ arguments: UnsafeMutableRawPointer?, _ count: Int
  ) -> ObjectPointer? {
    guard let api = RawDomain.api, let original = originals.listen else { return nil }
    if let policyGuard = AuditHook.currentGuard(api), policyGuard.policy.network != .all {
      guard let number = originals.fileNumber?(object, nil, 0) else { return nil }
      defer { api.pointee.Py_DecRef(number) }
      if let host = api.descriptor(number).flatMap(unboundAddress), let problem = policyGuard.listening(unboundAt: host)
      {
        policyGuard.deny(problem)
        return nil
      }
    }
    return original(object, arguments, count)
  }

  /// Where an internet socket that has no port would listen; nil for one that has been bound, and for any other.
  private static func unboundAddress(_ descriptor: Int32) -> String? {
    var address = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    var service = [CChar](repeating: 0, count: Int(NI_MAXSERV))
    let isFound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        getsockname(descriptor, address, &length) == 0
          && [AF_INET, AF_INET6].contains(Int32(address.pointee.sa_family))
          && getnameinfo(
            address, length, &host, socklen_t(host.count), &service, socklen_t(service.count),
            NI_NUMERICHOST | NI_NUMERICSERV) == 0
      }
    }
    func text(_ characters: [CChar]) -> String {
      String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    return isFound && text(service) == "0" ? text(host) : nil
  }
}

extension PolicyGuard {
  /// - Parameter messages: what `recvmsg` gives as ancillary data.
  fileprivate func ownDescriptors(in messages: ObjectPointer) {
    guard messages.pointee.ob_type == api.pointee.PyList_Type else { return }
    for place in 0..<api.pointee.PyObject_Size(messages) {
      guard let message = api.pointee.PySequence_GetItem(messages, place) else { return api.pointee.PyErr_Clear() }
      defer { api.pointee.Py_DecRef(message) }
      let fields = AuditArguments(message, api)
      var start: UnsafeMutablePointer<CChar>?
      var length = 0
      // The second number is SCM_RIGHTS, which Swift does not see in every C library.
      guard fields.int(0) == Int(SOL_SOCKET), fields.int(1) == 1, let data = fields.object(2),
        api.pointee.PyBytes_AsStringAndSize(data, &start, &length) == 0, let start
      else { continue }
      let bytes = UnsafeRawBufferPointer(start: start, count: length)
      for offset in stride(from: 0, through: length - 4, by: 4) {
        descriptors.add(bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
      }
    }
  }
}

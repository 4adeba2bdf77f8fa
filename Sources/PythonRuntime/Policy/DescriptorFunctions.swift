import CPythonABI

/// The functions of `posix` and `_socket` that act on open files by their number: each is replaced by one that asks the
/// guard first, and that notes which numbers the code has got.
///
/// CPython raises no audit event for them. The functions are C functions of ours: what they replace is held where no
/// Python code gets at it, which a wrapper in Python could not do.
struct DescriptorFunction {
  /// What a call gives, or takes away.
  enum Outcome { case nothing, descriptor, twoDescriptors, closes }

  let module: String
  let name: String
  /// The names of the parameters that are descriptors, by place.
  let descriptors: [Int: String]
  let outcome: Outcome

  private init(_ module: String, _ name: String, _ descriptors: [Int: String], _ outcome: Outcome = .nothing) {
    self.module = module
    self.name = name
    self.descriptors = descriptors
    self.outcome = outcome
  }

  static let all: [DescriptorFunction] =
    [
      "read", "readinto", "write", "pread", "pwrite", "readv", "writev", "preadv", "pwritev", "lseek", "fsync",
      "fdatasync",
      "ftruncate", "fchmod", "fchown", "lockf", "posix_fadvise", "posix_fallocate", "get_blocking", "set_blocking",
      "set_inheritable", "tcgetpgrp", "ttyname", "grantpt", "unlockpt", "ptsname", "eventfd_read", "eventfd_write",
      "timerfd_settime", "timerfd_settime_ns", "timerfd_gettime", "timerfd_gettime_ns",
    ].map { DescriptorFunction("posix", $0, [0: "fd"]) } + [
      DescriptorFunction("posix", "close", [0: "fd"], .closes),
      DescriptorFunction("posix", "dup", [0: "fd"], .descriptor),
      DescriptorFunction("posix", "sendfile", [0: "out_fd", 1: "in_fd"]),
      DescriptorFunction("posix", "_fcopyfile", [0: "in_fd", 1: "out_fd"]),
      DescriptorFunction("posix", "splice", [0: "src", 1: "dst"]),
      DescriptorFunction("posix", "copy_file_range", [0: "src", 1: "dst"]),
      DescriptorFunction("_socket", "close", [0: "fd"], .closes),
      DescriptorFunction("_socket", "dup", [0: "fd"], .descriptor),
    ]
    + ["eventfd", "timerfd_create", "pidfd_open", "posix_openpt", "memfd_create"].map {
      DescriptorFunction("posix", $0, [:], .descriptor)
    }
    + ["pipe", "pipe2", "openpty"].map { DescriptorFunction("posix", $0, [:], .twoDescriptors) }

  /// A call, with a guard that has an objection or has not; the reference is new, nil with an exception set.
  func call(_ original: ObjectPointer, _ call: inout CallArguments, _ policyGuard: PolicyGuard) -> ObjectPointer? {
    let api = policyGuard.api
    guard let numbers = plainNumbers(&call, api) else { return nil }
    for number in numbers {
      if let problem = policyGuard.using(descriptor: Int(number), "os.\(name)(\(number))") {
        policyGuard.deny(problem)
        return nil
      }
    }
    // Before: as soon as it is closed, the number can be somebody else's.
    if case .closes = outcome, let number = numbers.first { policyGuard.descriptors.remove(number) }
    guard let result = call.make(original) else { return nil }
    note(result, in: policyGuard)
    return result
  }

  /// Makes plain values of all arguments, once, so that no code of the user's runs after the check; gives the descriptors
  /// among them, or nil with an exception set.
  private func plainNumbers(_ call: inout CallArguments, _ api: PythonAPI) -> [Int32]? {
    guard !descriptors.isEmpty else { return [] }
    guard call.replaceAll(but: descriptors, by: name == "set_blocking" ? api.plainBool : api.plainValue) else {
      return nil
    }
    var numbers: [Int32] = []
    for (place, keyword) in descriptors.sorted(by: { $0.key < $1.key }) {
      guard let argument = call.argument(place, keyword) else { continue }
      let number = api.pointee.PyObject_AsFileDescriptor(argument)
      if number < 0, api.pointee.PyErr_Occurred() != nil { return nil }
      guard call.replace(place, keyword, with: api.pointee.PyLong_FromLongLong(Int64(number))) else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  private func note(_ result: ObjectPointer, in policyGuard: PolicyGuard) {
    let api = policyGuard.api
    switch outcome {
    case .descriptor: policyGuard.own(result)
    case .twoDescriptors where api.isInstance(result, of: api.pointee.PyTuple_Type):
      for place in 0..<api.pointee.PyTuple_Size(result) {
        api.pointee.PyTuple_GetItem(result, place).map { policyGuard.own($0) }
      }
    default: break
    }
  }
}

extension PythonAPI {
  /// The value of an `int` that can be a descriptor; nil for anything else. Runs no code of the user's.
  func descriptor(_ number: ObjectPointer) -> Int32? {
    guard isInstance(number, of: pointee.PyLong_Type) else { return nil }
    var overflow: Int32 = 0
    let value = pointee.PyLong_AsLongLongAndOverflow(number, &overflow)
    return overflow == 0 ? Int32(exactly: value) : nil
  }
}

extension PolicyGuard {
  /// Notes that the code has opened what a number stands for.
  func own(_ number: ObjectPointer) { api.descriptor(number).map { descriptors.add($0) } }

  /// `os.open`, whose audit event does not tell which folder a path is relative to.
  func openDescriptor(_ original: ObjectPointer, _ call: inout CallArguments) -> ObjectPointer? {
    guard call.replace(0, "path", by: api.plainPath),
      call.replace(1, "flags", by: api.pointee.PyNumber_Index),
      call.replace(2, "mode", by: api.pointee.PyNumber_Index),
      call.replace(nil, "dir_fd", by: api.pointee.PyNumber_Index)
    else { return nil }
    let plain = call.tuple(of: [(0, "path"), (1, "flags"), (nil, "dir_fd"), (2, "mode")])
    defer { api.pointee.Py_DecRef(plain) }
    if let problem = openingAt(AuditArguments(plain, api)) {
      deny(problem)
      return nil
    }
    let wasOpening = isOpening
    isOpening = true
    defer { isOpening = wasOpening }
    guard let result = call.make(original) else { return nil }
    own(result)
    return result
  }

  /// `os.readlink`, for which there is no audit event.
  func readLink(_ original: ObjectPointer, _ call: inout CallArguments) -> ObjectPointer? {
    guard call.replace(0, "path", by: api.plainPath),
      call.replace(nil, "dir_fd", by: api.pointee.PyNumber_Index)
    else { return nil }
    let plain = call.tuple(of: [(0, "path"), (nil, "dir_fd")])
    defer { api.pointee.Py_DecRef(plain) }
    if let problem = readingLink(AuditArguments(plain, api)) {
      deny(problem)
      return nil
    }
    return call.make(original)
  }
}

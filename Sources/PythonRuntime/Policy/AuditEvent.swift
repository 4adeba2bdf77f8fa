#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What an audited event of CPython means for a policy. Events that are not in the table mean nothing.
enum AuditEvent: UInt8 {
  // Files; the comments give the event's arguments.
  case open  // path, mode or None, flags
  case readPath  // path
  case changePath  // path, ...; of a link, what it points at
  case changeAt  // path, ..., folder's descriptor; of a link, both
  case makeAt  // path, mode, folder's descriptor
  case removeAt  // path, folder's descriptor
  case twoPaths  // source, destination, descriptors of both folders
  case link  // the same
  case symlink  // source, destination, folder's descriptor
  case database  // path
  case connected  // connection
  case changeFolder

  // Descriptors.
  case command  // descriptor, command, argument
  case lock  // descriptor, ...
  case map  // descriptor, ...

  // Network.
  case makeSocket  // socket, family, type, protocol
  case address  // socket, address
  case listenAt, sendTo  // the same
  case lookUp  // host, ...
  case lookUpAddress  // (host, port)

  // Whatever the arguments are.
  case process, processWide, native, interpreter, frames, changeEnvironment, systemLog, hostName

  case importModule  // name, file, ...
  case auditHook

  case startThread  // decided by `ThreadRefusals`, and not by policies

  case trace  // no affair of policies: `TraceRequests` counts them

  private static let names: [(AuditEvent, [String])] = [
    (.open, ["open"]),
    (.readPath, ["os.listdir", "os.scandir", "os.getxattr", "os.listxattr"]),
    (.changePath, ["os.truncate", "os.setxattr", "os.removexattr", "os.chflags"]),
    (.changeAt, ["os.chmod", "os.chown", "os.utime"]),
    (.makeAt, ["os.mkdir"]),
    (.removeAt, ["os.remove", "os.rmdir"]),
    (.twoPaths, ["os.rename"]),
    (.link, ["os.link"]),
    (.symlink, ["os.symlink"]),
    (.database, ["sqlite3.connect"]),
    (.connected, ["sqlite3.connect/handle"]),
    (.changeFolder, ["os.chdir"]),
    (.makeSocket, ["socket.__new__"]),
    (.command, ["fcntl.fcntl", "fcntl.ioctl"]),
    (.lock, ["fcntl.flock", "fcntl.lockf"]),
    (.map, ["mmap.__new__"]),
    (.address, ["socket.connect"]),
    (.listenAt, ["socket.bind"]),
    (.sendTo, ["socket.sendto", "socket.sendmsg"]),
    (.lookUp, ["socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"]),
    (.lookUpAddress, ["socket.getnameinfo"]),
    (
      .process,
      [
        "os.system", "os.posix_spawn", "os.exec", "os.spawn", "os.startfile", "os.fork", "os.forkpty", "pty.spawn",
        "subprocess.Popen", "os.kill", "os.killpg", "signal.pthread_kill", "sys.remote_exec",
        "cpython.remote_debugger_script",
      ]
    ),
    (.processWide, ["resource.setrlimit", "resource.prlimit", "socket.sethostname"]),
    (
      .native,
      [
        "ctypes.dlopen", "ctypes.dlsym", "ctypes.dlsym/handle", "ctypes.call_function", "ctypes.cdata",
        "ctypes.cdata/buffer", "ctypes.addressof", "ctypes.string_at", "ctypes.wstring_at", "ctypes.memoryview_at",
        "ctypes.create_string_buffer", "ctypes.create_unicode_buffer", "ctypes.PyObj_FromPtr", "ctypes.get_errno",
        "ctypes.set_errno", "ctypes.seh_exception", "sqlite3.enable_load_extension", "sqlite3.load_extension",
      ]
    ),
    (.interpreter, ["cpython.PyInterpreterState_New"]),
    (.frames, ["sys._current_frames", "sys._current_exceptions"]),
    (.changeEnvironment, ["os.putenv", "os.unsetenv"]),
    (.systemLog, ["syslog.openlog", "syslog.syslog", "syslog.closelog", "syslog.setlogmask"]),
    (.hostName, ["socket.gethostname", "socket.getservbyname", "socket.getservbyport"]),
    (.importModule, ["import"]),
    (.auditHook, ["sys.addaudithook"]),
    (.trace, ["sys.settrace", "sys.setprofile", "sys.monitoring.register_callback"]),
    (.startThread, ["_thread.start_new_thread", "_thread.start_joinable_thread"]),
  ]

  private struct Entry {
    let hash: UInt32
    let name: UnsafePointer<CChar>?
    let event: AuditEvent
  }

  private static let mask: UInt32 = 511

  /// An open hash table, made once and never freed; half of it is empty, so that most searches end at once.
  nonisolated(unsafe) private static let table: UnsafePointer<Entry> = {
    let table = UnsafeMutablePointer<Entry>.allocate(capacity: Int(mask) + 1)
    table.initialize(repeating: Entry(hash: 0, name: nil, event: .open), count: Int(mask) + 1)
    for (event, names) in names {
      for name in names {
        guard let text = strdup(name) else { continue }
        let hash = hash(text)
        var slot = hash & mask
        while table[Int(slot)].name != nil { slot = (slot + 1) & mask }
        table[Int(slot)] = Entry(hash: hash, name: UnsafePointer(text), event: event)
      }
    }
    return UnsafePointer(table)
  }()

  /// The event of a name, or nil for one that no policy is interested in. No allocation, no lock.
  @inline(__always)
  static func find(_ name: UnsafePointer<CChar>) -> AuditEvent? {
    let table = table
    let hash = hash(name)
    var slot = hash & mask
    while let known = table[Int(slot)].name {
      if table[Int(slot)].hash == hash, strcmp(known, name) == 0 { return table[Int(slot)].event }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// FNV-1a.
  @inline(__always)
  private static func hash(_ name: UnsafePointer<CChar>) -> UInt32 {
    var hash: UInt32 = 2_166_136_261
    var next = name
    while next.pointee != 0 {
      hash = (hash ^ UInt32(UInt8(bitPattern: next.pointee))) &* 16_777_619
      next += 1
    }
    return hash
  }
}

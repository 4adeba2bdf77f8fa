#if os(Linux)
  internal import CLinuxABI

  #if canImport(Musl)
    import Musl
  #else
    import Glibc
  #endif

  /// The files that a process may reach, as rules of Landlock; and that it has no TCP, where there is to be no network.
  struct FileRules {
    private var handled: UInt64 = 0
    private var handledPorts: UInt64 = 0
    private var allowed: [(path: String, rights: UInt64)] = []

    /// The version of the kernel's interface; nil where there is none.
    static var version: Int? {
      let version = clutch_landlock_create_ruleset(nil, 0, 1)
      return version > 0 ? Int(version) : nil
    }

    init(_ confinement: Confinement, _ version: Int) {
      let writing = Self.writing(version)
      if confinement.writable != nil { handled |= writing }
      if confinement.readable != nil { handled |= Self.reading }
      // Connecting and listening.
      if !confinement.allowsNetwork, version >= KernelMeans.portsVersion { handledPorts = 3 }
      for path in confinement.readable.map({ $0 + Self.system + Self.network(confinement) }) ?? [] {
        allowed.append((path, Self.reading))
      }
      for path in confinement.writable.map({ $0 + ["/dev/null"] }) ?? [] {
        allowed.append((path, writing | Self.reading))
      }
    }

    /// Lets the rules hold for this process, for good.
    ///
    /// - Returns: whether there was something to hold, and it does.
    func apply() -> Bool {
      guard handled | handledPorts != 0 else { return false }
      var rules = clutch_landlock_ruleset(handled_access_fs: handled, handled_access_net: handledPorts)
      let size = handledPorts == 0 ? 8 : MemoryLayout<clutch_landlock_ruleset>.size
      let ruleset = clutch_landlock_create_ruleset(&rules, size, 0)
      guard ruleset >= 0 else { return false }
      defer { close(ruleset) }
      for (path, rights) in allowed { allow(path, rights & handled, in: ruleset) }
      return ThreadsOfProcess.restrict(ruleset)
    }

    /// A path that is not there has no rules; one that may be made stands for where it is made.
    private func allow(_ path: String, _ rights: UInt64, in ruleset: Int32) {
      guard rights != 0 else { return }
      var path = path
      var descriptor = open(path, Self.place | O_CLOEXEC)
      while descriptor < 0, rights & ~Self.reading != 0, path != "/", let slash = path.lastIndex(of: "/") {
        path = slash == path.startIndex ? "/" : String(path[..<slash])
        descriptor = open(path, Self.place | O_CLOEXEC)
      }
      guard descriptor >= 0 else { return }
      defer { close(descriptor) }
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { return }
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      var rule = clutch_landlock_path(
        allowed_access: isFolder ? rights : rights & Self.ofFiles, parent_fd: descriptor)
      _ = clutch_landlock_add_path(ruleset, &rule)
    }

    // MARK: Rights

    /// O_PATH: only where it is.
    private static let place: Int32 = 0o1000_0000

    /// Reading files and folders.
    private static let reading: UInt64 = 1 << 2 | 1 << 3
    /// Writing, reading and cutting files: what a rule for a single file can have.
    private static let ofFiles: UInt64 = 1 << 1 | 1 << 2 | 1 << 14

    /// Writing, removing and making of all kinds; moving to another folder and cutting in newer versions.
    private static func writing(_ version: Int) -> UInt64 {
      let first: UInt64 = 1 << 1 | 0x1FF << 4
      return first | (version >= 2 ? 1 << 13 : 0) | (version >= 3 ? 1 << 14 : 0)
    }

    // MARK: What every program reads

    /// Shared libraries, what tells of the processors and of the process itself, time zones, locales.
    private static let system = [
      "/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64",
      "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/timezone",
      "/usr/share/zoneinfo", "/usr/share/locale", "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat",
      "/proc/version", "/proc/sys/vm/overcommit_memory", "/proc/sys/kernel/osrelease", "/proc/sys/kernel/ngroups_max",
      "/sys/devices/system/cpu", "/sys/devices/system/node", "/sys/fs/cgroup", "/sys/kernel/mm/transparent_hugepage",
      "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/proc/self/exe",
    ]

    /// How names become addresses, and whom to trust.
    private static func network(_ confinement: Confinement) -> [String] {
      guard confinement.allowsNetwork else { return [] }
      return [
        "/etc/resolv.conf", "/run/systemd/resolve", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf",
        "/etc/gai.conf",
        "/etc/services", "/etc/protocols", "/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/usr/share/ca-certificates",
        "/usr/local/share/ca-certificates", "/usr/share/pki",
      ]
    }
  }
#endif

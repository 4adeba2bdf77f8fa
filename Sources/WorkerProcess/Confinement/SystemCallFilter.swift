#if os(Linux)
  internal import CLinuxABI

  #if canImport(Musl)
    import Musl
  #else
    import Glibc
  #endif

  /// The system calls that a process may not make, as a program of the kernel's packet filter (seccomp).
  ///
  /// It sees numbers only, and nothing behind an address. A call that is denied fails as one that the user has no right to.
  struct SystemCallFilter {
    private(set) var instructions: [clutch_filter] = []

    /// Whether the kernel takes such filters.
    static var isThere: Bool {
      // SECCOMP_RET_ERRNO
      var action: UInt32 = 0x0005_0000
      // SECCOMP_GET_ACTION_AVAIL
      return architecture != nil && clutch_seccomp(2, 0, &action) == 0
    }

    /// Empty where there is nothing to deny.
    init(_ confinement: Confinement) {
      guard let architecture = Self.architecture, !confinement.allowsNetwork || !confinement.allowsProcesses else {
        return
      }
      // A program of another kind of processor has other numbers.
      load(Place.architecture)
      unless(architecture) { $0.answer(Answer.missing) }
      load(Place.number)
      // Those of x32, a second set of numbers; no other processor has so many.
      whenAtLeast(0x4000_0000) { $0.answer(Answer.missing) }
      // Their entries are system calls that no filter sees.
      deny(Self.rings)
      if !confinement.allowsNetwork { deny([SYS_socket]) }
      if !confinement.allowsProcesses {
        denyProcesses()
        if confinement.allowsNetwork { denyUncommonSockets() }
      }
      answer(Answer.allowed)
    }

    /// Lets it hold for every thread of this process, for good.
    func apply() -> Bool {
      guard !instructions.isEmpty, clutch_no_new_privileges() == 0 else { return false }
      return instructions.withUnsafeBufferPointer { buffer in
        var program = clutch_filter_program(len: UInt16(buffer.count), filter: buffer.baseAddress)
        // SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC
        return clutch_seccomp(1, 1, &program) == 0
      }
    }

    // MARK: Rules

    private static let rings = [425, 426, 427]

    /// Starting processes, looking into them, signalling them, and what changes the whole machine or process.
    private mutating func denyProcesses() {
      deny([SYS_fork, SYS_vfork, SYS_execve, SYS_execveat])
      when(SYS_clone) { filter in
        // A thread is one too.
        filter.load(Place.argument(0))
        filter.whenSet(0x1_0000) { $0.answer(Answer.allowed) }
        filter.answer(Answer.denied)
      }
      // clone3, whose flags lie behind an address: C libraries then take the older one.
      when(435) { $0.answer(Answer.missing) }
      let process = UInt32(bitPattern: getpid())
      for call in [SYS_kill, SYS_tgkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo] {
        when(call) { filter in
          filter.load(Place.argument(0))
          filter.unless(process) { $0.answer(Answer.denied) }
          filter.answer(Answer.allowed)
        }
      }
      when(SYS_prlimit64) { filter in
        // Asking is allowed: then there is no new limit.
        for half in [0, 4] {
          filter.load(Place.argument(2) + UInt32(half))
          filter.unless(0) { $0.answer(Answer.denied) }
        }
        filter.answer(Answer.allowed)
      }
      deny([
        SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_tkill, 424 /* pidfd_send_signal */,
        438 /* pidfd_getfd */, 440 /* process_madvise */, 448 /* process_mrelease */,
      ])
      deny([
        SYS_setrlimit, SYS_setsid, SYS_setpgid, SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid,
        SYS_setresgid, SYS_setgroups, SYS_setfsuid, SYS_setfsgid, SYS_capset, SYS_chroot, SYS_unshare, SYS_setns,
      ])
      deny([
        SYS_mount, SYS_umount2, SYS_pivot_root, 428 /* open_tree */, 429 /* move_mount */, 430 /* fsopen */, 431, 432,
        433 /* fspick */, 442 /* mount_setattr */, SYS_swapon, SYS_swapoff, SYS_reboot, SYS_kexec_load,
        SYS_kexec_file_load, SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_acct, SYS_quotactl,
        SYS_settimeofday, SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime, SYS_sethostname, SYS_setdomainname,
        SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_add_key, SYS_request_key, SYS_keyctl, SYS_iopl, SYS_ioperm,
        SYS_open_by_handle_at, SYS_fanotify_init, SYS_syslog, SYS_vhangup,
      ])
    }

    /// Networks that reach somebody else may be used; netlink, raw packets and the like are a way into the system.
    private mutating func denyUncommonSockets() {
      when(SYS_socket) { filter in
        filter.load(Place.argument(0))
        // AF_UNIX, AF_INET, AF_INET6, field buses, Bluetooth, virtual machines.
        filter.unless([1, 2, 10, 29, 31, 40]) { $0.answer(Answer.denied) }
        filter.load(Place.argument(1))
        filter.mask(0xF)
        // Raw sockets see the packets of others, but those of ICMP are for `ping`.
        filter.whenEqual(10) { $0.answer(Answer.denied) }
        filter.unless(3) { $0.answer(Answer.allowed) }
        filter.load(Place.argument(2))
        filter.unless([1, 58]) { $0.answer(Answer.denied) }
        filter.answer(Answer.allowed)
      }
    }

    // MARK: Instructions

    private enum Answer {
      static let allowed: UInt32 = 0x7FFF_0000
      static let denied: UInt32 = 0x0005_0000 | UInt32(EPERM)
      static let missing: UInt32 = 0x0005_0000 | UInt32(ENOSYS)
    }

    /// Where a number lies in what the program is shown.
    private enum Place {
      static let number: UInt32 = 0
      static let architecture: UInt32 = 4
      /// The lower half, which comes first on all processors that are known here.
      static func argument(_ index: UInt32) -> UInt32 { 16 + 8 * index }
    }

    #if arch(x86_64)
      private static let architecture: UInt32? = 0xC000_003E
    #elseif arch(arm64)
      private static let architecture: UInt32? = 0xC000_00B7
    #else
      private static let architecture: UInt32? = nil
    #endif

    private mutating func add(_ code: UInt16, _ value: UInt32, then: Int = 0, otherwise: Int = 0) {
      instructions.append(clutch_filter(code: code, jt: UInt8(then), jf: UInt8(otherwise), k: value))
    }

    private mutating func load(_ place: UInt32) { add(0x20, place) }
    private mutating func mask(_ bits: UInt32) { add(0x54, bits) }
    private mutating func answer(_ answer: UInt32) { add(0x06, answer) }

    /// A block, which must end with an answer, after a test of the value that was loaded last.
    private mutating func test(
      _ code: UInt16, _ value: UInt32, isTrue: Bool = true, _ block: (inout SystemCallFilter) -> Void
    ) {
      let place = instructions.count
      add(code, value)
      block(&self)
      let length = UInt8(instructions.count - place - 1)
      if isTrue { instructions[place].jf = length } else { instructions[place].jt = length }
    }

    private mutating func whenEqual(_ value: UInt32, _ block: (inout SystemCallFilter) -> Void) {
      test(0x15, value, block)
    }

    private mutating func whenAtLeast(_ value: UInt32, _ block: (inout SystemCallFilter) -> Void) {
      test(0x35, value, block)
    }

    private mutating func whenSet(_ bits: UInt32, _ block: (inout SystemCallFilter) -> Void) { test(0x45, bits, block) }

    private mutating func unless(_ value: UInt32, _ block: (inout SystemCallFilter) -> Void) {
      test(0x15, value, isTrue: false, block)
    }

    /// The block is one instruction.
    private mutating func unless(_ values: [UInt32], _ block: (inout SystemCallFilter) -> Void) {
      for (place, value) in values.enumerated() { add(0x15, value, then: values.count - place) }
      block(&self)
    }

    /// What is done about a system call; the number is loaded before, and still is if it is another one.
    private mutating func when(_ call: some BinaryInteger, _ block: (inout SystemCallFilter) -> Void) {
      // Not of this processor.
      guard call >= 0 else { return }
      whenEqual(UInt32(call), block)
    }

    private mutating func deny(_ calls: [some BinaryInteger]) {
      for call in calls { when(call) { $0.answer(Answer.denied) } }
    }

  }
#endif

internal import CLinuxABI
import HostSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// How much memory a process has.
package struct ProcessMemory: Sendable, Hashable {
  /// The addresses that it has taken, whether there is memory behind them or not.
  package let addressSpace: Int
  /// The memory that is there and that is its own: without files, and without what it shares with its host.
  package let resident: Int

  /// Asks the system; nil when the process is gone, or the system does not tell.
  package init?(of process: Int32) {
    #if os(Linux)
      guard let text = Self.text(of: "/proc/\(process)/statm") else { return nil }
      let pages = text.split(separator: " ").prefix(3).compactMap { Int($0) }
      guard pages.count == 3 else { return nil }
      let size = Int(sysconf(Int32(_SC_PAGESIZE)))
      (addressSpace, resident) = (pages[0] * size, max(0, pages[1] - pages[2]) * size)
    #else
      var info = proc_taskinfo()
      let size = Int32(MemoryLayout<proc_taskinfo>.size)
      guard proc_pidinfo(process, PROC_PIDTASKINFO, 0, &info, size) == size else { return nil }
      (addressSpace, resident) = (Int(info.pti_virtual_size), Int(info.pti_resident_size))
    #endif
  }

  /// Limits the addresses that a process of the same user can take, from now on and for what it starts. Where the system has
  /// no such limits for others, nothing happens.
  package static func limitAddressSpace(of process: Int32, to bytes: Int) {
    #if os(Linux)
      var limit = clutch_limit(soft: UInt64(bytes), hard: UInt64(bytes))
      // RLIMIT_AS
      _ = clutch_prlimit(process, 9, &limit)
    #endif
  }

  #if os(Linux)
    private static func text(of path: String) -> String? {
      let descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { return nil }
      defer { close(descriptor) }
      return String(decoding: Bytes.readSome(256, from: descriptor), as: UTF8.self)
    }
  #endif
}

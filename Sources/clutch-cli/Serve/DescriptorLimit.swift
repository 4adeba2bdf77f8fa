import Essentials

/// How many files and sockets the process may have open.
enum DescriptorLimit {
  /// More than that a server that was given no more is not served by: each number costs whoever goes through all of them.
  private static let enough: rlim_t = 1 << 16

  /// Raises the limit as far as this user may, since every connection takes one.
  ///
  /// - Throws: `CommandError` when there are too few to start with, which would look like another fault each time.
  static func raise() throws {
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return }
    let wanted = min(limit.rlim_max, enough)
    if limit.rlim_cur < wanted {
      var raised = limit
      raised.rlim_cur = wanted
      if setrlimit(resource, &raised) == 0 { limit = raised }
    }
    let most = Int(clamping: limit.rlim_cur)
    // Three for each event loop, and those of files and programs while functions are loaded.
    let needed = 64 + 3 * ProcessInfo.processInfo.activeProcessorCount
    let open = (0..<Int32(min(most, 4_096))).count { fcntl($0, F_GETFD) != -1 }
    guard most - open < needed else { return }
    throw CommandError(
      """
      This process may have \(most) files and sockets open, \(open) are, and a server needs \(needed) more and one for each \
      connection. Raise the limit: ulimit -n 65536, or LimitNOFILE=65536 in a unit of systemd.
      """)
  }

  #if os(Linux) && !canImport(Musl)
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  #else
    private static let resource = RLIMIT_NOFILE
  #endif
}

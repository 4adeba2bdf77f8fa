import WorkerProcess

/// What holds worker processes to the policies of their sources on this machine, beside CPython's own hook.
package enum WorkerBounds {
  /// Whether the kernel holds them to the folders that may be read and written.
  package static var holdFiles: Bool { KernelMeans.here.landlock != nil }
  /// Whether the kernel denies starting processes, and sockets, where a policy does.
  package static var holdSystemCalls: Bool { KernelMeans.here.hasFilters }

  /// The same in words, a line for each means of the kernel's.
  package static var description: [(isThere: Bool, text: String)] {
    let means = KernelMeans.here
    var lines: [(isThere: Bool, text: String)] = []
    if let version = means.landlock {
      let ports = version >= KernelMeans.portsVersion
      lines.append(
        (true, "Landlock \(version): files\(ports ? ", and TCP where a policy denies the network" : "; not TCP")"))
    } else {
      lines.append((false, "Landlock: the folders of a policy hold for Python code, and not for native code"))
    }
    lines.append(
      means.hasFilters
        ? (true, "seccomp: starting and signalling processes, sockets, settings of the system")
        : (
          false, "seccomp: that a policy denies processes or the network holds for Python code, and not for native code"
        ))
    return lines
  }
}

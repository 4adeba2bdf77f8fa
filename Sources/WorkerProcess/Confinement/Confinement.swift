/// What a process may do to the machine, as far as the kernel can hold it to that: also where native code asks nobody.
///
/// Linux has two means that a process can use on itself, for good: Landlock, which knows files and TCP ports, and seccomp,
/// which knows system calls. What a kernel does not have is left out, and ``KernelMeans`` says what that is.
package struct Confinement: Sendable, Hashable {
  /// The files and folders that may be read, with everything below; nil for all. What every program reads may be read.
  package var readable: [String]?
  /// Those that may be written, made, changed and removed; nil for all. One that is not there stands for the folder that it
  /// is to be made in.
  package var writable: [String]?
  /// Whether there are sockets.
  package var allowsNetwork: Bool
  /// Whether other processes may be started and signalled, and the settings of this one be changed.
  package var allowsProcesses: Bool

  package init(readable: [String]?, writable: [String]?, allowsNetwork: Bool, allowsProcesses: Bool) {
    (self.readable, self.writable) = (readable, writable)
    (self.allowsNetwork, self.allowsProcesses) = (allowsNetwork, allowsProcesses)
  }

  /// Holds this process to it from now on, and all that it starts. Threads of the process that block signals are held to
  /// the rules of system calls only.
  ///
  /// - Returns: what holds now.
  @discardableResult
  package func apply() -> KernelMeans {
    let means = KernelMeans.here
    var held = KernelMeans(landlock: nil, hasFilters: false)
    #if os(Linux)
      if let version = means.landlock, FileRules(self, version).apply() { held.landlock = version }
      // Last: it takes away what a process needs for the rest.
      if means.hasFilters, SystemCallFilter(self).apply() { held.hasFilters = true }
    #endif
    return held
  }
}

/// What the kernel has to hold a process to something.
package struct KernelMeans: Sendable, Hashable {
  /// The version of Landlock's interface; nil where there is none, or it is switched off.
  package var landlock: Int?
  /// Whether system calls can be filtered (seccomp).
  package var hasFilters: Bool

  /// From this version on Landlock knows TCP ports.
  package static let portsVersion = 4

  /// Those of the kernel that runs.
  package static var here: KernelMeans {
    #if os(Linux)
      KernelMeans(landlock: FileRules.version, hasFilters: SystemCallFilter.isThere)
    #else
      KernelMeans(landlock: nil, hasFilters: false)
    #endif
  }
}

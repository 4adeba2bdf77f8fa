import Essentials

/// How many processors this process may use: those of the machine, those that it is bound to, and what its control group
/// allows, as containers are limited.
package enum ProcessorCount {
  /// At least 1.
  package static var available: Int {
    let machine = ProcessInfo.processInfo.activeProcessorCount
    func read(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
    let bound = Double(min(machine, affinity(read) ?? machine))
    return max(1, Int(min(bound, (limit(read) ?? bound).rounded(.up))))
  }

  /// How many processors this process is bound to (`taskset`, `cpuset`); nil if the system does not say.
  ///
  /// - Parameter read: the text of a file of `/proc`; nil where there is none.
  package static func affinity(_ read: (String) -> String?) -> Int? {
    let lines = (read("/proc/self/status") ?? "").split(separator: "\n")
    guard let line = lines.first(where: { $0.hasPrefix("Cpus_allowed_list:") }) else { return nil }
    // Ranges, as in "0-3,8".
    let count = line.drop { $0 != ":" }.dropFirst().split(separator: ",").reduce(0) { count, range in
      let ends = range.split(separator: "-").map { Int($0.filter { !$0.isWhitespace }) ?? -1 }
      guard let first = ends.first, let last = ends.last, first >= 0, last >= first, last < 1 << 20 else {
        return count
      }
      return count + last - first + 1
    }
    return count > 0 ? count : nil
  }

  /// What the control groups of this process allow, as a number of processors; nil for any. A group's parents limit it too.
  ///
  /// - Parameter read: the text of a file of `/proc` or `/sys`; nil where there is none.
  package static func limit(_ read: (String) -> String?) -> Double? {
    var limits: [Double] = []
    for line in (read("/proc/self/cgroup") ?? "").split(separator: "\n") {
      // Hierarchy, controllers, path: "0::/a/b" in version 2, "4:cpu,cpuacct:/a/b" in version 1.
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 3 else { continue }
      let folders = groups(parts[2])
      if parts[1].isEmpty {
        limits += folders.compactMap { read("/sys/fs/cgroup\($0)/cpu.max").flatMap(quota) }
      } else if parts[1].split(separator: ",").contains("cpu") {
        for mount in Set(["cpu", parts[1]]) {
          limits += folders.compactMap { folder in
            let path = "/sys/fs/cgroup/\(mount)\(folder)/cpu.cfs_"
            guard let time = read(path + "quota_us"), let period = read(path + "period_us") else { return nil }
            return quota("\(time) \(period)")
          }
        }
      }
    }
    return limits.min()
  }

  /// A group and those above it, up to the root. In a container that does not see the whole tree only the root is there.
  private static func groups(_ path: String) -> [String] {
    let parts = path.split(separator: "/").filter { $0 != ".." }
    return (0...parts.count).map { count in parts.prefix(count).map { "/\($0)" }.joined() }
  }

  /// A quota and its period in microseconds, as in "150000 100000"; nil for none, which is "max" or -1.
  private static func quota(_ text: String) -> Double? {
    let numbers = text.split(whereSeparator: \.isWhitespace).map { Double($0) }
    guard let time = numbers.first ?? nil, time > 0 else { return nil }
    let period = numbers.count > 1 ? numbers[1] ?? 0 : 100_000
    return period > 0 ? time / period : nil
  }
}

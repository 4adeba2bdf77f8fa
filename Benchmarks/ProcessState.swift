import Foundation

/// What the operating system tells of this process (Linux).
enum ProcessState {
  static func residentMegabytes() throws -> Double {
    let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
    guard fields.count > 1, let pages = Double(fields[1]) else { throw BenchmarkError("no /proc/self/statm") }
    return pages * Double(sysconf(Int32(_SC_PAGESIZE))) / 1_048_576
  }

  /// The names of its threads, as the kernel keeps them.
  static func threadNames() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").compactMap { task in
      // It may have ended meanwhile.
      let name = try? String(contentsOfFile: "/proc/self/task/\(task)/comm", encoding: .utf8)
      return name?.trimmingCharacters(in: .newlines)
    }
  }
}

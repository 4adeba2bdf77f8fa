/// A number of bytes, for people.
package struct ByteCount: CustomStringConvertible {
  package let bytes: Int

  package init(_ bytes: Int) { self.bytes = bytes }

  /// A number with a unit or without, as in "256MB", "1GiB", "512KB", "4096"; nil for anything else, and for zero.
  package init?(_ text: String) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text.dropFirst(digits.count).drop { $0 == " " }.uppercased()
    let powers = ["": 1, "B": 1, "KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000]
    let binary = ["KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30, "TIB": 1 << 40]
    guard let count = Int(digits), count > 0, let factor = powers[unit] ?? binary[unit] else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: factor)
    guard !overflow, bytes < 1 << 60 else { return nil }
    self.bytes = bytes
  }

  /// Exact where a unit divides it and few of them are it (`256 MB`, `1 GiB`), else with one digit after the point (`3.4 MB`).
  package var description: String {
    let units = [("GiB", 1 << 30), ("GB", 1_000_000_000), ("MiB", 1 << 20), ("MB", 1_000_000), ("KiB", 1 << 10)]
    for (name, size) in units where bytes >= size && bytes % size == 0 && bytes / size < 10_000 {
      return "\(bytes / size) \(name)"
    }
    for (name, size) in [("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000)] where bytes >= size {
      let tenths = (bytes + size / 20) / (size / 10)
      return tenths % 10 == 0 ? "\(tenths / 10) \(name)" : "\(tenths / 10).\(tenths % 10) \(name)"
    }
    return "\(bytes) bytes"
  }
}

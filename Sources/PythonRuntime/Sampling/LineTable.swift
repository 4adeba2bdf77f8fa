/// The lines that the instructions of a code object are of, as CPython keeps them since 3.11
/// (https://github.com/python/cpython/blob/main/InternalDocs/code_objects.md, "Source code locations").
struct LineTable {
  /// For each code unit; 0 for none.
  private let lines: [Int32]
  private let first: Int

  init(_ table: [UInt8], firstLine: Int) {
    first = firstLine
    var lines: [Int32] = []
    var line = firstLine
    var place = 0
    func next() -> UInt8 {
      defer { place += 1 }
      return place < table.count ? table[place] : 0
    }
    // Six bits a byte, the lowest first, as long as the seventh is set.
    func number() -> Int {
      var (value, shift) = (0, 0)
      while true {
        let byte = next()
        if shift < 60 { value |= Int(byte & 63) << shift }
        shift += 6
        if byte & 64 == 0 { return value }
      }
    }
    func signed() -> Int {
      let value = number()
      return value & 1 == 1 ? -(value >> 1) : value >> 1
    }
    while place < table.count {
      let head = next()
      let (kind, length) = (head >> 3 & 15, Int(head & 7) + 1)
      var hasLine = true
      switch kind {
      case 15: hasLine = false
      case 14:
        line &+= signed()
        for _ in 0..<3 { _ = number() }
      case 13: line &+= signed()
      case 10...12:
        line &+= Int(kind) - 10
        place += 2
      default: place += 1
      }
      lines += repeatElement(hasLine ? Int32(truncatingIfNeeded: line) : 0, count: length)
    }
    self.lines = lines
  }

  /// The line of a code unit.
  subscript(unit: Int) -> Int {
    guard lines.indices.contains(unit), lines[unit] > 0 else { return first }
    return Int(lines[unit])
  }

  /// How many code units there are.
  var count: Int { lines.count }
}

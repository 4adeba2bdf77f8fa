/// The rows of a chunk that a kernel works on: the first `count`, or those that are listed, in any order.
struct Selection {
  var rows: UnsafeMutablePointer<UInt16>
  var count: Int
  var isDense: Bool

  @inline(__always)
  func each(_ body: (Int) -> Void) {
    if isDense {
      for row in 0..<count { body(row) }
    } else {
      for place in 0..<count { body(Int(rows[place])) }
    }
  }

  /// Lists those of all the rows for which a condition holds.
  @inline(__always)
  mutating func keep(_ isKept: (Int) -> Bool) {
    var kept = 0
    let rows = rows
    each { row in
      rows[kept] = UInt16(truncatingIfNeeded: row)
      kept &+= isKept(row) ? 1 : 0
    }
    (count, isDense) = (kept, false)
  }

  /// Puts other rows behind these, which must be listed.
  mutating func append(_ other: Selection) {
    var count = count
    let rows = rows
    other.each { row in
      rows[count] = UInt16(truncatingIfNeeded: row)
      count += 1
    }
    self.count = count
  }
}

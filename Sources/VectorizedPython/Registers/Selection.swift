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

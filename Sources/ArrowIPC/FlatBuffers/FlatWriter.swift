/// Writes FlatBuffers messages from front to back: a table first, then what it refers to.
///
/// References point forward only, so each is filled in when its target is written. Numbers are aligned to their size,
/// counted from the message's start.
struct FlatWriter {
  private var written: [UInt8] = [0, 0, 0, 0]

  /// The message that `root`, a table, is. Its size is a multiple of 8.
  static func message(_ root: FlatNode) -> [UInt8] {
    var writer = FlatWriter()
    writer.write(root, referredToAt: 0)
    writer.align(to: 8)
    return writer.written
  }

  /// The bytes of a number as the format has them.
  static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  private mutating func write(_ node: FlatNode, referredToAt place: Int) {
    switch node {
    case .string(let text):
      align(to: 4)
      refer(from: place)
      append(UInt32(truncatingIfNeeded: text.utf8.count))
      written.append(contentsOf: text.utf8)
      written.append(0)
    case .table(let fields):
      write(fields, referredToAt: place)
    case .tables(let nodes):
      align(to: 4)
      refer(from: place)
      append(UInt32(truncatingIfNeeded: nodes.count))
      let first = written.count
      written.append(contentsOf: repeatElement(0, count: 4 * nodes.count))
      for (index, node) in nodes.enumerated() { write(node, referredToAt: first + 4 * index) }
    case .words(let count, let words):
      // The elements are what is aligned, and the count is in front of them.
      align(to: 4)
      if !(written.count + 4).isMultiple(of: 8) { append(UInt32(0)) }
      refer(from: place)
      append(UInt32(truncatingIfNeeded: count))
      written.append(contentsOf: words)
    }
  }

  private mutating func write(_ fields: [Int: FlatField], referredToAt place: Int) {
    let count = (fields.keys.max() ?? -1) + 1
    align(to: 2)
    let list = written.count
    written.append(contentsOf: repeatElement(0, count: 4 + 2 * count))
    align(to: 4)
    let table = written.count
    refer(from: place)
    append(Int32(truncatingIfNeeded: table - list))
    var references: [(place: Int, node: FlatNode)] = []
    for (number, field) in fields.sorted(by: { $0.key < $1.key }) {
      align(to: field.byteCount)
      set(UInt16(truncatingIfNeeded: written.count - table), at: list + 4 + 2 * number)
      switch field {
      case .int8(let value): append(value)
      case .int16(let value): append(value)
      case .int32(let value): append(value)
      case .int64(let value): append(value)
      case .node(let node):
        references.append((written.count, node))
        append(UInt32(0))
      }
    }
    set(UInt16(truncatingIfNeeded: 4 + 2 * count), at: list)
    set(UInt16(truncatingIfNeeded: written.count - table), at: list + 2)
    for (place, node) in references { write(node, referredToAt: place) }
  }

  private mutating func align(to width: Int) {
    while !written.count.isMultiple(of: width) { written.append(0) }
  }

  /// Makes the reference at `place` point to what is written next.
  private mutating func refer(from place: Int) { set(UInt32(truncatingIfNeeded: written.count - place), at: place) }

  private mutating func append(_ value: some FixedWidthInteger) { written.append(contentsOf: Self.bytes(value)) }

  private mutating func set(_ value: some FixedWidthInteger, at place: Int) {
    for (index, byte) in Self.bytes(value).enumerated() { written[place + index] = byte }
  }
}

extension FlatField {
  fileprivate var byteCount: Int {
    switch self {
    case .int8: 1
    case .int16: 2
    case .int32, .node: 4
    case .int64: 8
    }
  }
}

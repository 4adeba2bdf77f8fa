import Columnar
import Testing

@Suite("Builders")
struct BuilderTests {
  @Test(
    "growth over many rows keeps every value and null", arguments: [0, 1, 7, 8, 63, 64, 65, 513, 100_003])
  func growth(count: Int) throws {
    var integers = FixedWidthBuilder<Int32>()
    var booleans = BooleanBuilder()
    var strings = StringBuilder()
    for row in 0..<count {
      if row % 11 == 10 {
        integers.appendNull()
        booleans.appendNull()
        strings.appendNull()
      } else {
        integers.append(Int32(row))
        booleans.append(row % 3 == 0)
        try strings.append("\(row)")
      }
    }
    let columns = [integers.finish(), booleans.finish(), strings.finish()]
    for column in columns {
      try column.validate(.full)
      #expect(column.count == count)
      #expect(column.nullCount == count / 11)
    }
    func rows<T>(_ value: (Int) -> T) -> [T?] { (0..<count).map { $0 % 11 == 10 ? nil : value($0) } }
    #expect(try columns[0].toArray(of: Int32.self) == rows { Int32($0) })
    #expect(try columns[1].toArray(of: Bool.self) == rows { $0 % 3 == 0 })
    #expect(try columns[2].toArray(of: String.self) == rows { "\($0)" })
  }

  @Test("a null late in a column leaves the earlier rows valid", arguments: [0, 1, 64, 511, 512, 5_000])
  func lateNull(position: Int) throws {
    var builder = FixedWidthBuilder<UInt16>()
    for row in 0..<position { builder.append(UInt16(row)) }
    builder.appendNull()
    for row in 0..<5_000 { builder.append(UInt16(row)) }
    let column = builder.finish()
    try column.validate(.full)
    #expect(column.nullCount == 1)
    #expect((0..<column.count).filter { column.isNull($0) } == [position])
    #expect(column.unsafeValues.load(fromByteOffset: position * 2, as: UInt16.self) == 0)
  }

  @Test("without a null there is no bitmap, and with reserved room no growth")
  func reserved() {
    var builder = FixedWidthBuilder<Double>()
    builder.reserveCapacity(1_000)
    for row in 0..<1_000 { builder.append(Double(row)) }
    let column = builder.finish()
    #expect(column.validityBuffer == nil)
    #expect(column.buffers[0].byteCount == 8_000)
    #expect(Int(bitPattern: column.buffers[0].baseAddress) % 64 == 0)
  }

  @Test("reserving in the middle loses nothing")
  func reservingInTheMiddle() throws {
    var strings = StringBuilder()
    var booleans = BooleanBuilder()
    for row in 0..<100 {
      strings.reserveCapacity(row * 3, bytes: row * 50)
      booleans.reserveCapacity(row * 30)
      try strings.append("row \(row)")
      booleans.append(row % 2 == 0)
    }
    #expect(try strings.finish().toArray(of: String.self) == (0..<100).map { "row \($0)" })
    #expect(try booleans.finish().toArray(of: Bool.self) == (0..<100).map { $0 % 2 == 0 })
  }

  @Test("text past the reach of the offsets is refused, and the builder goes on")
  func capacityExceeded() throws {
    var builder = StringBuilder(byteLimit: 10)
    try builder.append("12345678")
    let error = #expect(throws: ColumnError.self) { try builder.append("90x") }
    #expect(error?.code == .capacityExceeded)
    #expect(error?.message.contains("large_utf8") == true)
    try builder.append("90")
    builder.appendNull()
    try builder.append("")
    #expect(throws: ColumnError.self) { try builder.append("x") }
    #expect(try builder.finish().toArray(of: String.self) == ["12345678", "90", nil, ""])

    var binary = BinaryBuilder(byteLimit: 1)
    let binaryError = #expect(throws: ColumnError.self) { try binary.append([1, 2]) }
    #expect(binaryError?.message.contains("large_binary") == true)
    #expect(binary.count == 0)
  }

  @Test("raw UTF-8 is taken as it is")
  func rawUTF8() throws {
    var builder = StringBuilder()
    try Array("a🥚\u{0}".utf8).withUnsafeBytes { bytes in
      try builder.append(utf8: bytes)
      try builder.append(utf8: UnsafeRawBufferPointer(start: nil, count: 0))
      try builder.append(utf8: UnsafeRawBufferPointer(rebasing: bytes[1..<5]))
    }
    #expect(try builder.finish().toArray(of: String.self) == ["a🥚\u{0}", "", "🥚"])
  }

  @Test("a builder that is dropped unfinished gives its memory back without a column")
  func dropped() throws {
    for _ in 0..<100 {
      var builder = StringBuilder()
      builder.reserveCapacity(10_000, bytes: 1_000_000)
      try builder.append("x")
    }
  }
}

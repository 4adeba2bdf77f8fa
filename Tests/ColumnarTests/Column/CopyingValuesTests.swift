import Columnar
import Testing

@Suite("Copying vectors of other engines")
struct CopyingValuesTests {
  @Test("values and validity words become a column", arguments: [0, 1, 63, 64, 65, 200])
  func valuesAndWords(count: Int) throws {
    let values = (0..<count).map { Int64($0) * 3 }
    // Every fifth row is null; the bits after the last row are set, as garbage would be.
    var words = [UInt64](repeating: .max, count: count / 64 + 1)
    for row in stride(from: 2, to: count, by: 5) { words[row / 64] &= ~(1 << UInt64(row % 64)) }
    let column = try values.withUnsafeBytes { bytes in
      try words.withUnsafeBufferPointer { words in
        try Column(
          type: .int64, copyingValues: bytes.baseAddress ?? Buffer.empty.baseAddress, count: count,
          validityWords: words.baseAddress)
      }
    }
    try column.validate(.full)
    #expect(try column.toArray(of: Int64.self) == (0..<count).map { $0 % 5 == 2 ? nil : Int64($0) * 3 })
  }

  @Test("bytes become packed booleans", arguments: [0, 1, 7, 8, 9, 100])
  func booleans(count: Int) throws {
    let bytes = (0..<count).map { UInt8($0 % 3) }
    let column = try bytes.withUnsafeBytes {
      try Column(
        type: .bool, copyingValues: $0.baseAddress ?? Buffer.empty.baseAddress, count: count,
        validityWords: nil)
    }
    #expect(try column.toArray(of: Bool.self) == bytes.map { $0 != 0 })
    #expect(column.nullCount == 0)
  }

  @Test("a type without a fixed width is refused", arguments: [ColumnType.utf8, .largeBinary, .null])
  func refused(type: ColumnType) {
    let error = #expect(throws: ColumnError.self) {
      try Column(type: type, copyingValues: Buffer.empty.baseAddress, count: 1, validityWords: nil)
    }
    #expect(error?.code == .typeMismatch)
  }
}

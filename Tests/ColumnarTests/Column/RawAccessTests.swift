import Columnar
import Testing

@Suite("Pointers for marshalling code")
struct RawAccessTests {
  @Test("value pointers have the offset applied")
  func values() {
    let column = Column([1, 2, nil, 4, 5] as [Int32?]).slice(1..<5)
    withExtendedLifetime(column) {
      #expect(column.unsafeValues.load(fromByteOffset: 8, as: Int32.self) == 4)
      let validity = column.unsafeValidity
      #expect(validity?.bitOffset == 1)
      #expect(validity?.bytes[0] == 0b11011)
    }
    #expect(column.slice(2..<4).unsafeValidity == nil)
  }

  @Test("offset pointers start at the first row")
  func offsets() {
    let column = Column(["a", "bc", "def"]).slice(1..<3)
    withExtendedLifetime(column) {
      let (offsets, data) = column.unsafeOffsets(as: Int32.self)
      #expect([offsets[0], offsets[1], offsets[2]] == [1, 3, 6])
      #expect(data[Int(offsets[1])] == UInt8(ascii: "d"))
    }
  }

  @Test("bits come with their offset")
  func bits() {
    let column = Column([true, false, true]).slice(1..<3)
    withExtendedLifetime(column) {
      #expect(column.unsafeBits.bitOffset == 1)
      #expect(column.unsafeBits.bytes[0] == 0b101)
    }
  }
}

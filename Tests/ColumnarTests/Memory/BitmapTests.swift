import Columnar
import TestSupport
import Testing

@Suite("Bitmaps")
struct BitmapTests {
  @Test("counting agrees with a naive loop at any bit offset", arguments: [1, 2, 3, 4] as [UInt64])
  func countingAgreesWithANaiveLoop(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let bytes = (0..<200).map { _ in UInt8.random(in: 0...255, using: &random) }
    let buffer = Buffer(copying: bytes)
    for _ in 0..<2_000 {
      let offset = Int.random(in: 0...1600, using: &random)
      let count = Int.random(in: 0...(1600 - offset), using: &random)
      let bitmap = try Bitmap(buffer: buffer, offset: offset, count: count)
      var expected = 0
      for bit in offset..<(offset + count) where bytes[bit / 8] >> UInt8(bit % 8) & 1 == 1 {
        expected += 1
      }
      #expect(bitmap.countSet() == expected, "offset \(offset), count \(count)")
    }
  }

  @Test("counting never needs memory beyond the last bit", arguments: [1, 7, 8, 9, 63, 64, 65, 129])
  func countingStaysInside(count: Int) throws {
    // The byte after the bitmap is all ones, and must not be counted.
    let bytes = [UInt8](repeating: 0xFF, count: (count + 7) / 8 + 1)
    for offset in 0..<8 where (offset + count + 7) / 8 <= bytes.count {
      let bitmap = try Bitmap(buffer: Buffer(copying: bytes), offset: offset, count: count)
      #expect(bitmap.countSet() == count)
    }
  }

  @Test("all bits are set, and the padding is not", arguments: [0, 1, 7, 8, 9, 64, 65, 511, 512, 513])
  func allSet(count: Int) {
    let bitmap = Bitmap.allSet(count: count)
    #expect(bitmap.countSet() == count)
    #expect((0..<count).allSatisfy { bitmap[$0] })
    #expect(bitmap.buffer.byteCount == (count + 7) / 8)
    if count % 8 != 0 {
      let last = bitmap.buffer.bytes.unsafeLoad(fromByteOffset: count / 8, as: UInt8.self)
      #expect(last == (1 << UInt8(count % 8)) - 1)
    }
  }

  @Test("packed bits read back, also through slices")
  func packedBitsReadBack() {
    var random = SplitMix64(seed: 5)
    let bits = (0..<1_000).map { _ in Bool.random(using: &random) }
    let bitmap = Bitmap(bits)
    #expect(bits.indices.map { bitmap[$0] } == bits)
    let slice = bitmap.slice(13..<777).slice(5..<600)
    #expect((0..<slice.count).map { slice[$0] } == Array(bits[18..<613]))
    #expect(slice.countSet() == bits[18..<613].count { $0 })
  }

  @Test(
    "a buffer that is too small is refused",
    arguments: [(0, 9), (1, 8), (-1, 4), (0, -1), (8, 1), (Int.max, 1)])
  func tooSmall(offset: Int, count: Int) {
    let error = #expect(throws: ColumnError.self) {
      try Bitmap(buffer: Buffer(copying: [0xFF] as [UInt8]), offset: offset, count: count)
    }
    #expect(error?.code == .invalidLayout)
  }
}

import Columnar
import Testing

@Suite("Buffers")
struct BufferTests {
  @Test("a copy has the elements, aligned to 64 bytes and padded with zeros", arguments: [1, 3, 16, 17, 100])
  func copies(count: Int) {
    let elements = (0..<count).map { Int32($0) - 2 }
    for buffer in [Buffer(copying: elements), Buffer(copying: elements.lazy.map { $0 })] {
      #expect(buffer.byteCount == count * 4)
      #expect(Int(bitPattern: buffer.baseAddress) % 64 == 0)
      let copied = (0..<count).map { buffer.bytes.unsafeLoad(fromByteOffset: $0 * 4, as: Int32.self) }
      #expect(copied == elements)
      let padded = (buffer.byteCount + 63) / 64 * 64
      for position in buffer.byteCount..<padded {
        #expect(buffer.baseAddress.load(fromByteOffset: position, as: UInt8.self) == 0)
      }
    }
  }

  @Test("an empty buffer points at zeros")
  func empty() {
    for buffer in [Buffer.empty, Buffer(copying: [] as [Int64])] {
      #expect(buffer.byteCount == 0)
      let visible = buffer.bytes.byteCount
      #expect(visible == 0)
      #expect(buffer.baseAddress.load(as: UInt64.self) == 0)
    }
  }

  @Test("adopted memory comes back once, after the last copy")
  func adoptedMemoryComesBack() {
    let foreign = ForeignMemory()
    var buffers = [foreign.buffer([1, 2, 3] as [Int64])]
    buffers.append(buffers[0])
    buffers.removeFirst()
    #expect(foreign.releaseCount == 0)
    buffers.removeAll()
    #expect(foreign.releaseCount == 1)
  }

  @Test("buffers that share an owner keep it until the last is gone")
  func sharedOwner() {
    let foreign = ForeignMemory()
    var lent: Buffer? = foreign.buffer([1, 2, 3, 4] as [Int64])
    var parts: [Buffer] = []
    if let lent {
      let owner = BufferOwner { _ = lent }
      parts = [0, 16].map { Buffer(sharing: lent.baseAddress + $0, byteCount: 16, owner: owner) }
    }
    lent = nil
    parts.removeFirst()
    #expect(foreign.releaseCount == 0)
    #expect(parts[0].baseAddress.load(as: Int64.self) == 3)
    parts.removeFirst()
    #expect(foreign.releaseCount == 1)
  }
}

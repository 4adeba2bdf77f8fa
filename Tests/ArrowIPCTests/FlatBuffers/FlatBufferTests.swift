@testable import ArrowIPC
import Columnar
import Testing

@Suite("FlatBuffers") struct FlatBufferTests {
  @Test("what is written is read")
  func roundTrip() throws {
    let message = FlatWriter.message(
      .table([
        0: .int8(7), 2: .int16(-2), 3: .int32(.min), 4: .int64(.max), 5: .node(.string("zwölf")),
        6: .node(.table([0: .bool(true)])), 7: .node(.tables([.table([1: .node(.string(""))]), .table([:])])),
        8: .node(.structs([[1, -1], [2, .min]])),
      ]))
    #expect(message.count.isMultiple(of: 8))
    let table = try FlatTable(root: Buffer(copying: message))
    #expect(try table.integer(0, default: UInt8(0)) == 7)
    #expect(try table.integer(1, default: Int32(5)) == 5)
    #expect(try table.integer(2, default: Int16(0)) == -2)
    #expect(try table.integer(3, default: Int32(0)) == .min)
    #expect(try table.integer(4, default: Int64(0)) == .max)
    #expect(try table.string(5) == "zwölf")
    #expect(try table.table(6)?.bool(0) == true)
    let tables = try table.tables(7)
    #expect(tables.count == 2)
    #expect(try tables.table(0).string(1) == "")
    #expect(try tables.table(1).string(1) == nil)
    let structs = try table.vector(8, stride: 16)
    #expect(structs.count == 2)
    #expect(try structs.integer(1, at: 8, as: Int64.self) == .min)
    #expect(try table.string(100) == nil)
    #expect(try table.tables(100).count == 0)
    #expect(throws: IPCError.self) { try structs.integer(2, as: Int64.self) }
  }

  @Test(
    "numbers that point outside the message are refused",
    arguments: [
      [], [0], [0, 0, 0, 0], [4, 0, 0, 0], [255, 255, 255, 255], [4, 0, 0, 0, 255, 255, 255, 127],
      [4, 0, 0, 0, 0, 0, 0, 128], [8, 0, 0, 0, 4, 0, 255, 255, 4, 0, 0, 0], [8, 0, 0, 0, 255, 255, 4, 0, 4, 0, 0, 0],
      [8, 0, 0, 0, 3, 0, 4, 0, 4, 0, 0, 0], [8, 0, 0, 0, 5, 0, 4, 0, 4, 0, 0, 0],
    ] as [[UInt8]])
  func outside(bytes: [UInt8]) {
    #expect(throws: IPCError.self) { try FlatTable(root: Buffer(copying: bytes)) }
  }

  @Test("lists, texts and fields that are not there are refused")
  func huge() throws {
    // A root table with one field, at byte 16, whose value is a reference to byte 20.
    func message(_ count: UInt32, place: UInt16 = 4, distance: UInt32 = 4) -> Buffer {
      Buffer(
        copying: [12, 0, 0, 0, 6, 0, 8, 0] + FlatWriter.bytes(place) + [0, 0] + FlatWriter.bytes(Int32(8))
          + FlatWriter.bytes(distance) + FlatWriter.bytes(count) + [97, 98, 99, 0])
    }
    #expect(try FlatTable(root: message(3)).string(0) == "abc")
    #expect(try FlatTable(root: message(1)).tables(0).count == 1)
    for count in [5, 255, UInt32.max, UInt32.max / 4, UInt32.max / 16 + 1] {
      #expect(throws: IPCError.self) { try FlatTable(root: message(count)).string(0) }
      #expect(throws: IPCError.self) { try FlatTable(root: message(count)).vector(0, stride: 16) }
    }
    for place in [1, 3, 5, 8, UInt16.max] {
      #expect(throws: IPCError.self) { try FlatTable(root: message(3, place: place)).string(0) }
    }
    for distance in [0, 9, UInt32.max] {
      #expect(throws: IPCError.self) { try FlatTable(root: message(3, distance: distance)).string(0) }
    }
  }

  @Test("a message that refers to one place over and over is refused before it is much work", .timeLimit(.minutes(30)))
  func shared() throws {
    // Each table has two references to the next one, so that a walk would come to 2^50 of them.
    // The list of the fields' places, six bytes at byte 4, is the same for all; tables of 20 bytes start at byte 12.
    var bytes: [UInt8] = [12, 0, 0, 0, 6, 0, 8, 0, 4, 0, 0, 0]
    let depth = 50
    for level in 0..<depth {
      let isLast = level == depth - 1
      bytes += FlatWriter.bytes(Int32(bytes.count - 4)) + FlatWriter.bytes(UInt32(4))
      bytes += FlatWriter.bytes(UInt32(isLast ? 0 : 2)) + FlatWriter.bytes(UInt32(8)) + FlatWriter.bytes(UInt32(4))
    }
    var visits = 0
    func walk(_ table: FlatTable) throws(IPCError) {
      visits += 1
      let children = try table.tables(0)
      for index in 0..<children.count { try walk(try children.table(index)) }
    }
    let root = try FlatTable(root: Buffer(copying: bytes))
    #expect { try walk(root) } throws: { "\($0)".contains("over and over") }
    #expect(visits > depth && visits < bytes.count)
  }
}

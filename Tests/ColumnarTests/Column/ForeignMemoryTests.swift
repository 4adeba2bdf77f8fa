import Columnar
import Testing

@Suite("Columns over foreign memory")
struct ForeignMemoryTests {
  @Test("every buffer is released once, and only after the last slice is gone")
  func releasedAfterTheLastSlice() throws {
    let foreign = ForeignMemory()
    var column: Column? = try Column(
      type: .utf8, count: 3, validity: foreign.buffer([0b101] as [UInt8]),
      buffers: [foreign.buffer([0, 1, 1, 3] as [Int32]), foreign.buffer(Array("abc".utf8))])
    var slice = column?.slice(1..<3).slice(1..<2)
    column = nil
    #expect(foreign.releaseCount == 0)
    #expect(try slice?.toArray(of: String.self) == ["bc"])
    var view = try slice?.strings()
    slice = nil
    // The row is valid, so the view has let go of the validity, and of nothing else.
    #expect(foreign.releaseCount == 1)
    #expect(view?[0] == "bc")
    view = nil
    #expect(foreign.releaseCount == 3)
  }

  @Test("an offset and an unknown null count are honoured")
  func offsetIsHonoured() throws {
    let foreign = ForeignMemory()
    let column = try Column(
      type: .int32, count: 3, offset: 2, validity: foreign.buffer([0b1011_0111] as [UInt8]),
      buffers: [foreign.buffer([9, 9, 1, 2, 3, 9] as [Int32])])
    #expect(column.nullCount == 1)
    #expect(try column.toArray(of: Int32.self) == [1, nil, 3])
    try column.validate(.full)
  }

  @Test("a column without rows may have no offsets")
  func noOffsets() throws {
    let column = try Column(type: .utf8, count: 0, buffers: [.empty, .empty])
    try column.validate(.full)
    #expect(try column.toArray(of: String.self).isEmpty)
  }

  @Test("a column can be read from several threads at once")
  func concurrentReaders() async throws {
    let foreign = ForeignMemory()
    let column = try Column(
      type: .int64, count: 1_000, buffers: [foreign.buffer((0..<1_000).map { Int64($0) })])
    let sums = await withTaskGroup(of: Int64.self) { group in
      for part in 0..<10 {
        let slice = column.slice(part * 100..<(part + 1) * 100)
        group.addTask {
          let rows = (try? slice.toArray(of: Int64.self)) ?? []
          return rows.reduce(0) { $0 + ($1 ?? 0) }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(sums == 499_500)
  }
}

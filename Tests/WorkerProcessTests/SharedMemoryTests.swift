import Columnar
import Testing
import WorkerProcess

@Suite struct SharedMemoryTests {
  private func place(_ offset: Int, _ values: Int, _ buffers: Int) -> SharedMemory.Place {
    SharedMemory.Place(offset: offset, valueByteCount: values, bufferByteCount: buffers)
  }

  @Test func `it grows with what is written`() throws {
    let memory = try SharedMemory()
    let column = Column((0..<1_000_000).map { Int64($0) })
    var writer = WireWriter()
    try column.write(to: &writer)
    let place = try memory.write(writer, at: 0)
    #expect(memory.byteCount >= place.end)
    var reader = try memory.read(place)
    let back = try Column(.int64, from: &reader)
    let isSame = try back.toArray(of: Int64.self) == column.toArray(of: Int64.self)
    #expect(isSame)
  }

  @Test func `a place that nothing can be at is refused`() throws {
    let memory = try SharedMemory()
    let limit = SharedMemory.limit
    for place in [
      place(0, 8, 0), place(-64, 8, 0), place(4_096, -1, 0), place(4_096, 8, -1), place(4_096, .max, 0),
      place(4_096, 8, .max), place(.max, 8, 8), place(4_096, limit, 0), place(limit, 64, 64),
      place(4_096, 1 << 30, 0),
    ] {
      #expect(throws: WorkerError.self) { _ = try memory.read(place) }
    }
  }

  @Test func `too much to hand over is refused, and says so`() throws {
    let memory = try SharedMemory()
    let error = #expect(throws: WorkerError.self) { try memory.require(SharedMemory.limit + 1) }
    #expect(error?.isTooLarge == true)
  }

  @Test func `every flip of a bit in a message is an error or another message`() throws {
    let memory = try SharedMemory()
    let batch = try RecordBatch(
      schema: Schema([Field(name: "s", type: .utf8), Field(name: "l", type: .list(of: .int64))]),
      columns: [Column(["a", nil, "ccc"]), Column.allNull(3, of: .list(of: .int64))])
    var sent = SentSchemas()
    var writer = WireWriter()
    try batch.write(to: &writer, &sent)
    let place = try memory.write(writer, at: 0)
    for bit in 0..<(place.end - place.offset) * 8 {
      memory.flip(bit: bit, from: place.offset)
      defer { memory.flip(bit: bit, from: place.offset) }
      var received = ReceivedSchemas()
      // What is wrong is refused; what is not can be read to its end.
      do {
        var reader = try memory.read(place)
        let back = try RecordBatch(from: &reader, &received, validating: .full)
        _ = back.columns.map { "\($0)" }
      } catch is WireError {} catch is WorkerError {}
    }
  }
}

import WorkerProcess

extension StopReason: WireValue {
  func write(to writer: inout WireWriter) {
    func write(_ number: UInt8, _ limit: Duration? = nil) {
      writer.write(number)
      writer.write(limit)
    }
    switch self {
    case .rowTimeout(let limit): write(1, limit)
    case .batchTimeout(let limit): write(2, limit)
    case .loadTimeout(let limit): write(3, limit)
    case .cancelled: write(4)
    case .interrupted: write(5)
    case .uncancelled: write(6)
    }
  }

  init(from reader: inout WireReader) throws(WireError) {
    let number = try reader.readByte()
    let limit = try reader.read(Duration?.self)
    switch (number, limit) {
    case (1, let limit?): self = .rowTimeout(limit)
    case (2, let limit?): self = .batchTimeout(limit)
    case (3, let limit?): self = .loadTimeout(limit)
    case (4, _): self = .cancelled
    case (5, _): self = .interrupted
    case (6, _): self = .uncancelled
    default: throw WireError("there is no reason \(number) to stop")
    }
  }
}

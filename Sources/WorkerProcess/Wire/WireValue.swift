/// A value that can be sent to the other process.
package protocol WireValue {
  func write(to writer: inout WireWriter)
  init(from reader: inout WireReader) throws(WireError)
}

extension Bool: WireValue {
  package func write(to writer: inout WireWriter) { writer.write(self ? 1 as UInt8 : 0) }
  package init(from reader: inout WireReader) throws(WireError) { self = try reader.readByte() != 0 }
}

extension Int: WireValue {
  package func write(to writer: inout WireWriter) { writer.write(self) }
  package init(from reader: inout WireReader) throws(WireError) { self = try reader.readInt() }
}

extension Double: WireValue {
  package func write(to writer: inout WireWriter) { writer.write(plain: self) }
  package init(from reader: inout WireReader) throws(WireError) { self = try reader.readPlain(Double.self) }
}

extension String: WireValue {
  package func write(to writer: inout WireWriter) { writer.write(self) }
  package init(from reader: inout WireReader) throws(WireError) { self = try reader.readText() }
}

extension Optional: WireValue where Wrapped: WireValue {
  package func write(to writer: inout WireWriter) {
    writer.write(self != nil)
    if let self { writer.write(self) }
  }

  package init(from reader: inout WireReader) throws(WireError) {
    self = try reader.read(Bool.self) ? try reader.read(Wrapped.self) : nil
  }
}

extension Array: WireValue where Element: WireValue {
  package func write(to writer: inout WireWriter) {
    writer.write(count)
    for element in self { writer.write(element) }
  }

  package init(from reader: inout WireReader) throws(WireError) {
    let count = try reader.readCount()
    self = []
    reserveCapacity(count)
    for _ in 0..<count { append(try reader.read(Element.self)) }
  }
}

extension Dictionary: WireValue where Key == String, Value: WireValue {
  package func write(to writer: inout WireWriter) {
    writer.write(count)
    for (key, value) in self {
      writer.write(key)
      writer.write(value)
    }
  }

  package init(from reader: inout WireReader) throws(WireError) {
    self = [:]
    for _ in 0..<(try reader.readCount()) {
      let key = try reader.readText()
      self[key] = try reader.read(Value.self)
    }
  }
}

extension Duration: WireValue {
  package func write(to writer: inout WireWriter) {
    writer.write(plain: components.seconds)
    writer.write(plain: components.attoseconds)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    let seconds = try reader.readPlain(Int64.self)
    self.init(secondsComponent: seconds, attosecondsComponent: try reader.readPlain(Int64.self))
  }
}

extension WireWriter {
  /// Writes numbers of groups.
  package mutating func write(numbers: [Int]) { write(plain: numbers) }
  /// Writes signs.
  package mutating func write(signs: [Int8]) { write(plain: signs) }
}

extension WireReader {
  package mutating func readNumbers() throws(WireError) -> [Int] { try readPlainArray(Int.self) }
  package mutating func readSigns() throws(WireError) -> [Int8] { try readPlainArray(Int8.self) }
}

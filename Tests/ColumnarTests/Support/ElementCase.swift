import Columnar
import Testing

/// A fixed width element type with its interesting values, as an argument for a test.
struct ElementCase: Sendable, CustomTestStringConvertible {
  let type: ColumnType
  /// Builds a column of these values, every third of them null if asked, and compares every way of
  /// reading it.
  let roundTrip: @Sendable (_ withNulls: Bool) throws -> Void
  let slices: @Sendable () throws -> Void

  var testDescription: String { type.description }

  init<T: FixedWidthColumnElement>(_ samples: [T]) {
    type = T.columnType
    roundTrip = { withNulls in
      let rows: [T?] = samples.indices.map { withNulls && $0 % 3 == 1 ? nil : samples[$0] }
      var builder = FixedWidthBuilder<T>()
      for row in rows {
        if let row { builder.append(row) } else { builder.appendNull() }
      }
      #expect(builder.count == rows.count)
      for column in [Column(rows), builder.finish()] {
        #expect(column.type == T.columnType)
        #expect(column.count == rows.count)
        #expect(column.nullCount == rows.count { $0 == nil })
        #expect((column.validity != nil) == withNulls)
        try column.validate(.full)
        expectSameBits(try column.toArray(of: T.self), rows)
        let values = try column.values(as: T.self)
        for index in rows.indices where rows[index] != nil {
          expectSameBits([values[index]], [rows[index]])
        }
      }
    }
    slices = {
      let rows: [T?] = (0..<100).map { $0 % 5 == 2 ? nil : samples[$0 % samples.count] }
      let column = Column(rows)
      for (outer, inner) in [(3..<97, 5..<61), (9..<10, 0..<1), (1..<100, 7..<99), (50..<50, 0..<0)] {
        let slice = column.slice(outer).slice(inner)
        let expected = Array(Array(rows[outer])[inner])
        try slice.validate(.full)
        expectSameBits(try slice.toArray(of: T.self), expected)
        #expect(slice.nullCount == expected.count { $0 == nil })
        #expect(slice.offset == outer.lowerBound + inner.lowerBound)
      }
    }
  }

  static let all: [ElementCase] = [
    ElementCase([Int8.min, -1, 0, 1, .max]), ElementCase([Int16.min, -1, 0, 1, .max]),
    ElementCase([Int32.min, -1, 0, 1, .max]), ElementCase([Int64.min, -1, 0, 1, .max]),
    ElementCase([UInt8.min, 1, 127, 128, .max]), ElementCase([UInt16.min, 1, 32768, .max]),
    ElementCase([UInt32.min, 1, 1 << 31, .max]), ElementCase([UInt64.min, 1, 1 << 63, .max]),
    ElementCase([-0.0, Float.nan, .infinity, -.infinity, Float(bitPattern: 0x7FC0_1234)]),
    ElementCase([-0.0, Double.nan, .infinity, Double(bitPattern: 0xFFF8_0000_0000_1234)]),
  ]
}

/// Compares as memory, so that NaN payloads and the sign of zero count.
private func expectSameBits<T: FixedWidthColumnElement>(_ left: [T?], _ right: [T?]) {
  #expect(left.count == right.count)
  for (one, other) in zip(left, right) {
    let same = withUnsafeBytes(of: one ?? T.zeroBits) { one in
      withUnsafeBytes(of: other ?? T.zeroBits) { one.elementsEqual($0) }
    }
    #expect((one == nil) == (other == nil) && same)
  }
}

extension FixedWidthColumnElement {
  fileprivate static var zeroBits: Self {
    withUnsafeTemporaryAllocation(of: Self.self, capacity: 1) { memory in
      UnsafeMutableRawBufferPointer(memory).initializeMemory(as: UInt8.self, repeating: 0)
      return memory[0]
    }
  }
}

import Columnar
import Testing

/// A column with what `repr()` shows of each row, as a function sees it that takes the annotated type.
struct SeenColumn: Sendable, CustomTestStringConvertible {
  let type: String
  let classes: String
  let field: Field
  let column: Column
  let expected: [String]

  var testDescription: String { "\(field.type) as \(type)" }

  init(_ type: String, _ column: Column, field: Field? = nil, classes: String = "", _ expected: [String]) {
    (self.type, self.column, self.classes, self.expected) = (type, column, classes, expected)
    self.field = field ?? Field(name: "x", type: column.type)
  }

  /// Fixed width values under a type that gives them a meaning.
  init<T: FixedWidthColumnElement>(
    _ type: String, _ stored: ColumnType, _ values: [T?], field: Field? = nil, classes: String = "",
    _ expected: [String]
  ) {
    let column = Column.made(of: stored, values)
    self.init(type, column, field: field, classes: classes, expected)
  }
}

extension Column {
  /// Of values that are stored as that type; a type that is not stored so makes the test fail.
  static func made<T: FixedWidthColumnElement>(of type: ColumnType, _ values: [T?]) -> Column {
    do {
      var builder = try FixedWidthBuilder<T>(type: type)
      for value in values { if let value { builder.append(value) } else { builder.appendNull() } }
      return builder.finish()
    } catch {
      preconditionFailure("a column of a test cannot be built: \(error)")
    }
  }

  static func made(of width: Int, _ values: [[UInt8]?]) -> Column {
    do {
      var builder = try FixedSizeBinaryBuilder(byteWidth: width)
      for value in values { if let value { try builder.append(value.span.bytes) } else { builder.appendNull() } }
      return builder.finish()
    } catch {
      preconditionFailure("a column of a test cannot be built: \(error)")
    }
  }
}

/// Compares all rows, and those of two slices that begin inside a byte of the bitmaps.
func expectSeen(_ seen: SeenColumn) async throws {
  let count = seen.column.count
  let ranges = [0..<count, 1..<count, count / 2..<max(count / 2, count - 1)]
  let found = try await PythonUDFTests.seen(
    ranges.map { seen.column.slice($0) }, seen.field, as: seen.type, classes: seen.classes)
  for (range, rows) in zip(ranges, found) { #expect(rows == Array(seen.expected[range]), "rows \(range)") }
}

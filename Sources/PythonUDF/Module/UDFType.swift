public import Columnar

/// The type of a parameter or a result, as a UDF's annotations name it.
public enum UDFType: String, Sendable, Hashable, Codable, CustomStringConvertible {
  /// Every integer column as a parameter; an `int64` column as a result.
  case int
  /// A `float64`, `float32` or integer column as a parameter; a `float64` column as a result.
  case float
  /// A `utf8` or `large_utf8` column as a parameter; a `utf8` column as a result.
  case string = "str"
  /// A `bool` column.
  case bool
  /// A `binary` or `large_binary` column as a parameter; a `binary` column as a result.
  case bytes

  /// The annotation's own name.
  public var description: String { rawValue }

  /// The SQL name of the type of a result column.
  public var sqlName: String {
    switch self {
    case .int: "BIGINT"
    case .float: "DOUBLE"
    case .string: "VARCHAR"
    case .bool: "BOOLEAN"
    case .bytes: "BLOB"
    }
  }

  /// The type of a result column.
  public var columnType: ColumnType {
    switch self {
    case .int: .int64
    case .float: .float64
    case .string: .utf8
    case .bool: .bool
    case .bytes: .binary
    }
  }

  /// Whether a parameter of this type takes a column of the given one; every type takes a column of nulls.
  public func accepts(_ column: ColumnType) -> Bool {
    switch (self, column) {
    case (_, .null): true
    case (.int, let column): column.isInteger
    case (.float, let column): column.isInteger || column.isFloatingPoint
    case (.string, .utf8), (.string, .largeUTF8): true
    case (.bytes, .binary), (.bytes, .largeBinary): true
    case (.bool, .bool): true
    default: false
    }
  }

  /// The columns that a parameter of this type takes, in words.
  package var acceptedColumns: String {
    switch self {
    case .int: "an integer column"
    case .float: "a floating-point or integer column"
    case .string: "a utf8 column"
    case .bool: "a bool column"
    case .bytes: "a binary column"
    }
  }
}

import HostSupport
public import Columnar

/// The type of a parameter or a result, as a UDF's annotations name it.
///
/// As a parameter most types take several types of column (see ``accepts(_:)``); as a result each gives one (see
/// ``field(named:)``).
public indirect enum UDFType: Sendable, Hashable {
  /// `Any`: every column, each value as the Python type that suits it best; as a result whatever JSON can hold.
  case any
  /// `None`: a column of nulls.
  case null
  /// `bool`.
  case bool
  /// `int`: every integer column; 64 bits as a result.
  case int
  /// `clutch.Int8` to `clutch.UInt64`: takes what `int` takes; of that width as a result.
  case int8, int16, int32, uint8, uint16, uint32, uint64
  /// `clutch.Int128`: takes what `int` takes; DuckDB's `HUGEINT` as a result.
  case int128
  /// `float`: every column of numbers; 64 bits as a result.
  case float
  /// `clutch.Float32`: takes what `float` takes; 32 bits as a result.
  case float32
  /// `str`.
  case string
  /// `bytes`.
  case bytes
  /// `Decimal`, with the digits of `Annotated[Decimal, Decimal128(p, s)]`, or nil: a result then has the largest scale
  /// of the arguments.
  case decimal(Digits?)
  /// `Decimal` as text: what a plain `Decimal` gives when its argument is such a column (`arrowudf.decimal`).
  case decimalText
  /// `date`.
  case date
  /// `time`, in microseconds as a result.
  case time
  /// `datetime`: in microseconds and without a time zone unless annotated with `clutch.Timestamp`.
  case timestamp(TimeUnit, timeZone: String?)
  /// `timedelta`, in microseconds as a result.
  case duration
  /// `clutch.Interval`.
  case interval
  /// `UUID`.
  case uuid
  /// `clutch.Nanoseconds`: a timestamp, time or duration as an `int`; as a result a timestamp.
  case nanoseconds
  /// `clutch.Json`: text that is parsed and written.
  case json
  /// `clutch.Pickle`: bytes that are read and written by `pickle`.
  case pickle
  /// `list[T]`.
  case list(UDFType)
  /// `dict[K, V]`.
  case map(key: UDFType, value: UDFType)
  /// A dataclass, NamedTuple or TypedDict, or a record.
  case structure(Structure)
  /// `Literal[...]` of texts, or an Enum.
  case enumeration(Enumeration)

  /// How many decimal digits a number has, and how many of them follow the point.
  public struct Digits: Sendable, Hashable {
    /// All digits: at most 38, or 76 if `isWide`.
    public let precision: Int
    /// Those after the point.
    public let scale: Int
    /// Whether a result is a `decimal256` column, else a `decimal128` one.
    public let isWide: Bool

    package init(precision: Int, scale: Int, isWide: Bool? = nil) {
      self.precision = precision
      self.scale = scale
      self.isWide = isWide ?? (precision > 38)
    }

    /// What a plain `Decimal` has where no argument tells: 38 digits, 10 of them after the point.
    public static let standard = Digits(precision: 38, scale: 10)
  }

  /// Named values together.
  public struct Structure: Sendable, Hashable {
    /// One named value.
    public struct Field: Sendable, Hashable, Codable {
      /// The name.
      public let name: String
      /// The type.
      public let type: UDFType
      /// Whether a returned dictionary may do without it, as `NotRequired` says, and a default of `None`; the value is null
      /// then.
      public let mayBeMissing: Bool

      init(name: String, type: UDFType, mayBeMissing: Bool = false) {
        (self.name, self.type, self.mayBeMissing) = (name, type, mayBeMissing)
      }

      /// Reads a field from the form in which it is encoded.
      public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
          name: try values.decode(String.self, forKey: .name), type: try values.decode(UDFType.self, forKey: .type),
          mayBeMissing: try values.decodeIfPresent(Bool.self, forKey: .mayBeMissing) ?? false)
      }
    }

    /// How an object of the class is made.
    package enum Form: String, Sendable {
      case positional, keywords, dict, record
    }

    /// The class's name.
    public let name: String
    /// The fields, in the order of the class.
    public let fields: [Field]
    /// The class's place among those of the loaded module; nil for a record.
    package let classIndex: Int?
    package let form: Form
  }

  /// One of some texts.
  public struct Enumeration: Sendable, Hashable {
    /// `Literal`, or the class's name.
    public let name: String
    /// The texts, in order: those of the literal, the values of an Enum whose values are texts, or its names.
    public let values: [String]
    /// The class's place among those of the loaded module; nil for a literal.
    package let classIndex: Int?
    package let isByValue: Bool
  }
}

extension UDFType: CustomStringConvertible {
  /// As an annotation names it.
  public var description: String {
    switch self {
    case .any: "Any"
    case .null: "None"
    case .bool: "bool"
    case .int: "int"
    case .int8: "Int8"
    case .int16: "Int16"
    case .int32: "Int32"
    case .uint8: "UInt8"
    case .uint16: "UInt16"
    case .uint32: "UInt32"
    case .uint64: "UInt64"
    case .int128: "Int128"
    case .float: "float"
    case .float32: "Float32"
    case .string: "str"
    case .bytes: "bytes"
    case .decimal(nil): "Decimal"
    case .decimal(let digits?): "Decimal(\(digits.precision), \(digits.scale))"
    case .decimalText: "Decimal"
    case .date: "date"
    case .time: "time"
    case .timestamp(.microsecond, nil): "datetime"
    case .timestamp(let unit, nil): "datetime(\(unit))"
    case .timestamp(let unit, let zone?): unit == .microsecond ? "datetime(\(zone))" : "datetime(\(zone), \(unit))"
    case .duration: "timedelta"
    case .interval: "Interval"
    case .uuid: "UUID"
    case .nanoseconds: "Nanoseconds"
    case .json: "Json"
    case .pickle: "Pickle"
    case .list(let element): "list[\(element)]"
    case .map(let key, let value): "dict[\(key), \(value)]"
    case .structure(let structure): structure.name.cut(to: TextLimit.name)
    case .enumeration(let enumeration) where enumeration.classIndex == nil:
      "Literal[\(enumeration.values.lazy.map { "'\($0)'" }.listed())]"
    case .enumeration(let enumeration): enumeration.name.cut(to: TextLimit.name)
    }
  }
}

extension UDFType {
  /// What a function may return, in words.
  package var expected: String { self == .null ? "None" : "\(self) or None" }
}

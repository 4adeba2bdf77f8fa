import Tabular

extension SQLValue: CustomStringConvertible {
  /// The text that `CAST(x AS VARCHAR)` gives in DuckDB, with `TIMESTAMPTZ` in UTC, and `NULL` for no value. Where
  /// versions differ, which is in when texts within other values are quoted, it is that of DuckDB 2.
  public var description: String {
    var text: [UInt8] = []
    append(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  private func append(to text: inout [UInt8]) {
    switch self {
    case .null: text += "NULL".utf8
    case .boolean(let value): text += value ? "true".utf8 : "false".utf8
    case .integer(let value): NumberText.append(value, to: &text)
    case .hugeInteger(let value): NumberText.append(value, to: &text)
    case .unsignedHugeInteger(let value): NumberText.append(value, to: &text)
    case .float(let value): NumberText.append(value, to: &text)
    case .double(let value): NumberText.append(value, to: &text)
    case .decimal(let value, let width, let scale):
      NumberText.appendDecimal(value, scale: scale, hasLeadingZero: width > scale, to: &text)
    case .text(let value), .json(let value): text += value.utf8
    case .blob(let bytes): ByteText.append(bytes, to: &text)
    case .bits(let bits): ByteText.appendBits(bits, to: &text)
    case .uuid(let value): ByteText.appendUUID(value, to: &text)
    case .date(let days): TemporalText.appendDate(days: days, to: &text)
    case .time(let nanoseconds): TemporalText.appendTime(nanoseconds, perSecond: 1_000_000_000, to: &text)
    case .zonedTime(let microseconds, let offset):
      TemporalText.appendTime(microseconds, perSecond: 1_000_000, to: &text)
      TemporalText.appendOffset(seconds: offset, to: &text)
    case .timestamp(let value, let unit, let isUTC):
      TemporalText.appendTimestamp(value, perSecond: unit.rawValue, isUTC: isUTC, to: &text)
    case .interval(let months, let days, let microseconds):
      TemporalText.appendInterval(months: months, days: days, time: microseconds, perSecond: 1_000_000, to: &text)
    case .list(let elements):
      NestedText.append(elements.count, "[", "]", to: &text) { elements[$0].appendNested(to: &$1) }
    case .structure(let fields):
      let isNamed = fields.first.map { !$0.name.isEmpty } ?? true
      NestedText.append(fields.count, isNamed ? "{" : "(", isNamed ? "}" : ")", to: &text) { index, text in
        if isNamed {
          NestedText.appendQuoted(fields[index].name.utf8, to: &text)
          text += ": ".utf8
        }
        fields[index].value.appendNested(to: &text)
      }
    case .map(let entries):
      NestedText.append(entries.count, "{", "}", to: &text) { index, text in
        entries[index].key.appendNested(to: &text)
        text.append(UInt8(ascii: "="))
        entries[index].value.appendNested(to: &text)
      }
    case .union(_, let value): value.append(to: &text)
    case .unsupported(let type): text += "<\(type) is not supported>".utf8
    }
  }

  private func appendNested(to text: inout [UInt8]) {
    switch self {
    case .null, .list, .structure, .map, .unsupported, .union: append(to: &text)
    default:
      var own: [UInt8] = []
      append(to: &own)
      NestedText.append(own[...], to: &text)
    }
  }
}

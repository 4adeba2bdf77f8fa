import Columnar

extension CellMaker {
  /// The texts of an extension type; nil for one whose values are written as they are stored.
  func extended(_ column: Column, _ field: Field) throws -> Cells? {
    switch field.storedMeaning {
    case nil: return nil
    case .hugeInteger: return values(column, Int128.self) { NumberText.append($0, to: &$1) }
    case .unsignedHugeInteger: return values(column, UInt128.self) { NumberText.append($0, to: &$1) }
    case .uuid:
      return times(column, (UInt64, UInt64).self) { value, text in
        let (upper, lower) = (UInt64(bigEndian: value.0), UInt64(bigEndian: value.1))
        ByteText.appendUUID(UInt128(upper) << 64 | UInt128(lower), to: &text)
      }
    case .json:
      let rows = try column.strings()
      return Cells(column, null: form == .json ? "null" : "NULL") { row, text in
        rows.bytes(at: row).withUnsafeBytes { bytes in
          if form == .json { JSONText.appendOnOneLine(bytes, to: &text) } else { text += bytes }
        }
      }
    case .bits:
      let rows = try column.binary()
      return strings(column) { row, text in
        rows.bytes(at: row).withUnsafeBytes { ByteText.appendBits(PackedBits($0), to: &text) }
      }
    case .zonedTime:
      return times(column, UInt64.self) { value, text in
        let time = PackedZonedTime(value)
        TemporalText.appendTime(time.microseconds, perSecond: 1_000_000, to: &text)
        TemporalText.appendOffset(seconds: time.offsetSeconds, to: &text)
      }
    case .interval:
      return times(column, PackedInterval.self) { value, text in
        TemporalText.appendInterval(
          months: value.months, days: value.days, time: value.microseconds, perSecond: 1_000_000, to: &text)
      }
    case .union: return try unions(column, column.type.childFields)
    case .unreadable(let name):
      return strings(column, isPlain: false) { _, text in text += "<\(name) is not supported>".utf8 }
    }
  }
}

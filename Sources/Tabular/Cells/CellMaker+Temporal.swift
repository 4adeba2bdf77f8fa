import Columnar

extension CellMaker {
  func temporal(_ column: Column) throws -> Cells {
    switch column.type {
    case .date32: times(column, Int32.self) { TemporalText.appendDate(days: $0, to: &$1) }
    case .date64:
      times(column, Int64.self) { value, text in
        TemporalText.appendDate(days: TemporalText.floorDivide(value, 86_400_000).quotient, to: &text)
      }
    case .time32(let unit):
      times(column, Int32.self) { TemporalText.appendTime(Int64($0), perSecond: unit.perSecond, to: &$1) }
    case .time64(let unit):
      times(column, Int64.self) { TemporalText.appendTime($0, perSecond: unit.perSecond, to: &$1) }
    case .timestamp(let unit, nil):
      times(column, Int64.self) {
        TemporalText.appendTimestamp($0, perSecond: unit.perSecond, isUTC: false, to: &$1)
      }
    case .timestamp(let unit, "UTC"):
      times(column, Int64.self) { TemporalText.appendTimestamp($0, perSecond: unit.perSecond, isUTC: true, to: &$1) }
    case .timestamp(let unit, let zone?): try timestamps(column, unit, in: zone)
    case .duration(let unit):
      times(column, Int64.self) { value, text in
        TemporalText.appendInterval(months: 0, days: 0, time: value, perSecond: unit.perSecond, to: &text)
      }
    case .interval(.yearMonth):
      times(column, Int32.self) { value, text in
        TemporalText.appendInterval(months: value, days: 0, time: 0, perSecond: 1, to: &text)
      }
    case .interval(.dayTime):
      times(column, DayTimeInterval.self) { value, text in
        TemporalText.appendInterval(
          months: 0, days: value.days, time: Int64(value.milliseconds), perSecond: 1_000, to: &text)
      }
    default:
      times(column, MonthDayNanoInterval.self) { value, text in
        TemporalText.appendInterval(
          months: value.months, days: value.days, time: value.nanoseconds, perSecond: 1_000_000_000, to: &text)
      }
    }
  }

  /// Values of a fixed width whose text is a string in JSON.
  @inline(__always)
  func times<Value: BitwiseCopyable>(
    _ column: Column, _: Value.Type, _ append: (Value, inout [UInt8]) throws -> Void
  ) rethrows -> Cells {
    try withExtendedLifetime(column) {
      let start = column.unsafeValues
      return try strings(column) { row, text in
        let place = row * MemoryLayout<Value>.stride
        try append(start.loadUnaligned(fromByteOffset: place, as: Value.self), &text)
      }
    }
  }

  /// Moments as the clocks of a time zone show them.
  private func timestamps(_ column: Column, _ unit: TimeUnit, in zone: String) throws -> Cells {
    var span = TimeZoneSpan(seconds: 0..<0, offsetSeconds: 0)
    return try times(column, Int64.self) { value, text in
      if TemporalText.appendInfinity(value, to: &text) { return }
      let (seconds, units) = TemporalText.floorDivide(value, unit.perSecond)
      if !span.seconds.contains(seconds) { span = try zones(zone, seconds) }
      let offset = span.offsetSeconds
      TemporalText.appendTimestamp(seconds: seconds + Int64(offset), units, of: unit.perSecond, to: &text)
      // Before there was standard time, clocks differed by seconds, which DuckDB counts but does not write.
      TemporalText.appendOffset(seconds: offset - offset % 60, to: &text)
    }
  }
}

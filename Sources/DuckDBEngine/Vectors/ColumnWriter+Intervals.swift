internal import CDuckDBABI
import Columnar

extension ColumnWriter {
  /// Intervals and durations. DuckDB has microseconds, and a finer one is refused rather than rounded.
  func writeIntervals(_ column: Column, _ mask: RowMask?, to data: UnsafeMutableRawPointer) throws {
    let target = data.assumingMemoryBound(to: duckdb_interval.self)
    if case .duration(let unit) = column.type {
      let values = try column.storage(as: Int64.self)
      for row in 0..<column.count where mask?[row] ?? true {
        target[row] = try duckdb_interval(values[row], unit, row: row)
      }
    } else {
      let values = try column.values(as: MonthDayNanoInterval.self)
      for row in 0..<column.count where mask?[row] ?? true {
        target[row] = try duckdb_interval(values[row], row: row)
      }
    }
  }
}

extension duckdb_interval {
  fileprivate init(_ value: MonthDayNanoInterval, row: Int) throws(DuckDBError) {
    let (microseconds, rest) = value.nanoseconds.quotientAndRemainder(dividingBy: 1_000)
    guard rest == 0 else {
      throw finerThanMicroseconds(
        "the interval of \(value.months) months, \(value.days) days and \(value.nanoseconds) ns", row)
    }
    self.init(months: value.months, days: value.days, micros: microseconds)
  }

  /// Whole days, and what is left with the same sign.
  fileprivate init(_ value: Int64, _ unit: TimeUnit, row: Int) throws(DuckDBError) {
    let (days, rest) = value.quotientAndRemainder(dividingBy: unit.perSecond * 86_400)
    guard let days = Int32(exactly: days) else {
      throw DuckDBError(
        .invalidArgument,
        "the duration of \(value) \(unit) at row \(row) has \(days) days, and an INTERVAL holds 2,147,483,647")
    }
    let microsecond = unit.perSecond / 1_000_000
    guard microsecond <= 1 || rest % microsecond == 0 else {
      throw finerThanMicroseconds("the duration of \(value) \(unit)", row)
    }
    let microseconds = microsecond > 1 ? rest / microsecond : rest * (1_000_000 / unit.perSecond)
    self.init(months: 0, days: days, micros: microseconds)
  }
}

private func finerThanMicroseconds(_ value: String, _ row: Int) -> DuckDBError {
  DuckDBError(.invalidArgument, "\(value) at row \(row) is finer than the microseconds of an INTERVAL; round it")
}

import Functions
import CPythonABI
import Columnar
import PythonRuntime

extension Conversion {
  func temporalReader(of column: Column, as type: UDFType) throws -> ArgumentReader {
    switch (type, column.type) {
    case (.nanoseconds, _): return nanosecondsReader(of: column)
    case (.date, .date64):
      return api.reader(of: column, DateBoxer<Int64>(column, perDay: 86_400_000, api, try dateTime()))
    case (.date, _): return api.reader(of: column, DateBoxer<Int32>(column, perDay: 1, api, try dateTime()))
    case (.time, .time32(let unit)):
      return api.reader(of: column, TimeBoxer<Int32>(column, unit, api, try dateTime()))
    case (.time, .time64(let unit)):
      return api.reader(of: column, TimeBoxer<Int64>(column, unit, api, try dateTime()))
    case (.timestamp(_, let wanted), .timestamp(let unit, let stored)):
      return try timestampReader(of: column, unit, zone: stored == nil ? nil : wanted ?? stored)
    case (_, .duration(let unit)): return api.reader(of: column, DurationBoxer(column, unit, api, try dateTime()))
    case (let type, .interval(let unit)):
      return type == .interval
        ? api.reader(
          of: column,
          IntervalBoxer(
            rows: IntervalRows(column, unit), maker: try ObjectMaker(attribute("Interval", of: "clutch"), 3, self),
            api: api)
        )
        : api.reader(
          of: column, IntervalAsDurationBoxer(rows: IntervalRows(column, unit), api: api, dateTime: try dateTime()))
    default: return api.reader(of: column, NoneBoxer(none: api.none))
    }
  }

  private func timestampReader(of column: Column, _ unit: TimeUnit, zone: String?) throws -> ArgumentReader {
    let dateTime = try dateTime()
    guard let zone else {
      return api.reader(of: column, TimestampBoxer(column, unit, zone: api.none, api, dateTime))
    }
    let zoneObject = try support("zone", [hold(api.makeText(zone))])
    let moments = TimestampBoxer(column, unit, zone: zoneObject, api, dateTime)
    // UTC needs no second step.
    guard zoneObject != dateTime.pointee.TimeZone_UTC else { return api.reader(of: column, moments) }
    let shift = try hold(api.pointee.PyObject_GetAttrString(zoneObject, "fromutc"))
    return api.reader(of: column, ZonedBoxer(moments: moments, shift: shift, api: api))
  }

  private func nanosecondsReader(of column: Column) -> ArgumentReader {
    let unit: TimeUnit =
      switch column.type {
      case .timestamp(let unit, _), .time32(let unit), .time64(let unit), .duration(let unit): unit
      default: .nanosecond
      }
    if case .time32 = column.type { return api.reader(of: column, NanosecondsBoxer<Int32>(column, unit, api)) }
    return api.reader(of: column, NanosecondsBoxer<Int64>(column, unit, api))
  }
}

private struct DateBoxer<Value: FixedWidthInteger>: RowBoxer {
  let values: UnsafePointer<Value>
  let perDay: Int
  let api: PythonAPI
  let make: @convention(c) (Int32, Int32, Int32, OpaquePointer) -> ObjectPointer?
  let type: OpaquePointer

  init(_ column: Column, perDay: Int, _ api: PythonAPI, _ dateTime: UnsafePointer<PyDateTime_CAPI>) {
    values = column.unsafeValues.assumingMemoryBound(to: Value.self)
    self.perDay = perDay
    self.api = api
    make = dateTime.pointee.Date_FromDate
    type = dateTime.pointee.DateType
  }

  func box(_ row: Int) -> ObjectPointer? {
    let days = Int(values[row]).floorDivided(by: perDay).quotient
    guard CivilDate.pythonDays.contains(days) else {
      return api.raise(
        api.pointee.PyExc_ValueError,
        "the date \(days) days from 1970-01-01 is infinite or outside the years 1 to 9999, which date cannot hold")
    }
    let date = CivilDate(daysSinceEpoch: days)
    return make(Int32(date.year), Int32(date.month), Int32(date.day), type)
  }
}

private struct TimeBoxer<Value: FixedWidthInteger>: RowBoxer {
  let values: UnsafePointer<Value>
  let unit: TimeUnit
  let api: PythonAPI
  let dateTime: UnsafePointer<PyDateTime_CAPI>

  init(_ column: Column, _ unit: TimeUnit, _ api: PythonAPI, _ dateTime: UnsafePointer<PyDateTime_CAPI>) {
    values = column.unsafeValues.assumingMemoryBound(to: Value.self)
    self.unit = unit
    self.api = api
    self.dateTime = dateTime
  }

  func box(_ row: Int) -> ObjectPointer? {
    let (seconds, rest) = Int64(values[row]).floorDivided(by: unit.perSecond)
    guard (0..<86_400).contains(seconds) else {
      return api.raise(
        api.pointee.PyExc_ValueError,
        """
        the time \(values[row]) \(unit) is not within the 24 hours of a day, all that time can hold; declare it \
        clutch.Nanoseconds
        """)
    }
    guard let microseconds = unit.microseconds(rest) else {
      return api.raise(api.pointee.PyExc_ValueError, nanosecondsMessage("time", Int64(values[row])))
    }
    let second = Int32(truncatingIfNeeded: seconds)
    return dateTime.pointee.Time_FromTime(
      second / 3_600, second / 60 % 60, second % 60, microseconds, api.none, dateTime.pointee.TimeType)
  }
}

private struct TimestampBoxer: RowBoxer {
  let values: UnsafePointer<Int64>
  let unit: TimeUnit
  let perSecond: Int64
  /// The object that becomes `tzinfo`.
  let zone: ObjectPointer
  let api: PythonAPI
  let make:
    @convention(c) (Int32, Int32, Int32, Int32, Int32, Int32, Int32, ObjectPointer, OpaquePointer) -> ObjectPointer?
  let type: OpaquePointer

  init(
    _ column: Column, _ unit: TimeUnit, zone: ObjectPointer, _ api: PythonAPI,
    _ dateTime: UnsafePointer<PyDateTime_CAPI>
  ) {
    values = column.unsafeValues.assumingMemoryBound(to: Int64.self)
    self.unit = unit
    perSecond = unit.perSecond
    self.zone = zone
    self.api = api
    make = dateTime.pointee.DateTime_FromDateAndTime
    type = dateTime.pointee.DateTimeType
  }

  func box(_ row: Int) -> ObjectPointer? {
    let (seconds, rest) = values[row].floorDivided(by: perSecond)
    let (days, second) = Int(seconds).floorDivided(by: 86_400)
    guard CivilDate.pythonDays.contains(days) else {
      return api.raise(
        api.pointee.PyExc_ValueError,
        """
        the timestamp \(values[row]) \(unit) is infinite or outside the years 1 to 9999, which datetime cannot hold; \
        declare it clutch.Nanoseconds
        """)
    }
    guard let microseconds = unit.microseconds(rest) else {
      return api.raise(api.pointee.PyExc_ValueError, nanosecondsMessage("timestamp", values[row]))
    }
    let date = CivilDate(daysSinceEpoch: days)
    let time = Int32(truncatingIfNeeded: second)
    return make(
      Int32(truncatingIfNeeded: date.year), Int32(truncatingIfNeeded: date.month), Int32(truncatingIfNeeded: date.day),
      time / 3_600, time / 60 % 60, time % 60, microseconds, zone, type)
  }
}

/// A moment in UTC, marked with a time zone, turned into that zone's own time.
private struct ZonedBoxer: RowBoxer {
  let moments: TimestampBoxer
  /// The zone's method `fromutc`.
  let shift: ObjectPointer
  let api: PythonAPI

  func box(_ row: Int) -> ObjectPointer? {
    guard let moment = moments.box(row) else { return nil }
    defer { api.pointee.Py_DecRef(moment) }
    return api.call(shift, moment)
  }
}

private struct DurationBoxer: RowBoxer {
  let values: UnsafePointer<Int64>
  let unit: TimeUnit
  let api: PythonAPI
  let dateTime: UnsafePointer<PyDateTime_CAPI>

  init(_ column: Column, _ unit: TimeUnit, _ api: PythonAPI, _ dateTime: UnsafePointer<PyDateTime_CAPI>) {
    values = column.unsafeValues.assumingMemoryBound(to: Int64.self)
    self.unit = unit
    self.api = api
    self.dateTime = dateTime
  }

  func box(_ row: Int) -> ObjectPointer? {
    let (seconds, rest) = values[row].floorDivided(by: unit.perSecond)
    guard let microseconds = unit.microseconds(rest) else {
      return api.raise(api.pointee.PyExc_ValueError, nanosecondsMessage("duration", values[row]))
    }
    return dateTime.makeDelta(seconds: seconds, microseconds: microseconds, api)
  }
}

private struct IntervalAsDurationBoxer: RowBoxer {
  let rows: IntervalRows
  let api: PythonAPI
  let dateTime: UnsafePointer<PyDateTime_CAPI>

  func box(_ row: Int) -> ObjectPointer? {
    let interval = rows[row]
    guard interval.months == 0 else {
      return api.raise(
        api.pointee.PyExc_ValueError,
        "the interval has \(interval.months) months, which timedelta cannot hold; declare it clutch.Interval")
    }
    let (seconds, rest) = interval.nanoseconds.floorDivided(by: 1_000_000_000)
    guard let microseconds = TimeUnit.nanosecond.microseconds(rest) else {
      return api.raise(
        api.pointee.PyExc_ValueError, nanosecondsMessage("interval", interval.nanoseconds, as: "Interval"))
    }
    return dateTime.makeDelta(seconds: Int64(interval.days) * 86_400 + seconds, microseconds: microseconds, api)
  }
}

private struct IntervalBoxer: RowBoxer {
  let rows: IntervalRows
  let maker: ObjectMaker
  let api: PythonAPI

  func box(_ row: Int) -> ObjectPointer? {
    let interval = rows[row]
    // The first slot is CPython's to use during the call.
    return withUnsafeTemporaryAllocation(of: ObjectPointer?.self, capacity: 4) { slots in
      slots.initializeElement(at: 0, to: nil)
      slots.initializeElement(at: 1, to: api.pointee.PyLong_FromLongLong(Int64(interval.months)))
      slots.initializeElement(at: 2, to: api.pointee.PyLong_FromLongLong(Int64(interval.days)))
      slots.initializeElement(at: 3, to: api.pointee.PyLong_FromLongLong(interval.nanoseconds))
      defer { for case let object? in slots { api.pointee.Py_DecRef(object) } }
      guard let base = slots.baseAddress, slots[1...].allSatisfy({ $0 != nil }) else { return nil }
      return maker.make(base + 1, 3)
    }
  }
}

/// The rows of an interval column of any unit.
private struct IntervalRows {
  let values: UnsafeRawPointer
  let unit: IntervalUnit

  init(_ column: Column, _ unit: IntervalUnit) {
    values = column.unsafeValues
    self.unit = unit
  }

  subscript(row: Int) -> MonthDayNanoInterval {
    switch unit {
    case .yearMonth:
      return MonthDayNanoInterval(months: values.assumingMemoryBound(to: Int32.self)[row], days: 0, nanoseconds: 0)
    case .dayTime:
      let interval = values.assumingMemoryBound(to: DayTimeInterval.self)[row]
      return MonthDayNanoInterval(
        months: 0, days: interval.days, nanoseconds: Int64(interval.milliseconds) * 1_000_000)
    case .monthDayNano: return values.assumingMemoryBound(to: MonthDayNanoInterval.self)[row]
    }
  }
}

private struct NanosecondsBoxer<Value: FixedWidthInteger>: RowBoxer {
  let values: UnsafePointer<Value>
  let factor: Int128
  let api: PythonAPI

  init(_ column: Column, _ unit: TimeUnit, _ api: PythonAPI) {
    values = column.unsafeValues.assumingMemoryBound(to: Value.self)
    factor = Int128(1_000_000_000 / unit.perSecond)
    self.api = api
  }

  func box(_ row: Int) -> ObjectPointer? { api.makeInteger(Int128(values[row]) * factor) }
}

// MARK: Parts

private func nanosecondsMessage(_ what: String, _ value: Int64, as type: String = "Nanoseconds") -> String {
  "the \(what) \(value) ns is no whole number of microseconds, all that datetime has; declare it clutch.\(type)"
}

extension TimeUnit {
  /// A part of a second in microseconds; nil when that is no whole number.
  @inline(__always)
  fileprivate func microseconds(_ part: Int64) -> Int32? {
    switch self {
    case .second: return 0
    case .millisecond: return Int32(truncatingIfNeeded: part) &* 1_000
    case .microsecond: return Int32(truncatingIfNeeded: part)
    case .nanosecond:
      let (microseconds, rest) = part.quotientAndRemainder(dividingBy: 1_000)
      return rest == 0 ? Int32(truncatingIfNeeded: microseconds) : nil
    }
  }
}

extension UnsafePointer<PyDateTime_CAPI> {
  fileprivate func makeDelta(seconds: Int64, microseconds: Int32, _ api: PythonAPI) -> ObjectPointer? {
    let (days, second) = seconds.floorDivided(by: 86_400)
    guard abs(days) <= 999_999_999 else {
      return api.raise(
        api.pointee.PyExc_ValueError,
        "a duration of \(days) days is too long for timedelta, which holds 999,999,999; declare it clutch.Nanoseconds")
    }
    return pointee.Delta_FromDelta(
      Int32(days), Int32(second), microseconds, 0, pointee.DeltaType)
  }
}

import CPythonABI
import Columnar
import Functions
import PythonRuntime

/// `date`; a `datetime` is one too, but would lose its time.
struct DateUnboxer: Unboxer {
  private let api: PythonAPI
  private let dateTime: UnsafePointer<PyDateTime_CAPI>

  init(_ conversion: Conversion) throws {
    dateTime = try conversion.dateTime()
    api = conversion.api
  }

  var columnType: ColumnType { .date32 }

  func unbox(_ object: ObjectPointer) throws(ResultProblem) -> Int32 {
    guard api.isInstance(object, of: dateTime.pointee.DateType),
      !api.isInstance(object, of: dateTime.pointee.DateTimeType)
    else { throw .wrongType }
    let data = UnsafeMutableRawPointer(object).assumingMemoryBound(to: PyDateTime_Date.self).pointee.data
    let date = CivilDate(year: Int(data.0) << 8 | Int(data.1), month: Int(data.2), day: Int(data.3))
    return Int32(truncatingIfNeeded: date.daysSinceEpoch)
  }
}

/// `time` without a time zone.
struct TimeUnboxer: Unboxer {
  private let api: PythonAPI
  private let dateTime: UnsafePointer<PyDateTime_CAPI>

  init(_ conversion: Conversion) throws {
    dateTime = try conversion.dateTime()
    api = conversion.api
  }

  var columnType: ColumnType { .time64(.microsecond) }

  func unbox(_ object: ObjectPointer) throws(ResultProblem) -> Int64 {
    guard api.isInstance(object, of: dateTime.pointee.TimeType) else { throw .wrongType }
    let time = UnsafeMutableRawPointer(object).assumingMemoryBound(to: PyDateTime_Time.self)
    guard time.pointee.hastzinfo == 0 else { throw .outOfRange("a time column: it has a time zone") }
    let data = time.pointee.data
    let seconds = Int64(data.0) * 3_600 + Int64(data.1) * 60 + Int64(data.2)
    return seconds * 1_000_000 + (Int64(data.3) << 16 | Int64(data.4) << 8 | Int64(data.5))
  }
}

/// `datetime`: naive for a column without a time zone, aware for one with.
struct TimestampUnboxer: Unboxer {
  private let api: PythonAPI
  private let dateTime: UnsafePointer<PyDateTime_CAPI>
  private let unit: TimeUnit
  private let zone: String?
  private let offsetName: ObjectPointer

  init(_ conversion: Conversion, _ unit: TimeUnit, zone: String?) throws {
    dateTime = try conversion.dateTime()
    offsetName = try conversion.name("utcoffset")
    (self.unit, self.zone) = (unit, zone)
    api = conversion.api
  }

  var columnType: ColumnType { .timestamp(unit, timeZone: zone) }

  func unbox(_ object: ObjectPointer) throws(ResultProblem) -> Int64 {
    guard api.isInstance(object, of: dateTime.pointee.DateTimeType) else { throw .wrongType }
    let value = UnsafeMutableRawPointer(object).assumingMemoryBound(to: PyDateTime_DateTime.self)
    let data = value.pointee.data
    let date = CivilDate(year: Int(data.0) << 8 | Int(data.1), month: Int(data.2), day: Int(data.3))
    let time = Int64(data.4) * 3_600 + Int64(data.5) * 60 + Int64(data.6)
    var microseconds =
      (Int64(date.daysSinceEpoch) * 86_400 + time) * 1_000_000
      + (Int64(data.7) << 16 | Int64(data.8) << 8 | Int64(data.9))
    let isAware = value.pointee.hastzinfo != 0
    if isAware, value.pointee.tzinfo != dateTime.pointee.TimeZone_UTC {
      // A time zone that does not say how far it is from UTC leaves a datetime naive, as Python has it.
      let offset = try utcOffset(of: object)
      guard (offset != nil) == (zone != nil) else { throw zone == nil ? aware : naive }
      microseconds -= offset ?? 0
    } else if isAware != (zone != nil) {
      throw isAware ? aware : naive
    }
    return try inUnit(microseconds)
  }

  private var naive: ResultProblem { .outOfRange("a column with a time zone: it has none; give it a tzinfo") }
  private var aware: ResultProblem {
    .outOfRange(
      "a column without a time zone: annotate the result Annotated[datetime, Timestamp(tz=\"UTC\")], or drop the tzinfo"
    )
  }

  /// How far the value is ahead of UTC, in microseconds; nil when its time zone does not say.
  private func utcOffset(of object: ObjectPointer) throws(ResultProblem) -> Int64? {
    guard let offset = api.callMethod(offsetName, of: object) else { throw api.pendingException() }
    defer { api.pointee.Py_DecRef(offset) }
    guard api.isInstance(offset, of: dateTime.pointee.DeltaType) else { return nil }
    // CPython checks what time zones say, but a subclass of datetime may say anything.
    let microseconds = PythonDelta(offset).microseconds
    guard microseconds.magnitude < 86_400_000_000 else {
      throw .outOfRange("a timestamp: its offset from UTC is a day or more")
    }
    return Int64(microseconds)
  }

  private func inUnit(_ microseconds: Int64) throws(ResultProblem) -> Int64 {
    switch unit {
    case .microsecond: return microseconds
    case .nanosecond:
      let (nanoseconds, overflow) = microseconds.multipliedReportingOverflow(by: 1_000)
      guard !overflow else { throw .outOfRange("64-bit nanoseconds, the years 1677 to 2262") }
      return nanoseconds
    case .second, .millisecond:
      let (value, rest) = microseconds.floorDivided(by: 1_000_000 / unit.perSecond)
      guard rest == 0 else { throw .outOfRange("a column that counts in \(unit)") }
      return value
    }
  }
}

/// A `timedelta`, read.
private struct PythonDelta {
  let days: Int32
  let seconds: Int32
  let subseconds: Int32

  init(_ object: ObjectPointer) {
    let delta = UnsafeMutableRawPointer(object).assumingMemoryBound(to: PyDateTime_Delta.self).pointee
    (days, seconds, subseconds) = (delta.days, delta.seconds, delta.microseconds)
  }

  var microseconds: Int128 { (Int128(days) * 86_400 + Int128(seconds)) * 1_000_000 + Int128(subseconds) }
}

/// `timedelta`.
struct DurationUnboxer: Unboxer {
  private let api: PythonAPI
  private let dateTime: UnsafePointer<PyDateTime_CAPI>

  init(_ conversion: Conversion) throws {
    dateTime = try conversion.dateTime()
    api = conversion.api
  }

  var columnType: ColumnType { .duration(.microsecond) }

  func unbox(_ object: ObjectPointer) throws(ResultProblem) -> Int64 {
    guard api.isInstance(object, of: dateTime.pointee.DeltaType) else { throw .wrongType }
    guard let microseconds = Int64(exactly: PythonDelta(object).microseconds) else {
      throw .outOfRange("64-bit microseconds, about 292,000 years")
    }
    return microseconds
  }
}

/// `clutch.Interval`, or another tuple of months, days and nanoseconds.
struct IntervalUnboxer: Unboxer {
  let api: PythonAPI

  var columnType: ColumnType { .interval(.monthDayNano) }

  func unbox(_ object: ObjectPointer) throws(ResultProblem) -> MonthDayNanoInterval {
    guard api.isInstance(object, of: api.pointee.PyTuple_Type), try api.size(of: object) == 3 else { throw .wrongType }
    guard let months = try part(0, object, as: Int32.self), let days = try part(1, object, as: Int32.self) else {
      throw .outOfRange("an interval, whose months and days have 32 bits")
    }
    guard let nanoseconds = try part(2, object, as: Int64.self) else {
      throw .outOfRange("an interval, whose nanoseconds have 64 bits")
    }
    return MonthDayNanoInterval(months: months, days: days, nanoseconds: nanoseconds)
  }

  /// Nil when it does not fit.
  private func part<Value: FixedWidthInteger>(
    _ index: Int, _ tuple: ObjectPointer, as type: Value.Type
  ) throws(ResultProblem) -> Value? {
    guard let item = api.pointee.PySequence_GetItem(tuple, index) else { throw api.pendingProblem() }
    defer { api.pointee.Py_DecRef(item) }
    guard api.isInstance(item, of: api.pointee.PyLong_Type) else { throw .wrongType }
    return api.wideInteger(item, as: type)
  }
}

/// An `int` as nanoseconds since 1970-01-01 00:00.
struct NanosecondsUnboxer: Unboxer {
  let api: PythonAPI

  var columnType: ColumnType { .timestamp(.nanosecond, timeZone: nil) }

  func unbox(_ object: ObjectPointer) throws(ResultProblem) -> Int64 {
    guard api.isInstance(object, of: api.pointee.PyLong_Type) else { throw .wrongType }
    guard let value = api.wideInteger(object, as: Int64.self) else {
      throw .outOfRange("64-bit nanoseconds, the years 1677 to 2262")
    }
    return value
  }
}

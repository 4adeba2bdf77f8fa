extension Column {
  /// Copies values into a column of their type.
  ///
  /// Say which type a literal has: `Column([1, nil, 3] as [Int64?])`.
  public init<T: FixedWidthColumnElement>(_ values: [T?]) {
    var builder = FixedWidthBuilder<T>()
    builder.reserveCapacity(values.count)
    for value in values {
      if let value { builder.append(value) } else { builder.appendNull() }
    }
    self = builder.finish()
  }

  /// Packs truth values into a `bool` column.
  public init(_ values: [Bool?]) {
    var builder = BooleanBuilder()
    builder.reserveCapacity(values.count)
    for value in values {
      if let value { builder.append(value) } else { builder.appendNull() }
    }
    self = builder.finish()
  }

  /// Copies texts into a `utf8` column, or a `large_utf8` one when they pass 2 GiB together.
  public init(_ values: [String?]) {
    let byteCount = values.reduce(0) { $0 + ($1?.utf8.count ?? 0) }
    self =
      byteCount > Int32.max
      ? .copying(values, byteCount: byteCount, offsets: Int64.self, type: .largeUTF8, bytes: \.utf8)
      : .copying(values, byteCount: byteCount, offsets: Int32.self, type: .utf8, bytes: \.utf8)
  }

  /// Copies byte strings into a `binary` column, or a `large_binary` one when they pass 2 GiB
  /// together.
  public init(_ values: [[UInt8]?]) {
    let byteCount = values.reduce(0) { $0 + ($1?.count ?? 0) }
    self =
      byteCount > Int32.max
      ? .copying(values, byteCount: byteCount, offsets: Int64.self, type: .largeBinary, bytes: \.self)
      : .copying(values, byteCount: byteCount, offsets: Int32.self, type: .binary, bytes: \.self)
  }

  /// A column of type `null`.
  public static func null(count: Int) -> Column {
    precondition(count >= 0, "a column cannot have \(count) rows")
    return Column(unchecked: .null, count: count, nullCount: count, validity: nil, buffers: [])
  }

  /// Copies values whose sizes are known to fit the offsets, so that nothing can fail.
  private static func copying<Value, Offset: ColumnOffset>(
    _ values: [Value?], byteCount: Int, offsets: Offset.Type, type: ColumnType,
    bytes: (Value) -> some Collection<UInt8>
  ) -> Column {
    var ends: [Offset] = [0]
    ends.reserveCapacity(values.count + 1)
    var data: [UInt8] = []
    data.reserveCapacity(byteCount)
    for value in values {
      if let value { data.append(contentsOf: bytes(value)) }
      ends.append(Offset(truncatingIfNeeded: data.count))
    }
    let nullCount = values.count { $0 == nil }
    return Column(
      unchecked: type, count: values.count, nullCount: nullCount,
      validity: nullCount == 0 ? nil : Bitmap(values.lazy.map { $0 != nil }).buffer,
      buffers: [Buffer(copying: ends), Buffer(copying: data)])
  }
}

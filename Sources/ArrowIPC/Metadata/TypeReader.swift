internal import Columnar

/// Reads the type of a field out of the table of its parameters.
struct TypeReader {
  let table: FlatTable

  /// Throws `invalidMessage` for what is no type, and `unsupported` for types that have no ``ColumnType``.
  func type(_ kind: UInt8, _ children: [Field]) throws(IPCError) -> ColumnType {
    func onlyChild() throws(IPCError) -> Field {
      guard children.count == 1 else { throw .invalid("a list comes with \(children.count) children") }
      return children[0]
    }
    switch kind {
    case TypeKind.null: return .null
    case TypeKind.bool: return .bool
    case TypeKind.int: return try integer()
    case TypeKind.floatingPoint: return try floatingPoint()
    case TypeKind.decimal: return try decimal()
    case TypeKind.date: return try date()
    case TypeKind.time: return try time()
    case TypeKind.timestamp:
      let timeZone = try table.string(1)
      return .timestamp(try unit(default: 0), timeZone: timeZone == "" ? nil : timeZone)
    case TypeKind.duration: return .duration(try unit(default: 1))
    case TypeKind.interval: return try interval()
    case TypeKind.utf8: return .utf8
    case TypeKind.largeUTF8: return .largeUTF8
    case TypeKind.utf8View: return .utf8View
    case TypeKind.binary: return .binary
    case TypeKind.largeBinary: return .largeBinary
    case TypeKind.binaryView: return .binaryView
    case TypeKind.fixedSizeBinary: return .fixedSizeBinary(byteWidth: try number(0))
    case TypeKind.list: return .list(try onlyChild())
    case TypeKind.largeList: return .largeList(try onlyChild())
    case TypeKind.listView: return .listView(try onlyChild())
    case TypeKind.largeListView: return .largeListView(try onlyChild())
    case TypeKind.fixedSizeList: return .fixedSizeList(try onlyChild(), count: try number(0))
    case TypeKind.structure: return .struct(children)
    case TypeKind.map:
      guard case .struct(let fields) = try onlyChild().type, fields.count == 2 else {
        throw .invalid("a map needs a struct of two fields, key and value, as its child")
      }
      return .map(key: fields[0], value: fields[1], keysSorted: try table.bool(0))
    case TypeKind.union: throw unsupported("unions")
    case TypeKind.runEndEncoded: throw unsupported("run-end encoded columns")
    default: throw unsupported("types of the kind \(kind)")
    }
  }

  func integer() throws(IPCError) -> ColumnType {
    let isSigned = try table.bool(1)
    switch try number(0) {
    case 8: return isSigned ? .int8 : .uint8
    case 16: return isSigned ? .int16 : .uint16
    case 32: return isSigned ? .int32 : .uint32
    case 64: return isSigned ? .int64 : .uint64
    case let bits: throw .invalid("there are no integers of \(bits) bits")
    }
  }

  private func floatingPoint() throws(IPCError) -> ColumnType {
    switch try table.integer(0, default: Int16(0)) {
    case 0: return .float16
    case 1: return .float32
    case 2: return .float64
    case let precision: throw .invalid("there is no floating-point precision \(precision)")
    }
  }

  private func decimal() throws(IPCError) -> ColumnType {
    let (precision, scale) = (try number(0), try number(1))
    switch try number(2, default: 128) {
    case 128: return .decimal128(precision: precision, scale: scale)
    case 256: return .decimal256(precision: precision, scale: scale)
    case 32, 64: throw unsupported("decimals of 32 and 64 bits")
    case let bits: throw .invalid("there are no decimals of \(bits) bits")
    }
  }

  private func date() throws(IPCError) -> ColumnType {
    switch try table.integer(0, default: Int16(1)) {
    case 0: return .date32
    case 1: return .date64
    case let unit: throw .invalid("there is no unit \(unit) of dates")
    }
  }

  private func time() throws(IPCError) -> ColumnType {
    let (unit, bits) = (try unit(default: 1), try number(1, default: 32))
    switch bits {
    case 32: return .time32(unit)
    case 64: return .time64(unit)
    default: throw .invalid("there are no times of \(bits) bits")
    }
  }

  private func interval() throws(IPCError) -> ColumnType {
    switch try table.integer(0, default: Int16(0)) {
    case 0: return .interval(.yearMonth)
    case 1: return .interval(.dayTime)
    case 2: return .interval(.monthDayNano)
    case let unit: throw .invalid("there is no unit \(unit) of intervals")
    }
  }

  private func unit(default value: Int16) throws(IPCError) -> TimeUnit {
    switch try table.integer(0, default: value) {
    case 0: return .second
    case 1: return .millisecond
    case 2: return .microsecond
    case 3: return .nanosecond
    case let unit: throw .invalid("there is no unit \(unit) of time")
    }
  }

  private func number(_ slot: Int, default value: Int32 = 0) throws(IPCError) -> Int {
    Int(try table.integer(slot, default: value))
  }

  private func unsupported(_ what: String) -> IPCError {
    IPCError(code: .unsupported, message: "\(what) cannot be read; convert them to another type first")
  }
}

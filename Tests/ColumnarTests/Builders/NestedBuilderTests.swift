import Columnar
import Testing

@Suite("Builders of nested and typed columns")
struct NestedBuilderTests {
  private static let types: [ColumnType] = [
    .int32, .date32, .time32(.second), .interval(.yearMonth), .int64, .date64, .time64(.nanosecond),
    .timestamp(.second, timeZone: "UTC"), .duration(.microsecond), .uint32, .float32, .utf8,
    .decimal128(precision: 9, scale: 2), .dictionary(index: .int32, value: .utf8, isOrdered: false),
  ]

  @Test("integers build the types that are stored as such integers, and no others", arguments: types)
  func typed(type: ColumnType) throws {
    func canBuild<T: FixedWidthColumnElement>(_ element: T.Type) -> Bool {
      do throws(ColumnError) {
        let builder = try FixedWidthBuilder<T>(type: type)
        let built = builder.finish().type
        return built == type
      } catch {
        return error.code != .typeMismatch
      }
    }
    let isWide = [.int64, .date64].contains(type) || "\(type)".hasPrefix("time64") || "\(type)".hasPrefix("timestamp")
    #expect(canBuild(Int64.self) == (isWide || "\(type)".hasPrefix("duration")))
    #expect(
      canBuild(Int32.self)
        == ([.int32, .date32, .interval(.yearMonth)].contains(type) || "\(type)".hasPrefix("time32")))
    #expect(canBuild(Int128.self) == "\(type)".hasPrefix("decimal128"))
    #expect(!canBuild(Int256.self))
  }

  @Test("the integers behind a type are not given away as plain ones")
  func storage() throws {
    var builder = try FixedWidthBuilder<Int64>(type: .timestamp(.second, timeZone: nil))
    builder.append(7)
    let column = builder.finish()
    #expect(throws: ColumnError.self) { try column.toArray(of: Int64.self) }
    #expect(try column.storage(as: Int64.self)[0] == 7)
    #expect(throws: ColumnError.self) { _ = try column.storage(as: Int32.self)[0] }
    #expect(throws: ColumnError.self) { _ = try column.storage(as: Int128.self)[0] }
  }

  @Test(
    "types that make no sense are refused",
    arguments: [
      .decimal128(precision: 39, scale: 0), .decimal256(precision: 0, scale: 0), .time32(.nanosecond),
      .time64(.second), .fixedSizeBinary(byteWidth: -1), .dictionary(index: .utf8, value: .utf8, isOrdered: false),
    ] as [ColumnType])
  func invalid(type: ColumnType) {
    let error = #expect(throws: ColumnError.self) { _ = try FixedWidthBuilder<Int64>(type: type) }
    #expect(error?.code == .invalidType)
  }

  @Test("children of another type or length are refused")
  func children() throws {
    let two = Column([1, 2] as [Int8?])
    func list() throws -> ListBuilder {
      var builder = ListBuilder()
      try builder.append(elementCount: 3)
      return builder
    }
    let length = #expect(throws: ColumnError.self) { try list().finish(elements: two) }
    #expect(length?.code == .lengthMismatch)
    let type = #expect(throws: ColumnError.self) {
      try list().finish(elements: two, field: Field(name: "item", type: .int16))
    }
    #expect(type?.code == .typeMismatch)
    let keys = #expect(throws: ColumnError.self) {
      try list().finishMap(keys: Column([1, nil, 3] as [Int8?]), values: .null(count: 3))
    }
    #expect(keys?.code == .nullsNotAllowed)
    let fields = #expect(throws: ColumnError.self) { try StructBuilder().finish(fields: [], columns: [two]) }
    #expect(fields?.code == .lengthMismatch)
    let fixed = #expect(throws: ColumnError.self) { try FixedSizeListBuilder(size: 2).finish(elements: two) }
    #expect(fixed?.code == .lengthMismatch)
    #expect(throws: ColumnError.self) { try Column.dictionaryEncoded(indices: two, dictionary: two) }
    #expect(throws: ColumnError.self) { try Column.dictionaryEncoded(indices: Column(["a"]), dictionary: two) }
  }

  @Test("more than the offsets can address is refused, and the builder goes on")
  func capacity() throws {
    var list = ListBuilder()
    try list.append(elementCount: 2)
    for count in [Int(Int32.max) - 1, .max] {
      let error = #expect(throws: ColumnError.self) { try list.append(elementCount: count) }
      #expect(error?.code == .capacityExceeded)
    }
    #expect(list.count == 1 && list.elementCount == 2)

    var views = StringViewBuilder(byteLimit: 20)
    try views.append("thirteen byte")
    let error = #expect(throws: ColumnError.self) { try views.append("another thirteen") }
    #expect(error?.code == .capacityExceeded)
    try views.append("twelve bytes")
    #expect(try views.finish().toArray(of: String.self) == ["thirteen byte", "twelve bytes"])

    var fixed = try FixedSizeBinaryBuilder(byteWidth: 2)
    let bytes: [UInt8] = [1, 2, 3]
    let width = #expect(throws: ColumnError.self) { try fixed.append(bytes.span.bytes) }
    #expect(width?.code == .lengthMismatch)
    #expect(fixed.count == 0)
  }

  @Test("growth keeps every row", arguments: [0, 1, 63, 64, 65, 5_003])
  func growth(count: Int) throws {
    var lists = LargeListBuilder()
    var views = BinaryViewBuilder()
    var fixed = try FixedSizeBinaryBuilder(byteWidth: 3)
    var elements = FixedWidthBuilder<Int32>()
    for row in 0..<count {
      let bytes = [UInt8](repeating: UInt8(row % 251), count: row % 40)
      try views.append(bytes.span.bytes)
      let three = [UInt8](repeating: UInt8(row % 251), count: 3)
      try fixed.append(three.span.bytes)
      for _ in 0..<(row % 3) { elements.append(Int32(row)) }
      try lists.append(elementCount: row % 3)
    }
    let list = try lists.finish(elements: elements.finish())
    let columns = [list, views.finish(), fixed.finish()]
    for column in columns { try column.validate(.full) }
    let rows = try list.lists()
    for row in 0..<count {
      #expect(try rows[row]?.toArray(of: Int32.self) == Array(repeating: Int32(row), count: row % 3))
    }
    #expect(
      try columns[1].toArray(of: [UInt8].self) == (0..<count).map { Array(repeating: UInt8($0 % 251), count: $0 % 40) })
    #expect(try columns[2].toArray(of: [UInt8].self) == (0..<count).map { Array(repeating: UInt8($0 % 251), count: 3) })
  }
}

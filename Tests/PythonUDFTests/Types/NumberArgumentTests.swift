import Columnar
import Testing

@Suite(.serialized, .timeLimit(.minutes(30))) struct NumberArgumentTests {
  private static let huge = Field.extended(
    name: "x", type: .fixedSizeBinary(byteWidth: 16), extensionName: "arrow.opaque",
    extensionMetadata: #"{"type_name":"hugeint","vendor_name":"DuckDB"}"#)
  private static let unsignedHuge = Field.extended(
    name: "x", type: .fixedSizeBinary(byteWidth: 16), extensionName: "arrow.opaque",
    extensionMetadata: #"{"type_name":"uhugeint","vendor_name":"DuckDB"}"#)

  private static func bytes(_ value: Int128) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }

  private static func edges<T: FixedWidthColumnElement & FixedWidthInteger>(_ type: T.Type) -> [SeenColumn] {
    let values: [T?] = [0, nil, .min, .max, 1, nil, 100]
    let texts = values.map { $0.map { "\($0)" } ?? "None" }
    return [
      SeenColumn("int", Column(values), texts), SeenColumn("Any", Column(values), texts),
      SeenColumn("Int8", Column(values), texts),
    ]
  }

  @Test(
    arguments: edges(Int8.self) + edges(Int16.self) + edges(Int32.self) + edges(Int64.self) + edges(UInt8.self)
      + edges(UInt16.self) + edges(UInt32.self) + edges(UInt64.self))
  func `integers are exact`(_ seen: SeenColumn) async throws { try await expectSeen(seen) }

  @Test(arguments: [Int(Int32.max), 400, -2_000_000_000])
  func `a decimal of any scale is a float at once`(scale: Int) async throws {
    let column = try Column(
      type: .decimal128(precision: 38, scale: scale), count: 2, buffers: [Buffer(copying: [7, -12] as [Int128])])
    try await expectSeen(SeenColumn("float", column, scale > 0 ? ["0.0", "-0.0"] : ["inf", "-inf"]))
  }

  @Test(arguments: ["int", "Any", "Int128", "float", "Decimal"])
  func `128-bit integers are exact, with a sign and without`(type: String) async throws {
    let values: [Int128?] = [0, -1, nil, .min, .max, 1 << 64, -(1 << 63) - 1, 255]
    let column = Column.made(of: 16, values.map { $0.map(Self.bytes) })
    func shown(_ value: String) -> String {
      switch type {
      case "float": Double(value)?.description ?? ""
      case "Decimal": "Decimal('\(value)')"
      default: value
      }
    }
    func expected(_ texts: [String?]) -> [String] { texts.map { $0.map(shown) ?? "None" } }
    let signed = expected(values.map { $0.map { "\($0)" } })
    let unsigned = expected(values.map { $0.map { "\(UInt128(bitPattern: $0))" } })
    // Swift and Python write large floats differently.
    if type == "float" {
      let rows = try await PythonUDFTests.seen(column, Self.huge, as: type)
      #expect(rows.map { Double($0) } == values.map { $0.map { Double($0) } })
      return
    }
    try await expectSeen(SeenColumn(type, column, field: Self.huge, signed))
    try await expectSeen(SeenColumn(type, column, field: Self.unsignedHuge, unsigned))
  }

  @Test(arguments: [
    SeenColumn(
      "float", Column([0.1, -0.0, nil, .infinity, -.infinity, .nan, .leastNonzeroMagnitude] as [Double?]),
      [
        "0.1", "-0.0", "None", "inf", "-inf", "nan", "5e-324",
      ]),
    SeenColumn("Any", Column([0.5, nil, -0.0] as [Float?]), ["0.5", "None", "-0.0"]),
    SeenColumn("Float32", Column([0.1, 3e38] as [Float?]), ["0.10000000149011612", "3.0000000054977558e+38"]),
    SeenColumn(
      "float", Column([0.5, nil, -0.0, .infinity, 65504] as [Float16?]), ["0.5", "None", "-0.0", "inf", "65504.0"]),
    SeenColumn("float", Column([1, nil, -9_007_199_254_740_993] as [Int64?]), ["1.0", "None", "-9007199254740992.0"]),
    SeenColumn("float", Column([.max, 0, nil] as [UInt64?]), ["1.8446744073709552e+19", "0.0", "None"]),
    SeenColumn(
      "float", .decimal128(precision: 38, scale: 2), [Int128(1), nil, -12345, 3 * 10_000_000_000_000_000_000],
      ["0.01", "None", "-123.45", "3e+17"]),
    SeenColumn("float", .decimal128(precision: 5, scale: -2), [Int128(7), nil], ["700.0", "None"]),
    SeenColumn(
      "float", .decimal256(precision: 76, scale: 3), [Int256(-1500), nil, Int256(1)], ["-1.5", "None", "0.001"]),
    SeenColumn(
      "bool", Column([true, nil, false, true, true, nil, false, true, false, true]),
      [
        "True", "None", "False", "True", "True", "None", "False", "True", "False", "True",
      ]),
    SeenColumn("Any", .null(count: 3), ["None", "None", "None"]),
    SeenColumn("int", .null(count: 3), ["None", "None", "None"]),
    SeenColumn("None", .null(count: 3), ["None", "None", "None"]),
  ])
  func `floats, truth values and nulls`(_ seen: SeenColumn) async throws { try await expectSeen(seen) }

  private static let decimalText = Field.extended(name: "x", type: .utf8, extensionName: "arrowudf.decimal")

  @Test(arguments: ["Decimal", "Any", "Annotated[Decimal, Decimal128(5, 2)]"])
  func `decimals keep every digit and the scale of their column`(type: String) async throws {
    let nines = String(repeating: "9", count: 38)
    let largest = try #require(Int128(nines))
    for seen in [
      SeenColumn(
        type, .decimal128(precision: 38, scale: 2), [Int128(0), nil, 150, -5, -largest, 100],
        [
          "Decimal('0.00')", "None", "Decimal('1.50')", "Decimal('-0.05')", "Decimal('-\(nines.dropLast(2)).99')",
          "Decimal('1.00')",
        ]),
      SeenColumn(
        type, .decimal128(precision: 38, scale: 38), [largest, 1, -1, nil],
        ["Decimal('0.\(nines)')", "Decimal('1E-38')", "Decimal('-1E-38')", "None"]),
      SeenColumn(
        type, .decimal128(precision: 38, scale: 0), [largest, nil, 0], ["Decimal('\(nines)')", "None", "Decimal('0')"]),
      SeenColumn(
        type, .decimal128(precision: 5, scale: -2), [Int128(7), 0, nil], ["Decimal('7E+2')", "Decimal('0E+2')", "None"]),
      SeenColumn(
        type, .decimal256(precision: 76, scale: 40),
        [Int256(high: -1, low: .max), Int256(15), nil, Int256(high: 1, low: 0)],
        [
          "Decimal('-1E-40')", "Decimal('1.5E-39')", "None", "Decimal('0.0340282366920938463463374607431768211456')",
        ]),
      SeenColumn(
        type, Column(["1.50", nil, "-0", "1E+3", "NaN"]), field: Self.decimalText,
        ["Decimal('1.50')", "None", "Decimal('-0')", "Decimal('1E+3')", "Decimal('NaN')"]),
    ] { try await expectSeen(seen) }
  }

  @Test func `integers are decimals where one is asked for`() async throws {
    try await expectSeen(
      SeenColumn(
        "Decimal", Column([.min, nil, 7] as [Int64?]), ["Decimal('-9223372036854775808')", "None", "Decimal('7')"]))
  }

  @Test func `text that is no number is an error of its row`() async throws {
    let rows = try await seen(Column(["1", "abc", "2"]), Self.decimalText, as: "Decimal")
    #expect(
      rows == ["Decimal('1')", "ValueError: an argument cannot be made: 'abc' is no decimal number", "Decimal('2')"])
  }

  /// The name of an extension type on a column that is stored in another way.
  @Test(arguments: [
    Column([1, 2] as [Int64?]), Column([[1], [2]] as [[UInt8]?]), Column.made(of: 4, [[1, 2, 3, 4], [5, 6, 7, 8]]),
    Column(["a", "b"]),
  ])
  func `a column that only has the name of an extension type is read as what it is`(column: Column) async throws {
    for (name, metadata) in [
      ("arrow.uuid", ""), ("arrow.opaque", Self.huge.extensionMetadata ?? ""),
      ("arrow.opaque", Self.unsignedHuge.extensionMetadata ?? ""), ("arrow.json", ""), ("arrowudf.pickle", ""),
      ("arrowudf.decimal", ""),
    ] {
      let field = Field.extended(name: "x", type: column.type, extensionName: name, extensionMetadata: metadata)
      for type in ["UUID", "int", "Decimal", "float", "Any", "str", "bytes", "Json", "Int128"] {
        // Whether it is refused or read, no memory but the column's may be touched.
        _ = try? await seen(column, field, as: type)
      }
      if name == "arrow.uuid" {
        await #expect(throws: (any Error).self) { try await seen(column, field, as: "UUID") }
      }
    }
  }
}

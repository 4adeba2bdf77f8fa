import Columnar
import Testing

@Suite("Types and schemas")
struct ColumnTypeTests {
  @Test(
    "types have Arrow's names and widths",
    arguments: [
      (.null, "null", nil), (.bool, "bool", 1), (.int8, "int8", 8), (.int16, "int16", 16),
      (.int32, "int32", 32), (.int64, "int64", 64), (.uint8, "uint8", 8), (.uint16, "uint16", 16),
      (.uint32, "uint32", 32), (.uint64, "uint64", 64), (.float32, "float32", 32),
      (.float64, "float64", 64), (.utf8, "utf8", nil), (.largeUTF8, "large_utf8", nil),
      (.binary, "binary", nil), (.largeBinary, "large_binary", nil),
    ] as [(ColumnType, String, Int?)])
  func namesAndWidths(type: ColumnType, name: String, bitWidth: Int?) {
    #expect(type.description == name)
    #expect(type.bitWidth == bitWidth)
    #expect(type.isInteger == (name.hasPrefix("int") || name.hasPrefix("uint")))
    #expect(type.isFloatingPoint == name.hasPrefix("float"))
  }

  @Test("a field is found by its name, the first one if there are several")
  func fieldByName() {
    let schema = Schema([
      Field(name: "a", type: .int64), Field(name: "b", type: .utf8, isNullable: false),
      Field(name: "b", type: .bool),
    ])
    #expect(schema.index(of: "b") == 1)
    #expect(schema.index(of: "c") == nil)
    #expect(schema[2].type == .bool)
    #expect(schema.description == "a: int64, b: utf8 not null, b: bool")
  }
}

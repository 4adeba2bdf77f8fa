import DuckDBEngine
import Testing

/// Numbers of files for RisingWave, which have no scale of their own.
@Suite(.serialized, .timeLimit(.minutes(30))) struct NumericResultTests {
  private static func source(_ result: String, _ value: String) -> String {
    """
    from arrow_udf import udf
    from decimal import Decimal
    @udf(input_types=["NUMERIC"], result_type="\(result)")
    def f(x):
        return \(value)
    """
  }

  @Test(
    arguments: TestLibrary.allCases,
    [
      ("x / 3", "3.3333333333"), ("x * 2 / 3", "6.6666666667"), ("float(x) * 0.22", "2.2000000000"),
      ("1e-7", "0.0000001000"),
      ("Decimal('0.00000000005')", "0.0000000001"), ("Decimal('-0.00000000005')", "-0.0000000001"),
      ("Decimal('0.00000000004999')", "0.0000000000"), ("Decimal('9.99999999999')", "10.0000000000"),
      ("Decimal('1E-500')", "0.0000000000"), ("7", "7.0000000000"),
    ])
  func `A number without a scale is rounded to the column's, halves away from zero`(
    library: TestLibrary, value: (expression: String, text: String)
  ) throws {
    let connection = try library.connect(with: Self.source("NUMERIC", value.expression))
    #expect(try connection.rows("SELECT f(10)")[0][0].description == value.text)
  }

  @Test(
    arguments: [
      ("NUMERIC", "float('nan')", "it is no finite number"), ("NUMERIC", "10 ** 30", "it is too large"),
      ("NUMERIC(12, 2)", "x / 3", "declare the digits of the result, as in result_type=\"NUMERIC(38, 28)\""),
      ("NUMERIC(12, 2)", "0.5", "float"),
    ])
  func `What cannot be such a number is an error in the terms of its file`(
    value: (type: String, expression: String, message: String)
  ) throws {
    let connection = try TestLibrary.duckdbWheel.connect(with: Self.source(value.type, value.expression))
    let failure = try connection.failure("SELECT f(10)") ?? ""
    #expect(failure.contains(value.message), "\(failure)")
  }

  @Test(arguments: ["NUMERIC[]", "STRUCT<a NUMERIC>"])
  func `Numbers within others are rounded too`(type: String) throws {
    let value = type == "NUMERIC[]" ? "[x / 3]" : "{'a': x / 3}"
    let connection = try TestLibrary.duckdbWheel.connect(with: Self.source(type, value))
    #expect(try connection.rows("SELECT f(10)")[0][0].description.contains("3.3333333333"))
  }
}

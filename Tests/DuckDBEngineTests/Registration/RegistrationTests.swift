import CDuckDBABI
import Testing

@testable import DuckDBEngine

@Suite struct RegistrationTests {
  @Test(
    "What is registered while a result is open stays registered", arguments: TestLibrary.allCases,
    [true, false])
  func openResult(library: TestLibrary, isKept: Bool) throws {
    let connection = try library.connect()
    var result = try connection.execute("SELECT * FROM range(1000000)").next()
    _ = try result?.nextRows()
    if !isKept { result = nil }
    try register("seven", on: connection)
    #expect(try connection.rows("SELECT seven(1)") == [[.integer(7)]])
    #expect(try connection.database.connect().rows("SELECT seven('x', NULL)") == [[.integer(7)]])
    if isKept { #expect(throws: DuckDBError.self) { try result?.nextRows() } }
  }

  private static let wheel = try? TestLibrary.duckdbWheel.load()
  private static let bare = try? TestLibrary.bareduckdbWheel.load()

  private static func writeSeven(_ library: DuckDBLibrary?, _ output: duckdb_vector) {
    library?.functions.pointee.vector_get_data(output)?.storeBytes(of: 7, as: Int64.self)
  }

  /// A function of any arguments that always answers 7.
  private func register(_ name: String, on connection: DuckDBConnection) throws {
    let functions = connection.functions.pointee
    var function = functions.create_scalar_function()
    var any = functions.create_logical_type(DUCKDB_TYPE_ANY)
    var bigint = functions.create_logical_type(DUCKDB_TYPE_BIGINT)
    defer {
      functions.destroy_scalar_function(&function)
      functions.destroy_logical_type(&any)
      functions.destroy_logical_type(&bigint)
    }
    let scalar = try #require(function)
    functions.scalar_function_set_name(scalar, name)
    functions.scalar_function_set_varargs(scalar, try #require(any))
    functions.scalar_function_set_return_type(scalar, try #require(bigint))
    functions.scalar_function_set_special_handling(scalar)
    // A C callback captures nothing, and what it is given can only be read with the functions of the
    // library that calls it: so each library has a callback of its own.
    functions.scalar_function_set_function(
      scalar,
      connection.database.library === Self.wheel
        ? { _, _, output in RegistrationTests.writeSeven(RegistrationTests.wheel, output) }
        : { _, _, output in RegistrationTests.writeSeven(RegistrationTests.bare, output) })
    try connection.withRegistrationHandle { handle throws(DuckDBError) in
      guard functions.register_scalar_function(handle, scalar) == DuckDBSuccess else {
        throw DuckDBError(.query, "not registered")
      }
    }
  }
}

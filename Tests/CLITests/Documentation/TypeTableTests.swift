import Columnar
import DuckDBEngine
import Foundation
import PythonRuntime
import PythonUDF
import TestSupport
import Testing

/// Every cell of the table of types is true: what it names is taken or given, and what it does not name is not.
@Suite(.timeLimit(.minutes(30))) struct TypeTableTests {
  /// One annotation of a row, as two functions: one that says what it receives, one that returns what it is told to.
  fileprivate struct Case {
    let row: TypeTable.Row
    let place: Int
    let example: TypeExample
    let number: Int

    var name: String { row.names[place] }
    var sqlResult: String { example.resultInSQL ?? row.sqlResults[place] }
    var isInSQL: Bool { row.sqlResults[place] != "refused" }

    var source: String {
      """
      @udf
      def takes_\(number)(x: \(example.annotation)) -> str: return type(x).__name__
      @udf
      def gives_\(number)(x: str) -> \(example.annotation): return eval(x)

      """
    }
  }

  private static func cases() throws -> [Case] {
    var cases: [Case] = []
    for row in try TypeTable.rows() {
      for (place, name) in row.names.enumerated() {
        let examples = TypeExample.examples(of: name)
        #expect(!examples.isEmpty, "there is no example for \(name) in TypeExamples.swift")
        for example in examples { cases.append(Case(row: row, place: place, example: example, number: cases.count)) }
      }
    }
    return cases
  }

  private static func pool(_ cases: [Case]) throws -> UDFPool {
    try CPython.start(PythonDiscovery(workingDirectory: Checkout.root))
    let source = TypeExample.prelude + "\n\n" + cases.map(\.source).joined()
    return try UDFPool(UDFSource(source, name: "examples.py"), HostOptions(interpreters: 1))
  }

  private static func connection() throws -> DuckDBConnection {
    let library = try DuckDBLibrary.load(
      explicitPath: DuckDBPackage.duckdb.path(), environment: [:], pythonLibrary: Checkout.python().library)
    return try DuckDBDatabase(library: library, configuration: ["threads": "1"]).connect()
  }

  @Test func `The table has a row for every annotation, and each has an example`() throws {
    let names = try TypeTable.rows().flatMap(\.names)
    #expect(try Self.cases().count == names.count)
    #expect(Set(names).count == names.count)
    #expect(names.count >= 40)
  }

  @Test func `The page names everything that the module clutch has`() throws {
    let module = try String(
      contentsOfFile: "\(Checkout.root)/Sources/PythonFunctions/Python/clutch.py", encoding: .utf8)
    let list = try #require(module.firstMatch(of: /__all__ = \[([^\]]*)\]/)).1
    let names = list.matches(of: /"(\w+)"/).map { String($0.1) }
    #expect(names.count > 15)
    let page = try Page.article("Types").lines().joined(separator: "\n")
    // Marks and errors are no types, and a column is what one of these makes.
    let others = ["udf", "udtf", "udaf", "Column", "SignatureError", "DeadlineExceeded"]
    for name in names where !others.contains(name) {
      #expect(page.contains("`\(name)") || page.contains("\(name)("), "\(name)")
    }
  }

  @Test func `Every type of Arrow column is taken by the annotations that name it, and by no other`() throws {
    let cases = try Self.cases()
    let pool = try Self.pool(cases)
    defer { pool.close() }
    for one in cases {
      let type = try #require(try pool.signature(of: "takes_\(one.number)").parameters.first).type
      let taken = Set(ArrowFields.all.filter { type.accepts($0.field) }.map(\.name))
      #expect(taken == one.row.arrow.subtracting(["null"]), "\(one.name)")
      let encoded = ArrowFields.all.filter { _, field in
        let type_ = ColumnType.dictionary(index: .int8, value: field.type, isOrdered: false)
        return type.accepts(Field(name: "x", type: type_, metadata: field.metadata))
      }
      #expect(Set(encoded.map(\.name)) == taken, "\(one.name), dictionary-encoded")
      #expect(type.accepts(Field(name: "x", type: .null)), "\(one.name)")
    }
  }

  @Test func `Every type of object may be returned for the annotations that name it, and for no other`() async throws {
    let cases = try Self.cases()
    let pool = try Self.pool(cases)
    defer { pool.close() }
    for one in cases {
      let objects = TypeExample.results.map(\.object) + one.example.objects + ["None"]
      let batch = try RecordBatch(
        schema: Schema([Field(name: "x", type: .utf8)]), columns: [Column(objects.map(Optional.some))])
      let result = try await pool.evaluate("gives_\(one.number)", batch, onError: .collect)
      let errors = try #require(result.errors)
      try result.values.validate(.full)
      for (index, (name, object)) in TypeExample.results.enumerated() {
        #expect(errors.isNull(index) == one.row.results.contains(name), "\(one.name) from \(object)")
      }
      for index in TypeExample.results.count..<objects.count {
        #expect(errors.isNull(index), "\(one.name) from \(objects[index])")
      }
      let field = try pool.signature(of: "gives_\(one.number)").resultField(for: batch.schema.fields)
      #expect(ArrowFields.name(of: field) == one.row.columns[one.place], "\(one.name)")
      #expect(result.values.type == field.type, "\(one.name)")
    }
  }

  @Test func `Every SQL type is taken by the annotations that name it, as the Python type of the table`() throws {
    let cases = try Self.cases().filter(\.isInSQL)
    let pool = try Self.pool(cases)
    let connection = try Self.connection()
    try connection.register(pool)
    for one in cases {
      for (type, value) in TypeExample.arguments {
        // A constant would be cast.
        let call = "takes_\(one.number)(x) FROM (SELECT \(value) AS x)"
        let isTaken = try connection.failure("EXPLAIN SELECT \(call)") == nil
        #expect(isTaken == one.row.sql.contains(type), "\(one.name) from \(type)")
        guard isTaken, let expected = one.receivedType else { continue }
        #expect(try connection.text("SELECT \(call)") == expected, "\(one.name) from \(type)")
      }
      #expect(try connection.failure("SELECT takes_\(one.number)(NULL)") == nil, "\(one.name)")
    }
  }

  @Test func `Every annotation gives the SQL type of the table`() throws {
    let cases = try Self.cases()
    let pool = try Self.pool(cases.filter(\.isInSQL))
    let connection = try Self.connection()
    try connection.register(pool)
    for one in cases.filter(\.isInSQL) {
      let allowed = TypeExample.results.first { one.row.results.contains($0.name) }?.object
      let object = one.example.objects.first ?? allowed ?? "None"
      let call = "gives_\(one.number)('\(object.replacing("'", with: "''"))')"
      #expect(try connection.text("SELECT typeof(\(call))") == one.sqlResult, "\(one.name)")
      #expect(try pool.signature(of: "gives_\(one.number)").result.sqlName == one.sqlResult, "\(one.name)")
      #expect(try connection.failure("SELECT \(call)") == nil, "\(one.name)")
    }
    for one in cases where !one.isInSQL {
      let refused = try Self.pool([one])
      defer { refused.close() }
      #expect(throws: DuckDBError.self, "\(one.name)") { try connection.register(refused) }
    }
  }

  @Test func `Any receives from every SQL type the Python type of the page`() throws {
    let pool = try Self.pool(Self.cases().filter { $0.name == "Any" }.map { Case($0, number: 0) })
    let connection = try Self.connection()
    try connection.register(pool)
    var left = Set(TypeExample.arguments.map(\.type)).subtracting(TypeTable.formless)
    for row in try Page.article("Types").table("SQL type") {
      for type in TypeTable.expanded(row[0]) {
        let value = try #require(TypeExample.arguments.first { $0.type == type }, "there is no value of type \(type)")
          .value
        #expect(try connection.text("SELECT takes_0(\(value))") == TypeTable.parts(row[1])[0], "\(type)")
        left.remove(type)
      }
    }
    #expect(left.isEmpty)
  }
}

extension TypeTableTests.Case {
  fileprivate init(_ other: Self, number: Int) {
    self.init(row: other.row, place: other.place, example: other.example, number: number)
  }

  /// The name of the type of what Python receives, or nil where it depends on the value.
  fileprivate var receivedType: String? {
    if row.received == "an object of the class" { return example.annotation }
    guard row.received.hasPrefix("`"), row.received != "`None`" else { return nil }
    return TypeTable.parts(row.received)[0]
  }
}

extension DuckDBConnection {
  /// The text of the error that a query ends with; nil when it succeeds.
  fileprivate func failure(_ sql: String) throws -> String? {
    do {
      try run(sql)
      return nil
    } catch {
      return error.message
    }
  }

  /// The one value of a query, as text.
  fileprivate func text(_ sql: String) throws -> String? {
    try execute(sql).next()?.nextRows().map { $0[0, 0].description }
  }
}

import Columnar
import PythonUDF
import TestSupport
import Testing

/// Random columns of all types, nested in each other, most of them slices of larger ones, made by PyArrow.
@Suite(.serialized, .timeLimit(.minutes(30))) struct RandomColumnTests {
  struct RandomColumn {
    let type: String
    let batch: RecordBatch
    /// How PyArrow shows the values.
    let shown: [String]
    /// As which parameter the column is taken when it is not `Any`.
    let annotation: String
  }

  private static let count = 108

  @Test(arguments: [11, 12, 13], [Placement.interpreter, .worker])
  func `random columns are seen as PyArrow sees them, and come back with their values`(
    seed: Int, placement: Placement
  ) async throws {
    let producer = ForeignProducer()
    var annotations = Annotations()
    let columns = try PyArrow.generate(seed: seed, count: Self.count, forPython: true).map { source in
      var (schema, array) = (producer.schema(source.schema), producer.array(source.array))
      let (field, column) = try Column.taking(array: &array, schema: &schema)
      return RandomColumn(
        type: source.type, batch: try RecordBatch(schema: Schema([field]), columns: [column]),
        shown: try #require(source.shown), annotation: annotations.annotation(field))
    }
    var source = "\(typePrelude)\n\(try PyArrow.showingFunction())\n\(annotations.classes)\n"
    source += """
      @udf(null="call")
      def show(x: Any) -> str: return shown(x)
      """
    for (index, column) in columns.enumerated() {
      source += """

        @udf
        def same\(index)(x: typing.Optional[\(column.annotation)]) -> \(column.annotation): return x
        @udf
        def any\(index)(x: Any) -> \(column.annotation): return x
        """
    }
    try await withPool(UDFSource(source), placement: placement) { pool in
      for (index, column) in columns.enumerated() {
        let about = "column \(index), \(column.type)"
        let input = try column.batch.columns[0].logicalRows()
        let shown = try await pool.call("show", column.batch).toArray(of: String.self)
        #expect(shown == column.shown, "\(about)")
        for function in ["same\(index)", "any\(index)"] {
          let result = try await pool.evaluate(function, column.batch, onError: .collect)
          try result.values.validate(.full)
          #expect(result.failures.isEmpty, "\(about)")
          #expect(try result.values.logicalRows() == input, "\(about) as \(column.annotation)")
        }
      }
    }
  }
}

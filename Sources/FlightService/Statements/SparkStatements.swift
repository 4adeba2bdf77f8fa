import Columnar
import Functions

/// Python code that makes the functions functions of Spark, which call the server from the executors.
struct SparkStatements: StatementWriter {
  let address: String

  func document(_ declarations: [String]) -> String {
    """
    import pyarrow as pa
    import pyarrow.flight as flight
    import pyspark.sql.types as _t
    from pyspark.sql.functions import arrow_udf

    _client = None


    def _call(name, columns, json=()):
        # A connection for each of Spark's worker processes.
        global _client
        if _client is None:
            _client = flight.connect(\(python(flightAddress)))
        # Text that is JSON must say so.
        fields = [
            pa.field(f"x{i}", column.type, metadata={"ARROW:extension:name": "arrowudf.json"} if i in json else None)
            for i, column in enumerate(columns)
        ]
        batch = pa.record_batch(list(columns), schema=pa.schema(fields))
        writer, reader = _client.do_exchange(flight.FlightDescriptor.for_path(name))
        with writer:
            writer.begin(batch.schema)
            writer.write_batch(batch)
            writer.done_writing()
            return pa.concat_arrays([part.data.column(0) for part in reader])


    \(declarations.joined(separator: "\n\n\n"))

    """
  }

  func declaration(of signature: UDFSignature, as name: String) throws(StatementProblem) -> String {
    guard signature.kind != .table else {
      throw StatementProblem("its rows cannot be told from those of others here; return a list, and use explode")
    }
    guard !signature.parameters.isEmpty else {
      throw StatementProblem("without arguments Spark does not say how many rows there are; give it a parameter")
    }
    let type = try Self.type(signature.result.declared)
    for parameter in signature.declaredParameters { _ = try Self.type(parameter.type) }
    let jsonPlaces = signature.declaredParameters.enumerated().filter { $0.element.type == .json }.map {
      "\($0.offset)"
    }
    let json = jsonPlaces.isEmpty ? "" : ", json=[\(jsonPlaces.joined(separator: ", "))]"
    let identifier = name.replacing(".", with: "_")
    let names = signature.parameters.map(\.name)
    let parameters = names.map { "\($0): pa.Array" }.joined(separator: ", ")
    return """
      @arrow_udf(\(type))
      def \(identifier)(\(parameters)) -> pa.Array:
          return _call(\(python(name)), [\(names.joined(separator: ", "))]\(json))
      """
  }

  private var flightAddress: String {
    address.replacing("https://", with: "grpc+tls://").replacing("http://", with: "grpc://")
  }

  private func python(_ text: String) -> String {
    "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }

  /// An object of Spark's types: to read the name of a type it needs a session, which there is none of where the file is
  /// imported by an executor.
  private static func type(_ type: UDFType) throws(StatementProblem) -> String {
    switch type {
    case .bool: return "_t.BooleanType()"
    case .int8: return "_t.ByteType()"
    case .int16: return "_t.ShortType()"
    case .int32: return "_t.IntegerType()"
    case .int: return "_t.LongType()"
    case .float32: return "_t.FloatType()"
    case .float: return "_t.DoubleType()"
    case .decimal(let digits?) where !digits.isWide: return "_t.DecimalType(\(digits.precision), \(digits.scale))"
    case .string, .json: return "_t.StringType()"
    case .bytes, .pickle: return "_t.BinaryType()"
    case .date: return "_t.DateType()"
    case .timestamp(.microsecond, nil): return "_t.TimestampNTZType()"
    case .timestamp(.microsecond, _?): return "_t.TimestampType()"
    case .list(let element): return "_t.ArrayType(\(try Self.type(element)))"
    case .map(let key, let value): return "_t.MapType(\(try Self.type(key)), \(try Self.type(value)))"
    case .structure(let structure):
      var text = "_t.StructType()"
      for field in structure.fields { text += ".add(\"\(field.name)\", \(try Self.type(field.type)))" }
      return text
    default: throw StatementProblem(type, in: "Spark", instead: instead(of: type))
    }
  }

  private static func instead(of type: UDFType) -> String {
    switch type {
    case .decimalText, .decimal: "annotate it Annotated[Decimal, Decimal128(18, 4)], with the digits that are needed"
    case .int128, .uint64: "annotate it Annotated[Decimal, Decimal128(38, 0)]"
    case .uint8: "annotate it Int16"
    case .uint16: "annotate it Int32"
    case .uint32: "annotate it int"
    case .timestamp, .nanoseconds: "annotate it datetime"
    case .duration, .interval, .time: "annotate it int, and give microseconds"
    default: "annotate it str"
    }
  }
}

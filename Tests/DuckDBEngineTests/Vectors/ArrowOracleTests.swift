import Columnar
import Foundation
import TestSupport
import Testing

@testable import DuckDBEngine

/// DuckDB's own export of the same values to PyArrow, in a process of its own, says what the columns must be.
@Suite(.timeLimit(.minutes(30))) struct ArrowOracleTests {
  /// Writes the rows of each query's column as text: bytes as hexadecimal digits, in brackets what is nested.
  static let script = """
    import json, sys, duckdb, pyarrow as pa

    def rows(array):
        if isinstance(array.type, pa.BaseExtensionType):
            is_bytes = array.type.extension_name == "arrow.bool8"
            array = array.storage.cast(pa.bool_()) if is_bytes else array.storage
        type, valid = array.type, array.is_valid().to_pylist()
        if pa.types.is_null(type):
            texts = [""] * len(array)
        elif pa.types.is_dictionary(type):
            names = rows(array.dictionary)
            texts = ["" if index is None else names[index] for index in array.indices.to_pylist()]
        elif pa.types.is_map(type) or pa.types.is_list(type):
            if pa.types.is_map(type):
                items = [f"({key}:{item})" for key, item in zip(rows(array.keys), rows(array.items))]
            else:
                items = rows(array.values)
            ends = array.offsets.to_pylist()
            texts = ["[" + " ".join(items[start:end]) + "]" for start, end in zip(ends, ends[1:])]
        elif pa.types.is_fixed_size_list(type):
            items, size = rows(array.values), type.list_size
            texts = ["[" + " ".join(items[row * size:(row + 1) * size]) + "]" for row in range(len(array))]
        elif pa.types.is_struct(type):
            members = [rows(array.field(index)) for index in range(type.num_fields)]
            texts = ["(" + ":".join(values) + ")" for values in zip(*members)]
        elif pa.types.is_boolean(type):
            texts = [str(int(value or False)) for value in array.to_pylist()]
        elif pa.types.is_string(type) or pa.types.is_binary(type):
            values = array.cast(pa.binary()).to_pylist()
            texts = ["'" + (value or b"").hex() for value in values]
        else:
            width, data = type.bit_width // 8, array.buffers()[1].to_pybytes()
            start = array.offset
            texts = [data[(start + row) * width:(start + row + 1) * width].hex() for row in range(len(array))]
        return [text if is_valid else "null" for text, is_valid in zip(texts, valid)]

    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET arrow_lossless_conversion = true; SET timezone = 'UTC'")
    answers = []
    for query in json.load(sys.stdin):
        table = connection.sql(query).to_arrow_table()
        answers.append([text for chunk in table.column(0).chunks for text in rows(chunk)])
    json.dump(answers, sys.stdout)
    """

  static let queries =
    VectorSample.all.map(\.query)
    + [
      "SELECT CASE WHEN i % 7 > 0 THEN 'row ' || repeat('x', i % 20) END FROM range(5000) t(i)",
      "SELECT CASE WHEN i % 7 > 0 THEN [i, NULL, -i][:i % 4] END FROM range(5000) t(i)",
      "SELECT {'a': i::HUGEINT, 'b': i / 8, 'c': i % 3 = 0} FROM range(5000) t(i)",
    ]

  static func answers() throws -> [[String]] {
    let folder = try TestSupport.TemporaryFolder()
    let program = try RunningProgram(
      "\(Checkout.environment())/bin/python", [folder.write("export.py", script)], in: folder.path, environment: [:],
      input: String(decoding: JSONEncoder().encode(queries), as: UTF8.self))
    let end = try program.end()
    try #require(end.status == .exited(0), "\(end.errors)")
    return try JSONDecoder().decode([[String]].self, from: Data(end.output.utf8))
  }

  @Test(arguments: TestLibrary.allCases)
  func `Columns are what DuckDB exports itself`(library: TestLibrary) throws {
    let connection = try library.connect(["threads": "1"])
    for (index, (query, answer)) in try zip(Self.queries, Self.answers()).enumerated() {
      let type = try connection.type(of: query)
      let seen = Recorder<[String]>()
      // Volatile, so that it is called for every row, and not for every value that occurs.
      try VectorFunction("see_\(index)", returning: .plain(.null), on: connection, isVolatile: true) {
        vectors, input, output in
        let column = try vectors.argument(0, of: input, type: type)
        seen.append(try column.hexadecimalRows)
        try vectors.write(.null(count: column.count), as: .plain(.null), to: output)
      }
      try connection.run("SELECT see_\(index)(COLUMNS(*)) FROM (\(query))")
      let rows = seen.values.flatMap(\.self)
      #expect(rows.count == answer.count, "\(type)")
      let difference = zip(rows, answer).first { $0 != $1 }
      #expect(difference == nil, "\(type)")
    }
  }
}

extension Column {
  /// The rows as the script writes them.
  fileprivate var hexadecimalRows: [String] {
    get throws {
      let texts = try unmaskedRows
      return texts.indices.map { isNull($0) ? "null" : texts[$0] }
    }
  }

  private var unmaskedRows: [String] {
    get throws {
      switch type {
      case .null: return Array(repeating: "null", count: count)
      case .bool:
        let bits = try booleans()
        return (0..<count).map { bits[$0] ? "1" : "0" }
      case .dictionary:
        let names = try dictionary?.hexadecimalRows ?? []
        return try dictionaryIndices().map { $0 < 0 ? "" : names[$0] }
      case .struct:
        let members = try fieldColumns().map { try $0.hexadecimalRows }
        return (0..<count).map { row in "(\(members.map { $0[row] }.joined(separator: ":")))" }
      case .list, .map, .fixedSizeList:
        let lists = try lists()
        let items = try lists.elements.hexadecimalRows
        return (0..<count).map { "[\(items[lists.range(at: $0)].joined(separator: " "))]" }
      case .utf8, .binary:
        let binary = try binary()
        return (0..<count).map { "'" + hexadecimal(binary[$0] ?? []) }
      default:
        let width = (type.bitWidth ?? 0) / 8
        return withExtendedLifetime(self) {
          (0..<count).map { hexadecimal(UnsafeRawBufferPointer(start: unsafeValues + $0 * width, count: width)) }
        }
      }
    }
  }
}

private func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

import Functions
import CPythonABI
import Columnar
import PythonRuntime

extension Conversion {
  /// What `json.loads` makes of texts.
  ///
  /// Usual JSON is read by our own parser, because Python's takes several times as long. All else, sound or not, is left to
  /// a Python function, which also says what is wrong.
  func jsonReader(of column: Column) throws -> ArgumentReader {
    let texts = column.withoutNulls
    return api.reader(
      of: column,
      JSONBoxer(
        rows: VariableWidthRows(texts), parser: JSONParser(api: api), texts: textReader(of: texts),
        function: try support("parser"), api: api))
  }
}

private struct JSONBoxer: RowBoxer {
  let rows: VariableWidthRows
  let parser: JSONParser
  let texts: ArgumentReader
  let function: ObjectPointer
  let api: PythonAPI
  /// A large document takes its time.
  var runsPython: Bool { true }

  func box(_ row: Int) -> ObjectPointer? {
    if let object = parser.object(of: rows.bytes(at: row)) { return object }
    var text: ObjectPointer?
    guard texts(row..<row + 1, &text, 1) == 1, let text else { return nil }
    defer { api.pointee.Py_DecRef(text) }
    return api.call(function, text)
  }
}

import CPythonABI
import Columnar
import PythonRuntime

extension Conversion {
  /// `Decimal` objects out of decimals, integers or text.
  func decimalReader(of column: Column, _ field: Field) throws -> ArgumentReader {
    let type = try attribute("Decimal", of: "decimal")
    switch column.type {
    case .decimal128(_, let scale): return api.reader(of: column, DecimalBoxer(column, scale: scale, type, api))
    case .decimal256(_, let scale): return api.reader(of: column, WideDecimalBoxer(column, scale: scale, type, api))
    case .utf8, .largeUTF8, .utf8View:
      return reader(of: column, textReader(of: column.withoutNulls), through: try support("decimal_parser"))
    default: return reader(of: column, integerReader(of: column.withoutNulls, field), through: type)
    }
  }
}

private struct DecimalBoxer: RowBoxer {
  let values: UnsafePointer<Int128>
  let scale: Int
  let type: ObjectPointer
  let api: PythonAPI

  init(_ column: Column, scale: Int, _ type: ObjectPointer, _ api: PythonAPI) {
    values = column.unsafeValues.assumingMemoryBound(to: Int128.self)
    (self.scale, self.type, self.api) = (scale, type, api)
  }

  func box(_ row: Int) -> ObjectPointer? {
    guard scale >= 0, scale <= 76 else { return api.decimal("\(values[row])E\(-scale)", type) }
    let text = DecimalDigits.withText(values[row], scale: scale) {
      api.pointee.PyUnicode_FromStringAndSize($0.baseAddress, $0.count)
    }
    guard let text else { return nil }
    defer { api.pointee.Py_DecRef(text) }
    return api.call(type, text)
  }
}

private struct WideDecimalBoxer: RowBoxer {
  let values: UnsafePointer<Int256>
  let scale: Int
  let type: ObjectPointer
  let api: PythonAPI

  init(_ column: Column, scale: Int, _ type: ObjectPointer, _ api: PythonAPI) {
    values = column.unsafeValues.assumingMemoryBound(to: Int256.self)
    (self.scale, self.type, self.api) = (scale, type, api)
  }

  func box(_ row: Int) -> ObjectPointer? { api.decimal("\(values[row])E\(-scale)", type) }
}

extension UnsafePointer<PythonFunctions> {
  /// The constructor takes every digit, whatever the context's precision.
  fileprivate func decimal(_ text: String, _ type: ObjectPointer) -> ObjectPointer? {
    guard let text = makeText(text) else { return nil }
    defer { pointee.Py_DecRef(text) }
    return call(type, text)
  }
}

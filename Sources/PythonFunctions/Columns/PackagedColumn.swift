import CPythonABI
import Columnar
import Functions
import PythonRuntime

/// A parameter that a function gets as an object of numpy, pandas or pyarrow, which our Python code makes of columns.
///
/// These columns end with their call, and what is made of them keeps their memory: it may live longer.
struct PackagedColumn {
  let contents: [ColumnContent]
  let name: String
  private let maker: ObjectPointer
  /// What numpy calls the type, where it is not that of the columns; `None` for that.
  private let numberType: ObjectPointer
  private let api: PythonAPI

  /// - Parameters:
  ///   - form: of the parameter.
  ///   - content: the rows.
  ///   - hasMask: whether an array has a mask for its nulls; else it has none.
  ///   - arrays: our module that makes such objects.
  /// - Throws: `PythonError`.
  init(
    _ form: BatchForm.Package, _ content: ColumnContent, named name: String, hasMask: Bool, _ arrays: ObjectPointer,
    _ conversion: Conversion, _ account: MemoryAccount
  ) throws {
    api = conversion.api
    self.name = name
    var maker = form.rawValue
    var contents = [content]
    var numberType: String?
    if form == .array {
      if NumberLayout(content.type) == nil {
        if let (numbers, type) = content.moments() {
          let integer: UDFType = numbers.type == .int32 ? .int32 : .int
          contents = [try Self.content(numbers, as: integer, named: name, conversion, account)]
          numberType = type
        } else {
          maker = "objects"
        }
      }
      if hasMask, content.nullCount(0..<content.column.count) == 0 {
        maker = "unmasked_\(maker)"
      } else if hasMask {
        maker = "masked_\(maker)"
        contents.append(try Self.content(content.nullMask(), as: .uint8, named: name, conversion, account))
      }
    }
    self.contents = contents
    self.maker = try conversion.hold(api.pointee.PyObject_GetAttrString(arrays, maker))
    if let numberType {
      self.numberType = try conversion.hold(api.makeText(numberType))
    } else {
      self.numberType = api.none
    }
  }

  private static func content(
    _ column: Column, as type: UDFType, named name: String, _ conversion: Conversion, _ account: MemoryAccount
  ) throws -> ColumnContent {
    try ColumnContent(column, Field(name: name, type: column.type), as: type, conversion, account)
  }

  /// The object for some rows, as a new reference, or nil with an exception set.
  ///
  /// - Parameter used: gets the columns that end with the call.
  func object(_ rows: Range<Int>, _ columnClass: ObjectPointer, _ used: inout [ColumnOfCall]) -> ObjectPointer? {
    var arguments: [ObjectPointer] = []
    defer { for argument in arguments { api.pointee.Py_DecRef(argument) } }
    for content in contents {
      let column = ColumnOfCall(content, named: name, columnClass)
      used.append(column)
      guard let object = column.object(rows) else { return nil }
      arguments.append(object)
    }
    return api.call(maker, arguments + [numberType])
  }
}

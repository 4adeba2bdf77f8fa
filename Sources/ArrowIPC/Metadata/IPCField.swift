internal import Columnar

/// A field as messages have it: with the number of its dictionary, should it have one, and with its children in the order
/// of their nodes.
struct IPCField: Sendable {
  var field: Field
  /// The number that messages with the field's dictionary have.
  var dictionaryID: Int64?
  /// Those of the type of the values, where the field is dictionary encoded.
  var children: [IPCField]

  /// The type of the rows, or of the dictionary.
  var valueType: ColumnType { field.type.dictionaryType ?? field.type }
}

extension IPCField {
  /// Numbers the dictionaries of a schema's fields, from 0 on.
  ///
  /// Throws `unsupported` for what cannot be written, and `limitExceeded` for types that are nested too deeply.
  static func numbered(_ schema: Schema) throws(IPCError) -> [IPCField] {
    var next: Int64 = 0
    var fields: [IPCField] = []
    for field in schema.fields { fields.append(try IPCField(numbering: field, from: &next, depth: 0)) }
    return fields
  }

  private init(numbering field: Field, from next: inout Int64, depth: Int) throws(IPCError) {
    self.init(field: field, children: [])
    func context(_ error: IPCError) -> IPCError { error.inContext("field '\(field.name)'") }
    guard depth < 256 else {
      throw context(IPCError(code: .limitExceeded, message: "is nested more than 256 times; flatten the type"))
    }
    if field.type.dictionaryType != nil {
      dictionaryID = next
      next += 1
    }
    guard valueType.dictionaryType == nil else {
      throw context(
        IPCError(
          code: .unsupported,
          message:
            "IPC has no \(field.type), whose dictionary is dictionary encoded itself; decode the dictionary first"))
    }
    do throws(ColumnError) {
      try field.type.checkParameters()
      try valueType.checkParameters()
    } catch {
      throw context(IPCError(code: .invalidColumn, message: error.message))
    }
    for child in valueType.childFields {
      do throws(IPCError) {
        children.append(try IPCField(numbering: child, from: &next, depth: depth + 1))
      } catch {
        throw context(error)
      }
    }
  }

  /// Each dictionary of the field, the innermost first, as readers need them.
  var dictionaries: [(id: Int64, type: ColumnType, children: [IPCField])] {
    let inner = children.flatMap(\.dictionaries)
    guard let dictionaryID else { return inner }
    return inner + [(dictionaryID, valueType, children)]
  }
}

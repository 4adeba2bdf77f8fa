package import Columnar
package import Functions

extension UDFType {
  /// The type that stands for this one where only the function's declaration is known, not the columns of a call.
  ///
  /// JSON for `Any`, text for enumerations (engines have no column of a dictionary), and text for a plain `Decimal`, which
  /// has any number of digits.
  package var declared: UDFType { replacing { $0 == .decimal(nil) ? .decimalText : $0 } }

  /// The type of the results for arguments of some columns: numbers of a plain `Decimal` are of the columns' kind, and text
  /// where none is a column of decimal numbers.
  package func sent(for arguments: [Field]) -> UDFType {
    let hasDecimals = arguments.contains { $0.type.hasDecimals }
    return hasDecimals ? resolved(for: arguments).replacing { $0 } : declared
  }

  private func replacing(_ leaf: (UDFType) -> UDFType) -> UDFType {
    switch self {
    case .any: .json
    case .enumeration: .string
    case .list(let element): .list(element.replacing(leaf))
    case .map(let key, let value): .map(key: key.replacing(leaf), value: value.replacing(leaf))
    case .structure(let structure): .structure(structure.mapTypes { $0.replacing(leaf) })
    default: leaf(self)
    }
  }

  /// The field of such a column under the names that engines know its extension types by.
  package func wireField(named name: String) -> Field { field(named: name).forEngines }
}

extension ColumnType {
  fileprivate var hasDecimals: Bool {
    switch self {
    case .decimal128, .decimal256: true
    default: childFields.contains { $0.type.hasDecimals }
    }
  }

  /// The same with `arrowudf.json` for `arrow.json`, also within.
  package var forEngines: ColumnType {
    let fields = childFields
    return fields.isEmpty ? self : replacingChildren(fields.map(\.forEngines))
  }
}

extension Field {
  /// The same with `arrowudf.json` for `arrow.json`, also within: engines that call function servers know JSON by that name.
  package var forEngines: Field {
    var field = Field(name: name, type: type.forEngines, isNullable: isNullable, metadata: metadata)
    if field.extensionName == ExtensionName.json {
      field.extensionName = nil
      field.extensionName = ExtensionName.udfJSON
    }
    return field
  }
}

extension UDFSignature {
  /// What a value is, or of a table function a row: that of its column if there is only one.
  package var rowType: UDFType {
    columnTypes.count == 1 ? columnTypes[0].type : result
  }
}

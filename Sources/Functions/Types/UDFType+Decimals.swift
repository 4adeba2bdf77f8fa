package import Columnar

extension UDFType {
  /// The type with the digits of each plain `Decimal` taken from the arguments: the largest scale of those that are
  /// decimals, as many digits as the width has. Text if they are text, and ``Digits/standard`` if there is none.
  package func resolved(for arguments: [Field]) -> UDFType {
    guard hasPlainDecimal else { return self }
    var scales: [Int] = []
    var isWide = false
    var isText = false
    func visit(_ field: Field) {
      switch field.type {
      case .decimal128(_, let scale): scales.append(scale)
      case .decimal256(_, let scale):
        scales.append(scale)
        isWide = true
      case .utf8, .largeUTF8, .utf8View: isText = isText || field.extensionName == ExtensionName.decimalText
      default: field.type.childFields.forEach(visit)
      }
    }
    arguments.forEach(visit)
    let standard: UDFType =
      if let scale = scales.max() {
        .decimal(Digits(precision: isWide ? 76 : 38, scale: min(max(scale, 0), isWide ? 76 : 38), isWide: isWide))
      } else {
        isText ? .decimalText : .decimal(.standard)
      }
    return replacingPlainDecimal(with: standard)
  }

  /// Whether a number without digits of its own is in the type.
  package var hasPlainDecimal: Bool {
    switch self {
    case .decimal(nil): true
    case .list(let element): element.hasPlainDecimal
    case .map(let key, let value): key.hasPlainDecimal || value.hasPlainDecimal
    case .structure(let structure): structure.fields.contains { $0.type.hasPlainDecimal }
    default: false
    }
  }

  private func replacingPlainDecimal(with type: UDFType) -> UDFType {
    switch self {
    case .decimal(nil): type
    case .list(let element): .list(element.replacingPlainDecimal(with: type))
    case .map(let key, let value):
      .map(key: key.replacingPlainDecimal(with: type), value: value.replacingPlainDecimal(with: type))
    case .structure(let structure):
      .structure(structure.mapTypes { $0.replacingPlainDecimal(with: type) })
    default: self
    }
  }
}

extension UDFType.Structure {
  /// The same with other types of fields.
  package func mapTypes(_ map: (UDFType) -> UDFType) -> Self {
    Self(
      name: name, fields: fields.map { .init(name: $0.name, type: map($0.type), mayBeMissing: $0.mayBeMissing) },
      classIndex: classIndex, form: form)
  }
}

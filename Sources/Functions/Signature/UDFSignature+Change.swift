import HostSupport

extension UDFSignature {
  /// Whether calls that were made for another version of this function can go to it: it is called the same way, and
  /// takes and gives the same types.
  package func canReplace(_ other: UDFSignature) -> Bool {
    name == other.name && kind.isCalled(as: other.kind) && aggregate?.roles == other.aggregate?.roles
      && result.withoutClasses == other.result.withoutClasses
      && parameters.count == other.parameters.count
      && zip(parameters, other.parameters).allSatisfy { new, old in
        new.type.withoutClasses == old.type.withoutClasses && new.hasDefault == old.hasDefault
          && new.isVariadic == old.isVariadic
      }
  }

  /// Whether it also does with nulls what the other version does, and calls its parameters the same.
  private func isSame(as other: UDFSignature) -> Bool {
    canReplace(other)
      && zip(parameters, other.parameters).allSatisfy { $0.name == $1.name && $0.isOptional == $1.isOptional }
  }

  /// Refuses a new version of a source that lacks a function of the old one, or has it with other parameters or another
  /// result.
  ///
  /// - Throws: `UDFError` with code `incompatible`.
  package static func requireSame(_ new: [UDFSignature], as old: [UDFSignature], of source: String) throws(UDFError) {
    for signature in old where !new.contains(where: { $0.isSame(as: signature) }) {
      throw UDFError(
        .incompatible,
        """
        The new version of \(source) was not taken: \(signature.sqlDescription) \(signature.whatBecame(in: new)). Keep the \
        function, or replace with allowingChanges: true.
        """)
    }
  }

  /// "is not there", or what the functions of its name are now.
  package func whatBecame(in new: [UDFSignature]) -> String {
    let sameName = new.filter { $0.name == name }
    return sameName.isEmpty
      ? "is not there" : "is \(sameName.map(\.sqlDescription).listed(separator: "; ", each: TextLimit.type))"
  }
}

extension UDFType {
  /// The type without what only its own version of a source knows: what its classes are called, and where they are kept.
  fileprivate var withoutClasses: UDFType {
    switch self {
    case .list(let element): .list(element.withoutClasses)
    case .map(let key, let value): .map(key: key.withoutClasses, value: value.withoutClasses)
    case .structure(let structure):
      .structure(
        Structure(
          name: "", fields: structure.fields.map { .init(name: $0.name, type: $0.type.withoutClasses) },
          classIndex: nil, form: structure.form))
    case .enumeration(let enumeration):
      .enumeration(
        Enumeration(name: "", values: enumeration.values, classIndex: nil, isByValue: enumeration.isByValue))
    default: self
    }
  }
}

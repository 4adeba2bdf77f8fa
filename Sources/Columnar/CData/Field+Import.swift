package import CArrowABI

extension Field {
  /// Takes over a schema and reads it. It has been released afterwards, also when this throws.
  ///
  /// Throws `invalidSchema` or `unsupportedType`.
  package init(taking schema: UnsafeMutablePointer<ArrowSchema>) throws(ColumnError) {
    defer {
      schema.pointee.release?(schema)
      schema.pointee.release = nil
    }
    try self.init(reading: schema, depth: 0)
  }

  private init(reading pointer: UnsafePointer<ArrowSchema>, depth: Int) throws(ColumnError) {
    let schema = pointer.pointee
    func invalid(_ problem: String) -> ColumnError {
      ColumnError(
        code: .invalidSchema, message: "the schema \(problem); the producer of the schema must correct it")
    }
    guard schema.release != nil else { throw invalid("has been released already") }
    guard depth < 64 else { throw invalid("is nested more than 64 times") }
    guard let formatPointer = schema.format, let format = String(validatingCString: formatPointer) else {
      throw invalid("has no readable format")
    }
    let childPointers = try schema.childPointers
    var children: [Field] = []
    for child in childPointers { children.append(try Field(reading: child, depth: depth + 1)) }
    var type = try SchemaFormat(
      text: format, children: children, keysSorted: schema.flags & Int64(ARROW_FLAG_MAP_KEYS_SORTED) != 0
    ).type()
    if let dictionary = schema.dictionary {
      guard ForeignMemory.isAligned(dictionary) else { throw invalid("has no dictionary where it says") }
      let value = try Field(reading: dictionary, depth: depth + 1).type
      guard type.isInteger else { throw invalid("has a dictionary with indices of type \(type)") }
      type = .dictionary(
        index: type, value: value, isOrdered: schema.flags & Int64(ARROW_FLAG_DICTIONARY_ORDERED) != 0)
    }
    self.init(
      name: schema.name.map { String(cString: $0) } ?? "", type: type,
      isNullable: schema.flags & Int64(ARROW_FLAG_NULLABLE) != 0, metadata: try SchemaMetadata.read(schema.metadata))
  }
}

extension ArrowSchema {
  fileprivate var childPointers: [UnsafePointer<ArrowSchema>] {
    get throws(ColumnError) {
      var result: [UnsafePointer<ArrowSchema>] = []
      if let children, ForeignMemory.mayHold(pointers: n_children, at: children) {
        while result.count < n_children, let child = children[result.count], ForeignMemory.isAligned(child) {
          result.append(UnsafePointer(child))
        }
      }
      guard n_children == result.count else {
        throw ColumnError(
          code: .invalidSchema,
          message: "the schema says that it has \(n_children) children, and they are not there; "
            + "the producer of the schema must correct it")
      }
      return result
    }
  }
}

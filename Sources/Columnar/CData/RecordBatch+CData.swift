package import CArrowABI

extension RecordBatch {
  /// Takes over an array of structs of the C Data Interface as the batch with that schema.
  ///
  /// `array` is left released, as by ``Column/init(taking:as:validation:)``. Throws what that throws, and
  /// `nullsNotAllowed` when a struct is null, which a row cannot be, or a field that is declared without nulls has some.
  package init(
    taking array: UnsafeMutablePointer<ArrowArray>, as schema: Schema, validation: ValidationLevel = .full
  ) throws(ColumnError) {
    let rows = try Column(taking: array, as: .struct(schema.fields), validation: validation)
    guard rows.nullCount == 0 else {
      throw ColumnError(
        code: .nullsNotAllowed,
        message: "\(rows.nullCount) of the \(rows.count) structs are null, and the rows of a batch cannot be; "
          + "import them as a column")
    }
    try self.init(schema: schema, columns: try rows.fieldColumns(), rowCount: rows.count)
    // The columns themselves have just been checked; this finds nulls where the schema allows none.
    if validation != .none { try validate(.structural) }
  }

  /// Takes over a batch from another library in this process: an array of structs and its schema, by the addresses of
  /// the structs `ArrowArray` and `ArrowSchema` of Arrow's C Data Interface.
  ///
  /// Ownership, threads and checks are those of ``Column/imported(fromArrayAt:schemaAt:validation:)``.
  public init(
    importingArrayAt array: UInt, schemaAt schema: UInt, validation: ValidationLevel = .full
  ) throws(ColumnError) {
    let array: UnsafeMutablePointer<ArrowArray> = try structure(at: array, "array")
    let fields: Schema
    do throws(ColumnError) {
      fields = try Schema(taking: try structure(at: schema, "schema"))
    } catch {
      array.pointee.release?(array)
      array.pointee.release = nil
      throw error
    }
    try self.init(taking: array, as: fields, validation: validation)
  }

  /// Writes the batch as an array of structs into memory of the caller's, who owns it from then on, as
  /// ``Column/export(to:)`` does.
  package func export(to array: UnsafeMutablePointer<ArrowArray>) {
    Column(
      unchecked: .struct(schema.fields), count: rowCount, nullCount: 0, validity: nil, buffers: [], children: columns
    ).export(to: array)
  }

  /// Hands the batch and its schema to another library in this process, as
  /// ``Column/export(toArrayAt:schemaAt:as:)`` does for a column.
  public func export(toArrayAt array: UInt, schemaAt schema: UInt) throws(ColumnError) {
    let (array, schema): (UnsafeMutablePointer<ArrowArray>, UnsafeMutablePointer<ArrowSchema>) = (
      try structure(at: array, "array"), try structure(at: schema, "schema")
    )
    export(to: array)
    self.schema.export(to: schema)
  }
}

extension Schema {
  /// Takes over a schema of the C Data Interface, which must be that of structs. It has been released afterwards, also
  /// when this throws.
  package init(taking schema: UnsafeMutablePointer<ArrowSchema>) throws(ColumnError) {
    let root = try Field(taking: schema)
    guard case .struct(let fields) = root.type else {
      throw ColumnError(
        code: .invalidSchema, message: "the schema of a batch is that of a struct, not \(root.type); import a column")
    }
    self.init(fields, metadata: root.metadata)
  }

  /// Writes the schema as that of structs into memory of the caller's, who owns it from then on, as
  /// ``Field/export(to:)`` does.
  package func export(to schema: UnsafeMutablePointer<ArrowSchema>) {
    Field(name: "", type: .struct(fields), isNullable: false, metadata: metadata).export(to: schema)
  }
}

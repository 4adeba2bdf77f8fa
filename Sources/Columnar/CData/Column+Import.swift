package import CArrowABI

extension Column {
  /// Takes over an array of the C Data Interface whose type is known, and checks it.
  ///
  /// `array` is left released, also when this throws: its content moves into the column and its slices. The producer's
  /// release runs exactly once, on the thread that drops the last of them; at once when this throws. Nothing is copied,
  /// unless a buffer is not aligned to its elements.
  package init(
    taking array: UnsafeMutablePointer<ArrowArray>, as type: ColumnType, validation: ValidationLevel = .full
  ) throws(ColumnError) {
    // The closure is the only one to touch the moved struct once the column exists, and runs once.
    nonisolated(unsafe) let moved = UnsafeMutablePointer<ArrowArray>.allocate(capacity: 1)
    moved.initialize(to: array.pointee)
    array.pointee.release = nil
    let owner = BufferOwner {
      moved.pointee.release?(moved)
      moved.deallocate()
    }
    self = try withExtendedLifetime(owner) { () throws(ColumnError) in
      try ArrayImport(moved, type, owner: owner).column()
    }
    try validate(validation)
  }

  /// Takes over an array and its schema, as ``init(taking:as:validation:)`` does. Both are left released, also when
  /// this throws.
  package static func taking(
    array: UnsafeMutablePointer<ArrowArray>, schema: UnsafeMutablePointer<ArrowSchema>,
    validation: ValidationLevel = .full
  ) throws(ColumnError) -> (field: Field, column: Column) {
    let field: Field
    do throws(ColumnError) {
      field = try Field(taking: schema)
    } catch {
      array.pointee.release?(array)
      array.pointee.release = nil
      throw error
    }
    return (field, try Column(taking: array, as: field.type, validation: validation))
  }

  /// Takes over an array and its schema from another library in this process, by the addresses of the structs
  /// `ArrowArray` and `ArrowSchema` of Arrow's C Data Interface, and gives the column with its name and type.
  ///
  /// Both structs are left released, also when this throws; their own memory stays the caller's. The producer's memory
  /// is used in place, and given back exactly once, on the thread that drops the last column that points into it. It
  /// must not change until then.
  ///
  /// The addresses must be those of such structs: nothing can check that. Their content is checked as
  /// ``validate(_:)`` does; sizes of buffers have to be believed, since the interface does not tell them, unless no
  /// memory can be that large. Buffers that are not aligned to their elements are copied. Throws what `validate` throws,
  /// `invalidSchema` and `unsupportedType`.
  public static func imported(
    fromArrayAt array: UInt, schemaAt schema: UInt, validation: ValidationLevel = .full
  ) throws(ColumnError) -> (field: Field, column: Column) {
    try taking(
      array: try structure(at: array, "array"), schema: try structure(at: schema, "schema"), validation: validation)
  }
}

/// The C struct at an address that a caller gave. Throws `invalidLayout` for one where no struct can be.
func structure<T>(at address: UInt, _ name: String) throws(ColumnError) -> UnsafeMutablePointer<T> {
  guard let pointer = UnsafeMutablePointer<T>(bitPattern: address), address % UInt(MemoryLayout<T>.alignment) == 0
  else {
    throw ColumnError(
      code: .invalidLayout,
      message: "there is no \(name) at the address \(address); pass the address of one of Arrow's C structs")
  }
  return pointer
}

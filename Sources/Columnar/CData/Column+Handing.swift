internal import CArrowABI

/// Columns for consumers that take pointers to Arrow's C structs, such as Python's capsules: the structs lie in memory of their
/// own, which has to be given back by whoever made it.
extension Column {
  /// Makes an `ArrowArray` with the column; gives its address, for `freeArray`. Nothing is copied.
  package func makeArray() -> UnsafeMutableRawPointer {
    let array = UnsafeMutablePointer<ArrowArray>.allocate(capacity: 1)
    export(to: array)
    return UnsafeMutableRawPointer(array)
  }

  /// Frees what `makeArray` made, and releases it unless a consumer has moved its content away.
  package static func freeArray(_ address: UnsafeMutableRawPointer) {
    let array = address.assumingMemoryBound(to: ArrowArray.self)
    array.pointee.release?(array)
    array.deallocate()
  }

  /// Takes over a stream of arrays, by the address of its `ArrowArrayStream`, and reads it to its end: the arrays need be no
  /// record batches. It is left released, also when this throws.
  package static func all(
    fromStreamAt address: UInt, validation: ValidationLevel = .full
  ) throws(ColumnError) -> (field: Field, columns: [Column]) {
    let stream: UnsafeMutablePointer<ArrowArrayStream> = try structure(at: address, "stream")
    guard stream.pointee.release != nil else {
      throw ColumnError(
        code: .invalidLayout, message: "the stream has been released already; every stream can be read once")
    }
    defer {
      stream.pointee.release?(stream)
      stream.pointee.release = nil
    }
    func check(_ code: Int32?) throws(ColumnError) {
      guard code != 0 else { return }
      let reason = stream.pointee.get_last_error?(stream).map { String(cString: $0) }
      throw ColumnError(
        code: .producerFailed, message: "the producer of a stream failed: \(reason ?? "it gave no reason")")
    }
    var schema = ArrowSchema()
    try check(stream.pointee.get_schema?(stream, &schema))
    let field = try Field(taking: &schema)
    var columns: [Column] = []
    while true {
      var array = ArrowArray()
      try check(stream.pointee.get_next?(stream, &array))
      guard array.release != nil else { return (field, columns) }
      columns.append(try Column(taking: &array, as: field.type, validation: validation))
    }
  }
}

extension Field {
  /// Makes an `ArrowSchema` of the field; gives its address, for `freeSchema`.
  package func makeSchema() -> UnsafeMutableRawPointer {
    let schema = UnsafeMutablePointer<ArrowSchema>.allocate(capacity: 1)
    export(to: schema)
    return UnsafeMutableRawPointer(schema)
  }

  /// Frees what `makeSchema` made, and releases it unless a consumer has moved its content away.
  package static func freeSchema(_ address: UnsafeMutableRawPointer) {
    let schema = address.assumingMemoryBound(to: ArrowSchema.self)
    schema.pointee.release?(schema)
    schema.deallocate()
  }
}

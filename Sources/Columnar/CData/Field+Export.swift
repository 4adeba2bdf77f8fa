package import CArrowABI

extension Field {
  /// Writes the field as a schema of the C Data Interface into memory of the caller's, who owns it from then on and
  /// must call its release once, on any thread. What was there before is not released.
  package func export(to schema: UnsafeMutablePointer<ArrowSchema>) {
    ExportedSchema(self).fill(schema)
  }
}

/// What an exported schema points at. It lives from the export to the release.
private final class ExportedSchema {
  private let format: UnsafeMutablePointer<CChar>
  private let name: UnsafeMutablePointer<CChar>
  private let metadata: UnsafeMutablePointer<CChar>?
  private let flags: Int64
  private let children: ExportedList<ArrowSchema>
  private let dictionary: ExportedList<ArrowSchema>

  init(_ field: Field) {
    format = .copying(Array(field.type.format.utf8) + [0])
    name = .copying(Array(field.name.utf8) + [0])
    metadata = SchemaMetadata.packed(field.metadata).map { .copying($0) }
    var flags = field.isNullable ? Int64(ARROW_FLAG_NULLABLE) : 0
    if case .map(_, _, true) = field.type { flags |= Int64(ARROW_FLAG_MAP_KEYS_SORTED) }
    if case .dictionary(_, _, true) = field.type { flags |= Int64(ARROW_FLAG_DICTIONARY_ORDERED) }
    self.flags = flags
    children = ExportedList(field.type.childFields) { $0.export(to: $1) }
    dictionary = ExportedList(field.type.dictionaryType.map { [Field(name: "", type: $0)] } ?? []) { $0.export(to: $1) }
  }

  deinit {
    format.deallocate()
    name.deallocate()
    metadata?.deallocate()
    for schema in children.structs + dictionary.structs { schema.pointee.release?(schema) }
  }

  func fill(_ schema: UnsafeMutablePointer<ArrowSchema>) {
    schema.initialize(
      to: ArrowSchema(
        format: format, name: name, metadata: metadata, flags: flags, n_children: Int64(children.structs.count),
        children: children.addresses, dictionary: dictionary.structs.first,
        release: { schema in
          guard let data = schema.pointee.private_data else { return }
          schema.pointee.release = nil
          schema.pointee.private_data = nil
          Unmanaged<ExportedSchema>.fromOpaque(data).release()
        },
        private_data: Unmanaged.passRetained(self).toOpaque()))
  }
}

extension UnsafeMutablePointer<CChar> {
  fileprivate static func copying(_ bytes: [UInt8]) -> UnsafeMutablePointer<CChar> {
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    for (index, byte) in bytes.enumerated() { (copy + index).initialize(to: CChar(bitPattern: byte)) }
    return copy
  }
}

/// Metadata as the C Data Interface packs it: a count, then keys and values, every one with its size in front.
enum SchemaMetadata {
  /// Reads packed metadata. Text that is not UTF-8 is repaired with U+FFFD; of equal keys, the last one counts.
  ///
  /// Throws `invalidSchema` for a negative count or size, and for texts that are not there.
  static func read(_ address: UnsafeRawPointer?) throws(ColumnError) -> [String: String] {
    guard let address else { return [:] }
    var position = 0
    /// A number that `width` bytes follow for each of which it counts.
    func size(of width: Int) throws(ColumnError) -> Int {
      let size = address.loadUnaligned(fromByteOffset: position, as: Int32.self)
      guard size >= 0, ForeignMemory.mayHold(Int(size) * width, at: address + position + 4) else {
        throw ColumnError(
          code: .invalidSchema,
          message:
            "the metadata of a schema has the size \(size), which cannot be; the producer of the schema must correct it"
        )
      }
      position += 4
      return Int(size)
    }
    func text() throws(ColumnError) -> String {
      let count = try size(of: 1)
      defer { position += count }
      return String(decoding: UnsafeRawBufferPointer(start: address + position, count: count), as: UTF8.self)
    }
    var metadata: [String: String] = [:]
    // Each pair has at least its two sizes.
    for _ in 0..<(try size(of: 8)) {
      let key = try text()
      metadata[key] = try text()
    }
    return metadata
  }

  /// Packs metadata, in the order of the keys; nil when there is none.
  static func packed(_ metadata: [String: String]) -> [UInt8]? {
    guard !metadata.isEmpty else { return nil }
    var bytes: [UInt8] = []
    func append(_ size: Int) {
      withUnsafeBytes(of: Int32(clamping: size)) { bytes.append(contentsOf: $0) }
    }
    append(metadata.count)
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      for text in [key, value] {
        append(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
      }
    }
    return bytes
  }
}

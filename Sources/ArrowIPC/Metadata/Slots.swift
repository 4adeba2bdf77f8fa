/// The numbers that Arrow's FlatBuffers schemas give to the fields of tables, in their order there. A union takes two: its
/// kind and its value.
enum Slot {
  enum Message {
    static let (version, headerKind, header, bodyLength, metadata) = (0, 1, 2, 3, 4)
  }
  enum Schema {
    static let (endianness, fields, metadata) = (0, 1, 2)
  }
  enum Field {
    static let (name, nullable, typeKind, type, dictionary, children, metadata) = (0, 1, 2, 3, 4, 5, 6)
  }
  enum DictionaryEncoding {
    static let (id, indexType, isOrdered) = (0, 1, 2)
  }
  enum KeyValue {
    static let (key, value) = (0, 1)
  }
  enum RecordBatch {
    static let (length, nodes, buffers, compression, variadicBufferCounts) = (0, 1, 2, 3, 4)
  }
  enum BodyCompression {
    static let (codec, method) = (0, 1)
  }
  enum DictionaryBatch {
    static let (id, data, isDelta) = (0, 1, 2)
  }
  enum Footer {
    static let (version, schema, dictionaries, batches, metadata) = (0, 1, 2, 3, 4)
  }
}

/// The kinds of messages.
enum HeaderKind {
  static let (schema, dictionaryBatch, recordBatch): (UInt8, UInt8, UInt8) = (1, 2, 3)
}

/// The versions of the metadata. What changed from the fourth to the fifth is the layout of unions alone.
enum MetadataVersion {
  static let (v4, v5): (Int16, Int16) = (3, 4)

  /// Throws `unsupported` for all others.
  static func check(_ version: Int16) throws(IPCError) {
    guard version == v4 || version == v5 else {
      throw IPCError(
        code: .unsupported,
        message:
          "the metadata has version V\(Int(version) + 1), and V4 and V5 can be read; write it with Arrow 0.8 or newer")
    }
  }
}

/// The kinds of types.
enum TypeKind {
  static let null: UInt8 = 1
  static let int: UInt8 = 2
  static let floatingPoint: UInt8 = 3
  static let binary: UInt8 = 4
  static let utf8: UInt8 = 5
  static let bool: UInt8 = 6
  static let decimal: UInt8 = 7
  static let date: UInt8 = 8
  static let time: UInt8 = 9
  static let timestamp: UInt8 = 10
  static let interval: UInt8 = 11
  static let list: UInt8 = 12
  static let structure: UInt8 = 13
  static let union: UInt8 = 14
  static let fixedSizeBinary: UInt8 = 15
  static let fixedSizeList: UInt8 = 16
  static let map: UInt8 = 17
  static let duration: UInt8 = 18
  static let largeBinary: UInt8 = 19
  static let largeUTF8: UInt8 = 20
  static let largeList: UInt8 = 21
  static let runEndEncoded: UInt8 = 22
  static let binaryView: UInt8 = 23
  static let utf8View: UInt8 = 24
  static let listView: UInt8 = 25
  static let largeListView: UInt8 = 26
}

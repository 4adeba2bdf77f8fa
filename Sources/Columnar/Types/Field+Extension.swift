/// The names of the Arrow extension types that columns use here, and the parameters of those that several share.
package enum ExtensionName {
  package static let uuid = "arrow.uuid"
  package static let json = "arrow.json"
  package static let udfJSON = "arrowudf.json"
  package static let decimalText = "arrowudf.decimal"
  package static let pickle = "arrowudf.pickle"
  /// For types that only one system has; the metadata says which.
  package static let opaque = "arrow.opaque"
  /// As DuckDB exports its HUGEINT: 16 bytes, least significant first.
  package static let hugeint = duckDBType("hugeint")
  package static let uhugeint = duckDBType("uhugeint")
  /// As DuckDB exports its BIT: bytes, of which the first counts the padding.
  package static let bit = duckDBType("bit")
  /// As DuckDB exports its TIMETZ: 8 bytes, microseconds and an offset.
  package static let zonedTime = duckDBType("time_tz")
  /// An INTERVAL as DuckDB stores it, 16 bytes of months, days and microseconds.
  package static let interval = duckDBType("interval")
  /// A struct of a tag, which counts the other fields from 0, and those fields, of which only that one has a value.
  package static let union = "clutch.union"

  /// The parameters of a type that DuckDB has, by the name that it has there.
  package static func duckDBType(_ name: String) -> String {
    #"{"type_name":"\#(name)","vendor_name":"DuckDB"}"#
  }
}

extension Field {
  private static let extensionNameKey = "ARROW:extension:name"
  private static let extensionMetadataKey = "ARROW:extension:metadata"

  /// The name of an Arrow extension type, such as `arrow.uuid` or `arrow.json`, whose values are stored as ``type``;
  /// nil for a plain field. Setting it to nil also removes the parameters.
  public var extensionName: String? {
    get { metadata[Self.extensionNameKey] }
    set {
      metadata[Self.extensionNameKey] = newValue
      if newValue == nil { metadata[Self.extensionMetadataKey] = nil }
    }
  }

  /// The parameters of the extension type, in its own notation.
  public var extensionMetadata: String? {
    get { metadata[Self.extensionMetadataKey] }
    set { metadata[Self.extensionMetadataKey] = newValue }
  }

  /// A field of an Arrow extension type, stored as `type`.
  public static func extended(
    name: String, type: ColumnType, extensionName: String, extensionMetadata: String = "", isNullable: Bool = true
  ) -> Field {
    var field = Field(name: name, type: type, isNullable: isNullable)
    field.extensionName = extensionName
    field.extensionMetadata = extensionMetadata
    return field
  }
}

extension Field {
  /// Whether values are 128-bit integers as DuckDB exports them.
  package var isHugeInteger: Bool { has16Bytes && isOpaque(ExtensionName.hugeint) }
  package var isUnsignedHugeInteger: Bool { has16Bytes && isOpaque(ExtensionName.uhugeint) }
  package var isUUID: Bool { has16Bytes && extensionName == ExtensionName.uuid }
  package var isJSON: Bool { extensionName == ExtensionName.json || extensionName == ExtensionName.udfJSON }

  /// Whether the field says so; what its memory is like is for ``type`` to say.
  package func isOpaque(_ metadata: String) -> Bool {
    extensionName == ExtensionName.opaque && extensionMetadata == metadata
  }

  /// Anybody can give a column the name of an extension type, so the name alone says nothing about its memory.
  private var has16Bytes: Bool { type == .fixedSizeBinary(byteWidth: 16) }
}

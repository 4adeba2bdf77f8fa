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

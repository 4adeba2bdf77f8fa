import Columnar

/// What the values of an extension type are, if not what they are stored as.
enum StoredMeaning {
  case hugeInteger, unsignedHugeInteger, uuid, json, bits, zonedTime, interval, union
  /// A value that could not be read, of a type with this name.
  case unreadable(String)
}

extension Field {
  /// Nil for a plain field, and for an extension type that is not known or stored as something else than it should be.
  var storedMeaning: StoredMeaning? {
    guard let extensionName else { return nil }
    switch type {
    case .fixedSizeBinary(byteWidth: 16):
      if isUUID { return .uuid }
      if isHugeInteger { return .hugeInteger }
      if isUnsignedHugeInteger { return .unsignedHugeInteger }
      return isOpaque(ExtensionName.interval) ? .interval : nil
    case .fixedSizeBinary(byteWidth: 8): return isOpaque(ExtensionName.zonedTime) ? .zonedTime : nil
    case .utf8, .largeUTF8, .utf8View: return isJSON ? .json : nil
    case .binary, .largeBinary, .binaryView: return isOpaque(ExtensionName.bit) ? .bits : nil
    case .struct(let fields):
      if extensionName == ExtensionName.union, fields.first?.type == .uint8 { return .union }
      return fields.isEmpty ? opaqueTypeName.map { .unreadable($0) } : nil
    default: return nil
    }
  }

  private var opaqueTypeName: String? {
    guard extensionName == ExtensionName.opaque, let name = extensionMetadata?.split(separator: "\"") else {
      return nil
    }
    return name.count > 3 ? String(name[3]) : nil
  }
}

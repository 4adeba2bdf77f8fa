import Essentials

extension DecodingError.Context {
  /// What is wrong with a text that is not JSON, where the decoder says so: that of Apple's systems.
  package var detail: String? {
    #if canImport(Darwin)
      guard let cause = underlyingError as NSError? else { return nil }
      return cause.userInfo[NSDebugDescriptionErrorKey] as? String ?? "\(cause)"
    #else
      return underlyingError.map { "\($0)" }
    #endif
  }
}

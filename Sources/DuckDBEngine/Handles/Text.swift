internal import CDuckDBABI

extension UnsafePointer<DuckDBFunctions> {
  /// Copies a text that DuckDB allocated for the caller, and gives it back.
  func take(_ text: UnsafeMutablePointer<CChar>?) -> String? {
    guard let text else { return nil }
    defer { pointee.free(text) }
    return String(cString: text)
  }
}

extension String {
  /// DuckDB takes texts that end at the first NUL, which would silently cut this one.
  func refuseNUL() throws(DuckDBError) {
    if utf8.contains(0) {
      throw DuckDBError(.invalidArgument, "a text for DuckDB cannot contain a NUL character")
    }
  }
}

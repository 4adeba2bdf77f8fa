extension ColumnType {
  /// Checks the parameters of this type, not those of its children: units, digits, widths, the type of indices.
  ///
  /// Throws `invalidType`.
  package func checkParameters() throws(ColumnError) {
    switch self {
    case .decimal128(let precision, _): try require((1...38).contains(precision), "takes 1 to 38 digits")
    case .decimal256(let precision, _): try require((1...76).contains(precision), "takes 1 to 76 digits")
    case .time32(let unit): try require(unit == .second || unit == .millisecond, "takes the units s and ms")
    case .time64(let unit): try require(unit == .microsecond || unit == .nanosecond, "takes the units us and ns")
    case .fixedSizeBinary(let byteWidth):
      try require((0...Int(Int32.max)).contains(byteWidth), "takes a width of 0 to 2,147,483,647")
    case .fixedSizeList(_, let count):
      try require((0...Int(Int32.max)).contains(count), "takes a size of 0 to 2,147,483,647")
    case .dictionary(let index, _, _): try require(index.isInteger, "takes integers as indices")
    default: break
    }
  }

  private func require(_ condition: Bool, _ rule: String) throws(ColumnError) {
    guard !condition else { return }
    throw ColumnError(code: .invalidType, message: "\(self) is not a type: it \(rule); correct the type")
  }
}

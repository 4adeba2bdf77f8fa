public import Columnar

extension UDFSignature {
  /// The field of the result column of a call with arguments of these fields.
  ///
  /// Only the digits of a plain `Decimal` depend on them.
  public func resultField(for arguments: [Field]) -> Field { result.resolved(for: arguments).field(named: name) }
}

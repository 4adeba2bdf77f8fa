package import Columnar
package import Functions

/// A function as clients see it.
package struct ServedFunction: Sendable {
  /// What runs it.
  package enum Body: Sendable {
    /// The function at a place of a provider, whose batches wait in a queue.
    case function(any FunctionProvider, place: Int, UDFSignature, BatchQueue)
    /// Gives back its argument: Databend calls it to see whether a server is there.
    case echo
    /// Gives 1, for the same.
    case healthy
  }

  /// What requests call it.
  package let name: String
  package let body: Body
  package let arguments: [Field]
  /// One column, of a table function `row` before it.
  package let results: [Field]

  /// - Parameter name: what requests call it; the result's column has the function's own name.
  package init(name: String, _ provider: any FunctionProvider, place: Int, _ queue: BatchQueue) {
    let signature = provider.signatures[place]
    self.name = name
    body = .function(provider, place: place, signature, queue)
    arguments = signature.parameters.map { $0.type.declared.wireField(named: $0.name) }
    let result = signature.rowType.declared.wireField(named: signature.name)
    results = signature.kind == .table ? [Self.row, result] : [result]
  }

  private init(name: String, _ body: Body, arguments: [Field], result: ColumnType) {
    (self.name, self.body, self.arguments) = (name, body, arguments)
    results = [Field(name: name, type: result)]
  }

  /// The place of the row of arguments that a row of a table function belongs to, in its batch.
  static let row = Field(name: "row", type: .int32)

  /// Those that every server has.
  static let builtins = [
    ServedFunction(
      name: "builtin_echo", .echo, arguments: [Field(name: "x", type: .utf8)], result: .utf8),
    ServedFunction(name: "builtin_healthy", .healthy, arguments: [], result: .int32),
  ]

  package var signature: UDFSignature? {
    if case .function(_, _, let signature, _) = body { signature } else { nil }
  }
}

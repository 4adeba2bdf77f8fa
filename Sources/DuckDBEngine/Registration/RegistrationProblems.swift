import Functions

/// Everything that keeps the functions of a source from being SQL functions, for one error.
struct RegistrationProblems {
  private let provider: any FunctionProvider
  private var problems: [(line: Int, text: String)] = []
  private var codes: Set<DuckDBError.Code> = []

  init(of provider: any FunctionProvider) { self.provider = provider }

  mutating func add(_ code: DuckDBError.Code, _ text: String, at index: Int) {
    add(code, text, provider.signatures[index])
  }

  /// - Parameters:
  ///   - name: the name as DuckDB has it.
  ///   - source: where the UDF is from that has it; nil for DuckDB itself.
  mutating func addTaken(_ name: String, by source: String?, at index: Int) {
    guard let source else {
      return add(
        .query, "DuckDB has a function named \(name) of its own; rename the UDF, for example to my_\(name)", at: index)
    }
    let advice =
      source == provider.name
      ? "give \(source) once, or rename one if these are two files of one name" : "rename one"
    add(
      .query,
      "two UDFs are named \(provider.signatures[index].name), one of \(source) and one of \(provider.name): "
        + "\(advice) (SQL does not tell upper from lower case)", at: index)
  }

  mutating func addGrammar(_ problem: String, _ signature: UDFSignature) {
    add(.query, "\(problem); rename the UDF, for example to my_\(signature.name)", signature)
  }

  private mutating func add(_ code: DuckDBError.Code, _ text: String, _ signature: UDFSignature) {
    // A table function is a scalar function, too, and may be refused as both.
    if problems.contains(where: { $0.line == signature.line && $0.text == text }) { return }
    problems.append((signature.line, text))
    codes.insert(code)
  }

  /// - Throws: `query`, or `invalidArgument` when there is nothing but types that DuckDB lacks.
  func check() throws(DuckDBError) {
    guard let first = problems.first else { return }
    let code = codes.count == 1 ? codes.first ?? .query : .query
    guard problems.count > 1 else {
      throw DuckDBError(code, "\(provider.name), line \(first.line): \(first.text)")
    }
    let lines = problems.sorted { $0.line < $1.line }.map { "\n  line \($0.line): \($0.text)" }.joined()
    throw DuckDBError(
      code, "\(problems.count) functions of \(provider.name) cannot be SQL functions as they are:\(lines)")
  }
}

import Functions

/// An engine that can call a server's functions, and what declares them there.
package enum Engine: String, CaseIterable, Sendable {
  case risingwave, databend, clickhouse, spark

  /// The declarations of all functions, and why some are left out.
  ///
  /// - Parameters:
  ///   - address: of the server, such as `http://127.0.0.1:8815`.
  ///   - command: starts a server of one function on standard input and output; the function's name is added.
  package func statements(_ catalogue: FunctionCatalogue, at address: String, command: String) -> EngineStatements {
    let writer: any StatementWriter =
      switch self {
      case .risingwave: RisingWaveStatements(address: address)
      case .databend: DatabendStatements(address: address)
      case .clickhouse: ClickHouseStatements(command: command)
      case .spark: SparkStatements(address: address)
      }
    var (parts, problems): ([String], [String]) = ([], [])
    var named: Set<String> = []
    for function in catalogue.listed {
      guard let signature = function.signature else { continue }
      guard named.insert(function.name).inserted else {
        problems.append(
          "\(function.name): only the first of its overloads is declared; give the others names of their own")
        continue
      }
      do throws(StatementProblem) {
        parts.append(try writer.declaration(of: signature, as: function.name))
      } catch {
        problems.append("\(function.name) is left out: \(error.text)")
      }
    }
    problems += catalogue.omissions.map { "\($0)" }
    guard !parts.isEmpty else { return EngineStatements(text: "", problems: problems) }
    return EngineStatements(text: writer.document(parts), problems: problems)
  }
}

/// What declares functions in an engine.
package struct EngineStatements: Sendable {
  /// Statements, or whatever the engine reads; empty when no function can be declared.
  package let text: String
  /// A line for each function that is not in it.
  package let problems: [String]
}

/// Why a function cannot be declared in an engine, and what to do.
struct StatementProblem: Error {
  let text: String

  /// A type that the engine has none for.
  init(_ type: UDFType, in engine: String, instead: String) {
    text = "\(engine) has no type for \(type); \(instead)"
  }

  init(_ text: String) { self.text = text }
}

/// Writes declarations in the way of one engine.
protocol StatementWriter {
  /// Declares one function, which the server knows as `name`.
  func declaration(of signature: UDFSignature, as name: String) throws(StatementProblem) -> String

  /// The declarations as one text, with what must be around them.
  func document(_ declarations: [String]) -> String
}

extension StatementWriter {
  func document(_ declarations: [String]) -> String { declarations.joined(separator: "\n") + "\n" }
}

extension UDFSignature {
  /// The types of the arguments as engines give them.
  var declaredParameters: [(name: String, type: UDFType)] { parameters.map { ($0.name, $0.type.declared) } }
}

/// A text in single quotes, as SQL has it.
func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }

/// The name of a function in SQL: `delays.gcd` of a file becomes `delays_gcd`.
func sqlName(_ name: String) -> String { UDFType.identifier(name.replacing(".", with: "_")) }

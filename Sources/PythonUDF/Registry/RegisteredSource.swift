package import Columnar
import Synchronization

/// A source of a registry as an engine knows it: with the functions that it had when the engine was told of them.
///
/// It keeps the registry. Every call goes to the version that is there when it begins.
package final class RegisteredSource: FunctionProvider {
  package let signatures: [UDFSignature]
  private let registry: UDFRegistry
  private let name: String
  /// Tells it from all other registrations of the process.
  private let number = RegisteredSource.count.add(1, ordering: .relaxed).newValue

  private static let count = Atomic(0)

  /// - Throws: `UDFError` with code `unknownFunction` when there is no source of that name.
  package init(_ name: String, of registry: UDFRegistry) throws(UDFError) {
    signatures = try registry.version(name).pool.signatures
    self.registry = registry
    self.name = name
  }

  package var providerName: String { name }

  package func evaluateHere(
    _ index: Int, _ batch: RecordBatch, _ options: (UDFSignature) -> CallOptions
  ) throws -> UDFResult {
    let version: SourceVersion
    do { version = try registry.begin(name) } catch { throw removed(index) }
    defer { version.end() }
    guard let place = version.places(for: number, of: signatures)[index] else { throw changed(index, in: version) }
    return try version.pool.evaluateHere(place, batch, options(version.pool.signatures[place]))
  }

  // MARK: Errors

  private func removed(_ index: Int) -> UDFError {
    UDFError(
      .unknownFunction,
      """
      UDF \(signatures[index].name) cannot be called: its source \(name) has been removed from the registry. Add a source \
      of that name that has the function, or leave the function out.
      """)
  }

  private func changed(_ index: Int, in version: SourceVersion) -> UDFError {
    UDFError(
      .incompatible,
      """
      UDF \(signatures[index].name) cannot be called: in the version of \(name) that is there now \
      \(signatures[index].sqlDescription) \(signatures[index].whatBecame(in: version.pool.signatures)). Replace \(name) by \
      a version that has it as it was, or register the new one in another database.
      """)
  }
}

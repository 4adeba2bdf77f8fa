import Foundation
import PythonUDF
import TestSupport
import Testing

/// Loads a source on a few interpreters, and ends them after `body`.
func withPool<Result>(
  _ source: UDFSource, interpreters: Int = 1, placement: Placement = .interpreter,
  _ body: (UDFPool) async throws -> Result
) async throws -> Result {
  let pool = try UDFPool(
    source,
    HostOptions(
      interpreters: interpreters, startsAll: true, placement: placement, worker: try Checkout.clutch()))
  defer { pool.close() }
  return try await body(pool)
}

/// The same for source text, after a line that imports `udf`.
func withPool<Result>(
  of functions: String, interpreters: Int = 1, _ body: (UDFPool) async throws -> Result
) async throws -> Result {
  try await withPool(UDFSource("from clutch import udf\n" + functions), interpreters: interpreters, body)
}

/// The signatures of source text, after a line that imports `udf`.
func signatures(of functions: String) async throws -> [UDFSignature] {
  try await withPool(of: functions) { $0.signatures }
}

/// Why a source does not load.
func loadError(
  _ source: UDFSource, sourceLocation: SourceLocation = #_sourceLocation
) throws -> UDFError {
  try #require(throws: UDFError.self, sourceLocation: sourceLocation) {
    try UDFPool(source, HostOptions(interpreters: 1)).close()
  }
}

/// Why source text does not load.
func loadError(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> UDFError {
  try loadError(UDFSource(text), sourceLocation: sourceLocation)
}

/// The path of a file of `Files`.
func path(_ file: String) throws -> String {
  try #require(Bundle.module.resourceURL).appending(path: "Files/\(file)").path
}

/// A file of `Files`.
func file(_ name: String) throws -> UDFSource { try UDFSource(file: path(name)) }

/// A folder that is removed after `body`.
func withTemporaryFolder<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: "udf-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try await body(folder)
}

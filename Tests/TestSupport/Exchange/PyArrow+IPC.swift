import Foundation

/// A stream or a file in Arrow's IPC format, and what is in it.
package struct IPCCase: Codable, Sendable {
  /// `stream` or `file`.
  package var form: String
  /// The options that PyArrow wrote it with, in words.
  package var variant: String
  /// Hexadecimal.
  package var bytes: String
  package var names: [String]
  package var types: [String]
  package var nullable: [Bool]
  package var metadata: [String: String]
  package var rowCounts: [Int]
  /// The values of each column of each batch.
  package var values: [[[Canonical]]]
}

extension PyArrow {
  /// Random streams and files, in all variants of the format; the same ones for the same seed.
  package static func generateIPC(seed: Int, count: Int) throws -> [IPCCase] {
    try run(["generate", "\(seed)", "\(count)"], script: "ipc.py")
  }

  /// Streams and files with dictionaries: of every type, nested, growing, replaced and shared.
  package static func generateDictionaries() throws -> [IPCCase] { try run(["dictionaries"], script: "ipc.py") }

  package struct IPCFinding: Decodable {
    package var names: [String]?
    package var types: [String]?
    package var nullable: [Bool]?
    package var metadata: [String: String]?
    package var rowCounts: [Int]?
    package var values: [[[Canonical]]]?
    package var error: String?
  }

  /// What PyArrow reads in streams and files, or what is wrong with them.
  package static func checkIPC(_ cases: [(form: String, bytes: [UInt8])]) throws -> [IPCFinding] {
    let input = temporaryFile()
    defer { try? FileManager.default.removeItem(at: input) }
    let list = cases.map { ["form": $0.form, "bytes": Hexadecimal.text($0.bytes)] }
    try JSONEncoder().encode(list).write(to: input)
    return try run(["check", input.path], script: "ipc.py")
  }
}

import Essentials
import FlightService
import HostSupport
import Tabular

/// `clutch serve --stdio`: one function between standard input and standard output.
enum PipeRun {
  private static let chunkSize = 1 << 20

  /// Answers until standard input is at its end.
  ///
  /// - Parameter name: the function; nil for the only one there is.
  static func run(_ catalogue: FunctionCatalogue, _ name: String?, _ needs: CallerNeeds, maxBytes: Int) async throws {
    let functions: [ServedFunction]
    if let name {
      functions = try catalogue.functions(named: name)
    } else {
      let names = Set(catalogue.listed.map(\.name)).sorted()
      guard names.count == 1 else {
        throw CommandError("--stdio serves one function; choose it with --function NAME, of: \(names.listed()).")
      }
      functions = try catalogue.functions(named: names[0])
    }
    var needs = needs
    needs.engine = .clickhouse
    let service = PipeService(functions, needs, maxBytes: maxBytes)
    let sink = OutputSink(descriptor: STDOUT_FILENO, name: "standard output")
    try await service.run(
      read: { try read() },
      write: { bytes in
        try sink.write(bytes)
        try sink.flush()
      })
  }

  /// The next bytes of standard input; none at the end.
  private static func read() throws -> [UInt8] {
    while true {
      var failure: Int32 = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: chunkSize) { memory, count in
        let result = Essentials.read(STDIN_FILENO, memory.baseAddress, chunkSize)
        failure = result < 0 ? errno : 0
        count = max(0, result)
      }
      if failure == 0 { return bytes }
      guard failure == EINTR else {
        throw CommandError("Standard input cannot be read: \(String(cString: strerror(failure))).")
      }
    }
  }
}

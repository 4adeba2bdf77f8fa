#if Server
  import Foundation
  import GRPCServing
  import Logging
  import Testing

  /// All tests of the target: one after the other, because some measure memory and all share two cores with their clients.
  @Suite("gRPC", .serialized, .timeLimit(.minutes(30))) struct Serving {}

  /// Serves the test service while `body` runs, and stops it.
  func serving(
    _ change: (inout RPCServerConfiguration) -> Void = { _ in },
    _ body: (RPCServer, Probe, TestService) async throws -> Void
  ) async throws {
    let probe = Probe()
    let service = TestService(probe)
    var configuration = RPCServerConfiguration(logger: Logger(label: "test"), observer: probe)
    configuration.logger.logLevel = .error
    change(&configuration)
    let server = try await RPCServer.start(configuration, service: service)
    do {
      try await body(server, probe, service)
    } catch {
      await server.stop()
      throw error
    }
    await server.stop()
    #expect(server.connectionCount == 0)
    #expect(probe[\.opened] == probe[\.closed])
  }

  /// The bytes of memory that this process has in use.
  func residentBytes() throws -> Int {
    let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
    return try #require(Int(fields[1])) * sysconf(Int32(_SC_PAGESIZE))
  }
#endif

#if Server
  import ArrowIPC
  package import FlightService
  package import GRPCServing
  import Instrumentation
  package import Logging
  import ServiceContextModule
  import Synchronization

  /// The service of Arrow Flight as function servers have it: which functions there are, and calls of them.
  package final class FlightRouter: RPCService {
    /// The name of the service in paths.
    package static let service = "arrow.flight.protocol.FlightService"

    private let current: Mutex<FunctionCatalogue>
    private let health: HealthService
    private let needs: CallerNeeds
    private let options: IPCReadOptions
    private let logger: Logger
    private let limit = ReportLimit()

    /// - Parameters:
    ///   - needs: what every caller wants; what Databend wants otherwise is known from its headers.
    ///   - maxMessageBytes: how large a message may be, and dictionaries; decompressed four times that.
    package init(
      _ catalogue: FunctionCatalogue, health: HealthService, needs: CallerNeeds, maxMessageBytes: Int, logger: Logger
    ) {
      current = Mutex(catalogue)
      (self.health, self.needs, self.logger) = (health, needs, logger)
      // Rows of the type `null` take no memory of the message.
      options = IPCReadOptions(
        maxBodyBytes: maxMessageBytes, maxDecompressedBytes: 4 * maxMessageBytes, maxDictionaryBytes: maxMessageBytes,
        maxRows: 1 << 24)
    }

    /// The functions. Calls that have begun go on with those that were there then.
    package var catalogue: FunctionCatalogue {
      get { current.withLock { $0 } }
      set { current.withLock { $0 = newValue } }
    }

    package func handler(for call: RPCCall) -> (any RPCHandler)? {
      if let handler = health.handler(for: call) { return handler }
      let parts = call.path.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 3, parts[0].isEmpty, parts[1] == Self.service else { return nil }
      let report = CallReport(call, method: String(parts[2].prefix(100)), limit, logger)
      let catalogue = catalogue
      switch parts[2] {
      case "DoExchange":
        var context = ServiceContext.current ?? .topLevel
        InstrumentationSystem.instrument.extract(call.metadata, into: &context, using: MetadataExtractor())
        return ExchangeHandler(call, catalogue, needs(of: call), options, context, report)
      case "GetFlightInfo":
        let engine = needs(of: call).engine
        return UnaryHandler(call, report) { request throws(FlightError) in
          let descriptor = try FlightDescriptor(request)
          let function = try Self.function(descriptor, catalogue)
          report.function = function.name
          return [try FlightInfo.encoded(function, descriptor, for: engine)]
        }
      case "GetSchema":
        return UnaryHandler(call, report) { request throws(FlightError) in
          [try FlightInfo.schemaResult(try Self.function(try FlightDescriptor(request), catalogue))]
        }
      case "ListFlights":
        return UnaryHandler(call, report) { _ throws(FlightError) in
          var answers: [[UInt8]] = []
          for function in catalogue.listed {
            answers.append(try FlightInfo.encoded(function, FlightDescriptor(name: function.name)))
          }
          return answers
        }
      case "DoAction":
        return UnaryHandler(call, report) { request throws(FlightError) in [try FlightAction(request: request).answer] }
      case "ListActions":
        return UnaryHandler(call, report) { _ throws(FlightError) in FlightAction.allCases.map(\.listing) }
      default: return nil
      }
    }

    /// Of overloads the first, because a descriptor says nothing of arguments.
    private static func function(
      _ descriptor: FlightDescriptor, _ catalogue: FunctionCatalogue
    ) throws(FlightError) -> ServedFunction {
      let name = try descriptor.functionName()
      guard let function = try catalogue.functions(named: name).first else {
        throw FlightError(.notFound, "there is no function \(name)")
      }
      return function
    }

    private func needs(of call: RPCCall) -> CallerNeeds {
      guard call.metadata["x-databend-function-handler"] != nil else { return needs }
      var needs = needs
      needs.engine = .databend
      needs.hasTablesOfColumns = true
      // It takes the last column for the result.
      needs.wantsRowErrors = false
      return needs
    }
  }

  /// Where a trace is read from.
  private struct MetadataExtractor: Extractor {
    func extract(key: String, from carrier: RPCMetadata) -> String? { carrier[key.lowercased()] }
  }
#endif

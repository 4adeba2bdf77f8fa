#if Server
  import FlightService
  import Functions
  import GRPCServing
  import Logging

  /// What the log is told of a call. Touched on the call's event loop only.
  final class CallReport {
    private let logger: Logger
    private let method: String
    private let limit: ReportLimit
    private let call: RPCCall
    /// What is called, as soon as that is known.
    var function: String?
    private var rows = 0
    private var answers = 0

    init(_ call: RPCCall, method: String, _ limit: ReportLimit, _ logger: Logger) {
      (self.call, self.logger, self.method, self.limit) = (call, logger, method, limit)
    }

    func count(rows: Int) { self.rows += rows }

    func answered() { answers += 1 }

    /// Some rows of a batch failed and became null.
    func rowsFailed(_ count: Int, _ first: UDFRowFailure?) {
      let rows = count == 1 ? "1 row" : "\(count) rows"
      let trace = first.map { $0.traceback.isEmpty ? $0.summary : $0.traceback } ?? ""
      log(.warning, "\(rows) failed; the first: \(trace)", metadata)
    }

    private func log(_ level: Logger.Level, _ text: String, _ metadata: Logger.Metadata) {
      guard let left = limit.take() else { return }
      if left > 0 { logger.warning("\(left) messages like the next are left out") }
      logger.log(level: level, "\(text)", metadata: metadata)
    }

    private var metadata: Logger.Metadata {
      var metadata: Logger.Metadata = ["peer": "\(call.peer)", "method": "\(method)"]
      // What else Databend says of a call, such as where a stage is kept, may hold secrets.
      for name in ["x-databend-query-id", "x-databend-tenant", "x-databend-function"] {
        if let value = call.metadata[name] { metadata[name] = "\(value.prefix(200))" }
      }
      if let function { metadata["function"] = "\(function)" }
      return metadata
    }

    func failed(_ error: FlightError) {
      var metadata = metadata
      metadata["code"] = "\(RPCStatus(error).code.name)"
      if rows > 0 { metadata["rows"] = "\(rows)" }
      let level: Logger.Level = error.code == .cancelled ? .debug : .warning
      log(level, error.description, metadata)
    }
  }
#endif

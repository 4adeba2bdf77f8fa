#if Server
  import ArgumentParser
  import Clutch
  import Essentials
  import FlightServer
  import FlightService
  import GRPCServing
  import HostSupport
  import Logging

  /// A server from its start to its end.
  struct ServerRun {
    let settings: ServerSettings
    let files: ServedFiles
    let metrics: PrometheusRegistry?
    let logger: Logger
    private let tls: TLSCredentials?
    private let tokens: BearerTokens?
    private let manager: ServiceManager
    private let health = HealthService()

    /// - Parameter metrics: the backend of all metrics; nil when none are served.
    /// - Throws: `SecurityError` for certificates and tokens that cannot be used.
    init(_ settings: ServerSettings, _ files: ServedFiles, _ metrics: PrometheusRegistry?, _ logger: Logger) throws {
      (self.settings, self.files, self.metrics, self.logger) = (settings, files, metrics, logger)
      manager = ServiceManager(ProcessInfo.processInfo.environment)
      let address = settings.address
      if let certificate = address.tlsCertificate, let key = address.tlsKey {
        tls = try TLSCredentials(
          TLSCredentials.Files(
            certificateChain: certificate, privateKey: key, clientAuthorities: address.tlsClientCA))
      } else {
        tls = nil
      }
      tokens = try address.token.map { try BearerTokens(path: $0) }
    }

    /// Looks at what a start looks at, and listens nowhere.
    func check() async throws {
      warnOfCertificate()
      try await configuration.checkAddress()
    }

    private var configuration: RPCServerConfiguration {
      let limits = settings.limits
      var rpc = RPCLimits()
      rpc.maxMessageBytes = limits.maxMessageBytes
      rpc.maxConnections = limits.maxConnections
      return RPCServerConfiguration(
        host: settings.address.host, port: settings.address.port, limits: rpc, tls: tls, tokens: tokens, logger: logger,
        observer: metrics.map(ServerMetrics.init))
    }

    /// Serves until a signal ends it.
    ///
    /// - Parameters:
    ///   - watched: the files whose change loads them anew, as they were before they were loaded.
    ///   - greeting: what the start says, with the address before it.
    func serve(_ catalogue: FunctionCatalogue, _ watched: WatchedFiles, greeting: String) async throws {
      warnOfCertificate()
      let router = FlightRouter(
        catalogue, health: health, needs: settings.needs, maxMessageBytes: settings.limits.maxMessageBytes,
        logger: logger)
      let events = ServerEvents()
      events.listen { [files] in files.reportStacks() }
      let server = try await RPCServer.start(configuration, service: router)
      let endpoint: MetricsEndpoint?
      do { endpoint = try await startMetrics() } catch {
        await server.stop()
        throw error
      }
      setHealth(of: catalogue)
      logger.notice("\(greeting) at \(server.addressText)\(tls == nil ? "" : " with TLS")")
      if let port = endpoint?.port { logger.notice("metrics at http://\(settings.address.text(port: port))/metrics") }
      manager.ready()
      events.watch(watched)
      let status = await handle(events, server, router)
      events.end()
      await endpoint?.stop()
      if let status { throw ExitCode(status) }
    }

    private func startMetrics() async throws -> MetricsEndpoint? {
      guard let metrics, let port = settings.metricsPort else { return nil }
      metrics.gauge("clutch_server_batches") { [limit = files.limit] in Double(limit.current) }
      metrics.gauge("clutch_server_waiting_batches") { [files] in Double(files.waitingCount) }
      let health = self.health
      do {
        return try await MetricsEndpoint.start(
          host: settings.address.host, port: port, logger: logger, metrics: { metrics.text },
          isReady: { health.status(of: "") == .serving })
      } catch {
        throw CommandError(
          "Metrics cannot be served at \(settings.address.text(port: port)): \(error). Choose another --metrics-port.")
      }
    }

    // MARK: What happens

    /// - Returns: with which status the tool ends; nil when all calls have finished.
    private func handle(_ events: ServerEvents, _ server: RPCServer, _ router: FlightRouter) async -> Int32? {
      var draining: Task<Bool, Never>?
      var reloading: Task<Void, Never>?
      var problems = SecretProblems()
      for await event in events.events {
        switch event {
        case .reload(let why):
          guard draining == nil else { continue }
          // Not here: a file that takes long to load must not keep a signal waiting.
          reloading = Task { [reloading] in
            await reloading?.value
            manager.reloading()
            await reload(why, router)
            if !Task.isCancelled { manager.ready() }
          }
        case .checkSecrets: checkSecrets(&problems)
        case .end(let signal):
          guard draining == nil else {
            logger.notice("ended at once")
            draining?.cancel()
            await server.stop()
            return 128 + signal
          }
          logger.notice(
            "\(SignalHandler.name(signal)): no new calls; those under way have \(settings.limits.drainSeconds)")
          manager.stopping()
          reloading?.cancel()
          for name in health.services { health.set(.notServing, for: name) }
          server.beginDrain()
          let deadline = ContinuousClock.now + settings.limits.drainSeconds
          draining = Task {
            let isDone = await server.waitUntilDrained(deadline: deadline)
            guard !Task.isCancelled else { return false }
            logger.notice(isDone ? "all calls are finished" : "calls are still under way, and are ended")
            await server.stop()
            events.end()
            return isDone
          }
        }
      }
      return await draining?.value == false ? ExitCode.failure.rawValue : nil
    }

    private func reload(_ why: String, _ router: FlightRouter) async {
      let sources: [UDFSource]
      do { sources = try settings.loading.sources(settings.files) } catch {
        logger.error("\(why), and nothing is loaded anew: \(error)")
        return
      }
      for (name, problem) in await files.reload(
        sources, settings.loading, allowingChanges: settings.allowsSignatureChanges)
      {
        if let problem {
          let isChange = (problem as? UDFError)?.code == .incompatible
          let advice = isChange ? " Or start the server with --allow-signature-changes." : ""
          logger.error("\(why), and \(name) stays as it was: \(problem)\(advice)")
        } else {
          logger.notice("\(why): \(name) is loaded anew")
        }
      }
      guard !Task.isCancelled else { return }
      do {
        let catalogue = try files.catalogue()
        router.catalogue = catalogue
        setHealth(of: catalogue)
        for omission in catalogue.omissions { logger.warning("\(omission)") }
      } catch {
        logger.error("\(why), and the functions stay as they were: \(error)")
      }
    }

    /// What is there serves, and what was there does not.
    private func setHealth(of catalogue: FunctionCatalogue) {
      let names = Set([""] + catalogue.listed.map(\.name))
      for name in Set(health.services).subtracting(names) { health.set(.notServing, for: name) }
      for name in names { health.set(.serving, for: name) }
    }

    /// What kept certificates and tokens from being loaded anew; it is said once.
    private struct SecretProblems {
      var tls = ""
      var tokens = ""
    }

    private func checkSecrets(_ problems: inout SecretProblems) {
      // Each by itself: a certificate that is broken must not keep a token alive.
      attempt("certificates", &problems.tls) {
        guard try tls?.reload() == true else { return }
        logger.notice("the certificate is loaded anew; new connections get it")
        warnOfCertificate()
      }
      attempt("tokens", &problems.tokens) { try tokens?.reload() }
    }

    private func attempt(_ what: String, _ problem: inout String, _ load: () throws -> Void) {
      do {
        try load()
        problem = ""
      } catch {
        guard "\(error)" != problem else { return }
        problem = "\(error)"
        logger.error("\(what) stay as they were: \(error)")
      }
    }

    private func warnOfCertificate() {
      if let warning = tls?.keyWarning { logger.warning("\(warning)") }
      if let date = tls?.expiresSoon {
        logger.warning("the certificate expires on \(date.formatted(.iso8601)); put a new one in its place")
      }
    }
  }
#endif

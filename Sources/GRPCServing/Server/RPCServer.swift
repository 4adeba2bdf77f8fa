#if Server
  import Logging
  package import NIOCore
  import NIOPosix

  /// A server of gRPC over HTTP/2: one address, one service, which finds the handlers of calls.
  ///
  /// Any thread. A server that is not stopped lives until the process ends.
  package final class RPCServer: Sendable {
    /// Where it listens.
    package let address: SocketAddress
    private let core: ServerCore
    private let listener: any Channel

    private init(address: SocketAddress, core: ServerCore, listener: any Channel) {
      self.address = address
      self.core = core
      self.listener = listener
    }

    /// Begins to listen.
    ///
    /// - Throws: `RPCServerError` if the port is taken, the host is none of this machine, or the system does not allow it.
    package static func start(
      _ configuration: RPCServerConfiguration, service: any RPCService
    ) async throws -> RPCServer {
      let address = try await resolve(configuration)
      let core = ServerCore(configuration: configuration, service: service)
      do {
        // The threads of the process: those of a server that has stopped could be gone when a handler's work comes back.
        let group = MultiThreadedEventLoopGroup.singleton
        let listener = try await ConnectionSetup.bootstrap(group, core: core).bind(to: address).get()
        return RPCServer(address: listener.localAddress ?? address, core: core, listener: listener)
      } catch {
        throw RPCServerError(error, host: configuration.host, port: configuration.port)
      }
    }

    /// As `127.0.0.1:8815`.
    package var addressText: String { Connection.text(address) }

    /// Connections that are open.
    package var connectionCount: Int { core.connectionCount }

    /// Refuses new connections and new calls, and ends each connection after its calls. Returns at once; a second time it
    /// does nothing.
    package func beginDrain() {
      let connections = core.beginDrain()
      listener.close(promise: nil)
      for connection in connections { connection.drain() }
    }

    /// After `beginDrain`.
    ///
    /// - Returns: Whether the last connection has ended before the deadline.
    package func waitUntilDrained(deadline: ContinuousClock.Instant) async -> Bool {
      await withTaskGroup(of: Void.self) { tasks in
        tasks.addTask { [core] in await core.waitUntilEmpty() }
        tasks.addTask { try? await Task.sleep(until: deadline, clock: .continuous) }
        await tasks.next()
        tasks.cancelAll()
      }
      return core.connectionCount == 0
    }

    /// Closes everything, and resets the calls that are left. Whoever waits for the drain goes on.
    package func stop() async {
      _ = core.beginDrain()
      try? await listener.close().get()
      for connection in core.connections { connection.close() }
      // Closing takes a step of the event loop and no answer of a client, but what a handler does at its end takes time.
      _ = await waitUntilDrained(deadline: .now + .seconds(10))
    }

    /// On a thread that may block: a name server may be slow.
    fileprivate static func resolve(_ configuration: RPCServerConfiguration) async throws -> SocketAddress {
      let (host, port) = (configuration.host, configuration.port)
      guard (0...65_535).contains(port) else {
        throw RPCServerError(code: .badAddress, message: "the port \(port) is none: expected is 0 to 65535")
      }
      do {
        return try await NIOThreadPool.singleton.runIfActive {
          try SocketAddress.makeAddressResolvingHost(host, port: port)
        }
      } catch {
        throw RPCServerError(
          code: .badAddress,
          message: "the host \"\(host)\" has no address: give a name or an address of this machine, or 0.0.0.0 for all")
      }
    }
  }

  extension RPCServerConfiguration {
    /// Looks whether the host is an address of this machine, without the port being taken.
    ///
    /// - Throws: `RPCServerError` as the start would.
    package func checkAddress() async throws {
      var free = try await RPCServer.resolve(self)
      // Any port will do to see whether the address is one of this machine's.
      free.port = 0
      do {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(to: free).get()
        try? await listener.close().get()
      } catch {
        throw RPCServerError(error, host: host, port: port)
      }
    }
  }
#endif

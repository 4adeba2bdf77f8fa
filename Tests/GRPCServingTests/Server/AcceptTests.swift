#if Server
  import Foundation
  import GRPCServing
  import Logging
  import NIOCore
  import NIOEmbedded
  import Synchronization
  import Testing

  extension Serving {
    @Suite("Accept") struct AcceptTests {
      /// Counts how often a listener is asked to look for connections.
      private final class Reads: ChannelOutboundHandler {
        typealias OutboundIn = Channel
        private(set) var count = 0

        func read(context: ChannelHandlerContext) { count += 1 }
      }

      private struct Recorder: LogHandler {
        let messages: Messages
        var logLevel = Logger.Level.info
        var metadata = Logger.Metadata()

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
          get { metadata[key] }
          set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { messages.texts.withLock { $0.append("\(event.message)") } }
      }

      private final class Messages: Sendable {
        let texts = Mutex<[String]>([])
      }

      @Test("a listener without descriptors waits before it looks again, and says so once")
      func pause() throws {
        let (channel, reads, messages) = (EmbeddedChannel(), Reads(), Messages())
        let logger = Logger(label: "test") { _ in Recorder(messages: messages) }
        try channel.pipeline.syncOperations.addHandlers([reads, AcceptBackoff.handler(logger)])
        let before = reads.count
        for round in 1...3 {
          channel.pipeline.fireErrorCaught(IOError(errnoCode: EMFILE, reason: "accept"))
          // As often as the system says that a connection is there.
          for _ in 0..<100 { channel.read() }
          #expect(reads.count == before + round - 1)
          channel.embeddedEventLoop.advanceTime(to: .now() + .seconds(1))
          #expect(reads.count == before + round)
        }
        #expect(messages.texts.withLock { $0.count } == 1)
        #expect(messages.texts.withLock { $0[0] }.contains("ulimit -n, LimitNOFILE="))
        _ = try channel.finish(acceptAlreadyClosed: true)
      }

      @Test("a connection that is gone before it was taken holds up no other")
      func aborted() throws {
        let (channel, reads, messages) = (EmbeddedChannel(), Reads(), Messages())
        let logger = Logger(label: "test") { _ in Recorder(messages: messages) }
        try channel.pipeline.syncOperations.addHandlers([reads, AcceptBackoff.handler(logger)])
        let before = reads.count
        channel.pipeline.fireErrorCaught(IOError(errnoCode: ECONNABORTED, reason: "accept"))
        channel.read()
        #expect(reads.count == before + 1 && messages.texts.withLock { $0.isEmpty })
        _ = try channel.finish(acceptAlreadyClosed: true)
      }
    }
  }
#endif

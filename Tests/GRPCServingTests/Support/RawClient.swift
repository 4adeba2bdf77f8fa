#if Server
  import Foundation
  import GRPCServing
  import NIOCore
  import NIOPosix
  import Synchronization

  /// A frame of HTTP/2.
  struct RawFrame: Equatable {
    enum Kind: UInt8 { case data, headers, priority, reset, settings, push, ping, goAway, windowUpdate, continuation }

    var kind: Kind
    var flags: UInt8 = 0
    var stream: UInt32 = 0
    var payload: [UInt8] = []

    var bytes: [UInt8] {
      let length = UInt32(payload.count)
      return Self.bigEndian(length).dropFirst() + [kind.rawValue, flags] + Self.bigEndian(stream) + payload
    }

    /// The code of a RST_STREAM or a GOAWAY.
    var errorCode: Int {
      let field = kind == .goAway ? Array(payload.dropFirst(4).prefix(4)) : payload
      return field.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    }

    static func bigEndian(_ value: UInt32) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + RawFrame(kind: .settings).bytes
    static let endStream: UInt8 = 1
    static let ack: UInt8 = 1

    /// A request's headers, without compression. With the value "none" there is no such header.
    static func request(_ path: String, stream: UInt32, ends: Bool = false, _ change: [String: String] = [:])
      -> RawFrame
    {
      var fields = [
        (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "test"), ("te", "trailers"),
        ("content-type", "application/grpc"),
      ]
      for (name, value) in change {
        if let place = fields.firstIndex(where: { $0.0 == name }) {
          fields[place].1 = value
        } else {
          fields.append((name, value))
        }
      }
      fields.removeAll { $0.1 == "none" }
      let payload = fields.flatMap { [0, UInt8($0.utf8.count)] + $0.utf8 + [UInt8($1.utf8.count)] + $1.utf8 }
      return RawFrame(kind: .headers, flags: 4 | (ends ? endStream : 0), stream: stream, payload: payload)
    }

    /// A message with its prefix, of which `declared` may say another length.
    static func message(_ bytes: [UInt8], stream: UInt32, ends: Bool = false, declared: Int? = nil, flag: UInt8 = 0)
      -> RawFrame
    {
      RawFrame(
        kind: .data, flags: ends ? endStream : 0, stream: stream,
        payload: [flag] + bigEndian(UInt32(declared ?? bytes.count)) + bytes)
    }
  }

  /// A connection that sends whatever bytes a test likes.
  final class RawClient: Sendable {
    private let channel: any Channel
    private let seen: Seen

    init(_ server: RPCServer) async throws {
      let seen = Seen()
      self.seen = seen
      channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(seen) }
        }
        .connect(to: server.address).get()
    }

    func send(_ bytes: [UInt8]) async throws {
      try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    func send(_ frames: [RawFrame]) async throws { try await send(frames.flatMap(\.bytes)) }

    /// What has come, as frames; a part of one at the end is left out.
    var frames: [RawFrame] {
      var bytes = seen.bytes[...]
      var frames: [RawFrame] = []
      while bytes.count >= 9 {
        let head = Array(bytes.prefix(9))
        let length = head[0..<3].reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count >= 9 + length else { break }
        if let kind = RawFrame.Kind(rawValue: head[3]) {
          let stream = head[5..<9].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
          let payload = Array(bytes.dropFirst(9).prefix(length))
          frames.append(RawFrame(kind: kind, flags: head[4], stream: stream, payload: payload))
        }
        bytes = bytes.dropFirst(9 + length)
      }
      return frames
    }

    var isClosed: Bool { seen.isClosed }

    /// Waits for a frame.
    @discardableResult func frame(
      _ kind: RawFrame.Kind, stream: UInt32? = nil, _ condition: (RawFrame) -> Bool = { _ in true }
    ) async throws -> RawFrame {
      var found: RawFrame?
      try? await eventually("the frame", within: 30) {
        found = frames.first { $0.kind == kind && (stream ?? $0.stream) == $0.stream && condition($0) }
        return found != nil
      }
      guard let found else {
        throw Overdue(what: "a frame \(kind) of stream \(stream ?? 0); there are \(frames), closed: \(isClosed)")
      }
      return found
    }

    func closed() async throws { try await eventually("the connection's end") { isClosed } }

    func close() async { try? await channel.close() }

    /// `@unchecked Sendable`: what comes is in a lock.
    private final class Seen: ChannelInboundHandler, @unchecked Sendable {
      typealias InboundIn = ByteBuffer
      private let state = Mutex<(bytes: [UInt8], isClosed: Bool)>(([], false))

      var bytes: [UInt8] { state.withLock { $0.bytes } }
      var isClosed: Bool { state.withLock { $0.isClosed } }

      func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let new = unwrapInboundIn(data)
        state.withLock { $0.bytes += Array(buffer: new) }
      }
      func channelInactive(context: ChannelHandlerContext) { state.withLock { $0.isClosed = true } }
      func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
  }
#endif

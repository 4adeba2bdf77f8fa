/// How the bodies of IPC messages are written.
public struct IPCWriteOptions: Sendable, Hashable {
  /// How buffers are compressed, each for itself; nil to leave them as they are, which also leaves them without a copy.
  public var compression: IPCCompression?

  /// Creates options.
  public init(compression: IPCCompression? = nil) { self.compression = compression }
}

/// The compressions that Arrow has for bodies. Both are done by a library of the system, which is looked for when it is
/// first needed.
public enum IPCCompression: String, Sendable, Hashable, CaseIterable {
  /// Frames of LZ4: fast, for networks and disks that are.
  case lz4 = "LZ4_FRAME"
  /// Zstandard, at its default level: smaller, and slower to write.
  case zstd = "ZSTD"
}

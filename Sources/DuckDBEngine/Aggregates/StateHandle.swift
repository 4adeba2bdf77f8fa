/// What DuckDB's memory for a state holds: 16 bytes, zero for a state without rows, which nobody knows of.
struct StateHandle: Hashable, Sendable {
  /// The number of the function, which is not used twice in a process.
  var function: UInt32
  /// The place of its entry there.
  var entry: UInt32
  /// Which of those that have had the place it is; 0 for none.
  var generation: UInt64

  static let none = StateHandle(function: 0, entry: 0, generation: 0)
  /// The number of bytes, which are nowhere aligned.
  static let size = 16

  var isNone: Bool { generation == 0 }

  init(function: UInt32, entry: UInt32, generation: UInt64) {
    (self.function, self.entry, self.generation) = (function, entry, generation)
  }

  init(at address: UnsafeMutableRawPointer) {
    function = address.loadUnaligned(as: UInt32.self)
    entry = address.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
    generation = address.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
  }

  func store(at address: UnsafeMutableRawPointer) {
    address.storeBytes(of: function, as: UInt32.self)
    address.storeBytes(of: entry, toByteOffset: 4, as: UInt32.self)
    address.storeBytes(of: generation, toByteOffset: 8, as: UInt64.self)
  }
}

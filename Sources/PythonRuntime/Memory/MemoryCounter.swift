import CPythonABI
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What the allocators count by: the bytes of one interpreter, its limit, and what the limit refused.
///
/// A plain address, so that a block can name the counter it was charged to. The counters stay until their `MemoryAccount`
/// is gone and the last block charged to them has been freed, whichever comes last.
struct MemoryCounter: @unchecked Sendable, Equatable {
  // Sendable: everything behind the pointer is atomic, and the rule above keeps it there.
  private let values: UnsafeMutablePointer<Values>

  private struct Values: ~Copyable {
    /// Whether it is of code in the main interpreter, where others allocate too.
    let isOfMain: Bool
    /// Bytes in use, plus `open` until the account is gone: zero only when nobody can come here any more.
    let held = Atomic<Int>(MemoryCounter.open)
    let peak = Atomic<Int>(0)
    let limit = Atomic<Int>(MemoryCounter.unlimited)
    /// The bytes that may be in use now: `limit`, or `reserve` more while that is lifted.
    let ceiling = Atomic<Int>(MemoryCounter.unlimited)
    /// How often the limit is lifted; it begins so, because Python itself must come up first.
    let suspensions = Atomic<Int>(1)
    let refusals = Atomic<Int>(0)
    /// Of the last refusal: what was asked for, and what was in use then.
    let refusedBytes = Atomic<Int>(0)
    let bytesAtRefusal = Atomic<Int>(0)

    init(isOfMain: Bool) { self.isOfMain = isOfMain }
  }

  static let unlimited = Int.max
  /// How far what must not fail half-way may go over the limit.
  private static let reserve = 64 << 20
  private static let open = 1 << 62

  /// Counters with a first owner, who must call `close`.
  init(isOfMain: Bool) {
    values = .allocate(capacity: 1)
    values.initialize(to: Values(isOfMain: isOfMain))
  }

  var isOfMain: Bool { values.pointee.isOfMain }

  private init(_ values: UnsafeMutablePointer<Values>) { self.values = values }

  /// Gives up the owner's part.
  func close() { subtract(Self.open) }

  // MARK: Counting

  var bytes: Int { values.pointee.held.load(ordering: .relaxed) & (Self.open - 1) }

  var peak: Int { values.pointee.peak.load(ordering: .relaxed) }

  /// Whether that many bytes more are within the limit; a refusal is noted.
  func admits(_ bytes: Int) -> Bool {
    let ceiling = values.pointee.ceiling.load(ordering: .relaxed)
    let used = self.bytes
    if bytes <= ceiling - used { return true }
    refuse(bytes, used)
    return false
  }

  /// Whether the limit has been passed, which only happens while it is lifted; if so that counts as a refusal.
  func isPastLimit() -> Bool {
    guard let limit, bytes > limit else { return false }
    refuse(0, bytes)
    return true
  }

  private func refuse(_ bytes: Int, _ used: Int) {
    values.pointee.bytesAtRefusal.store(used, ordering: .relaxed)
    values.pointee.refusedBytes.store(bytes, ordering: .relaxed)
    values.pointee.refusals.add(1, ordering: .relaxed)
  }

  func add(_ bytes: Int) {
    let used = values.pointee.held.add(bytes, ordering: .relaxed).newValue & (Self.open - 1)
    if used > values.pointee.peak.load(ordering: .relaxed) { values.pointee.peak.max(used, ordering: .relaxed) }
  }

  func subtract(_ bytes: Int) {
    if values.pointee.held.subtract(bytes, ordering: .acquiringAndReleasing).newValue == 0 {
      values.deinitialize(count: 1)
      values.deallocate()
    }
  }

  // MARK: The limit

  /// Nil for none.
  var limit: Int? {
    let limit = values.pointee.limit.load(ordering: .relaxed)
    return limit == Self.unlimited ? nil : limit
  }

  // These change the limit, and are called by one thread at a time: before others know of the interpreter, or under its
  // GIL.

  func setLimit(_ bytes: Int) {
    values.pointee.limit.store(bytes, ordering: .relaxed)
    setCeiling()
  }

  func suspendLimit() {
    values.pointee.suspensions.add(1, ordering: .relaxed)
    setCeiling()
  }

  func resumeLimit() {
    values.pointee.suspensions.subtract(1, ordering: .relaxed)
    setCeiling()
  }

  var isLimitSuspended: Bool { values.pointee.suspensions.load(ordering: .relaxed) > 0 }

  private func setCeiling() {
    let limit = values.pointee.limit.load(ordering: .relaxed)
    let ceiling = isLimitSuspended && limit < Self.unlimited - Self.reserve ? limit + Self.reserve : limit
    values.pointee.ceiling.store(ceiling, ordering: .relaxed)
  }

  var refusals: Int { values.pointee.refusals.load(ordering: .relaxed) }

  var lastRefusal: (asked: Int, used: Int) {
    (
      values.pointee.refusedBytes.load(ordering: .relaxed), values.pointee.bytesAtRefusal.load(ordering: .relaxed)
    )
  }

  // MARK: The address, to be written into a block

  var address: UInt { UInt(bitPattern: values) }

  init?(address: UInt) {
    guard let values = UnsafeMutablePointer<Values>(bitPattern: address) else { return nil }
    self.values = values
  }

  // MARK: Whose memory the calling thread allocates

  /// Written once, by `prepareThreads`, before an allocator that reads it is installed.
  nonisolated(unsafe) private static var key = pthread_key_t()

  static func prepareThreads() { pthread_key_create(&key, nil) }

  /// The counter of the interpreter that the calling thread was made for; nil on any other thread.
  static var ofThread: MemoryCounter? {
    pthread_getspecific(key).map { MemoryCounter($0.assumingMemoryBound(to: Values.self)) }
  }

  /// Charges what the calling thread allocates from now on, or nobody.
  static func setOfThread(_ counter: MemoryCounter?) {
    pthread_setspecific(key, counter.map { UnsafeRawPointer($0.values) })
  }
}

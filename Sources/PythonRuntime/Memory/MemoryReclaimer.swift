import CPythonABI
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Gives back the memory that an interpreter with an allocator of its own abandons when it ends.
///
/// CPython never frees the arenas that still hold an object at the end of an interpreter (there are always some), nor
/// the tables its allocator finds them by: 1.7 MB for a bare interpreter, up to 8 MB with common imports. So every
/// arena, and each block of those tables, is recorded here under the interpreter it was made for, and what is left is
/// unmapped after `Py_EndInterpreter`.
///
/// The tables have known sizes (radix tree nodes of 262,144 and 131,072 bytes from `PyMem_RawCalloc`, a table of
/// arenas that starts at 768 bytes and doubles, from `PyMem_RawRealloc`), and nothing else is recorded. A recorded
/// block is page aligned, which no block of the C library's allocator is on Linux, so that freeing any other block
/// costs one test of its address.
enum MemoryReclaimer {
  /// Installs the arena allocator; to be called once, after `Py_PreInitialize` and before Python is initialised.
  static func install(_ api: PythonAPI) {
    blocks.withLock { $0.api = Installed(api: api) }
    var arenas = PyObjectArenaAllocator(
      ctx: nil, alloc: { _, size in MemoryReclaimer.allocate(size) },
      free: { _, pointer, _ in if let pointer { _ = MemoryReclaimer.release(pointer) } })
    api.pointee.PyObject_SetArenaAllocator(&arenas)
  }

  /// Gives back everything still recorded for an interpreter, which must have ended; gives the number of bytes.
  @discardableResult
  static func reclaim(interpreter: Int64) -> Int {
    let left = blocks.withLock { blocks in
      let left = blocks.recorded.filter { $0.value.owner == interpreter }
      for address in left.keys { blocks.recorded[address] = nil }
      return left
    }
    for (address, block) in left {
      giveBack(UnsafeMutableRawPointer(bitPattern: address), block.size)
      block.counter?.subtract(block.size)
    }
    return left.values.reduce(0) { $0 + $1.size }
  }

  /// For the proof that nobody touches what was given back: its addresses are then kept, and any access to them ends the
  /// process, whereas an address that is unmapped may be mapped again for something else, and an access goes unseen.
  static let protectsInsteadOfUnmapping = Atomic(false)

  private static func giveBack(_ pointer: UnsafeMutableRawPointer?, _ size: Int) {
    guard protectsInsteadOfUnmapping.load(ordering: .relaxed) else {
      munmap(pointer, size)
      return
    }
    // Not `mprotect`, which would keep the memory too: thousands of interpreters would not fit.
    let kept = mmap(
      pointer, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0)
    precondition(kept == pointer, "there is no room to protect what was given back")
  }

  /// Bytes now recorded for an interpreter.
  static func bytes(of interpreter: Int64) -> Int {
    blocks.withLock { $0.recorded.values.reduce(0) { $0 + ($1.owner == interpreter ? $1.size : 0) } }
  }

  /// The interpreter in whose memory for objects an address lies; nil for none. Looks at all that is recorded.
  static func owner(of pointer: UnsafeRawPointer) -> Int64? {
    let address = UInt(bitPattern: pointer)
    return blocks.withLock { blocks in
      blocks.recorded.first { $0.key <= address && address - $0.key < $0.value.size }?.value.owner
    }
  }

  // MARK: The record

  private static let tableOfNodes = 262_144
  private static let leafNode = 131_072
  private static let firstArenaTable = 768

  private struct Block {
    let size: Int
    /// The id of the interpreter whose thread state was current, or -1 for none. During the creation of an interpreter
    /// this changes from the main one to the new one exactly when the allocator in use does.
    let owner: Int64
    /// Whom it was charged to; nil for the main interpreter's own.
    let counter: MemoryCounter?
  }

  /// Sendable because the functions behind the pointer are written once, before it is made.
  private struct Installed: @unchecked Sendable { let api: PythonAPI }

  private struct Blocks {
    var api: Installed?
    var recorded: [UInt: Block] = [:]
  }

  /// Allocators are process-wide and called by every interpreter at once, each under its own GIL: hence the lock.
  private static let blocks = Mutex(Blocks())

  /// A node of the radix tree, if the size is that of one.
  static func allocateZeroedTable(_ size: Int) -> UnsafeMutableRawPointer? {
    size == tableOfNodes || size == leafNode ? allocate(size) : nil
  }

  /// The table of arenas, if the size is that of its beginning.
  static func allocateArenaTable(_ size: Int) -> UnsafeMutableRawPointer? {
    size == firstArenaTable ? allocate(size) : nil
  }

  /// Maps and records a block, zeroed; nil when there is no memory, or the limit refuses it.
  private static func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
    guard let api = blocks.withLock({ $0.api?.api }) else { return nil }
    let owner = api.currentInterpreter
    let counter = MemoryAccount.payer(ofArenaIn: owner, api)
    if let counter, !counter.admits(size) { return nil }
    guard let pointer = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      pointer != MAP_FAILED
    else { return nil }
    counter?.add(size)
    blocks.withLock {
      $0.recorded[UInt(bitPattern: pointer)] = Block(size: size, owner: owner, counter: counter)
    }
    return pointer
  }

  /// Unmaps a recorded block; false when it is not one of ours.
  static func release(_ pointer: UnsafeMutableRawPointer) -> Bool {
    // CPython frees memory between a call that failed and its look at `errno`; the C library's `free` keeps that too, but
    // waiting for the lock would not.
    let error = errno
    defer { errno = error }
    guard let block = blocks.withLock({ $0.recorded.removeValue(forKey: UInt(bitPattern: pointer)) }) else {
      return false
    }
    giveBack(pointer, block.size)
    block.counter?.subtract(block.size)
    return true
  }

  /// Moves a recorded block to one of another size; nil when it is not one of ours, a nil block when out of memory.
  static func move(
    _ pointer: UnsafeMutableRawPointer, to size: Int
  ) -> (block: UnsafeMutableRawPointer?, Void)? {
    let old = blocks.withLock { $0.recorded[UInt(bitPattern: pointer)] }
    guard let old else { return nil }
    guard let new = allocate(size) else { return (nil, ()) }
    new.copyMemory(from: pointer, byteCount: min(size, old.size))
    _ = release(pointer)
    return (new, ())
  }
}

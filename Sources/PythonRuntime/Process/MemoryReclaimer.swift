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
  /// Installs the allocators; to be called once, after `Py_PreInitialize` and before Python is initialised.
  ///
  /// - Parameter reclaimsTables: false on 3.12, where giving back the tables crashes: arenas only, then.
  static func install(_ api: PythonAPI, reclaimsTables: Bool) {
    blocks.withLock { $0.api = Installed(api: api) }
    var arenas = PyObjectArenaAllocator(
      ctx: nil, alloc: { _, size in MemoryReclaimer.allocate(size) },
      free: { _, pointer, _ in if let pointer { _ = MemoryReclaimer.release(pointer) } })
    api.pointee.PyObject_SetArenaAllocator(&arenas)
    guard reclaimsTables else { return }

    let original = UnsafeMutablePointer<PyMemAllocatorEx>.allocate(capacity: 1)
    api.pointee.PyMem_GetAllocator(Int32(PYMEM_DOMAIN_RAW), original)
    raw = UnsafePointer(original)
    // The context stays the original's: `malloc` goes straight there, and the others hand it on.
    var wrapped = PyMemAllocatorEx(
      ctx: original.pointee.ctx,
      malloc: original.pointee.malloc,
      calloc: { context, count, size in
        let bytes = count &* size
        if bytes == MemoryReclaimer.tableOfNodes || bytes == MemoryReclaimer.leafNode,
          let block = MemoryReclaimer.allocate(bytes)
        {
          return block
        }
        return MemoryReclaimer.raw.pointee.calloc(context, count, size)
      },
      realloc: { context, pointer, size in
        guard let pointer else {
          if size == MemoryReclaimer.firstArenaTable, let block = MemoryReclaimer.allocate(size) { return block }
          return MemoryReclaimer.raw.pointee.realloc(context, nil, size)
        }
        if MemoryReclaimer.isPageAligned(pointer), let moved = MemoryReclaimer.move(pointer, to: size) {
          return moved.block
        }
        return MemoryReclaimer.raw.pointee.realloc(context, pointer, size)
      },
      free: { context, pointer in
        guard let pointer else { return }
        if MemoryReclaimer.isPageAligned(pointer), MemoryReclaimer.release(pointer) { return }
        MemoryReclaimer.raw.pointee.free(context, pointer)
      })
    api.pointee.PyMem_SetAllocator(Int32(PYMEM_DOMAIN_RAW), &wrapped)
  }

  /// Unmaps everything still recorded for an interpreter, which must have ended; gives the number of bytes.
  @discardableResult
  static func reclaim(interpreter: Int64) -> Int {
    let left = blocks.withLock { blocks in
      let left = blocks.recorded.filter { $0.value.owner == interpreter }
      for address in left.keys { blocks.recorded[address] = nil }
      return left
    }
    for (address, block) in left { munmap(UnsafeMutableRawPointer(bitPattern: address), block.size) }
    return left.values.reduce(0) { $0 + $1.size }
  }

  /// Bytes now recorded for an interpreter.
  static func bytes(of interpreter: Int64) -> Int {
    blocks.withLock { $0.recorded.values.reduce(0) { $0 + ($1.owner == interpreter ? $1.size : 0) } }
  }

  // MARK: The record

  private static let tableOfNodes = 262_144
  private static let leafNode = 131_072
  private static let firstArenaTable = 768

  private struct Block {
    let size: Int
    /// The id of the interpreter whose thread state was current, or -1 for none.
    let owner: Int64
  }

  /// Sendable because the functions behind the pointer are written once, before it is made.
  private struct Installed: @unchecked Sendable { let api: PythonAPI }

  private struct Blocks {
    var api: Installed?
    var recorded: [UInt: Block] = [:]
  }

  /// Allocators are process-wide and called by every interpreter at once, each under its own GIL: hence the lock.
  private static let blocks = Mutex(Blocks())

  /// The raw domain's own allocator. Written once in `install`, before the wrapper that reads it is installed.
  nonisolated(unsafe) private static var raw = UnsafePointer<PyMemAllocatorEx>(
    UnsafeMutablePointer<PyMemAllocatorEx>.allocate(capacity: 1))

  private static func isPageAligned(_ pointer: UnsafeMutableRawPointer) -> Bool {
    UInt(bitPattern: pointer) & 4095 == 0
  }

  /// Maps and records a block, zeroed; nil when there is no memory.
  private static func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
    guard let pointer = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      pointer != MAP_FAILED
    else { return nil }
    blocks.withLock { blocks in
      blocks.recorded[UInt(bitPattern: pointer)] = Block(size: size, owner: currentInterpreter(blocks.api?.api))
    }
    return pointer
  }

  /// Unmaps a recorded block; false when it is not one of ours.
  private static func release(_ pointer: UnsafeMutableRawPointer) -> Bool {
    guard let block = blocks.withLock({ $0.recorded.removeValue(forKey: UInt(bitPattern: pointer)) }) else {
      return false
    }
    munmap(pointer, block.size)
    return true
  }

  /// Moves a recorded block to one of another size; nil when it is not one of ours, a nil block when out of memory.
  private static func move(
    _ pointer: UnsafeMutableRawPointer, to size: Int
  ) -> (block: UnsafeMutableRawPointer?, Void)? {
    let old = blocks.withLock { $0.recorded[UInt(bitPattern: pointer)] }
    guard let old else { return nil }
    guard let new = allocate(size) else { return (nil, ()) }
    new.copyMemory(from: pointer, byteCount: min(size, old.size))
    _ = release(pointer)
    return (new, ())
  }

  /// Whose memory is being allocated: the interpreter of the calling thread's thread state. During the creation of an
  /// interpreter this changes from the main one to the new one exactly when the allocator in use does.
  private static func currentInterpreter(_ api: PythonAPI?) -> Int64 {
    guard let api, let state = (api.pointee.PyThreadState_GetUnchecked ?? api.pointee._PyThreadState_UncheckedGet)?()
    else { return -1 }
    return api.pointee.PyInterpreterState_GetID(api.pointee.PyThreadState_GetInterpreter(state))
  }
}

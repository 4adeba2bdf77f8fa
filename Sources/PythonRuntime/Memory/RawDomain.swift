import CPythonABI

#if canImport(Darwin)
  import Darwin
#endif

/// The wrapper of CPython's raw domain, from which everything larger than 512 bytes comes: charges each block to the
/// interpreter that asked for it, and sees to it that the tables that `MemoryReclaimer` gives back are its own.
///
/// A charged block is 16 bytes longer than was asked for. There, at the end of what the C library gave, stand whom it was
/// charged to and a check word. So it is known at the end of a block's life whose it is, whatever thread that happens on,
/// with no table to look it up in and no lock. A block begins where the C library's does, because CPython now and then
/// puts the C library's own functions in place of the wrapper for a moment: a block of one kind may end as the other.
enum RawDomain {
  /// Why blocks are not counted; nil when they are. Written once, in `install`.
  nonisolated(unsafe) private(set) static var obstacle: String?

  /// Written once, in `install`, before the wrapper that reads them is installed.
  nonisolated(unsafe) private static var original: UnsafePointer<PyMemAllocatorEx>?
  nonisolated(unsafe) private(set) static var api: PythonAPI?
  nonisolated(unsafe) private static var secret: UInt = 0
  nonisolated(unsafe) private static var reclaimsTables = false
  nonisolated(unsafe) private static var counts = false

  /// - Parameter reclaimsTables: false on 3.12, where giving back the tables crashes.
  static func install(_ api: PythonAPI, reclaimsTables: Bool) {
    let original = UnsafeMutablePointer<PyMemAllocatorEx>.allocate(capacity: 1)
    api.pointee.PyMem_GetAllocator(Int32(PYMEM_DOMAIN_RAW), original)
    obstacle = Self.obstacle(api, original.pointee)
    counts = obstacle == nil
    secret = UInt.random(in: .min ... .max)
    Self.original = UnsafePointer(original)
    Self.api = api
    Self.reclaimsTables = reclaimsTables
    guard counts || reclaimsTables else { return }
    // The context stays the original's, which is handed on.
    var wrapped = PyMemAllocatorEx(
      ctx: original.pointee.ctx,
      malloc: { context, size in RawDomain.allocate(context, size, isZeroed: false) },
      calloc: { context, count, size in
        // CPython has refused products that do not fit.
        let bytes = count &* size
        if RawDomain.reclaimsTables, let table = MemoryReclaimer.allocateZeroedTable(bytes) { return table }
        return RawDomain.allocate(context, bytes, isZeroed: true)
      },
      realloc: { context, block, size in RawDomain.reallocate(context, block, size) },
      free: { context, block in RawDomain.free(context, block) })
    api.pointee.PyMem_SetAllocator(Int32(PYMEM_DOMAIN_RAW), &wrapped)
  }

  /// The environment variables PYTHONMALLOC and PYTHONDEVMODE put other allocators in place of the usual ones: debug hooks,
  /// whose blocks are not the C library's, or none for small objects, which then pass by this wrapper.
  private static func obstacle(_ api: PythonAPI, _ raw: PyMemAllocatorEx) -> String? {
    // The usual one has no context.
    guard raw.ctx == nil else { return "debug hooks are on (PYTHONMALLOC or PYTHONDEVMODE is set)" }
    var objects = raw
    api.pointee.PyMem_GetAllocator(Int32(PYMEM_DOMAIN_MEM), &objects)
    guard unsafeBitCast(objects.malloc, to: UInt.self) != unsafeBitCast(raw.malloc, to: UInt.self) else {
      return "Python's own allocator is off (PYTHONMALLOC=malloc is set, or Python was built so)"
    }
    return nil
  }

  // MARK: What CPython calls

  private static func allocate(
    _ context: UnsafeMutableRawPointer?, _ size: Int, isZeroed: Bool
  ) -> UnsafeMutableRawPointer? {
    guard let original, let api else { return nil }
    let payer = counts ? MemoryAccount.current(api) : nil
    guard let payer else {
      return isZeroed ? original.pointee.calloc(context, 1, size) : original.pointee.malloc(context, size)
    }
    guard payer.admits(size) else { return nil }
    // No bytes mean one, as CPython has it.
    let longer = max(size, 1) &+ Mark.size
    let block = isZeroed ? original.pointee.calloc(context, 1, longer) : original.pointee.malloc(context, longer)
    guard let block else { return nil }
    let usable = usableSize(block)
    Mark.write(payer, block, usable, secret)
    payer.add(usable)
    return block
  }

  private static func reallocate(
    _ context: UnsafeMutableRawPointer?, _ block: UnsafeMutableRawPointer?, _ size: Int
  ) -> UnsafeMutableRawPointer? {
    guard let original, let api else { return nil }
    guard let block else {
      if reclaimsTables, let table = MemoryReclaimer.allocateArenaTable(size) { return table }
      return allocate(context, size, isZeroed: false)
    }
    if reclaimsTables, isPageAligned(block), let moved = MemoryReclaimer.move(block, to: size) { return moved.block }
    guard counts else { return original.pointee.realloc(context, block, size) }

    let old = usableSize(block)
    let owner = Mark.read(block, old, secret)
    guard let payer = owner ?? MemoryAccount.current(api) else {
      return original.pointee.realloc(context, block, size)
    }
    let charged = owner == nil ? 0 : old
    guard size <= charged || payer.admits(size - charged) else { return nil }
    // What is left of the old block must not carry a mark.
    if owner != nil { Mark.clear(block, old) }
    guard let new = original.pointee.realloc(context, block, max(size, 1) &+ Mark.size) else {
      if let owner { Mark.write(owner, block, old, secret) }
      return nil
    }
    let usable = usableSize(new)
    Mark.write(payer, new, usable, secret)
    payer.add(usable - charged)
    return new
  }

  private static func free(_ context: UnsafeMutableRawPointer?, _ block: UnsafeMutableRawPointer?) {
    guard let block, let original else { return }
    if reclaimsTables, isPageAligned(block), MemoryReclaimer.release(block) { return }
    guard counts else { return original.pointee.free(context, block) }
    let usable = usableSize(block)
    let owner = Mark.read(block, usable, secret)
    if owner != nil { Mark.clear(block, usable) }
    original.pointee.free(context, block)
    owner?.subtract(usable)
  }

  // MARK: Blocks

  /// The blocks that `MemoryReclaimer` maps are; of the C library's none is on Linux.
  private static func isPageAligned(_ pointer: UnsafeMutableRawPointer) -> Bool {
    UInt(bitPattern: pointer) & 4095 == 0
  }

  /// How many bytes of a block may be used: at least as many as were asked for.
  static func usableSize(_ block: UnsafeMutableRawPointer) -> Int {
    #if canImport(Darwin)
      malloc_size(block)
    #else
      malloc_usable_size(block)
    #endif
  }

  /// The end of a charged block.
  private enum Mark {
    static let size = 16

    @inline(__always)
    static func write(_ owner: MemoryCounter, _ block: UnsafeMutableRawPointer, _ usable: Int, _ secret: UInt) {
      let mark = block + (usable - size)
      mark.storeBytes(of: owner.address, as: UInt.self)
      mark.storeBytes(of: check(owner.address, mark, secret), toByteOffset: 8, as: UInt.self)
    }

    /// Nil for a block that bears no mark: of the main interpreter, or made by the C library itself.
    @inline(__always)
    static func read(_ block: UnsafeMutableRawPointer, _ usable: Int, _ secret: UInt) -> MemoryCounter? {
      guard usable >= size else { return nil }
      let mark = block + (usable - size)
      let address = mark.loadUnaligned(as: UInt.self)
      guard mark.loadUnaligned(fromByteOffset: 8, as: UInt.self) == check(address, mark, secret) else { return nil }
      return MemoryCounter(address: address)
    }

    /// Another block may come to lie here.
    @inline(__always)
    static func clear(_ block: UnsafeMutableRawPointer, _ usable: Int) {
      (block + (usable - 8)).storeBytes(of: 0, as: UInt.self)
    }

    @inline(__always)
    private static func check(_ address: UInt, _ mark: UnsafeMutableRawPointer, _ secret: UInt) -> UInt {
      (secret ^ address ^ UInt(bitPattern: mark)) &* 0x9E37_79B9_7F4A_7C15
    }
  }
}

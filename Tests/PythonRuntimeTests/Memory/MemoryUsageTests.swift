import CPythonABI
import Foundation
import TestSupport
import Testing

@testable import PythonRuntime

@Suite(.timeLimit(.minutes(30))) struct MemoryUsageTests {
  @Test func `the count equals the sum of the live blocks, after each of ten thousand calls`() throws {
    let interpreter = try SubInterpreter()
    let left = try interpreter.withGIL { py in
      let blocks = Blocks(py.api)
      let start = interpreter.memoryUsage.current
      var random = SplitMix(seed: 1)
      for _ in 0..<10_000 {
        blocks.changeOne(&random)
        #expect(interpreter.memoryUsage.current - start == blocks.bytes)
      }
      return (blocks, start)
    }
    // The rest is freed on a thread that belongs to nobody, and on that of another interpreter.
    let (blocks, start) = left
    #expect(!blocks.isEmpty)
    blocks.freeHalf()
    #expect(interpreter.memoryUsage.current - start == blocks.bytes)
    let other = try SubInterpreter()
    let before = other.memoryUsage.current
    try other.withGIL { _ in while !blocks.isEmpty { blocks.freeHalf() } }
    #expect(other.memoryUsage.current == before)
    #expect(interpreter.memoryUsage.current == start)
    #expect(interpreter.memoryUsage.peak > start)
  }

  @Test func `the count comes back after ten thousand mixed allocations of Python`() throws {
    let interpreter = try SubInterpreter()
    try interpreter.withGIL { py in
      try py.run(
        """
        import random, zlib
        slots = [None] * 256
        def work():
            chance = random.Random(7)
            for _ in range(10_000):
                size = chance.choice((10, 600, 5_000, 200_000))
                kind = chance.randrange(5)
                place = chance.randrange(256)
                if kind == 0: slots[place] = bytearray(size)
                elif kind == 1: slots[place] = [None] * size
                elif kind == 2: slots[place] = zlib.compressobj()
                elif kind == 3 and isinstance(slots[place], (bytearray, list)): slots[place] += slots[place][:size]
                else: slots[place] = None
            slots[:] = [None] * 256
        """)
      // Twice, because the first round may fill what CPython keeps for later.
      try py.run("work(); work()")
      let before = interpreter.memoryUsage.current
      try py.run("work()")
      #expect(interpreter.memoryUsage.current == before)
      #expect(interpreter.memoryUsage.peak > before + (1 << 20))
    }
  }

  @Test func `threads of user code count for their interpreter`() throws {
    var configuration = SubInterpreter.Configuration()
    configuration.allowsThreads = true
    let interpreter = try SubInterpreter(configuration: configuration)
    try interpreter.withGIL { py in
      try py.run(
        """
        import threading
        kept = []
        def work(): kept.append(bytearray(5_000_000))
        def run():
            threads = [threading.Thread(target=work) for _ in range(4)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
        run(); kept.clear(); run(); kept.clear()
        """)
      let before = interpreter.memoryUsage.current
      try py.run("run()")
      #expect(interpreter.memoryUsage.current - before >= 20_000_000)
      try py.run("kept.clear()")
      #expect(interpreter.memoryUsage.current == before)
    }
  }

  @Test func `what one interpreter takes is not counted in another`() throws {
    let (one, other) = (try SubInterpreter(), try SubInterpreter())
    let before = other.memoryUsage
    try one.withGIL { py in try py.run("kept = bytearray(50_000_000)") }
    #expect(one.memoryUsage.current > 50_000_000)
    #expect(other.memoryUsage == before)
  }

  @Test func `can be read from any thread and after the end`() throws {
    let interpreter = try SubInterpreter()
    try interpreter.withGIL { py in try py.run("import json, asyncio; kept = bytearray(9_000_000)") }
    let reads = Recorder<MemoryUsage>()
    #expect(onThreads(4) { _ in reads.append(interpreter.memoryUsage) })
    #expect(reads.values.allSatisfy { $0.current > 9_000_000 && $0.limit == nil })
    interpreter.close()
    #expect(interpreter.memoryUsage.peak > 9_000_000)
    #expect(interpreter.memoryUsage.current < 200_000)
  }

  @Test(arguments: [
    ("256MB", 256_000_000), ("1GiB", 1 << 30), ("512KB", 512_000), ("3 kib", 3_072), ("4096", 4_096), ("7b", 7),
  ])
  func `an amount of memory can be written`(text: String, bytes: Int) {
    #expect(ByteCount(text)?.bytes == bytes)
  }

  @Test(arguments: ["", "MB", "0", "0MB", "-1MB", "1.5GB", "1XB", "1 2MB", "9999999999GB", "٣MB"])
  func `what is no amount of memory is refused`(text: String) {
    #expect(ByteCount(text) == nil)
  }

  @Test(arguments: [
    (0, "0 bytes"), (999, "999 bytes"), (1_500, "1.5 KB"), (256_000_000, "256 MB"), (1 << 30, "1 GiB"),
    (3_456_789, "3.5 MB"), (9_999_999, "10 MB"), (1 << 20, "1 MiB"),
  ])
  func `amounts are shown with a unit`(bytes: Int, text: String) {
    #expect("\(ByteCount(bytes))" == text)
  }
}

/// Blocks of the raw domain, and how large they really are.
///
/// Sendable because the test hands it from thread to thread and goes on when that has happened.
private final class Blocks: @unchecked Sendable {
  private var allocator = PyMemAllocatorEx(
    ctx: nil, malloc: { _, _ in nil }, calloc: { _, _, _ in nil }, realloc: { _, _, _ in nil }, free: { _, _ in })
  private var live: [UnsafeMutableRawPointer] = []
  private(set) var bytes = 0

  init(_ api: PythonAPI) { api.pointee.PyMem_GetAllocator(Int32(PYMEM_DOMAIN_RAW), &allocator) }

  var isEmpty: Bool { live.isEmpty }

  func changeOne(_ random: inout SplitMix) {
    let size = Int.random(in: 0...(Bool.random(using: &random) ? 2_000 : 300_000), using: &random)
    switch Int.random(in: 0..<5, using: &random) {
    case 0: add(allocator.malloc(allocator.ctx, size), size)
    case 1:
      let block = allocator.calloc(allocator.ctx, size, 1)
      if let block, size > 0 { #expect(block.loadUnaligned(fromByteOffset: size - 1, as: UInt8.self) == 0) }
      add(block, size)
    case 2: add(allocator.realloc(allocator.ctx, nil, size), size)
    case 3:
      guard let place = live.indices.randomElement(using: &random) else { return }
      let old = live.remove(at: place)
      let first = old.load(as: UInt8.self)
      bytes -= RawDomain.usableSize(old)
      let new = allocator.realloc(allocator.ctx, old, size)
      if let new, size > 0 { #expect(new.load(as: UInt8.self) == first) }
      add(new, size)
    default:
      guard let place = live.indices.randomElement(using: &random) else { return }
      free(at: place)
    }
  }

  func freeHalf() { for _ in 0...live.count / 2 where !live.isEmpty { free(at: live.count - 1) } }

  private func add(_ block: UnsafeMutableRawPointer?, _ size: Int) {
    guard let block else { return }
    // Whoever asked for so many bytes may use each of them.
    memset(block, Int32(size & 127), max(1, size))
    live.append(block)
    bytes += RawDomain.usableSize(block)
  }

  private func free(at place: Int) {
    let block = live.remove(at: place)
    bytes -= RawDomain.usableSize(block)
    allocator.free(allocator.ctx, block)
  }
}

/// Random numbers that are the same in every run.
private struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

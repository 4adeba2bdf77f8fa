import CPythonABI
import Foundation
import TestSupport
import Testing

@testable import PythonRuntime

@Suite(.timeLimit(.minutes(Stress.minutes))) struct ErrnoTests {
  /// CPython looks at `errno` after it has freed what it called the system with: a changed one was seen to make the
  /// creation of an interpreter fail.
  @Test func `freeing memory leaves errno alone, however many threads free at once`() throws {
    let interpreter = try SubInterpreter()
    let raw = try interpreter.withGIL { py in RawAllocator(py.api) }
    let changed = Recorder<Int32>()
    let ended = onThreads(4) { _ in
      for _ in 0..<Stress.scaled(3_000) {
        // The size of a table that is recorded, behind a lock.
        let block = raw.functions.calloc(raw.functions.ctx, 1, 131_072)
        errno = ENOENT
        raw.functions.free(raw.functions.ctx, block)
        let after = errno
        if after != ENOENT { changed.append(after) }
      }
    }
    #expect(ended)
    #expect(Set(changed.values) == [], "\(changed.values.count) times")
  }
}

/// Sendable because nobody writes it once it is made.
private final class RawAllocator: @unchecked Sendable {
  let functions: PyMemAllocatorEx

  init(_ api: PythonAPI) {
    var functions = PyMemAllocatorEx(
      ctx: nil, malloc: { _, _ in nil }, calloc: { _, _, _ in nil }, realloc: { _, _, _ in nil }, free: { _, _ in })
    api.pointee.PyMem_GetAllocator(Int32(PYMEM_DOMAIN_RAW), &functions)
    self.functions = functions
  }
}

import CPythonABI
import Synchronization

/// Gives back to the system what the C library keeps of an ended interpreter's freed blocks.
///
/// Interpreters that live at the same time share the pages of its heap, so that freeing all blocks leaves pages that it
/// does not give back by itself: 550 MB of 200 interpreters with common imports. They would be used again, but only by
/// this process.
enum HeapTrim {
  /// After how many bytes: looking through the heap takes some milliseconds, during which others may wait for memory.
  private static let step = 64 << 20
  private static let freed = Atomic(0)

  /// Called after the end of an interpreter, with the number of bytes that it had and has no more.
  static func note(freed bytes: Int) {
    #if canImport(Glibc)
      guard freed.add(bytes, ordering: .relaxed).newValue >= step,
        freed.exchange(0, ordering: .relaxed) >= step
      else { return }
      malloc_trim(0)
    #endif
  }
}

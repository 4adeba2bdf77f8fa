#if Server
  package import NIOCore

  #if canImport(Glibc)
    import Glibc
  #endif

  extension ByteBuffer {
    /// Has the system give large pages for what is written to this buffer next, if it is large and the system has them for who
    /// asks: else a message of 64 MiB, in memory that was never touched, is 16,384 faults, which take as long as copying it.
    package mutating func preferLargePages() {
      #if canImport(Glibc)
        guard writableBytes >= Self.largeBytes else { return }
        withUnsafeMutableWritableBytes { bytes in
          guard let start = bytes.baseAddress else { return }
          // Whole pages of this buffer, and none of another's. The contents are not touched.
          let page = Int(getpagesize())
          let skipped = (page - Int(bitPattern: start) % page) % page
          let length = (bytes.count - skipped) / page * page
          // That it is not done is no harm.
          if length > 0 { _ = madvise(start + skipped, length, Self.hugePageAdvice) }
        }
      #endif
    }

    private static let largeBytes = 4 << 20
    /// `MADV_HUGEPAGE` of Linux, which the C library's module does not show.
    private static let hugePageAdvice: Int32 = 14
  }
#endif

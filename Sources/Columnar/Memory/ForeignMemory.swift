#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// What can be asked of memory that another library says it has, whose size the C interfaces do not tell.
enum ForeignMemory {
  /// More than a process can address: 47 bits is all that today's systems give out unasked.
  static let byteLimit = 1 << 47

  /// Whether there can be so many bytes at the address.
  ///
  /// Small sizes have to be believed. From 1 MiB on the system is asked, where it answers, whether all of the memory is
  /// there: that costs less than a read of a thousandth of it.
  static func mayHold(_ byteCount: Int, at address: UnsafeRawPointer) -> Bool {
    let start = UInt(bitPattern: address)
    guard byteCount >= 0, byteCount <= byteLimit, !start.addingReportingOverflow(UInt(byteCount)).overflow
    else { return false }
    return byteCount < 1 << 20 || isMapped(start, byteCount)
  }

  /// Whether a list of `count` pointers, or of structs at such an address, can be there.
  static func mayHold(pointers count: Int64, at address: UnsafeRawPointer) -> Bool {
    let (byteCount, overflow) = Int(count).multipliedReportingOverflow(by: MemoryLayout<UnsafeRawPointer>.size)
    return !overflow && isAligned(address) && mayHold(byteCount, at: address)
  }

  /// Whether one of the interfaces' structs, or a list of pointers, can be at the address.
  static func isAligned(_ address: UnsafeRawPointer) -> Bool {
    UInt(bitPattern: address) % UInt(MemoryLayout<UnsafeRawPointer>.alignment) == 0
  }

  private static func isMapped(_ start: UInt, _ byteCount: Int) -> Bool {
    #if os(Linux)
      // Nothing is written: with this flag Linux looks whether the pages are mapped, and no more.
      let pageStart = start & ~(UInt(sysconf(Int32(_SC_PAGESIZE))) - 1)
      let size = byteCount + Int(start - pageStart)
      return msync(UnsafeMutableRawPointer(bitPattern: pageStart), size, MS_ASYNC) == 0 || errno != ENOMEM
    #else
      return true
    #endif
  }
}

import Foundation
import Testing

@testable import PythonRuntime

@Suite struct CopiedMemoryTests {
  @Test func `what is there is copied, of every size`() throws {
    let memory = try #require(CopiedMemory())
    for size in [1, 7, 4_095, 4_096, 4_097, 70_000] {
      let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let copied = bytes.withUnsafeBytes { memory.bytes(at: UInt(bitPattern: $0.baseAddress), count: size) }
      #expect(copied == bytes)
    }
  }

  @Test func `what is not there, or not all of it, is refused, and the next copy is right`() throws {
    let memory = try #require(CopiedMemory())
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let made = mmap(nil, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
    let pages = try #require(made)
    defer { munmap(pages, 2 * page) }
    memset(pages, 7, 2 * page)
    mprotect(pages + page, page, PROT_NONE)
    let address = UInt(bitPattern: pages)
    for (start, count) in [
      (0, 8), (1, 8), (address + UInt(page), 8), (address + UInt(page) - 4, 8), (address, page + 1), (UInt.max - 3, 8),
      (UInt(1) << 63, 16),
    ] {
      #expect(memory.bytes(at: start, count: count) == nil, "\(count) bytes at \(start)")
      #expect(memory.word(at: address) == 0x0707_0707_0707_0707)
    }
    #expect(memory.bytes(at: address + UInt(page) - 8, count: 8) == [UInt8](repeating: 7, count: 8))
  }
}

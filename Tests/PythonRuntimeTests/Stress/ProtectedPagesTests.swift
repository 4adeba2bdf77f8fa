import Foundation
import Synchronization
import TestSupport
import Testing

@testable import PythonRuntime

/// What is given back is protected here, and its addresses are never used again: any access ends the process.
@Suite(.timeLimit(.minutes(Stress.minutes)), .serialized) struct ProtectedPagesTests {
  @Test func `nothing that was given back is ever touched again`() async {
    await #expect(processExitsWith: .success) {
      try Machine.startInOwnProcess(atMost: Stress.seconds)
      MemoryReclaimer.protectsInsteadOfUnmapping.store(true, ordering: .relaxed)
      for cycle in 0..<Stress.scaled(20) { try liveOnce(cycle) }
      try CPython.shutDown()
    }
  }

  @Test func `nor while others are made and ended on many threads`() async {
    await #expect(processExitsWith: .success) {
      try Machine.startInOwnProcess(atMost: Stress.seconds)
      MemoryReclaimer.protectsInsteadOfUnmapping.store(true, ordering: .relaxed)
      let failures = Recorder<String>()
      let ended = onThreads(8, within: Stress.seconds) { thread in
        for cycle in 0..<Stress.scaled(3) {
          do { try liveOnce(thread + cycle) } catch { failures.append("\(error)") }
        }
      }
      #expect(ended)
      #expect(failures.values == [])
      try CPython.shutDown()
    }
  }

  /// Without this the tests above would prove nothing.
  @Test func `an access to what was given back ends the process`() async throws {
    let end = await #expect(processExitsWith: .signal(SIGSEGV), observing: [\.standardOutputContent]) {
      try Machine.startInOwnProcess()
      MemoryReclaimer.protectsInsteadOfUnmapping.store(true, ordering: .relaxed)
      let interpreter = try SubInterpreter()
      let address = try interpreter.withGIL { py in
        try py.run("kept = (1, 2, 3)")
        return try py.evaluate("id(kept)").extract(UInt.self)
      }
      let object = try #require(UnsafePointer<Int>(bitPattern: address))
      // Its count of references.
      print("alive: \(object.pointee > 0)")
      interpreter.close()
      print("closed")
      fflush(nil)
      // A sanitizer would make an exit status of it.
      signal(SIGSEGV, SIG_DFL)
      print("touched: \(object.pointee)")
      fflush(nil)
    }
    let output = String(decoding: try #require(end).standardOutputContent, as: UTF8.self)
    #expect(output.contains("alive: true") && output.contains("closed"))
    #expect(!output.contains("touched"))
  }
}

/// An interpreter that does a bit of everything, and ends.
private func liveOnce(_ cycle: Int) throws {
  let interpreter = try SubInterpreter()
  try interpreter.withGIL { py in
    try py.run("import json, re, datetime, decimal, asyncio, hashlib, sqlite3, zlib, zoneinfo, xml.etree.ElementTree")
    try py.run("async def one(): return 1\nassert asyncio.run(one()) == 1")
    // More than 16 arenas now and then, so that the allocator's tables move.
    try py.run("kept = [str(i) for i in range(\(cycle % 5) * 50_000)]")
    if cycle % 2 == 0 { try py.run("del kept[::2]") }
    if cycle % 3 == 0 {
      #expect(throws: PythonError.self) { try py.run("class Own(Exception): pass\nraise Own(kept[:10])") }
    }
  }
  interpreter.close()
}

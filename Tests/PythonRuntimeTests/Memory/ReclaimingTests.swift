import Foundation
import TestSupport
import Testing

@testable import PythonRuntime

@Suite(.timeLimit(.minutes(30))) struct ReclaimingTests {
  @Test func `the memory of ended interpreters comes back`() async {
    await #expect(processExitsWith: .success) {
      try Machine.startInOwnProcess()
      func cycle() throws {
        let interpreter = try SubInterpreter()
        try interpreter.withGIL { py in try py.run("import json, re, datetime, decimal") }
        interpreter.close()
      }
      for _ in 0..<50 { try cycle() }
      let before = try ThisProcess.residentBytes()
      for _ in 0..<100 { try cycle() }
      // Without reclaiming, 100 cycles leave more than 250 MB.
      #expect(try ThisProcess.residentBytes() - before < 20 << 20)
    }
  }

  @Test func `no recorded block of an ended interpreter is left`() async {
    await #expect(processExitsWith: .success) {
      try Machine.startInOwnProcess()
      for source in ["pass", "import asyncio, decimal, json", "kept = [[] for _ in range(1000)]"] {
        let interpreter = try SubInterpreter()
        try interpreter.withGIL { py in try py.run(source) }
        let id = try interpreter.withGIL { py in py.state.id }
        #expect(MemoryReclaimer.bytes(of: id) > 1 << 20)
        interpreter.close()
        #expect(MemoryReclaimer.bytes(of: id) == 0)
      }
    }
  }

  @Test func `an interpreter that outgrew its first table of arenas comes back too`() async {
    await #expect(processExitsWith: .success) {
      try Machine.startInOwnProcess()
      func grow(dropping: Bool) throws {
        let interpreter = try SubInterpreter()
        let id = try interpreter.withGIL { py in
          // About 60 MB in small objects: more than 16 arenas of 1 MiB, and more than 32.
          try py.run("kept = [(i, i + 1.5) for i in range(500_000)]")
          #expect(MemoryReclaimer.bytes(of: py.state.id) > 40 << 20)
          try py.run(dropping ? "del kept" : "assert kept[-1] == (499_999, 500_000.5)")
          return py.state.id
        }
        if dropping { #expect(MemoryReclaimer.bytes(of: id) < 20 << 20) }
        interpreter.close()
        #expect(MemoryReclaimer.bytes(of: id) == 0)
      }
      try grow(dropping: false)
      try grow(dropping: true)
      let before = try ThisProcess.residentBytes()
      for round in 0..<4 { try grow(dropping: round % 2 == 0) }
      #expect(try ThisProcess.residentBytes() - before < 30 << 20)
    }
  }
}

import Foundation
import PythonRuntime
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct IsolationTests {
  @Test(arguments: [
    ("x = 1", "'x' in globals()"),
    (
      "import sys, types; sys.modules['made_up'] = types.ModuleType('made_up')",
      "'made_up' in __import__('sys').modules"
    ),
    ("import sys; sys.path.append('/made/up')", "'/made/up' in __import__('sys').path"),
    ("import json; json.dumps = lambda x: 'patched'", "__import__('json').dumps(1) == 'patched'"),
    ("import builtins; builtins.len = lambda x: -1", "len([]) == -1"),
    ("import sys; sys.setrecursionlimit(777)", "__import__('sys').getrecursionlimit() == 777"),
    ("import decimal; decimal.getcontext().prec = 3", "__import__('decimal').getcontext().prec == 3"),
  ])
  func `what one interpreter changes is invisible in another`(change: String, question: String) throws {
    let (one, other) = (try SubInterpreter(), try SubInterpreter())
    try one.withGIL { py in try py.run(change) }
    #expect(try one.withGIL { py in try py.evaluate(question).extract(Bool.self) })
    #expect(try other.withGIL { py in try py.evaluate(question).extract(Bool.self) } == false)
    let later = try SubInterpreter()
    #expect(try later.withGIL { py in try py.evaluate(question).extract(Bool.self) } == false)
  }

  @Test(arguments: [
    ("import os; os.fork()", "RuntimeError"),
    ("import os; os.execv('/bin/true', ['true'])", "RuntimeError"),
    ("import threading; threading.Thread(target=print).start()", "RuntimeError"),
    ("import threading; threading.Thread(target=print, daemon=True).start()", "RuntimeError"),
    ("import _testsinglephase", "ImportError"),
    ("import readline", "ImportError"),
  ])
  func `is refused what its configuration does not allow`(source: String, type: String) throws {
    let interpreter = try SubInterpreter()
    let error = #expect(throws: PythonError.self) { try interpreter.withGIL { py in try py.run(source) } }
    // Where a build has no such extension module there is nothing to refuse, and the import fails all the same.
    #expect(error?.typeName == type || type == "ImportError" && error?.typeName == "ModuleNotFoundError")
    #expect(try interpreter.withGIL { py in try py.evaluate("1").extract(Int.self) } == 1)
  }

  @Test func `may do what its configuration allows`() throws {
    var configuration = SubInterpreter.Configuration.isolated
    configuration.allowsThreads = true
    configuration.allowsFork = true
    let interpreter = try SubInterpreter(configuration: configuration)
    #expect(interpreter.configuration.allowsThreads)
    let value = try interpreter.withGIL { py in
      try py.run(
        """
        import os, threading
        found = []
        thread = threading.Thread(target=lambda: found.append(5))
        thread.start()
        thread.join()
        """)
      return try py.evaluate("found").extract([Int].self)
    }
    #expect(value == [5])
  }

  @Test func `still refuses daemon threads when only threads are allowed`() throws {
    var configuration = SubInterpreter.Configuration()
    configuration.allowsThreads = true
    let interpreter = try SubInterpreter(configuration: configuration)
    let error = #expect(throws: PythonError.self) {
      try interpreter.withGIL { py in
        try py.run("import threading; threading.Thread(target=print, daemon=True).start()")
      }
    }
    #expect(error?.message.contains("daemon") == true)
    #expect(error?.notes.first?.hasPrefix("Leave daemon=True out and join the thread") == true)
  }

  @Test func `one interpreter computes while another holds its own GIL`() throws {
    // The first spins in Python, never letting go of its GIL for long, until the second has run its code.
    let folder = try TemporaryFolder()
    let (spinning, done) = (folder.path + "/spinning", folder.path + "/done")
    let (one, other) = (try SubInterpreter(), try SubInterpreter())
    let ended = onThreads(2) { index in
      do {
        try (index == 0 ? one : other).withGIL { py in
          try py.mainModule().setAttribute("mine", to: index == 0 ? spinning : done)
          try py.mainModule().setAttribute("theirs", to: index == 0 ? done : spinning)
          // A switch interval of minutes: with one GIL for both, the other would not get it in time.
          try py.run(
            """
            import os, sys, time
            sys.setswitchinterval(600)
            exists, deadline, now = os.path.exists, time.monotonic() + 20, time.monotonic
            open(mine, 'w').close()
            met = False
            while not met and now() < deadline:
                met = exists(theirs)
            """)
        }
      } catch { Issue.record(error) }
    }
    #expect(ended)
    #expect(try one.withGIL { py in try py.evaluate("met").extract(Bool.self) })
    #expect(try other.withGIL { py in try py.evaluate("met").extract(Bool.self) })
  }

  @Test func `eight interpreters answer thousands of calls at once`() throws {
    let interpreters = try (0..<8).map { _ in try SubInterpreter() }
    for interpreter in interpreters {
      try interpreter.withGIL { py in
        try py.run("total = 0\ndef add(x):\n  global total\n  total += x\n  return total")
      }
    }
    let ended = onThreads(8) { index in
      for call in 0..<2_000 {
        // Every thread calls every interpreter.
        do {
          try interpreters[(index + call) % 8].withGIL { py in
            _ = try py.evaluate("add").call(1).extract(Int.self)
          }
        } catch { Issue.record(error) }
      }
    }
    #expect(ended)
    for interpreter in interpreters {
      #expect(try interpreter.withGIL { py in try py.evaluate("total").extract(Int.self) } == 2_000)
    }
  }
}

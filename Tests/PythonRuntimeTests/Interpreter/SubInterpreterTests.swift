import Foundation
import PythonRuntime
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct SubInterpreterTests {
  private struct Failure: Error, Equatable { let number: Int }

  @Test func `keeps names from call to call`() throws {
    let interpreter = try SubInterpreter()
    try interpreter.withGIL { py in try py.run("def double(x): return 2 * x") }
    #expect(try interpreter.withGIL { py in try py.evaluate("double(21)").extract(Int.self) } == 42)
  }

  @Test func `passes a Swift error on unchanged`() throws {
    let interpreter = try SubInterpreter()
    #expect(throws: Failure(number: 3)) { try interpreter.withGIL { _ in throw Failure(number: 3) } }
    #expect(try interpreter.withGIL { py in try py.evaluate("1").extract(Int.self) } == 1)
  }

  @Test func `has an asynchronous form of everything that blocks`() async throws {
    let interpreter = try await SubInterpreter.make(name: "async")
    #expect(try await interpreter.withGILAsync { py in try py.evaluate("6 * 7").extract(Int.self) } == 42)
    await #expect(throws: Failure(number: 4)) {
      try await interpreter.withGILAsync { _ in throw Failure(number: 4) }
    }
    await interpreter.closeAsync()
    let error = await #expect(throws: PythonRuntimeError.self) { try await interpreter.withGILAsync { _ in } }
    #expect(error?.code == .interpreterClosed)
  }

  // MARK: Calls from inside calls

  @Test func `refuses a call from inside its own call`() throws {
    let interpreter = try SubInterpreter()
    let error = #expect(throws: PythonRuntimeError.self) {
      try interpreter.withGIL { _ in try interpreter.withGIL { _ in } }
    }
    #expect(error?.code == .wouldDeadlock)
    #expect(error?.message.contains("use the token") == true)
    #expect(try interpreter.withGIL { py in try py.evaluate("1").extract(Int.self) } == 1)
  }

  @Test func `refuses a call back from an interpreter that it calls`() throws {
    let (a, b) = (try SubInterpreter(), try SubInterpreter())
    let error = #expect(throws: PythonRuntimeError.self) {
      try a.withGIL { _ in try b.withGIL { _ in try a.withGIL { _ in } } }
    }
    #expect(error?.code == .wouldDeadlock)
  }

  @Test func `can be called from inside another interpreter's call`() throws {
    let (a, b) = (try SubInterpreter(), try SubInterpreter())
    let sum = try a.withGIL { py in
      try py.run("x = 1")
      let other = try b.withGIL { py in
        try py.run("x = 20")
        return try py.evaluate("x").extract(Int.self)
      }
      return try py.evaluate("x").extract(Int.self) + other
    }
    #expect(sum == 21)
  }

  @Test func `can be made and ended inside another interpreter's call`() throws {
    let outer = try SubInterpreter()
    let answer = try outer.withGIL { py in
      let inner = try SubInterpreter()
      let answer = try inner.withGIL { py in try py.evaluate("7").extract(Int.self) }
      inner.close()
      return answer + (try py.evaluate("1").extract(Int.self))
    }
    #expect(answer == 8)
  }

  // MARK: The end

  @Test func `refuses calls after it was closed`() throws {
    let interpreter = try SubInterpreter()
    interpreter.close()
    interpreter.close()
    let error = #expect(throws: PythonRuntimeError.self) { try interpreter.withGIL { _ in } }
    #expect(error?.code == .interpreterClosed)
  }

  @Test func `ends after the call it is closed from`() throws {
    let interpreter = try SubInterpreter()
    let value = try interpreter.withGIL { py in
      interpreter.close()
      return try py.evaluate("3").extract(Int.self)
    }
    #expect(value == 3)
    #expect(throws: PythonRuntimeError.self) { try interpreter.withGIL { _ in } }
    interpreter.close()
  }

  @Test func `answers or refuses every call that a close meets`() throws {
    for _ in 0..<5 {
      let interpreter = try SubInterpreter()
      let answers = Recorder<Int>()
      let codes = Recorder<PythonRuntimeError.Code>()
      let ended = onThreads(5) { index in
        if index == 0 { return interpreter.close() }
        for _ in 0..<50 {
          do {
            answers.append(try interpreter.withGIL { py in try py.evaluate("1").extract(Int.self) })
          } catch {
            if let error = error as? PythonRuntimeError { codes.append(error.code) }
          }
        }
      }
      #expect(ended)
      #expect(answers.values.count + codes.values.count == 200)
      #expect(codes.values.allSatisfy { $0 == .interpreterClosed })
    }
  }

  @Test func `runs what was registered for the end, whatever it raises`() throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/log"
    let interpreter = try SubInterpreter()
    try interpreter.withGIL { py in
      try py.mainModule().setAttribute("path", to: file)
      try py.run(
        """
        import atexit, sys
        sys.stderr = None  # what the second one raises is reported there
        def log(text):
            with open(path, 'a') as log: log.write(text)
        def fail(): raise ValueError('at the end')
        atexit.register(log, 'first')
        atexit.register(fail)
        atexit.register(sys.exit, 3)
        atexit.register(log, 'last;')
        """)
    }
    interpreter.close()
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "last;first")
  }

  @Test func `waits for the threads that user code started`() throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/log"
    var configuration = SubInterpreter.Configuration()
    configuration.allowsThreads = true
    let interpreter = try SubInterpreter(configuration: configuration)
    try interpreter.withGIL { py in
      try py.mainModule().setAttribute("path", to: file)
      try py.run(
        """
        import threading, time
        def work(text):
            time.sleep(0.1)
            with open(path, 'a') as log: log.write(text)
        for _ in range(3): threading.Thread(target=work, args=('x',)).start()
        """)
    }
    interpreter.close()
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "xxx")
  }
}

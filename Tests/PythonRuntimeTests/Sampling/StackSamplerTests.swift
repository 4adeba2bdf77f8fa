import Foundation
import PythonRuntime
import Testing

@Suite(.timeLimit(.minutes(30))) struct StackSamplerTests {
  /// A sampler, and the thread state of an interpreter; nil on a CPython that does not say where its stacks are.
  private static func sampler(of interpreter: SubInterpreter) throws -> (StackSampler, SampledThread)? {
    let (maker, thread) = try interpreter.withGIL { py in (StackSampler.Maker(py.state), py.state.sampledThread) }
    guard let sampler = maker.make() else {
      let version = try #require(CPython.installation?.version)
      #expect(!(PythonVersion(3, 13)..<PythonVersion(3, 16)).contains(version), "\(maker.problem)")
      return nil
    }
    return (sampler, thread)
  }

  /// The stacks of code that waits for a byte in its innermost frame, as `function:line`, innermost first.
  private static func stack(of code: String) throws -> [String]? {
    let interpreter = try SubInterpreter()
    guard let (sampler, thread) = try sampler(of: interpreter) else { return nil }
    let pipe = Pipe()
    let descriptor = pipe.fileHandleForReading.fileDescriptor
    let running = Thread {
      try? interpreter.withGIL { py in
        try py.run("import os\ndef wait(): os.read(\(descriptor), 1)")
        try py.run(code)
        try py.run("start()")
      }
    }
    running.start()
    let deadline = Date.now + 60
    var found: [SampledFrame] = []
    while found.first?.function != "wait", Date.now < deadline {
      found = (sampler.stack(of: thread) ?? []).map { sampler.frames[$0] }
    }
    // Now it stands still.
    let again = sampler.stack(of: thread)?.map { sampler.frames[$0] }
    #expect(again == found)
    try pipe.fileHandleForWriting.close()
    interpreter.close()
    return found.map { "\($0.function):\($0.line)" }
  }

  @Test func `functions, methods, generators and comprehensions are named with the lines that they are in`() throws {
    guard
      let stack = try Self.stack(
        of: """
          class Größe:
              def messen(self):

                  return [
                      wait()
                      for _ in range(2)]
          def numbers():
              yield Größe().messen()
          def start():
              x = 1
              for _ in numbers(): pass
          """)
    else { return }
    #expect(
      stack.filter { !$0.hasPrefix("<module>") } == ["wait:2", "Größe.messen:5", "numbers:8", "start:11"], "\(stack)")
  }

  @Test func `what C code calls is in the stack below it`() throws {
    guard let stack = try Self.stack(of: "def key(x): wait(); return x\ndef start():\n  return sorted([1], key=key)")
    else {
      return
    }
    #expect(stack.prefix(3) == ["wait:2", "key:1", "start:3"])
  }

  @Test func `a stack that is deeper than is read has its innermost frames`() throws {
    guard let stack = try Self.stack(of: "def start(n=500):\n  return wait() if n == 0 else start(n - 1)") else {
      return
    }
    #expect(stack.count > 50 && stack.count < 500)
    #expect(stack.dropFirst().allSatisfy { $0 == "start:2" })
  }

  @Test func `an interpreter that runs nothing has no stack, and one that has ended none that is believed`() throws {
    let interpreter = try SubInterpreter()
    guard let (sampler, thread) = try Self.sampler(of: interpreter) else { return }
    #expect(sampler.stack(of: thread) == [])
    interpreter.close()
    for _ in 0..<1_000 { _ = sampler.stack(of: thread) }
  }

  /// Frames come and go while they are read: what is seen is what is there, whatever it is.
  @Test func `of code that calls all the time only its own functions and lines are seen`() throws {
    let interpreter = try SubInterpreter()
    guard let (sampler, thread) = try Self.sampler(of: interpreter) else { return }
    let pipe = Pipe()
    let code = """
      def leaf(x):
          return x + 1
      class Made:
          def __init__(self, x):
              self.x = leaf(x)
      def count(n):
          for i in range(n):
              yield Made(i).x
      def recur(n):
          return n if n < 2 else recur(n - 1) + recur(n - 2)
      def start():
          total = 0
          while not end.poll(0):
              total += sum(count(50)) + recur(8)
              exec("def made(x): return x\\nmade(1)")
          return total
      """
    let start = "import select; end = select.poll(); end.register(\(pipe.fileHandleForReading.fileDescriptor))\n"
    let running = Thread { try? interpreter.withGIL { py in try py.run(start + code + "\nstart()") } }
    running.start()
    var seen: Set<SampledFrame> = []
    let deadline = Date.now + 60
    var looks = 0
    func isEnough() -> Bool {
      looks >= 20_000 && ["leaf", "recur"].allSatisfy { name in seen.contains { $0.function == name } }
    }
    while !isEnough(), Date.now < deadline {
      for frame in sampler.stack(of: thread) ?? [] { seen.insert(sampler.frames[frame]) }
      looks += 1
    }
    try pipe.fileHandleForWriting.close()
    interpreter.close()
    let lines = [
      "leaf": 2...3, "Made.__init__": 5...6, "Made": 4...5, "count": 7...9, "recur": 10...11, "start": 12...17,
      "made": 1...1, "<module>": 1...18,
    ]
    for frame in seen where !frame.file.hasPrefix("<frozen ") {
      let range = lines[frame.function]
      #expect(range?.contains(frame.line) == true, "\(frame)")
    }
    #expect(isEnough(), "\(seen)")
  }
}

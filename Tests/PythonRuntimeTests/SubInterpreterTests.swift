import Foundation
import PythonRuntime
import Testing

@Suite struct SubInterpreterTests {
  @Test func `runs and evaluates Python code`() throws {
    let interpreter = try SubInterpreter()
    let x = try interpreter.withGIL { py in
      try py.run("x = 1 + 2")
      return try py.evaluate("x").extract(Int.self)
    }
    #expect(x == 3)
    print(CPython.installation as Any)
    do { try interpreter.withGIL { py in try py.run("def f(a):\n  raise ValueError('né')\nf(1)", file: "zz.py") } } catch { print(error) }
    do { try interpreter.withGIL { py in try py.run("x = (1 +\n y z") } } catch { print(error) }
    do { try interpreter.withGIL { py in try interpreter.withGIL { _ in } } } catch { print(error) }
    do { _ = try interpreter.withGIL { py in try py.evaluate("2**63").extract(Int.self) } } catch { print(error) }
    print(try interpreter.withGIL { py in try py.importModule("math").callMethod("gcd", 12, 18).extract(Int8.self) })
    print(try interpreter.withGIL { py in try py.evaluate("{'a':[1,None]}").extract([String: [Int?]].self) })
  }
  @Test func cycles() throws {
    for i in 0..<200 {
      let interpreter = try SubInterpreter()
      try interpreter.withGIL { py in try py.run("import json, re, datetime, decimal") }
      interpreter.close()
      if i % 50 == 49 { print(i, try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1]) }
    }
  }
}

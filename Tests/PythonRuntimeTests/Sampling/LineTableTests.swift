import PythonRuntime
import Testing

@testable import PythonRuntime

@Suite(.timeLimit(.minutes(30))) struct LineTableTests {
  /// For each code object of some modules: its first line, its table, and the line of each code unit as CPython says it.
  private static let script = """
    import argparse, asyncio.base_events, ast, dataclasses, decimal, inspect, json.decoder, logging, re._parser, typing, _pydatetime
    def described(code, found):
        lines = [0] * (len(code.co_code) // 2)
        for start, end, line in code.co_lines():
            lines[start // 2:end // 2] = [line or 0] * (end // 2 - start // 2)
        found.append((code.co_firstlineno, list(code.co_linetable), lines))
        for constant in code.co_consts:
            if isinstance(constant, type(code)): described(constant, found)
    found = []
    for module in (argparse, asyncio.base_events, ast, dataclasses, inspect, json.decoder, logging, re._parser, typing, _pydatetime):
        described(compile(inspect.getsource(module), module.__name__, "exec"), found)
    # A line that is far away, and lines that go back.
    described(compile("x = (1 +" + "\\n" * 100_000 + "2)\\ny = [f(\\n1)\\n for f in x if f(\\n2)]", "far", "exec"), found)
    """

  @Test func `lines are those that CPython tells of its own code`() throws {
    let interpreter = try SubInterpreter()
    let count = try interpreter.withGIL { py in
      try py.run(Self.script)
      return try py.evaluate("len(found)").extract(Int.self)
    }
    #expect(count > 1_000)
    var units = 0
    for index in 0..<count {
      let (first, table, lines) = try interpreter.withGIL { py in
        (
          try py.evaluate("found[\(index)][0]").extract(Int.self),
          try py.evaluate("found[\(index)][1]").extract([Int].self),
          try py.evaluate("found[\(index)][2]").extract([Int].self)
        )
      }
      let decoded = LineTable(table.map { UInt8($0) }, firstLine: first)
      #expect(decoded.count == lines.count)
      #expect(lines.indices.allSatisfy { decoded[$0] == (lines[$0] == 0 ? first : lines[$0]) }, "code object \(index)")
      units += lines.count
    }
    #expect(units > 100_000)
  }

  @Test func `bytes that are no table give lines all the same`() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<5_000 {
      let bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      let table = LineTable(bytes, firstLine: .random(in: -5...5, using: &generator))
      for unit in [-1, 0, table.count, .max] { _ = table[unit] }
    }
  }
}

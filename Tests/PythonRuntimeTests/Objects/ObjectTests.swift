import PythonRuntime
import Testing

@Suite(.timeLimit(.minutes(30))) struct ObjectTests {
  private let interpreter: SubInterpreter

  init() throws {
    interpreter = try SubInterpreter()
    try interpreter.withGIL { py throws in
      try py.run(
        """
        class Thing:
            def join(self, *words, separator=' ', end=''):
                return separator.join(words) + end
            def __call__(self, *numbers, **named):
                return [list(numbers), named]
        thing = Thing()
        """)
    }
  }

  @Test func `reads and sets attributes`() throws {
    try interpreter.withGIL { py throws in
      let thing = try py.evaluate("thing")
      try thing.setAttribute("size", to: 5)
      #expect(try thing.attribute("size").extract(Int.self) == 5)
      let list = try py.evaluate("[1]")
      try thing.setAttribute("list", to: list)
      #expect(try py.evaluate("thing.list").extract([Int].self) == [1])
      let error = #expect(throws: PythonError.self) { _ = try thing.attribute("nothing").isNone }
      #expect(error?.typeName == "AttributeError")
      let number = try py.object(1)
      #expect(throws: PythonError.self) { try number.setAttribute("size", to: 1) }
    }
  }

  @Test func `a name with a zero is refused, and not cut there`() throws {
    try interpreter.withGIL { py throws in
      let thing = try py.evaluate("thing")
      #expect(throws: PythonError.self) { _ = try py.importModule("os\0x").isNone }
      #expect(throws: PythonError.self) { try py.run("1", file: "a\0b") }
      #expect(throws: PythonError.self) { _ = try py.evaluate("1", file: "a\0b").isNone }
      let error = #expect(throws: PythonError.self) { _ = try thing.attribute("join\0x").isNone }
      #expect(error?.summary == #"ValueError: embedded null character in the name "join\0x""#)
      #expect(throws: PythonError.self) { try thing.setAttribute("join\0x", to: 1) }
      #expect(throws: PythonError.self) { _ = try thing.callMethod("join\0x").isNone }
    }
  }

  @Test func `reads and sets items, and counts them`() throws {
    try interpreter.withGIL { py throws in
      let list = try py.evaluate("[1, 2, 3]")
      #expect(try list.item(-1).extract(Int.self) == 3)
      try list.setItem(0, to: "one")
      #expect(try list.item(0).extract(String.self) == "one")
      #expect(try list.count() == 3)
      let dictionary = try py.evaluate("{}")
      try dictionary.setItem("key", to: [1.5])
      #expect(try dictionary.item("key").extract([Double].self) == [1.5])
      #expect(throws: PythonError.self) { _ = try list.item(9).isNone }
      #expect(throws: PythonError.self) { _ = try dictionary.item("none").isNone }
      #expect(throws: PythonError.self) { try list.setItem(9, to: 1) }
      let number = try py.object(1)
      #expect(throws: PythonError.self) { try number.count() }
    }
  }

  @Test func `calls with positional and keyword arguments`() throws {
    try interpreter.withGIL { py throws in
      let thing = try py.evaluate("thing")
      let answer = try thing.call(1, 2, keywords: ["c": 3, "a": 4])
      #expect(try answer.item(0).extract([Int].self) == [1, 2])
      #expect(try answer.item(1).extract([String: Int].self) == ["c": 3, "a": 4])
      #expect(try thing.call().item(0).extract([Int].self) == [])
      #expect(try thing.call(keywords: ["x": 1]).item(1).item("x").extract(Int.self) == 1)
      let list = try py.evaluate("[5]")
      #expect(try thing.call(with: list).item(0).item(0).extract([Int].self) == [5])
    }
  }

  @Test func `calls methods`() throws {
    try interpreter.withGIL { py throws in
      let thing = try py.evaluate("thing")
      #expect(try thing.callMethod("join", "a", "b").extract(String.self) == "a b")
      let text = try thing.callMethod("join", "a", "b", keywords: ["separator": "-", "end": "!"])
      #expect(try text.extract(String.self) == "a-b!")
      #expect(throws: PythonError.self) { _ = try thing.callMethod("leave").isNone }
      #expect(throws: PythonError.self) { _ = try thing.callMethod("join", keywords: ["no": 1]).isNone }
      #expect(throws: PythonError.self) { _ = try py.object(1).call().isNone }
    }
  }

  @Test func `imports modules, also inside packages`() throws {
    try interpreter.withGIL { py throws in
      let six = try py.importModule("math").callMethod("gcd", 12, 18).extract(Int.self)
      #expect(six == 6)
      #expect(try py.importModule("os.path").attribute("sep").extract(String.self) == "/")
      let error = #expect(throws: PythonError.self) { _ = try py.importModule("no.such").isNone }
      #expect(error?.typeName == "ModuleNotFoundError")
      #expect(error?.message == "No module named 'no'")
    }
  }

  @Test func `describes objects without failing`() throws {
    try interpreter.withGIL { py throws in
      #expect(try py.evaluate("None").isNone)
      #expect(!(try py.evaluate("0").isNone))
      #expect(try py.evaluate("thing").typeName == "Thing")
      try py.run("import decimal\nclass Mute:\n  def __repr__(self): raise ValueError")
      #expect(try py.evaluate("decimal.Decimal(1)").typeName == "decimal.Decimal")
      #expect(try py.evaluate("Mute()").shortDescription == "<Mute object>")
      #expect(try py.evaluate("'x' * 1000").shortDescription.count == 100)
    }
  }

  @Test func `drops every reference it takes`() throws {
    try interpreter.withGIL { py throws in
      try py.run("import sys\nvalue = object()\nholder = [value]\ndef same(x): return x")
      let before = try py.evaluate("sys.getrefcount(value)").extract(Int.self)
      for _ in 0..<1_000 {
        let value = try py.evaluate("holder").item(0)
        _ = try py.evaluate("same").call(with: value).isNone
        try py.mainModule().setAttribute("other", to: value)
        _ = try? py.evaluate("same").call(with: value).attribute("nothing").isNone
      }
      try py.run("del other")
      #expect(try py.evaluate("sys.getrefcount(value)").extract(Int.self) == before)
    }
  }
}

import PythonRuntime
import Testing

@Suite(.timeLimit(.minutes(30))) struct ContainerTests {
  private let interpreter: SubInterpreter

  init() throws { interpreter = try SubInterpreter() }

  @Test(arguments: ["[1, 2, 3]", "(1, 2, 3)", "range(1, 4)", "bytes_as_ints", "Sequence()"])
  func `an array is read from any sequence`(expression: String) throws {
    try interpreter.withGIL { py throws in
      try py.run(
        """
        bytes_as_ints = memoryview(b'\\1\\2\\3')
        class Sequence:
            def __len__(self): return 3
            def __getitem__(self, index): return index + 1
        """)
      #expect(try py.evaluate(expression).extract([Int].self) == [1, 2, 3])
    }
  }

  @Test(arguments: ["'abc'", "b'abc'", "bytearray(b'abc')", "{1: 2}", "{1, 2}", "3", "None"])
  func `an array is not made from other types`(expression: String) throws {
    try interpreter.withGIL { py throws in
      let object = try py.evaluate(expression)
      let error = #expect(throws: PythonRuntimeError.self) { try object.extract([Int].self) }
      #expect(error?.code == .conversion)
    }
  }

  @Test func `an element of another type is named`() throws {
    try interpreter.withGIL { py throws in
      let object = try py.evaluate("[1, 'two', 3]")
      let error = #expect(throws: PythonRuntimeError.self) { try object.extract([Int].self) }
      #expect(error?.message.contains("'two'") == true)
    }
  }

  @Test func `a sequence that raises passes the exception on`() throws {
    try interpreter.withGIL { py throws in
      try py.run(
        "class Bad:\n  def __len__(self): return 2\n  def __getitem__(self, index): raise OSError('lost')")
      let object = try py.evaluate("Bad()")
      let error = #expect(throws: PythonError.self) { try object.extract([Int].self) }
      #expect(error?.summary == "OSError: lost")
    }
  }

  @Test func `optionals stand for None`() throws {
    try interpreter.withGIL { py throws in
      #expect(try py.evaluate("None").extract(Int?.self) == nil)
      #expect(try py.evaluate("3").extract(Int?.self) == 3)
      #expect(try py.object(Int?.none).isNone)
      #expect(try py.object(Int?.some(3)).extract(Int.self) == 3)
      let none = try py.evaluate("None")
      #expect(throws: PythonRuntimeError.self) { try none.extract(Int.self) }
    }
  }

  @Test func `nested containers go both ways`() throws {
    let nested: [String: [[Double?]]] = ["a": [[1, nil], []], "": [], "né": [[nil]]]
    try interpreter.withGIL { py throws in
      #expect(try py.object(nested).extract([String: [[Double?]]].self) == nested)
      try py.mainModule().setAttribute("nested", to: nested)
      #expect(
        try py.evaluate("nested == {'a': [[1.0, None], []], '': [], 'né': [[None]]}").extract(Bool.self))
      let byNumber = [1: [true], 2: [false, true]]
      #expect(try py.object(byNumber).extract([Int: [Bool]].self) == byNumber)
    }
  }

  @Test func `an empty container goes both ways`() throws {
    try interpreter.withGIL { py throws in
      let none = try py.object([Int]()).extract([Int].self)
      #expect(none == [])
      #expect(try py.object([String: Int]()).extract([String: Int].self) == [:])
    }
  }

  @Test func `a dictionary is only read from a dict`() throws {
    try interpreter.withGIL { py throws in
      let pairs = try py.evaluate("[(1, 2)]")
      #expect(throws: PythonRuntimeError.self) { try pairs.extract([Int: Int].self) }
      try py.run("from collections import OrderedDict")
      #expect(try py.evaluate("OrderedDict(a=1)").extract([String: Int].self) == ["a": 1])
    }
  }

  @Test func `a key that cannot be one is the exception Python raises`() throws {
    try interpreter.withGIL { py throws in
      let value = PythonValue.dictionary([(key: .list([]), value: .none)])
      let error = #expect(throws: PythonError.self) { _ = try py.object(value).isNone }
      #expect(error?.typeName == "TypeError")
    }
  }
}

import Foundation
import PythonRuntime
import Testing

@Suite(.timeLimit(.minutes(30))) struct ScalarTests {
  private let interpreter: SubInterpreter

  init() throws { interpreter = try SubInterpreter() }

  @Test(arguments: [0.0, -0.0, 1.5, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude])
  func `a double goes both ways unchanged`(value: Double) throws {
    let back = try interpreter.withGIL { py in try py.object(value).extract(Double.self) }
    #expect(back.bitPattern == value.bitPattern)
  }

  @Test func `a double that is not a number stays one`() throws {
    try interpreter.withGIL { py throws in
      #expect(try py.evaluate("float('nan')").extract(Double.self).isNaN)
      #expect(try py.object(Double.nan).callMethod("__ne__", Double.nan).extract(Bool.self))
    }
  }

  @Test func `a double is read from an int when one can stand for it`() throws {
    try interpreter.withGIL { py throws in
      #expect(try py.evaluate("3").extract(Double.self) == 3)
      #expect(try py.evaluate("-1").extract(Double.self) == -1)
      #expect(try py.evaluate("-1.0").extract(Double.self) == -1)
      let huge = try py.evaluate("10**400")
      let error = #expect(throws: PythonRuntimeError.self) { try huge.extract(Double.self) }
      #expect(error?.message.contains("out of range for Double") == true)
      let text = try py.evaluate("'1.5'")
      #expect(throws: PythonRuntimeError.self) { try text.extract(Double.self) }
    }
  }

  @Test(arguments: [("True", true), ("False", false), ("1 == 1", true)])
  func `a bool is read`(expression: String, value: Bool) throws {
    try interpreter.withGIL { py throws in
      #expect(try py.evaluate(expression).extract(Bool.self) == value)
      #expect(try py.object(value).extract(Bool.self) == value)
      #expect(try py.object(value).typeName == "bool")
    }
  }

  @Test(arguments: ["1", "0", "None", "''", "[]", "1.0"])
  func `what merely counts as true or false is no bool`(expression: String) throws {
    try interpreter.withGIL { py throws in
      let object = try py.evaluate(expression)
      let error = #expect(throws: PythonRuntimeError.self) { try object.extract(Bool.self) }
      #expect(error?.message.contains("Bool") == true)
    }
  }

  @Test(arguments: [
    "", "plain", "a\0b", "né", "日本語", "👩‍👩‍👧🎉", "\u{10FFFF}", String(repeating: "x", count: 100_000),
  ])
  func `a string goes both ways unchanged`(text: String) throws {
    try interpreter.withGIL { py throws in
      #expect(Array(try py.object(text).extract(String.self).unicodeScalars) == Array(text.unicodeScalars))
      #expect(try py.object(text).count() == text.unicodeScalars.count)
    }
  }

  @Test func `a lone surrogate is refused and the message says so`() throws {
    try interpreter.withGIL { py throws in
      let object = try py.evaluate("'x\\udc80'")
      let error = #expect(throws: PythonRuntimeError.self) { try object.extract(String.self) }
      #expect(error?.code == .conversion)
      #expect(error?.message.contains("lone surrogate") == true)
      #expect(object.shortDescription == "'x\\udc80'")
      #expect(try py.evaluate("2").extract(Int.self) == 2)
    }
  }

  @Test(arguments: ["1", "b'x'", "None", "['x']"])
  func `a string is not made from other types`(expression: String) throws {
    try interpreter.withGIL { py throws in
      let object = try py.evaluate(expression)
      #expect(throws: PythonRuntimeError.self) { try object.extract(String.self) }
    }
  }

  @Test(
    arguments: [
      ("b''", []), ("b'a\\0b'", [97, 0, 98]), ("bytearray(b'xy')", [120, 121]),
      ("memoryview(b'abc')[1:]", [98, 99]), ("memoryview(b'abcd')[::2]", [97, 99]),
      ("bytes(range(256))", Array(0...255)),
    ] as [(String, [UInt8])])
  func `bytes are read from every type that holds them`(expression: String, bytes: [UInt8]) throws {
    try interpreter.withGIL { py throws in
      #expect(try py.evaluate(expression).extract(Data.self) == Data(bytes))
      let back = try py.object(Data(bytes))
      #expect(back.typeName == "bytes")
      #expect(try back.extract(Data.self) == Data(bytes))
    }
  }

  @Test(arguments: ["'text'", "[1, 2]", "3", "None"])
  func `bytes are not made from other types`(expression: String) throws {
    try interpreter.withGIL { py throws in
      let object = try py.evaluate(expression)
      let error = #expect(throws: PythonRuntimeError.self) { try object.extract(Data.self) }
      #expect(error?.message.contains("Data") == true)
    }
  }

  @Test func `a released memoryview is refused`() throws {
    try interpreter.withGIL { py throws in
      try py.run("view = memoryview(b'x'); view.release()")
      let view = try py.evaluate("view")
      #expect(throws: PythonRuntimeError.self) { try view.extract(Data.self) }
      #expect(try py.evaluate("2").extract(Int.self) == 2)
    }
  }
}

import PythonRuntime
import Testing

@Suite(.timeLimit(.minutes(30))) struct IntegerTests {
  private let interpreter: SubInterpreter

  init() throws { interpreter = try SubInterpreter() }

  struct Width: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let reads: @Sendable (SubInterpreter) throws -> Void
    let refuses: @Sendable (SubInterpreter) throws -> Void

    init<Number>(_ type: Number.Type)
    where Number: FixedWidthInteger & PythonExtractable & PythonRepresentable & Sendable {
      testDescription = "\(type)"
      reads = { interpreter in
        for number in [Number.min, .max, 0, 1, 42] {
          try interpreter.withGIL { py throws in
            #expect(try py.evaluate("\(number)").extract(Number.self) == number)
            #expect(try py.object(number).extract(Number.self) == number)
            try py.mainModule().setAttribute("number", to: number)
            #expect(try py.evaluate("type(number) is int and number == \(number)").extract(Bool.self))
          }
        }
      }
      refuses = { interpreter in
        for number in ["\(Number.max)+1", "\(Number.min)-1", "10**30", "-10**30", "2**64", "-2**63-1"] {
          try interpreter.withGIL { py throws in
            let object = try py.evaluate(number)
            #expect {
              _ = try object.extract(type)
            } throws: { error in
              guard let error = error as? PythonRuntimeError else { return false }
              let value = (try? py.evaluate("str(\(number))").extract(String.self)) ?? "?"
              return error.code == .conversion && error.message.contains(value)
                && error.message.contains("\(type)")
            }
          }
        }
      }
    }
  }

  static let widths = [
    Width(Int.self), Width(Int8.self), Width(Int16.self), Width(Int32.self), Width(Int64.self),
    Width(UInt.self), Width(UInt8.self), Width(UInt16.self), Width(UInt32.self), Width(UInt64.self),
  ]

  @Test(arguments: widths)
  func `goes both ways up to the ends of its range`(width: Width) throws { try width.reads(interpreter) }

  @Test(arguments: widths)
  func `is refused outside its range, with the value and the type`(width: Width) throws {
    try width.refuses(interpreter)
  }

  @Test(arguments: ["1.0", "'1'", "None", "[1]", "b'1'"])
  func `is not made from other types`(expression: String) throws {
    try interpreter.withGIL { py throws in
      let object = try py.evaluate(expression)
      let error = #expect(throws: PythonRuntimeError.self) { try object.extract(Int.self) }
      #expect(error?.code == .conversion)
      #expect(error?.message.contains(object.typeName) == true)
      // The failed conversion leaves no exception behind for the next call.
      #expect(try py.evaluate("1 + 1").extract(Int.self) == 2)
    }
  }

  @Test func `is made from objects that count as integers`() throws {
    try interpreter.withGIL { py throws in
      try py.run("class Index:\n  def __index__(self): return 12\nclass Sub(int): pass")
      #expect(try py.evaluate("Index()").extract(Int8.self) == 12)
      #expect(try py.evaluate("Sub(7)").extract(UInt16.self) == 7)
      #expect(try py.evaluate("True").extract(Int.self) == 1)
    }
  }

  @Test func `says what it can of a number too long to print`() throws {
    try interpreter.withGIL { py throws in
      let object = try py.evaluate("10**5000")
      let error = #expect(throws: PythonRuntimeError.self) { try object.extract(Int.self) }
      #expect(error?.message.contains("out of range for Int") == true)
    }
  }
}

import PythonRuntime

/// What is allowed: objects inside the closure, plain values out of it, another interpreter's call with such values.
func answer(_ one: SubInterpreter, _ other: SubInterpreter) throws -> Int {
  try one.withGIL { py in
    let object = try py.evaluate("42")
    let number = try object.extract(Int.self)
    return try other.withGIL { py in
      try py.mainModule().setAttribute("number", to: number)
      return try py.evaluate("number + 1").extract(Int.self)
    }
  }
}

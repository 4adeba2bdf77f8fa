import PythonRuntime

func escape(_ interpreter: SubInterpreter) throws {
  let object = try interpreter.withGIL { py in
    return try py.evaluate("[]")
  }
  _ = object
}

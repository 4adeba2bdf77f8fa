import PythonRuntime

func escape(_ interpreter: SubInterpreter) throws {
  try interpreter.withGIL { py in
    let objects = [try py.evaluate("[]")]
    _ = objects.count
  }
}

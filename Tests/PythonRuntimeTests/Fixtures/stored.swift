import PythonRuntime

func escape(_ interpreter: SubInterpreter) throws {
  var kept: PythonObject?
  try interpreter.withGIL { py in
    kept = try py.evaluate("[]")
  }
  _ = kept
}

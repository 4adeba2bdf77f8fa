import PythonRuntime

func escape(_ one: SubInterpreter, _ other: SubInterpreter) throws {
  try one.withGIL { py in
    let object = try py.evaluate("[]")
    try other.withGIL { _ in
      _ = object.isNone
    }
  }
}

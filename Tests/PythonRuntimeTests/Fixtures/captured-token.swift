import PythonRuntime

func escape(_ one: SubInterpreter, _ other: SubInterpreter) throws {
  try one.withGIL { py in
    try other.withGIL { _ in
      try py.run("x = 1")
    }
  }
}

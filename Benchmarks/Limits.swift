import PythonRuntime

/// Cutting off Python code by a memory limit, wherever that happens to be: the process must live, and so must the
/// interpreter.
enum Limits {
  private static let modules = "json, re, datetime, decimal, dataclasses, asyncio, pickle, collections, itertools"

  /// Fills memory in many ways, and keeps everything until the end.
  private static let work = """
    def work():
        kept = []
        for i in range(400):
            kept.append(type(f'C{i}', (), {f'a{i}_{j}': j for j in range(20)}))
            kept.append(json.loads(json.dumps({f'k{j}': [j, str(j), {'x': j / 3}] for j in range(40)})))
            kept.append(re.compile(f'(a{i}|b+)*c{{{i % 7}}}'))
            kept.append([decimal.Decimal(j) / 7 for j in range(60)])
            kept.append([datetime.datetime(2024, 1, 1) + datetime.timedelta(seconds=j) for j in range(60)])
            kept.append(pickle.loads(pickle.dumps(kept[-3:-1])))
            item = kept[-6]()
            for j in range(20): setattr(item, f'field_{i}_{j}', [j] * j)
            kept.append(item)
            kept.append(collections.OrderedDict((str(j), {j}) for j in range(50)))
            kept.append(eval(f'lambda x: x + {i}'))
            kept.append((j for j in range(i)))
            try: raise ValueError(str(i) * 50) from KeyError(i)
            except ValueError as error: kept.append(error)
            kept.append(sorted(f'{j:>{j % 40}}' for j in range(300)))
        return len(kept)
    """

  /// One thing that grows until there is no more.
  private static let growth = [
    "kept = [str(i) for i in range(10**8)]", "kept = {i: [] for i in range(10**8)}", "kept = list(range(10**8))",
    "kept = [0]\nwhile True: kept += kept", "kept = {str(i) for i in range(10**8)}",
    "kept = [object() for i in range(10**8)]", "kept = [type('C', (), {}) for i in range(10**8)]",
    "import sys; sys.setrecursionlimit(10**6)\ndef deep(n): return [bytes(1000)] + deep(n + 1)\ndeep(0)",
    "import sys; sys.setrecursionlimit(10**6)\ndef deep(n): return deep(n + 1) + 1\ndeep(0)",
    "kept = None\nwhile True: kept = (kept, {'a': kept})",
    "kept = []\nwhile True:\n  try: raise KeyError(kept)\n  except KeyError as error: kept.append((error, error.__traceback__))",
    "def walk(n):\n  yield n\n  yield from walk(n + 1)\nimport sys; sys.setrecursionlimit(10**6); kept = list(walk(0))",
  ]

  static func run(steps: Int, stride: Int) throws {
    print("Limits: \(steps) interpreters with a memory limit, each \(stride) bytes higher than the one before")
    for (name, source) in [
      ("imports", "import \(modules), sqlite3, zoneinfo, email.message"), ("calls", "work()"), ("growth", ""),
    ] {
      var outcomes: [String: Int] = [:]
      for step in 0..<steps {
        let interpreter = try SubInterpreter()
        defer { interpreter.close() }
        let outcome = try interpreter.withGIL { py in
          if name == "calls" { try py.run("import \(modules)\n\(work)") }
          try py.state.lowerMemoryLimit(to: interpreter.memoryUsage.current + step * stride)
          do { try py.run(name == "growth" ? growth[step % growth.count] : source) } catch let error as PythonError {
            return error.summary
          }
          return "done"
        }
        outcomes[outcome, default: 0] += 1
        try interpreter.withGIL { py in
          py.state.memory.suspendLimit()
          try py.run("import gc; globals().pop('kept', 0); gc.collect(); assert sum(range(10)) == 45")
        }
      }
      let shown = outcomes.sorted { $0.value > $1.value }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
      print("  \(name): \(shown)")
    }
  }
}

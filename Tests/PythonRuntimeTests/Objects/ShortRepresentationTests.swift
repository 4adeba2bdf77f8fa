import PythonRuntime
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct ShortRepresentationTests {
  private let interpreter: SubInterpreter

  init() throws { interpreter = try SubInterpreter() }

  @Test(
    arguments: [
      "'text'", "'it\\'s'", "'a\\nb'", "b'\\x00x'", "bytearray(b'ab')", "[]", "[1]", "()", "(1,)", "(1, 'b')", "{}",
      "{'a': [1, {}], 2: (None,)}", "{1}", "frozenset()", "1.5", "True", "range(3)", "'\\udc80'",
      "[[[[['deep']]]]]", "'x' * 98",
    ])
  func `what is short is shown as Python does`(expression: String) throws {
    try interpreter.withGIL { py in
      let expected = try py.evaluate("ascii(\(expression))").extract(String.self)
      #expect(try py.evaluate(expression).shortDescription == expected.replacing("\\\\udc80", with: "\\udc80"))
    }
  }

  @Test(
    arguments: [
      ("'a' * n", "'aaaa"), ("b'a' * n", "b'aaa"), ("bytearray(n)", "bytearray(b'\\x00"), ("['a' * n] * 9", "['aaa"),
      ("('a' * n,)", "('aaa"), ("{'k': 'b' * n}", "{'k': 'bbb"), ("{'k' * n: 1}", "{'kkk"),
      ("[0] * n", "[0, 0, 0"), ("[[[['a' * n]]]]", "[[[['aaa"), ("dict.fromkeys(range(n))", "{0: None, 1: None, "),
      ("set(range(100_000))", "{0, 1, 2"), ("Shown()", "sss"),
    ])
  func `what is long is cut`(expression: String, start: String) throws {
    try interpreter.withGIL { py in
      try py.run("n = 5_000_000\nclass Shown:\n  def __repr__(self): return 's' * n")
      let shown = try py.evaluate(expression).shortDescription
      #expect(shown.hasPrefix(start))
      #expect(shown.count == 100)
      #expect(shown.hasSuffix("…"))
    }
  }

  @Test(
    arguments: [
      ("a = [1]; a.append(a); a.append((a,))", "[1, [...], ([...],)]"),
      ("a = {}; a['a'] = a", "{'a': {...}}"),
      ("a = ([],); a[0].append(a)", "([(...)],)"),
      ("a = 1\nfor _ in range(100_000): a = [a]", String(repeating: "[", count: 99) + "…"),
    ])
  func `what holds itself, or is nested deeply, has an end`(source: String, expected: String) throws {
    try interpreter.withGIL { py in
      try py.run(source)
      #expect(try py.evaluate("a").shortDescription == expected)
    }
  }

  @Test(
    arguments: [
      "class E:\n  def __repr__(self): a.clear(); return 'e'\na = [E(), 1, 2]",
      "class E:\n  def __repr__(self): a.clear(); return 'e'\na = {E(): [1], 2: 3}",
      "class E:\n  def __repr__(self): a.update({i: i for i in range(99)}); return 'e'\na = {E(): E()}",
      "class E:\n  def __repr__(self): raise OSError\na = [E(), E()]",
      "class E(str):\n  def __repr__(self): return 3\na = [E()]",
      "a = [10 ** 5000]",
    ])
  func `code that gets in the way does not harm`(source: String) throws {
    try interpreter.withGIL { py in
      try py.run(source)
      #expect(try !py.evaluate("a").shortDescription.isEmpty)
      #expect(try py.evaluate("1").extract(Int.self) == 1)
    }
  }
}

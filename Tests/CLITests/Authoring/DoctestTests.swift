import TestSupport
import Testing

/// `clutch test`.
@Suite(.timeLimit(.minutes(30))) struct DoctestTests {
  private static let source = """
    \"\"\"A file.

    >>> half(3)
    1.5
    \"\"\"
    import sys
    from clutch import udf

    @udf
    def half(x: float) -> float:
        \"\"\"Half of it.

        >>> print(half(4.0), half(5))
        2.0 2.5
        >>> half("a")
        Traceback (most recent call last):
        TypeError: unsupported operand type(s) for /: 'str' and 'int'
        \"\"\"
        return x / 2

    class Helper:
        def name(self):
            \"\"\"
            >>> Helper().name()
            'helper'
            \"\"\"
            return "helper"
    """

  @Test(arguments: [[], ["--placement", "worker"]])
  func `examples that hold pass`(options: [String]) throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.source)
    let end = try clutch.start(["test", "f.py"] + options).end()
    #expect(end.status == .exited(0))
    #expect(end.output == "4 examples in 3 doctests passed\n")
    let verbose = try clutch.start(["test", "-v", "f.py"] + options).end()
    #expect(
      verbose.output == """
        f.py:1: f.py: 1 example passed
        f.py:11: half: 2 examples passed
        f.py:23: Helper.name: 1 example passed
        4 examples in 3 doctests passed

        """)
  }

  @Test func `an example that fails is told with its place, and the others run`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.source.replacing("2.0 2.5", with: "2.0 2.6"))
    let end = try clutch.run("test", "f.py")
    #expect(end.status == .exited(1))
    #expect(
      end.output == """
        f.py:13: half: 1 example failed
        File "f.py", line 13, in f.half
        Failed example:
            print(half(4.0), half(5))
        Expected:
            2.0 2.6
        Got:
            2.0 2.5
        1 of 4 examples failed

        """)
  }

  @Test(arguments: [[], ["--placement", "worker"]])
  func `one that does not come to an end is stopped, and those behind it run`(options: [String]) throws {
    let clutch = try Clutch()
    try clutch.write(
      "f.py",
      """
      from clutch import udf
      @udf
      def endless(x: int) -> int:
          \"\"\"
          >>> endless(1)
          1
          \"\"\"
          while True: pass
      @udf
      def good(x: int) -> int:
          \"\"\"
          >>> good(1)
          2
          \"\"\"
          return x
      """)
    let end = try clutch.start(["test", "--timeout", "0.5", "f.py"] + options).end()
    #expect(end.status == .exited(1))
    #expect(end.output.contains("f.py: <doctest f.endless[0]> ran longer than 0.5 s\n"), "\(end.output)")
    #expect(end.output.contains("f.py:12: good: 1 example failed\n"))
    #expect(end.output.hasSuffix("1 of 1 example failed, 1 doctest came to no end\n"))
  }

  @Test func `the policy and the limits of the file hold`() throws {
    let clutch = try Clutch()
    try clutch.write(
      "f.py",
      """
      from clutch import udf
      @udf
      def f(x: int) -> int:
          \"\"\"
          >>> open("made", "w")  # doctest: +ELLIPSIS
          Traceback (most recent call last):
          PermissionError: [Errno 1] the policy 'pure' denies ...
          >>> len("x" * 200_000_000)
          Traceback (most recent call last):
          MemoryError
          \"\"\"
          return x
      """)
    let end = try clutch.run("test", "--policy", "pure", "--udf-memory", "64MB", "f.py")
    #expect(end.output == "2 examples in 1 doctest passed\n", "\(end.errors)")
    let names = try clutch.names()
    #expect(names == ["f.py"])
  }

  @Test func `a file that does not load is told as check tells it, and the others are tested`() throws {
    let clutch = try Clutch()
    try clutch.write("bad.py", "from clutch import udf\n@udf\ndef g(x: int): return x\n")
    try clutch.write("f.py", Self.source)
    let end = try clutch.run("test", "bad.py", "f.py")
    #expect(end.status == .exited(1))
    #expect(end.output.hasPrefix("bad.py:3:1: function 'g': it has no return annotation"))
    #expect(end.output.hasSuffix("0 of 4 examples failed, 1 file could not be tested\n"))
  }

  @Test func `a file may patch doctest, and its examples run all the same`() throws {
    let clutch = try Clutch()
    try clutch.write(
      "f.py",
      """
      import doctest
      from clutch import udf
      doctest.DocTestRunner = doctest.DocTestFinder = None
      @udf
      def f(x: int) -> int:
          \"\"\"
          >>> f(1)
          2
          \"\"\"
          return x
      """)
    let end = try clutch.run("test", "f.py")
    #expect(end.status == .exited(1) && end.output.hasSuffix("1 of 1 example failed\n"), "\(end.output)")
  }

  @Test func `a file without doctests is said to have none`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", "from clutch import udf\n@udf\ndef f(x: int) -> int: return x\n")
    let end = try clutch.run("test", "f.py")
    #expect(end.status == .exited(0) && end.output == "no doctests\n")
  }
}

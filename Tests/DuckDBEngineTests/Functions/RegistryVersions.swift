import Foundation
import PythonRuntime
import PythonUDF
import TestSupport
import Testing

/// Versions of a source, and what becomes of their interpreters.
enum Versions {
  static func registry(of source: UDFSource) async throws -> UDFRegistry {
    try CPython.start(PythonDiscovery(workingDirectory: Checkout.root))
    let registry = UDFRegistry()
    try await registry.add("s", source, HostOptions(interpreters: 2, startsAll: true))
    return registry
  }

  static func source(_ text: String) -> UDFSource { UDFSource("from clutch import udf\n" + text, name: "functions.py") }

  /// A version that marks its results, and each of whose interpreters leaves a file when it ends.
  ///
  /// - Parameter waits: whether the first call in each interpreter leaves a file and waits for another.
  static func source(_ version: Int, in folder: String, waits: Bool = false) -> UDFSource {
    source(
      """
      import atexit, os, tempfile, time
      atexit.register(lambda: os.close(tempfile.mkstemp(prefix="ended-", dir="\(folder)")[0]))
      waits = \(waits ? "True" : "False")

      @udf
      def tag(x: int) -> int:
          global waits
          if waits:
              waits = False
              open("\(folder)/begun", "w").close()
              end = time.monotonic() + 50
              while not os.path.exists("\(folder)/swapped") and time.monotonic() < end:
                  time.sleep(0.005)
          return x * 1000 + \(version)
      """)
  }

  static let more = """
    import dataclasses, enum
    class Colour(enum.Enum):
        RED = "red"
    @udf
    def red() -> Colour:
        return Colour.RED
    @udf(name="size")
    def size_of_text(text: str) -> int:
        return len(text)

    """

  static let classes = """
    import dataclasses, enum
    class Side(enum.Enum):
        LEFT = "left"
        RIGHT = "right"
    @udf
    def side(x: Side) -> Side:
        return Side.RIGHT if x is Side.LEFT else Side.LEFT
    @dataclasses.dataclass
    class Box:
        w: int
        h: int
    @udf
    def size(box: Box) -> int:
        return box.w * box.h
    @udf(name="size")
    def size_of_number(n: int) -> int:
        return n
    """

  /// Waits until so many interpreters have ended; the suite's limit ends a longer wait.
  static func end(_ count: Int, in folder: String) async throws {
    func ended() throws -> Int {
      try FileManager.default.contentsOfDirectory(atPath: folder).count { $0.hasPrefix("ended-") }
    }
    while try ended() < count { try await Task.sleep(for: .milliseconds(10)) }
    #expect(try ended() == count)
  }
}

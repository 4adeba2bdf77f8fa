import Foundation
import PythonUDF
import TestSupport
import Testing

@Suite struct InspectTests {
  private static let source = """
    from clutch import udf

    @udf
    def plus(x: int, y: float | None) -> float:
        \"\"\"Adds / sums.

        More "text".
        \"\"\"
        return x + (y or 0)

    @udf()
    def now() -> bytes:
        return b""
    """

  @Test func `Names and values of any size and number are cut`() throws {
    let clutch = try Clutch()
    try clutch.write(
      "f.py",
      """
      import enum
      from dataclasses import make_dataclass
      from clutch import udf
      E = enum.Enum("E", {f"a{i}": f"v{i}" for i in range(100_000)})
      L = enum.Enum("L", {"a": "v" * 3_000_000})
      C = make_dataclass("C", [("f" * 3_000_000, int)] + [(f"f{i}", int) for i in range(200)])
      @udf
      def f(c: C, l: L) -> E: pass
      f.__doc__ = "d" * 3_000_000
      """)
    let end = try clutch.run("inspect", "f.py")
    #expect(end.status == .exited(0))
    #expect(end.output.contains("(2,999,8") && end.output.contains("f48 BIGINT and 151 more), l ENUM('vvv"))
    #expect(end.output.contains("'v49' and 99950 more)\n"))
    #expect(end.output.utf8.count < 10_000)
  }

  @Test func `Functions are shown as text`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.source)
    let end = try clutch.run("inspect", "f.py")
    #expect(end.status == .exited(0))
    #expect(
      end.output == """
        plus  (line 4)
          SQL    plus(x BIGINT, y DOUBLE) -> DOUBLE
          nulls  null is passed as None to y; a null elsewhere gives null without a call
          vector without Python
          doc    Adds / sums.

        now  (line 12)
          SQL    now() -> BLOB
          nulls  called once per row
          calls  volatile: equal arguments may give other results
          vector no: line 12, column 1: a result of type bytes; write int, float, bool, str, date or datetime instead

        """)
    #expect(end.errors.isEmpty)
  }

  @Test func `Functions are shown as JSON`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.source)
    let end = try clutch.run("inspect", "f.py", "--format", "json")
    #expect(end.status == .exited(0))
    #expect(
      end.output == #"""
        [
          {
            "determinism" : "unspecified",
            "deterministic" : false,
            "documentation" : "Adds / sums.\n\nMore \"text\".",
            "kind" : "rows",
            "line" : 4,
            "name" : "plus",
            "nulls" : "null is passed as None to y; a null elsewhere gives null without a call",
            "onError" : "raise",
            "parameters" : [
              {
                "hasDefault" : false,
                "name" : "x",
                "optional" : false,
                "sqlType" : "BIGINT",
                "type" : "int",
                "variadic" : false
              },
              {
                "hasDefault" : false,
                "name" : "y",
                "optional" : true,
                "sqlType" : "DOUBLE",
                "type" : "float",
                "variadic" : false
              }
            ],
            "placement" : "interpreter",
            "result" : {
              "sqlType" : "DOUBLE",
              "type" : "float"
            },
            "retryRows" : false,
            "sql" : "plus(x BIGINT, y DOUBLE) -> DOUBLE",
            "vectorized" : {
              "reasons" : [

              ],
              "status" : "vectorized"
            }
          },
          {
            "determinism" : "volatile",
            "deterministic" : false,
            "kind" : "rows",
            "line" : 12,
            "name" : "now",
            "nulls" : "called once per row",
            "onError" : "raise",
            "parameters" : [

            ],
            "placement" : "interpreter",
            "result" : {
              "sqlType" : "BLOB",
              "type" : "bytes"
            },
            "retryRows" : false,
            "sql" : "now() -> BLOB",
            "vectorized" : {
              "reasons" : [
                {
                  "column" : 1,
                  "construct" : "a result of type bytes",
                  "hint" : "int, float, bool, str, date or datetime",
                  "line" : 12
                }
              ],
              "status" : "python"
            }
          }
        ]

        """#)
  }

  private static let everything = """
    from clutch import udf

    @udf(deterministic=True, on_error="null", timeout=0.5, batch_timeout=3, memory="64MB", concurrency=8,
         placement="interpreter")
    async def every(x: int | None, y: int = 3, *z: int) -> int:
        \"\"\"Everything.\"\"\"
        return x
    """

  @Test func `What a function says of its calls is shown as text`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.everything)
    #expect(
      try clutch.run("inspect", "f.py").output == """
        every  (line 5)
          SQL    every(x BIGINT, [y BIGINT], z BIGINT...) -> BIGINT
          nulls  null is passed as None to x; a null elsewhere gives null without a call
          kind   async, at most 8 rows under way at the same time
          calls  deterministic: rows with equal arguments share a call
          errors a row that fails is null, and is counted
          time   at most 0.5 s for a row, 3.0 s for a batch
          runs   in isolated interpreters: its functions say placement="interpreter"
          memory at most 64 MB
          doc    Everything.

        """)
  }

  @Test func `How a function of a batch is called is shown`() throws {
    let clutch = try Clutch()
    try clutch.write(
      "f.py",
      """
      from collections.abc import Iterator
      from clutch import Column, udf

      @udf(batch=True, rows=500)
      def once(x: Column[int]) -> list[int]: return x

      @udf(batch=True)
      def turns(batches: Iterator[tuple[Column[int], Column[str]]]) -> Iterator[list[int]]: ...
      """)
    #expect(
      try clutch.run("inspect", "f.py").output == """
        once  (line 5)
          SQL    once(x BIGINT) -> BIGINT
          nulls  nulls are None among the values
          kind   called once for a batch of rows, with all values of each column
          rows   at most 500 in a call

        turns  (line 8)
          SQL    turns(arg0 BIGINT, arg1 VARCHAR) -> BIGINT
          nulls  nulls are None among the values
          kind   called once for all batches of a query, and gives a result for each

        """)
    let json = try clutch.run("inspect", "f.py", "--format", "json").output
    #expect(json.contains("\"batchRows\" : 500") && json.contains("\"kind\" : \"batches\""))
  }

  @Test func `Where a file runs and why is shown`() throws {
    let clutch = try Clutch()
    try clutch.write(
      "f.py", "import numpy\nfrom clutch import udf\n\n@udf\ndef f(x: int) -> int: return int(numpy.int64(x))\n")
    let reason = """
      numpy does not support isolated interpreters (its compiled module numpy._core._multiarray_umath refuses to load)
      """
    let found = try clutch.run("inspect", "f.py", environment: ["CLUTCH_CACHE": ""])
    #expect(
      found.output == """
        f  (line 5)
          SQL    f(x BIGINT) -> BIGINT
          nulls  a null argument gives null without a call
          runs   in worker processes: \(reason)

        """)
    #expect(found.errors.contains("f.py: it runs in worker processes: \(reason)\n"))
    let json = try clutch.run("inspect", "f.py", "--format", "json", environment: ["CLUTCH_CACHE": ""]).output
    #expect(json.contains("\"placement\" : \"worker\",") && json.contains("\"placementReason\" : \"\(reason)\","))
    #expect(
      try clutch.run("inspect", "f.py", "--placement", "worker").output.contains("  runs   in worker processes\n"))
    let refused = try clutch.run("inspect", "f.py", "--placement", "interpreter")
    #expect(refused.status == .exited(1))
    #expect(refused.errors.contains("line 1: \(reason), and this file's functions run in one. It belongs in worker"))
  }

  /// The keys of the JSON for the properties of the library's types; a new property needs its own.
  private static let keys = [
    "name": "name", "parameters": "parameters", "result": "result", "kind": "kind", "determinism": "determinism",
    "errorMode": "onError", "retriesRows": "retryRows", "memoryLimit": "memoryLimit", "documentation": "documentation",
    "line": "line", "concurrency": "concurrency", "placement": "declaredPlacement",
    "timeouts.row": "timeout", "timeouts.batch": "batchTimeout", "parameters.name": "parameters.name",
    "parameters.type": "parameters.type", "parameters.isOptional": "parameters.optional",
    "parameters.hasDefault": "parameters.hasDefault", "parameters.isVariadic": "parameters.variadic",
  ]

  @Test func `Every property of a signature is in the JSON`() throws {
    let clutch = try Clutch()
    let file = try clutch.write("f.py", Self.everything)
    let pool = try UDFPool(UDFSource(file: file), HostOptions(interpreters: 1))
    defer { pool.close() }
    let signature = try #require(pool.signatures.first)
    let parameter = try #require(signature.parameters.first)
    let end = try clutch.run("inspect", "f.py", "--format", "json")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(end.output.utf8)) as? [[String: Any]]).first
    let shown = try #require(json)
    let parameters = try #require(shown["parameters"] as? [[String: Any]]).first
    let properties =
      labels(signature).filter {
        !["timeouts", "decimals", "columnName", "aggregate", "batchForm", "vectorizes"].contains($0)
      }
      + labels(signature.timeouts).map { "timeouts.\($0)" } + labels(parameter).map { "parameters.\($0)" }
    for property in properties {
      let key = try #require(Self.keys[property], "inspect does not show UDFSignature.\(property)")
      let inner = key.split(separator: ".").last.map(String.init) ?? ""
      #expect(key.hasPrefix("parameters.") ? parameters?[inner] != nil : shown[key] != nil, "\(key)")
    }
  }

  @Test func `What an aggregate function is made of is shown`() throws {
    let clutch = try Clutch()
    try clutch.write(
      "f.py",
      """
      from clutch import udaf
      @udaf
      class total:
        def create_state(self) -> int: return 0
        def accumulate(self, state, x: int): return state + x
        def retract(self, state, x): return state - x
        def finish(self, state) -> int: return state
      """)
    let text = try clutch.run("inspect", "f.py").output
    #expect(
      text == """
        total  (line 3)
          SQL    total(x BIGINT) -> BIGINT
          nulls  a row with a null argument is left out
          kind   takes the rows of a group into a state, and gives a value for it
          states keep their rows in SQL, as it has no merge, and are made of them at the end

        """)
    let output = try clutch.run("inspect", "f.py", "--format", "json").output
    let json = try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [[String: Any]]).first
    let aggregate = try #require(json?["aggregate"] as? [String: Any])
    #expect(aggregate["roles"] as? [String] == ["accumulate", "create", "finish", "retract"])
    #expect(aggregate["state"] as? String == "int")
    #expect(aggregate["movable"] as? Bool == true)
  }

  private func labels(_ value: Any) -> [String] { Mirror(reflecting: value).children.compactMap(\.label) }

  @Test func `A file that cannot be loaded is an error`() throws {
    let end = try Clutch().run("inspect", "no.py")
    #expect(end.status == .exited(1))
    #expect(end.output.isEmpty)
    #expect(end.errors == "Error: The UDF file no.py does not exist.\n")
  }
}

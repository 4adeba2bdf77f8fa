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
          doc    Adds / sums.

        now  (line 12)
          SQL    now() -> BLOB
          nulls  called once per row
          calls  volatile: equal arguments may give other results

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
            "result" : {
              "sqlType" : "DOUBLE",
              "type" : "float"
            },
            "sql" : "plus(x BIGINT, y DOUBLE) -> DOUBLE"
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
            "result" : {
              "sqlType" : "BLOB",
              "type" : "bytes"
            },
            "sql" : "now() -> BLOB"
          }
        ]

        """#)
  }

  @Test func `A file that cannot be loaded is an error`() throws {
    let end = try Clutch().run("inspect", "no.py")
    #expect(end.status == .exited(1))
    #expect(end.output.isEmpty)
    #expect(end.errors == "Error: The UDF file no.py does not exist.\n")
  }
}

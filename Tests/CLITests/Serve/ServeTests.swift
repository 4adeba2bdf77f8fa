import Foundation
import TestSupport
import Testing

/// What `clutch serve` does without a socket, in every build.
@Suite(.timeLimit(.minutes(30))) struct ServeTests {
  private static let source = """
    from collections.abc import Iterator
    from clutch import udaf, udf, udtf

    @udf
    def double(x: int) -> int: return 2 * x

    @udf
    def join(a: str, b: list[float]) -> str: return a

    @udtf
    def pairs(n: int) -> Iterator[tuple[int, str]]: yield n, "a"

    @udaf
    class Total:
      def create_state(self) -> int: return 0
      def accumulate(self, state, x: int): return state + x
      def finish(self, state) -> int: return state
    """

  private func python() throws -> String { try Checkout.path(".venv/bin/python") }

  @Test func `--stdio answers stream after stream without a mark between them`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.source)
    let end = try clutch.shell(
      "\(try python()) \(Clutch.file("pipe_client.py")) \"$clutch\" serve --stdio --function double --interpreters 1 f.py"
    )
    #expect(
      end.output == """
        (['double'], [2, None, 6])
        (['double'], [8, 10, 12])
        ['double'] 70000 \(70_000 * 69_999)
        b'' 0

        """, "\(end)")
  }

  @Test func `--stdio ends with an error for what is no stream, and says which function it needs`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.source)
    let noise = try clutch.run(
      "serve", "--stdio", "--function", "double", "f.py", input: "SELECT 1; and more noise than a size")
    #expect(noise.status == .exited(1) && noise.errors.contains("message"), "\(noise)")
    let nothing = try clutch.run("serve", "--stdio", "--function", "double", "f.py")
    #expect(nothing.status == .exited(0) && nothing.output.isEmpty && nothing.errors.isEmpty, "\(nothing)")
    let unsaid = try clutch.run("serve", "--stdio", "f.py")
    #expect(
      unsaid.status == .exited(1) && unsaid.errors.contains("--function NAME, of: double, join, pairs"), "\(unsaid)")
    let unknown = try clutch.run("serve", "--stdio", "--function", "nope", "f.py")
    #expect(unknown.status == .exited(1) && unknown.errors.contains("there is no function nope"), "\(unknown)")
  }

  @Test(arguments: [
    (
      "risingwave",
      [
        "CREATE FUNCTION double(BIGINT) RETURNS BIGINT\n  AS 'double' USING LINK 'http://127.0.0.1:9000';",
        "CREATE FUNCTION join(VARCHAR, DOUBLE PRECISION[]) RETURNS VARCHAR", "RETURNS TABLE (f0 BIGINT, f1 VARCHAR)",
      ]
    ),
    ("databend", ["HANDLER = 'double' ADDRESS = 'http://127.0.0.1:9000';", "(VARCHAR, ARRAY(DOUBLE NULL))"]),
    (
      "clickhouse",
      [
        "<name>clutch_double</name>", "serve --stdio --interpreters 1", "--function 'double'</command>",
        "<type>Array(Nullable(Float64))</type><name>b</name>",
      ]
    ),
    ("spark", ["@arrow_udf(_t.LongType())\ndef double(x: pa.Array) -> pa.Array:", "grpc://127.0.0.1:9000"]),
  ])
  func `--print-sql declares what an engine can have, and says what it cannot`(engine: String, texts: [String]) throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.source)
    let end = try clutch.run("serve", "--print-sql", engine, "--port", "9000", "f.py")
    #expect(end.status == .exited(0), "\(end)")
    for text in texts { #expect(end.output.contains(text), "\(text) is not in \(end.output)") }
    #expect(end.errors.contains("Total is not served"))
    #expect(end.errors.contains("pairs is left out") == ["clickhouse", "spark"].contains(engine))
  }

  @Test func `what an engine prints can be read by what it is for`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.source)
    let xml = try clutch.shell(
      "\"$clutch\" serve --print-sql clickhouse f.py | \(try python()) -c 'import sys, xml.dom.minidom as m; print(len(m.parse(sys.stdin).getElementsByTagName(\"function\")))'"
    )
    #expect(xml.output == "2\n", "\(xml)")
    let code = try clutch.shell(
      "\"$clutch\" serve --print-sql spark f.py | \(try python()) -c 'import ast, sys; print([n.name for n in ast.parse(sys.stdin.read()).body if isinstance(n, ast.FunctionDef)])'"
    )
    #expect(code.output == "['_call', 'double', 'join']\n", "\(code)")
  }

  @Test func `settings that make no sense together are refused`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.source)
    for (arguments, reason) in [
      (["--stdio", "--check"], "--stdio goes with neither"), (["--tls-key", "x"], "go together"),
      (["--print-sql", "oracle"], "'risingwave', 'databend', 'clickhouse' or 'spark'"),
      (["--queue-seconds", "-1"], "from 0.001"),
    ] {
      let end = try clutch.start(["serve"] + arguments + ["f.py"]).end()
      #expect(end.status != .exited(0) && end.errors.contains(reason), "\(arguments): \(end)")
    }
    let variable = try clutch.run("serve", "--print-sql", "spark", "f.py", environment: ["CLUTCH_SERVE_PROT": "1"])
    #expect(variable.status != .exited(0) && variable.errors.contains("prot"), "\(variable)")
    let kubernetes = try clutch.run(
      "serve", "--print-sql", "spark", "f.py",
      environment: ["CLUTCH_SERVE_PORT": "tcp://10.0.0.1:8815", "CLUTCH_SERVE_SERVICE_HOST": "10.0.0.1"])
    #expect(kubernetes.status == .exited(0) && kubernetes.output.contains("grpc://127.0.0.1:8815"), "\(kubernetes)")
  }
}

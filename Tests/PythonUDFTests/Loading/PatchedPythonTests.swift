import Columnar
import PythonRuntime
import PythonUDF
import Testing

/// A file may change anything of Python's; what it uses itself it gets as it made it, and our own code does not see it.
@Suite(.timeLimit(.minutes(30))) struct PatchedPythonTests {
  private static let names: [(module: String, names: String)] = [
    (
      "builtins",
      """
      isinstance len str list sorted print hasattr getattr setattr type issubclass callable repr int dict tuple set min max \
      sum any all zip map enumerate compile exec eval open range __import__ super property staticmethod iter next
      """
    ),
    ("json", "dumps loads JSONEncoder JSONDecoder"),
    ("json.encoder", "c_make_encoder encode_basestring_ascii"),
    ("inspect", "signature unwrap getdoc iscoroutinefunction isgeneratorfunction Signature Parameter formatannotation"),
    ("typing", "get_type_hints get_origin get_args Annotated Union is_typeddict ForwardRef NewType"),
    ("ast", "walk parse FunctionDef"), ("linecache", "getline getlines cache updatecache clearcache"),
    ("traceback", "format_exception"), ("enum", "Enum EnumMeta"), ("dataclasses", "fields is_dataclass asdict"),
    ("decimal", "Decimal Context InvalidOperation"), ("datetime", "date datetime timedelta timezone datetime_CAPI"),
    ("types", "FunctionType ModuleType UnionType"), ("os.path", "dirname join"), ("os", "path"), ("io", "StringIO"),
    ("re", "compile match"), ("functools", "partial wraps"), ("collections.abc", "Sequence Mapping"),
    ("uuid", "UUID SafeUUID"), ("pickle", "dumps loads"), ("warnings", "showwarning warn"),
    ("sys", "modules meta_path stdout stderr path"), ("zoneinfo", "ZoneInfo"),
  ]
  private static let others = [
    "for n in ('isinstance', 'len', 'getattr', 'repr', '__import__', 'compile'): setattr(builtins, n, None)",
    "del builtins.isinstance, builtins.len, builtins.ValueError, builtins.Exception",
    "inspect.Signature.__init__ = boom; json.JSONEncoder.encode = boom; enum.EnumType.__iter__ = boom",
    "for n in ('decimal', 'uuid', 'typing', 'datetime', 'pickle'): sys.modules.pop(n)",
    "for n in ('decimal', 'json', 'clutch', 'datetime', 'linecache'): sys.modules[n] = None",
    "for n in [n for n in sys.modules if n.startswith('_clutch')]: del sys.modules[n]",
    "sys.modules['decimal'] = sys.modules['inspect'] = types.ModuleType('mine')", "sys.meta_path.clear()",
    "sys.path[:] = []", "linecache.clearcache()", "sys.stdout = None", "gc.disable()", "warnings.simplefilter('error')",
    "decimal.getcontext().prec = 1",
    "import clutch; clutch.SignatureError = clutch.Type = clutch.Record = clutch.DeadlineExceeded = None",
  ]
  static let patches =
    names.flatMap { entry in
      entry.names.split(separator: " ").map { "import \(entry.module); \(entry.module).\($0) = boom" }
    } + others

  private static let head = """
    import builtins, sys, json, inspect, typing, linecache, enum, decimal, datetime, types, os, uuid, pickle, warnings, gc
    from dataclasses import dataclass
    from collections.abc import Iterator
    from clutch import Column, Json, udf
    from typing import Literal, TypedDict
    @dataclass
    class Point:
      x: int
      y: str | None = None
    class Color(enum.Enum):
      RED = "red"
    class Loose(TypedDict, total=False):
      a: int
    Loose.__annotations__  # since 3.14 `typing` evaluates these when they are asked for, with what builtins are then
    Decimal, UUID, Date = decimal.Decimal, uuid.UUID, datetime.date
    Number, Text, Letters, Bad = int, str, list[Literal["a", "b"]] | None, ValueError
    def boom(*arguments, **keywords): raise ZeroDivisionError("patched")
    """
  private static let tail = """
    @udf
    def plain(x: Number, label: Text = "a") -> Number:
      \"\"\"Documented.\"\"\"
      return x + 1
    @udf
    def typed(p: Point, c: Color, l: Loose, t: Letters) -> Point: return p
    @udf
    def decimals(x: Number) -> Decimal: return half
    @udf
    def days(x: Number) -> Date: return day
    @udf
    def ids(x: Number) -> UUID: return one
    @udf
    def parsed(x: Json) -> Json: return {"x": x}
    @udf
    def fails(x: Number) -> Number: raise Bad("own")
    @udf(batch=True)
    def whole(x: Column[Number]) -> Column[Number]: return x[::-1]
    @udf(batch=True)
    def turns(batches: Iterator[Column[Number]]) -> Iterator[Column[Number]]:
      for x in batches: yield x[1:].to_list() + x[:1].to_list()
    """

  @Test(arguments: patches)
  func `whatever a file does to Python, its functions load and answer right`(patch: String) async throws {
    let values = "half, day, one = Decimal('0.5'), Date(2024, 1, 31), UUID(int=1)"
    let source = UDFSource([Self.head, values, patch, Self.tail].joined(separator: "\n"))
    let pool = try UDFPool(source, HostOptions(interpreters: 1, policy: .open))
    defer { pool.close() }
    #expect(
      pool.signatures.map(\.name) == ["plain", "typed", "decimals", "days", "ids", "parsed", "fails", "whole", "turns"])
    #expect(pool.signatures[0].documentation == "Documented.")
    #expect(pool.signatures[1].sqlDescription.hasPrefix("typed(p STRUCT("))
    try await pool.expect("plain", integers([4]), gives: [5])
    try await pool.expect("parsed", batch(Column(["[1, \"ä\"]"])), gives: [#"{"x":[1,"ä"]}"#])
    for name in ["decimals", "days", "ids"] {
      let column = try await pool.call(name, integers([1]))
      #expect(column.nullCount == 0 && column.count == 1)
    }
    try await pool.expect("whole", integers([1, 2]), gives: [2, 1])
    try await pool.expect("turns", integers([1, 2, 3]), gives: [2, 3, 1])
    let error = try await pool.failure(of: "fails", integers([1]))
    #expect(error.exception?.summary == "ValueError: own")
    #expect(error.exception?.traceback.map(\.source) == [#"def fails(x: Number) -> Number: raise Bad("own")"#])
  }

  @Test(arguments: ["sys.settrace(lambda *a: 1 / 0)", "builtins.isinstance = None; Letters = Literal['c']"])
  func `what breaks the file's own code is an error of the file's`(patch: String) throws {
    let error = try loadError(UDFSource([Self.head, patch, "plain = 1", Self.tail].joined(separator: "\n")))
    #expect(error.code == .loadFailed)
    #expect(error.exception?.traceback.first?.file == "<udf>")
    #expect(!error.description.contains("DecodingError"))
  }

  @Test func `declared functions and files of other systems load too`() async throws {
    let source = UDFSource(
      """
      import builtins, inspect, re, functools, linecache
      from arrow_udf import udf
      inspect.signature = re.compile = functools.wraps = linecache.getlines = builtins.isinstance = None
      @udf(input_types=["INT"], result_type="BIGINT", batch=True)
      def batched(x): return [v + 1 for v in x]
      def plain(x): return x + 2
      """, functions: ["added(INT) -> BIGINT = plain"])
    try await withPool(source) { pool in
      try await pool.expect("batched", integers([1]), gives: [2])
      try await pool.expect("added", integers([1]), gives: [3])
    }
  }
}

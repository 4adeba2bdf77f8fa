import Columnar
import Foundation
import PythonUDF
import Testing

@Suite(.timeLimit(.minutes(30))) struct MissingFieldTests {
  private static let classes = """
    class Base(TypedDict):
      a: int
    class Parsed(Base):
      b: NotRequired[str]
    class Loose(TypedDict, total=False):
      a: int
      b: Required[str]
    @dataclass
    class Data:
      a: int
      b: str | None = None
      c: int = 3
    class Named(NamedTuple):
      a: int
      b: str | None = None
    """

  /// A class, a dictionary that is returned for it, and the fields that are null; nil when the row is refused.
  private static let cases: [(type: String, returned: String, nulls: [String]?)] = [
    ("Parsed", "{'a': 1}", ["b"]), ("Parsed", "{'a': 1, 'b': 'x'}", []), ("Parsed", "{'b': 'x'}", nil),
    ("Loose", "{'b': 'x'}", ["a"]), ("Loose", "{'a': 1}", nil),
    ("Data", "{'a': 1, 'c': 2}", ["b"]), ("Data", "{'a': 1}", nil),
    ("Named", "{'a': 1}", ["b"]), ("Named", "(1,)", nil), ("list[Parsed]", "[{'a': 1}]", []),
  ]

  @Test(arguments: cases, ["", "from __future__ import annotations\n"])
  func `a key that may be missing is null, and one that may not is an error of its row`(
    _ case: (type: String, returned: String, nulls: [String]?), future: String
  ) async throws {
    let source = UDFSource(
      """
      \(future)from dataclasses import dataclass
      from typing import NamedTuple, NotRequired, Required, TypedDict
      from clutch import udf
      \(Self.classes)
      @udf
      def f(x: int) -> \(`case`.type): return \(`case`.returned)
      """)
    try await withPool(source) { pool in
      guard let nulls = `case`.nulls else {
        let error = try await pool.failure(of: "f", integers([1]))
        #expect(error.code == .wrongResult)
        return
      }
      let column = try await pool.call("f", integers([1]))
      guard case .struct(let fields) = column.type else { return }
      let missing = fields.enumerated().filter { column.children[$0.offset].isNull(0) }.map(\.element.name)
      #expect(missing == nulls)
    }
  }

  @Test func `every type and every signature survives being encoded`() async throws {
    let source = """
      from dataclasses import dataclass
      from datetime import date, datetime, time, timedelta
      from decimal import Decimal
      from enum import Enum
      from typing import Annotated, Any, Literal, NamedTuple, NotRequired, Required, TypedDict
      from uuid import UUID
      import clutch
      from clutch import *
      \(Self.classes)
      class Color(Enum):
        RED = 1
      @udf
      def f(a: Any, b: None, c: bool, d: int, e: Int8, g: Int16, h: Int32, i: UInt8, j: UInt16, k: UInt32, l: UInt64,
        m: Int128, n: float, o: Float32, p: str, q: bytes, r: date, s: time, t: timedelta, u: Interval, v: UUID,
        w: Nanoseconds, x: Json, y: Pickle, z: Decimal, aa: Annotated[Decimal, Decimal256(50, 2)], bb: datetime,
        cc: Annotated[datetime, Timestamp(tz="UTC", unit="ns")], dd: list[int], ee: dict[str, int], ff: Data,
        gg: Parsed, hh: Color, ii: Literal["a", "b"]) -> Named: pass
      """
    let found = try await signatures(of: source)
    let data = try JSONEncoder().encode(found)
    #expect(try JSONDecoder().decode([UDFSignature].self, from: data) == found)
    #expect(!found[0].parameters.dropFirst().contains { $0.type == .any })
  }

  @Test(arguments: [
    #"{"kind": "nothing"}"#, #"{"kind": "timestamp", "unit": "weeks"}"#,
    #"{"kind": "struct", "name": "S", "fields": [], "form": "other"}"#,
  ])
  func `a type that nobody knows is not taken for another`(text: String) {
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(UDFType.self, from: Data(text.utf8)) }
  }

  @Test func `a signature without a kind is of rows`() async throws {
    let found = try await signatures(of: "@udf\ndef f(x: int) -> int: return x")
    let text = String(decoding: try JSONEncoder().encode(found), as: UTF8.self)
    #expect(text.contains(#""kind":"rows""#))
    let older = text.replacingOccurrences(of: #""kind":"rows","#, with: "").replacingOccurrences(
      of: #","kind":"rows""#, with: "")
    #expect(try JSONDecoder().decode([UDFSignature].self, from: Data(older.utf8)) == found)
  }
}

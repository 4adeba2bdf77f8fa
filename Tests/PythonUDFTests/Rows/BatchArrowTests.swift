import Columnar
import Foundation
import PythonUDF
import Testing

/// Batches as arrays of pyarrow and series of pandas, in the main interpreter of a process that each test has for itself.
@Suite(.timeLimit(.minutes(30))) struct BatchArrowTests {
  private static let prelude =
    BatchArrayTests.prelude + "import pandas, pyarrow, pyarrow.compute as pc\nfrom typing import Any\n"

  @Test func `an Arrow array is as the engine has it, with nulls`() async {
    await #expect(processExitsWith: .success) {
      let pool = try MainProcess.pool(
        Self.prelude + """
          @udf(batch=True)
          def more(x: Arrow[int]) -> Arrow[int]: return pc.add(x, 1)
          @udf(batch=True)
          def halves(x: Arrow[float]) -> Arrow[float]: return pc.divide(x, 2)
          @udf(batch=True)
          def upper(x: Arrow[str]) -> Arrow[str]: return pc.utf8_upper(x)
          @udf(batch=True)
          def chunks(x: Arrow[int]) -> Arrow[int]: return pyarrow.chunked_array([x.slice(0, 1), x.slice(1)])
          @udf(batch=True)
          def lengths(x: Arrow[list[int]]) -> Arrow[int]: return pc.list_value_length(x)
          @udf(batch=True)
          def seen(a: Arrow[int], b: Arrow[str], c: Arrow[date], d: Arrow[datetime], e: Arrow[Decimal], f: Arrow[bool], g: Arrow[Any]) -> list[str]:
              return [" ".join(str(each.type) for each in (a, b, c, d, e, f, g)) + f" {e[0].as_py()}"] * len(a)
          @udf(batch=True, rows=2)
          def cut(x: Arrow[str]) -> Arrow[str]: return x
          @udf(batch=True)
          def plain(x: Column[int]) -> Column[int]: return pc.multiply(pyarrow.array(x), 2)
          @udf(batch=True)
          def nothing(x: Arrow[int]) -> Arrow[int]: return pyarrow.nulls(len(x))
          @udf(batch=True)
          def same(x: Arrow[str]) -> Arrow[str]: return x.slice(0).cast("large_string")
          """)
      try await pool.expect("more", integers([1, nil, 1 << 53]), gives: [2, nil, 1 << 53 + 1])
      try await pool.expect("more", batch(Column([1, nil] as [Int32?])), gives: [2, nil])
      try await pool.expect("more", integers([9, 1, nil, 9]).slice(1..<3), gives: [2, nil])
      try await pool.expect("more", integers([]), gives: [] as [Int64?])
      try await pool.expect("halves", batch(Column([1, nil] as [Double?])), givesFloats: [0.5, nil])
      try await pool.expect("upper", batch(Column(["a", nil, "é"])), gives: ["A", nil, "É"])
      try await pool.expect("chunks", integers([1, nil, 3]), gives: [1, nil, 3])
      try await pool.expect("cut", batch(Column(["a", nil, "ccc"])), gives: ["a", nil, "ccc"])
      try await pool.expect("same", batch(Column(["a", nil, "ccc"])), gives: ["a", nil, "ccc"])
      try await pool.expect("plain", integers([1, nil, 3]), gives: [2, nil, 6])
      try await pool.expect("nothing", integers([1, 2]), gives: [nil, nil] as [Int64?])
      let days = try Column(type: .date32, values: [10] as [Int32?])
      let moments = try Column(type: .timestamp(.nanosecond, timeZone: nil), values: [1] as [Int64?])
      let decimals = try Column(type: .decimal128(precision: 5, scale: 2), values: [125] as [Int128?])
      let row = try batch(
        Column([1] as [Int16?]), Column(["a"]), days, moments, decimals, Column([true] as [Bool?]),
        Column([1] as [UInt8?]))
      try await pool.expect(
        "seen", row, gives: ["int64 string date32[day] timestamp[ns] decimal128(5, 2) bool uint8 1.25"])
      pool.close()
    }
  }

  @Test func `a series keeps integers and nulls`() async {
    await #expect(processExitsWith: .success) {
      let pool = try MainProcess.pool(
        Self.prelude + """
          @udf(batch=True)
          def more(x: Series[int]) -> Series[int]: return x + 1
          @udf(batch=True)
          def filled(x: Series[float]) -> Series[float]: return x.fillna(x.mean())
          @udf(batch=True)
          def upper(x: Series[str]) -> Series[str]: return x.str.upper()
          @udf(batch=True)
          def seen(x: Series[int]) -> list[str]: return [f"{x.dtype} {x.isna().tolist()}"] * len(x)
          @udf(batch=True)
          def plain(x: Series[int]) -> Series[int]: return pandas.Series([1, 2, 3][: len(x)], index=[7, 8, 9][: len(x)])
          @udf(batch=True)
          def missing(x: Series[int]) -> Series[float]: return pandas.Series([1.5, float("nan"), None][: len(x)])
          @udf(batch=True)
          def masked(x: Series[int]) -> Series[int]: return x.astype("Int64")
          @udf(batch=True)
          def inside(x: Series[int]) -> Series[int]: return (x + 1).array
          @udf(batch=True)
          def floats(x: Series[int]) -> Series[int]: return x / 2
          @udf(batch=True)
          def frame(x: Series[int]) -> Series[int]: return pandas.DataFrame({"a": x})
          @udf(batch=True)
          def big(x: Series[int]) -> Series[float]: return x
          """)
      try await pool.expect("more", integers([1, nil, 1 << 53]), gives: [2, nil, 1 << 53 + 1])
      try await pool.expect("filled", batch(Column([1, nil, 3] as [Double?])), givesFloats: [1, 2, 3])
      try await pool.expect("upper", batch(Column(["a", nil])), gives: ["A", nil])
      try await pool.expect(
        "seen", integers([1, nil]), gives: Array(repeating: "int64[pyarrow] [False, True]", count: 2))
      try await pool.expect("plain", integers([0, 0, 0]), gives: [1, 2, 3])
      try await pool.expect("missing", integers([0, 0, 0]), givesFloats: [1.5, nil, nil])
      try await pool.expect("masked", integers([1, nil]), gives: [1, nil])
      try await pool.expect("inside", integers([1, nil]), gives: [2, nil])
      for (name, expected) in [
        ("floats", "an Arrow array of float64, expected int"), ("frame", "an Arrow array of struct"),
        ("big", "whose value 9007199254740993 a 64-bit float cannot hold exactly"),
      ] {
        let error = try await pool.failure(of: name, integers([1 << 53 + 1]))
        #expect(error.message.contains(expected), "\(name): \(error.message)")
      }
      pool.close()
    }
  }

  @Test func `Arrow results of wrong types, lengths and contents are refused`() async {
    await #expect(processExitsWith: .success) {
      let cases: [(type: String, returned: String, expected: String)] = [
        ("int", "x.slice(1)", "1 value for 2 rows"),
        ("int", "pc.cast(x, 'float64')", "an Arrow array of float64, expected int"),
        ("float", "x", "1.0 2.0"), ("float", "pc.cast(x, pyarrow.decimal128(20, 0))", "expected float"),
        ("str", "x", "expected str"), ("Int8", "x", "1 2"),
        ("Int8", "pc.multiply(x, 100)", "does not fit an 8-bit integer"),
        ("datetime", "pc.cast(x, pyarrow.timestamp('ns'))", "more digits than the unit"),
        ("datetime", "pc.cast(x, pyarrow.timestamp('s'))", "1000000000 2000000000"),
        ("date", "pc.cast(pc.cast(x, 'int32'), 'date32')", "1 2"), ("int", "x[0]", "expected a list"),
        ("str", "pyarrow.array(['a', 'b']).dictionary_encode()", "\"a\" \"b\""),
        ("Decimal", "pc.cast(x, pyarrow.decimal128(20, 0))", "1 2"),
        ("int", "pyarrow.table({'a': x})", "an Arrow array of struct"),
        ("int", "Broken()", "gave no pair of capsules"), ("int", "Raises()", "no array today"),
      ]
      let functions = cases.enumerated().map { index, each in
        "@udf(batch=True)\ndef f\(index)(x: Arrow[int]) -> Arrow[\(each.type)]: return \(each.returned)"
      }
      let pool = try MainProcess.pool(
        Self.prelude + """
          class Broken:
              def __arrow_c_array__(self, requested_schema=None): return 1
          class Raises:
              def __arrow_c_array__(self, requested_schema=None): raise ValueError("no array today")

          """ + functions.joined(separator: "\n"))
      for (index, each) in cases.enumerated() {
        do {
          let found = try await pool.call("f\(index)", integers([1, 2]))
          try found.validate(.full)
          #expect(try found.logicalRows().joined(separator: " ") == each.expected, "\(each.type): \(each.returned)")
        } catch let error as UDFError {
          #expect(error.message.contains(each.expected), "\(each.type): \(each.returned): \(error.message)")
        }
      }
      pool.close()
    }
  }

  @Test func `what is kept of a call keeps its memory`() async {
    await #expect(processExitsWith: .success) {
      let pool = try MainProcess.pool(
        Self.prelude + """
          kept = []
          @udf(batch=True)
          def keep(x: Arrow[int], y: Series[str], z: Column[int]) -> Arrow[int]:
              kept.extend([x, y, pyarrow.array(z), z])
              return x
          @udf(batch=True)
          def total(x: list[int]) -> list[int]:
              return [pc.sum(kept[0]).as_py() + int(kept[1].str.len().sum()) + pc.sum(kept[2]).as_py()] * len(x)
          @udf(batch=True)
          def over(x: list[int]) -> list[str]:
              try: pyarrow.array(kept[3])
              except ValueError as error: return [str(error)] * len(x)
          @udf(batch=True)
          def clear(x: list[int]) -> list[int]:
              kept.clear()
              return [gc.collect() * 0] * len(x)
          """)
      for _ in 0..<10 {
        do {
          let values = Column((0..<50_000).map { Int64($0) as Int64? })
          _ = try await pool.call("keep", batch(values, Column([String?](repeating: "ab", count: 50_000)), values))
        }
        let others = (0..<20).map { seed in Column([Int64?](repeating: Int64(seed), count: 50_000)) }
        try await pool.expect("total", integers([1]), gives: [50_000 * 49_999 + 100_000])
        #expect(others.count == 20)
        let over = try await pool.call("over", integers([1])).toArray(of: String.self)
        #expect(over.first??.contains("of a call that is over") == true)
        _ = try await pool.call("clear", integers([1]))
      }
      pool.close()
    }
  }

  @Test func `files with pandas UDFs of Spark load`() async {
    await #expect(processExitsWith: .success) {
      let pool = try MainProcess.pool(
        """
        from typing import Iterator, Tuple
        import pandas as pd
        from pyspark.sql.functions import pandas_udf, PandasUDFType
        from pyspark.sql.types import LongType, ArrayType, StringType

        @pandas_udf("double")
        def product(a: pd.Series, b: pd.Series) -> pd.Series:
            return a * b

        @pandas_udf(returnType=LongType())
        def plus_one(batches: Iterator[pd.Series]) -> Iterator[pd.Series]:
            for x in batches:
                yield x + 1

        @pandas_udf("string")
        def joined(batches: Iterator[Tuple[pd.Series, pd.Series]]) -> Iterator[pd.Series]:
            for a, b in batches:
                yield a + b

        @pandas_udf("long", PandasUDFType.SCALAR)
        def cubed(x):
            return x * x * x
        """)
      #expect(
        pool.signatures.map(\.sqlDescription) == [
          "product(a ANY, b ANY) -> DOUBLE", "plus_one(arg0 ANY) -> BIGINT", "joined(arg0 ANY, arg1 ANY) -> VARCHAR",
          "cubed(x ANY) -> BIGINT",
        ])
      try await pool.expect(
        "product", batch(Column([1.5, nil] as [Double?]), Column([2, 2] as [Int64?])), givesFloats: [3, nil])
      try await pool.expect("plus_one", integers([1, nil]), gives: [2, nil])
      try await pool.expect("joined", batch(Column(["a", "b"]), Column(["c", nil])), gives: ["ac", nil])
      try await pool.expect("cubed", batch(Column([2, 3] as [Int32?])), gives: [8, 27])
      pool.close()
    }
  }

  @Test func `vectorised handlers of Snowflake load`() async {
    await #expect(processExitsWith: .success) {
      let source = UDFSource(
        """
        import pandas
        from _snowflake import vectorized

        @vectorized(input=pandas.DataFrame, max_batch_size=2)
        def add(df):
            return df[0] + df[1] + 0 * len(df)

        def size(df):
            return pandas.Series([len(df)] * len(df))
        size._sf_vectorized_input = pandas.DataFrame
        """, functions: ["add(x BIGINT, y BIGINT) -> BIGINT", "size(x BIGINT) -> BIGINT"])
      let pool = try UDFPool(source, MainProcess.begin())
      try await pool.expect(
        "add", batch(Column([1, nil, 3] as [Int64?]), Column([10, 20, 30] as [Int64?])), gives: [11, nil, 33])
      try await pool.expect("size", integers([1, 2, 3]), gives: [3, 3, 3])
      pool.close()
    }
  }
}

"""Files that mark their functions as Arroyo and RisingWave have it."""

# Before those of Python, which this folder has files with the names of.
from dialects_base import Refusing, run, run_file, signature

import json
import types
import unittest


class Arroyo(Refusing):
    def test_files(self):
        for file in ("haversine", "parse_log", "is_bot"):
            with self.subTest(file):
                namespace, marked = run_file("arroyo", file + ".py")
                (each,) = marked
                self.assertIs(each.function, namespace[file])
                self.assertEqual((each.name, each.options["null"], each.signature), (file, "skip", None))

    def test_exports(self):
        namespace, marked = run(
            "from arroyo_udf import udf, arrow_udf, get_udfs\n@arrow_udf\ndef f(x): pass\n@udf\ndef g(x: int) -> int:\n"
            "    return x\nfound = get_udfs()"
        )
        self.assertEqual(namespace["found"][-1], namespace["g"])
        self.assertEqual([each.name for each in marked], ["g"])


class RisingWave(Refusing):
    def signatures(self, file):
        _, marked = run_file("risingwave", file)
        for each in marked:
            self.assertEqual((each.options["null"], each.options["on_error"]), ("call", "raise"))
            json.dumps(each.signature)
        return [signature(each) for each in marked]

    def test_files(self):
        self.assertEqual(
            self.signatures("network.py"),
            [
                "gcd(x INT, y INT) -> INT",
                "gcd3(x INT, y INT, z INT) -> INT",
                'tcp_info(packet BLOB) -> STRUCT("src_addr" VARCHAR, "dst_addr" VARCHAR, "src_port" INT, '
                '"dst_port" INT)',
                "int_42() -> INT",
            ],
        )
        self.assertEqual(
            self.signatures("orders.py"),
            [
                "with_tax(price DECIMAL, percent DECIMAL(5, 2)) -> DECIMAL",
                'total(items STRUCT("sku" VARCHAR, "price" DECIMAL(10, 2), "amount" INT)[]) -> DECIMAL(18, 2)',
                "jsonb_get(value JSON, path VARCHAR) -> JSON",
                "next_working_day(since TIMESTAMP, days INT) -> TIMESTAMP",
                "array_access(values VARCHAR[], index INT) -> VARCHAR",
            ],
        )
        self.assertEqual(
            self.signatures("older.py"),
            ["digits(number BIGINT) -> BIGINT", "scale(value DOUBLE, factor REAL) -> DOUBLE"],
        )

    def test_widths_are_bits(self):
        some, embedding, length = self.signatures("all_types.py")
        start = "return_some(b BOOLEAN, i8 TINYINT, i16 SMALLINT, i32 INT, i64 BIGINT, u8 UTINYINT, u16 USMALLINT"
        self.assertEqual(some[: len(start)], start)
        self.assertEqual(embedding, "text_embedding(texts VARCHAR) -> REAL[]")
        self.assertEqual(length, "slow_length(text VARCHAR) -> INT")

    def test_functions_are_returned_unchanged(self):
        namespace, marked = run_file("risingwave", "network.py")
        self.assertIsInstance(namespace["gcd"], types.FunctionType)
        self.assertIs(marked[0].function, namespace["gcd"])
        self.assertEqual(namespace["gcd_of_three"](12, 18, 27), 3)
        self.assertIsNone(namespace["tcp_info"](None))

    def test_functions_of_a_batch_are_of_that_kind(self):
        namespace, marked = run_file("risingwave", "all_types.py")
        self.assertEqual([each.kind for each in marked], ["rows", "batch", "rows"])
        self.assertIs(marked[1].roles["call"], namespace["text_embedding"])

    def test_table_functions_have_their_columns(self):
        _, marked = run_file("risingwave", "tables.py")
        self.assertEqual([each.kind for each in marked], ["rows", "table"])
        fields = marked[1].signature["result"]["fields"]
        self.assertEqual([(field["name"], field["type"]["kind"]) for field in fields], [("f0", "str"), ("f1", "int32")])
        _, marked = run(
            "from arrow_udf import udtf\nfrom risingwave.udf import udtf as other\n"
            "@udtf(input_types=[], result_types='INT')\ndef f(): return [1]"
        )
        self.assertEqual(marked[0].signature["result"], {"kind": "int32"})

    def test_default_values_and_starred_parameters(self):
        source = "from arrow_udf import udf\n@udf(input_types={types}, result_type='INT')\ndef f({names}): return 1\n"
        for types_, parameters, expected in [
            ("'INT'", "x, y=3", "f(x INT) -> INT"),
            ("['INT', 'INT']", "x, y=3", "f(x INT, y INT) -> INT"),
            ("('INT', 'INT')", "*values", "f(a1 INT, a2 INT) -> INT"),
            ("['INT', 'INT']", "x, /, *values", "f(x INT, a2 INT) -> INT"),
            ("[]", "", "f() -> INT"),
        ]:
            with self.subTest(parameters):
                _, marked = run(source.format(types=types_, names=parameters))
                self.assertEqual(signature(marked[0]), expected)

    def test_objects_that_are_called(self):
        _, marked = run(
            "from arrow_udf import udf\nclass Add:\n  def __call__(self, x, y): return x + y\n"
            "udf(['INT', 'INT'], 'INT', name='add')(Add())\n"
        )
        self.assertEqual(signature(marked[0]), "add(x INT, y INT) -> INT")

    def test_refusals(self):
        for options, body, *parts in [
            ("(['INT'], 'FOO')", "def f(x): return x", "file.py, line 3: function 'f': the result type", "'FOO'"),
            ("(['INT', 'FOO'], 'INT')", "def f(x, y): return x", "input type 2", "'FOO'"),
            ("(['INT', int], 'INT')", "def f(x, y): return x", "input type 2", "PyArrow", "<class 'int'>"),
            ("(['INT'], 'INT')", "def f(x, y): return x", "line 3", "1 argument type declared", "f(x, y)"),
            ("(['INT', 'INT'], 'INT')", "def f(x): return x", "2 argument types declared"),
            ("(['INT'], 'INT', skip_null=True)", "def f(x): return x", "no option 'skip_null'", "io_threads"),
            ("(['INT'], 'INT', name='a b')", "def f(x): return x", "'a b'"),
            ("(['INT'])", "def f(x): return x", "needs both"),
            ("", "def f(x): return x", "line 3", "needs both"),
            ("(['INT'], 'INT')", "def f(x): yield x", "line 3", "@udtf"),
            ("(['INT'], 'INT')", "class f: pass", "class"),
        ]:
            with self.subTest(options, body=body), self.refused(*parts):
                run(f"from arrow_udf import udf\n@udf{options}\n{body}\n")

    def test_the_server_can_be_made_and_not_started(self):
        source = "from arrow_udf import UdfServer\nserver = UdfServer(location='localhost:8815')\n"
        run(source + "server.add_function(print)\n")
        with self.assertRaisesRegex(RuntimeError, "Clutch is the server.*__main__"):
            run(source + "server.serve()\n")

    def test_marker_types(self):
        _, marked = run(
            "from arrow_udf import *\n@udf([JsonType(), DecimalType()], JsonType())\ndef f(x, y): return x\n"
        )
        self.assertEqual(signature(marked[0]), "f(x JSON, y DECIMAL) -> JSON")


if __name__ == "__main__":
    unittest.main()

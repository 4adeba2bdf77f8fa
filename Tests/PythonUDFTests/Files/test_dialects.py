"""What files written for other systems become, tested with Python alone.

    python test_dialects.py [folder with our Python files]
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# Beside this file are others that are called as modules of Python are.
sys.path[:] = [*(place for place in sys.path if os.path.abspath(place) != HERE), HERE]

import json  # noqa: E402
import linecache  # noqa: E402
import random  # noqa: E402
import string  # noqa: E402
import subprocess  # noqa: E402
import types  # noqa: E402
import unittest  # noqa: E402

OURS = os.path.join(HERE, "..", "..", "..", "Sources", "PythonFunctions", "Python")
if len(sys.argv) > 1 and os.path.isdir(sys.argv[1]):
    OURS = sys.argv.pop(1)


def text_of(name):
    folder = os.path.join(OURS, "..", "..", "PythonRuntime", "Python") if name == "imports" else OURS
    with open(os.path.join(folder, name + ".py"), encoding="utf-8") as file:
        return file.read()


def install_module(name, file):
    """As the host does it."""
    module = types.ModuleType(name)
    sys.modules[name] = module
    exec(compile(text_of(file), "<clutch>", "exec"), module.__dict__)
    return module


for ours in ("imports", "pristine", "texts", "support"):
    install_module("_clutch_" + ours, ours)
sys.modules["_clutch_texts"].shown = lambda value: sys.modules["_clutch_texts"].cut(repr(value), 100)
clutch = install_module("clutch", "clutch")
for ours in ("annotations", "callables"):
    install_module("_clutch_" + ours, ours)
BEFORE = set(sys.modules)
dialects = install_module("_clutch_dialects", "dialects")
dialects.install({file: text_of(file) for file in dialects.FILES})
INSTALLED = set(sys.modules) - BEFORE
loader = install_module("_clutch_loader", "loader")

from _clutch_arrow_types import from_pyarrow  # noqa: E402
from _clutch_sql_format import format as format_type  # noqa: E402
from _clutch_sql_functions import parse_function  # noqa: E402
from _clutch_sql_types import parse  # noqa: E402


def run(source, name="file.py"):
    """Run a file as the loader does, and return its names and what it marked; refuse what the loader does."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    clutch._marked.clear()
    namespace = {"__name__": os.path.splitext(os.path.basename(name))[0]}
    exec(compile(source, name, "exec", dont_inherit=True), namespace)
    refuse(name, source)
    return namespace, list(clutch._marked)


def refuse(name, source, problems=()):
    places = loader.places(compile(source, name, "exec", loader.PyCF_ONLY_AST, dont_inherit=True))
    problems = [*problems, *loader.signatures_of(clutch._marked, name, places)[1]]
    if problems:
        raise clutch.SignatureError("\n".join(problems))


def declare(namespace, texts, dialect=None, source=""):
    refuse("file.py", source, dialects.declare(namespace, texts, dialect))


def run_file(*path):
    path = os.path.join(HERE, "dialects", *path)
    with open(path, encoding="utf-8") as file:
        return run(file.read(), path)


def shape(type):
    """A type in short."""
    return format_type(type)


def signature(marked):
    declared = marked.signature
    parameters = [f"{parameter['name']} {shape(parameter['type'])}" for parameter in declared["parameters"]]
    return f"{marked.name}({', '.join(parameters)}) -> {shape(declared['result'])}"


class Refusing(unittest.TestCase):
    def refused(self, *parts):
        """A context in which a SignatureError with these parts is expected."""
        test = self

        class Context:
            def __enter__(self):
                pass

            def __exit__(self, kind, error, traceback):
                test.assertIsNotNone(kind, "nothing was raised")
                if not issubclass(kind, clutch.SignatureError):
                    return False
                for part in parts:
                    test.assertIn(part, str(error))
                return True

        return Context()


class Types(Refusing):
    # Single words, and after "|" phrases.
    CASES = {
        "int32": "INT INTEGER int4 Int32 integer|INT NOT NULL|INT NULL|Nullable(INT)|signed",
        "int": "BIGINT INT8 INT64 long",
        "int16": "SMALLINT INT2 int16 short",
        "int8": "TINYINT INT1",
        "int128": "HUGEINT int128",
        "uint8": "UTINYINT UInt8|TINYINT UNSIGNED",
        "uint16": "USMALLINT uint16|smallint unsigned",
        "uint32": "UINTEGER uint32|INT UNSIGNED|integer unsigned not null",
        "uint64": "UBIGINT UInt64|BIGINT UNSIGNED",
        "float32": "REAL FLOAT4 float32 FLOAT(24)",
        "float": "DOUBLE FLOAT FLOAT8 FLOAT64 FLOAT(53)|DOUBLE PRECISION",
        "bool": "BOOLEAN BOOL logical",
        "decimal": "DECIMAL NUMERIC NUMBER dec",
        "str": "VARCHAR VARCHAR(20) TEXT STRING CHAR(3) large_string|CHARACTER VARYING(10)",
        "bytes": "BYTEA BLOB BINARY VARBINARY(8) large_binary|BINARY VARYING",
        "date": "DATE DATE32",
        "time": "TIME TIME64 TIME(6)|TIME WITHOUT TIME ZONE",
        "interval": "INTERVAL|INTERVAL DAY TO SECOND|interval month",
        "uuid": "UUID",
        "json": "JSON JSONB VARIANT OBJECT ARRAY",
        "null": "NULL",
    }

    def test_names(self):
        for kind, names in self.CASES.items():
            words, *phrases = names.split("|")
            for name in words.split() + phrases:
                with self.subTest(name):
                    self.assertEqual(parse(name), {"kind": kind})
                    self.assertEqual(parse(f" {name.lower()}[ ] "), {"kind": "list", "element": {"kind": kind}})

    def test_parameters(self):
        self.assertEqual(parse("NUMERIC(10, 2)"), {"kind": "decimal", "precision": 10, "scale": 2})
        self.assertEqual(parse("decimal(7)"), {"kind": "decimal", "precision": 7, "scale": 0})
        self.assertEqual(parse("ENUM('a', 'it''s')"), {"kind": "enum", "values": ["a", "it's"]})

    def test_timestamps(self):
        for text, unit, zone in [
            ("TIMESTAMP", "us", None),
            ("DATETIME", "us", None),
            ("timestamp without time zone", "us", None),
            ("TIMESTAMP_S", "s", None),
            ("TIMESTAMP_MS", "ms", None),
            ("TIMESTAMP(9)", "ns", None),
            ("TIMESTAMP_NTZ(3)", "ms", None),
            ("TIMESTAMP(0) WITH TIME ZONE", "s", "UTC"),
            ("TIMESTAMPTZ", "us", "UTC"),
            ("timestamp_ltz", "us", "UTC"),
            ("TIMESTAMP WITH LOCAL TIME ZONE", "us", "UTC"),
        ]:
            with self.subTest(text):
                self.assertEqual(parse(text), {"kind": "timestamp", "unit": unit, "timeZone": zone})

    def test_nested(self):
        for text, expected in [
            ("INT[]", "INT[]"),
            ("INT[3][]", "INT[][]"),
            ("LIST(INT)", "INT[]"),
            ("ARRAY<Int64 NULL>", "BIGINT[]"),
            ("ARRAY(FLOAT8, 3)", "DOUBLE[]"),
            ("MAP(VARCHAR, INT[])", "MAP(VARCHAR, INT[])"),
            ("MAP<VARCHAR, MAP<INT,INT>>", "MAP(VARCHAR, MAP(INT, INT))"),
            ("STRUCT<a: INT, b: VARCHAR[]>", 'STRUCT("a" INT, "b" VARCHAR[])'),
            ("STRUCT<a INT, b: STRUCT<c: INT>[]>[]", 'STRUCT("a" INT, "b" STRUCT("c" INT)[])[]'),
            ("ROW(a INT, b VARCHAR NOT NULL)", 'STRUCT("a" INT, "b" VARCHAR)'),
            ("TUPLE(INT, DOUBLE PRECISION)", 'STRUCT("f1" INT, "f2" DOUBLE)'),
            ('STRUCT("a b" INT, `c` INT, "say ""x""" INT)', 'STRUCT("a b" INT, "c" INT, "say ""x""" INT)'),
            ("STRUCT(date DATE, time timestamp with time zone)", 'STRUCT("date" DATE, "time" TIMESTAMPTZ)'),
            ("struct<\n  decimal: decimal,\n  json: json,\n>", 'STRUCT("decimal" DECIMAL, "json" JSON)'),
            ("OBJECT(a INT)", 'STRUCT("a" INT)'),
        ]:
            with self.subTest(text):
                self.assertEqual(shape(parse(text)), expected)

    def test_dialects(self):
        for text, dialect, expected in [
            ("INT8", "arrow_udf", "TINYINT"),
            ("STRUCT<a: INT8[]>", "arrow_udf", 'STRUCT("a" TINYINT[])'),
            ("INT8", "databend", "TINYINT"),
            ("FLOAT", "databend", "REAL"),
            ("FLOAT", "duckdb", "REAL"),
            ("INT8", "duckdb", "BIGINT"),
            ("FLOAT", "postgresql", "DOUBLE"),
            ("FLOAT4", "snowflake", "DOUBLE"),
            ("INT", "snowflake", "BIGINT"),
            ("NUMBER", "snowflake", "HUGEINT"),
            ("NUMBER(9, 0)", "snowflake", "BIGINT"),
            ("NUMBER(9, 2)", "snowflake", "DECIMAL(9, 2)"),
        ]:
            with self.subTest(text, dialect=dialect):
                self.assertEqual(shape(parse(text, dialect)), expected)
        with self.refused("'oracle'", "snowflake"):
            parse("INT", "oracle")

    def test_refusals_name_the_place_and_what_is_expected(self):
        for text, *parts in [
            ("", "position 1", "the end", "expected a type such as"),
            ("FOO", "position 1", "'FOO'", "expected a type such as"),
            ("STRUCT<a: INT, b: FOO>", "position 19", "'FOO'"),
            ("INT INT", "position 5", "nothing more"),
            ("INT[", "position 5", "']'"),
            ("MAP", "MAP"),
            ("MAP(INT)", "','"),
            ("STRUCT()", "position 8"),
            ("STRUCT(a INT, A INT)", "'A' is there already"),
            ("DECIMAL(39, 2)", "1 to 38"),
            ("DECIMAL(5, 6)", "0 to 5"),
            ("DECIMAL(99999999999)", "precision"),
            ("ENUM()", "single quotes"),
            ("ENUM('a', 'a')", "already"),
            ("TIME WITH TIME ZONE", "no time zone"),
            ("HUGEINT UNSIGNED", "no unsigned form"),
            ("VARCHAR('a')", "length"),
            ("INTERVAL DAY TO", "SECOND"),
            ("BIT", "expected a type"),
            ("INT; DROP TABLE x", "';'"),
            ("VARCHAR\0", "position 8"),
        ]:
            with self.subTest(text), self.refused("SQL type", *parts):
                parse(text)
        for text in (None, 3, b"INT", ["INT"]):
            with self.subTest(text), self.refused("is text, not"):
                parse(text)

    def test_deep_nesting_is_refused_without_exhausting_the_stack(self):
        self.assertEqual(shape(parse("INT" + "[]" * 63)), "INT" + "[]" * 63)
        self.assertEqual(shape(parse("LIST(" * 63 + "INT" + ")" * 63)), "INT" + "[]" * 63)
        for text in [
            "INT" + "[]" * 64,
            "LIST(" * 64 + "INT" + ")" * 64,
            "LIST(" * 40 + "INT" + "[])" * 40,
            "STRUCT<a:" * 100_000,
            "NULLABLE(" * 100_000,
            "INT" + "[]" * 100_000,
            "(" * 100_000,
        ]:
            with self.subTest(text[:20]), self.refused():
                parse(text)

    def random_type(self, choose, depth=0):
        simple = "null bool int int8 int16 int32 int128 uint8 uint16 uint32 uint64 float float32 str bytes date time"
        kind = choose.choice(
            simple.split()
            + "any interval uuid json duration decimal decimal timestamp enum".split()
            + ["list", "map", "struct"] * 3 * (depth < 5)
        )
        if kind == "decimal" and choose.random() < 0.7:
            precision = choose.randint(1, 38)
            return {"kind": kind, "precision": precision, "scale": choose.randint(0, precision)}
        if kind == "timestamp":
            return {
                "kind": kind,
                "unit": choose.choice(["s", "ms", "us", "ns"]),
                "timeZone": choose.choice([None, "UTC"]),
            }
        if kind == "enum":
            return {"kind": kind, "values": [f"{word}'{choose.random()}" for word in "abc"]}
        if kind == "list":
            return {"kind": kind, "element": self.random_type(choose, depth + 1)}
        if kind == "map":
            return {
                "kind": kind,
                "key": self.random_type(choose, depth + 1),
                "value": self.random_type(choose, depth + 1),
            }
        if kind == "struct":
            names = choose.sample(["a", "date", 'q"', "x y", "INT", "ä", "f1", "null", ":"], choose.randint(1, 5))
            fields = [{"name": name, "type": self.random_type(choose, depth + 1)} for name in names]
            return {"kind": kind, "name": "STRUCT", "fields": fields, "class": None, "form": "record"}
        return {"kind": kind}

    def test_what_is_written_is_read_back(self):
        choose = random.Random(20)
        for _ in range(2000):
            type = self.random_type(choose)
            self.assertEqual(parse(format_type(type)), type)
            json.dumps(type)

    def test_random_texts_raise_nothing_else(self):
        choose = random.Random(21)
        words = (
            "INT VARCHAR DECIMAL TIMESTAMP STRUCT MAP LIST ENUM NULLABLE NOT NULL WITH TIME ZONE UNSIGNED DOUBLE "
            "PRECISION INTERVAL DAY TO [ ] ( ) < > , : 'a' \"b\" 3 40 -> = . RETURNS f a STRICT HANDLER"
        ).split()
        good = 0
        for round in range(20_000):
            if round % 2:
                text = " ".join(choose.choices(words, k=choose.randint(0, 12)))
            else:
                text = "".join(choose.choices(string.printable + "äß٣²\ud800\0'\"", k=choose.randint(0, 30)))
            for read in (parse, parse_function, lambda text: parse(text, "snowflake")):
                try:
                    read(text)
                    good += 1
                except clutch.SignatureError as error:
                    self.assertIn("position", str(error))
        self.assertGreater(good, 20)

    def test_damaged_texts_raise_nothing_else(self):
        choose = random.Random(22)
        for _ in range(3000):
            text = list(format_type(self.random_type(choose)))
            for _ in range(choose.randint(1, 3)):
                place = choose.randrange(len(text) + 1)
                text[place : place + choose.randint(0, 2)] = choose.choices("<>()[],:'\" aI9", k=choose.randint(0, 2))
            try:
                parse("".join(text))
            except clutch.SignatureError:
                pass


class Functions(Refusing):
    def test_parts(self):
        read = parse_function("gcd(INT, b VARCHAR) -> STRUCT<a: INT>[] = my_module.handler")
        self.assertEqual([parameter["name"] for parameter in read["parameters"]], [None, "b"])
        self.assertEqual([shape(parameter["type"]) for parameter in read["parameters"]], ["INT", "VARCHAR"])
        self.assertEqual(shape(read["result"]), 'STRUCT("a" INT)[]')
        self.assertEqual((read["name"], read["handler"], read["null"]), ("gcd", "my_module.handler", "call"))

    def test_forms(self):
        for text, handler, null, deterministic in [
            ("f() -> INT", "f", "call", None),
            ("f ( ) RETURNS INT NOT NULL", "f", "call", None),
            ('"f"(a INT NULL, "b c" INT) -> INT=g', "g", "call", None),
            ("f(x INT) RETURNS INT LANGUAGE PYTHON IMMUTABLE HANDLER = 'a.g' STRICT", "a.g", "skip", True),
            ("f(x INT) RETURNS INT RETURNS NULL ON NULL INPUT VOLATILE = g", "g", "skip", False),
            ("f(date DATE) -> DATE CALLED ON NULL INPUT", "f", "call", None),
        ]:
            with self.subTest(text):
                read = parse_function(text)
                self.assertEqual((read["handler"], read["null"], read["deterministic"]), (handler, null, deterministic))
                optional = {parameter["isOptional"] for parameter in read["parameters"]}
                self.assertLessEqual(optional, {null == "call"})

    def test_refusals(self):
        for text, *parts in [
            ("", "function's name"),
            ("f", "position 2", "'('"),
            ("f(INT", "','"),
            ("f(INT)", "'->' or RETURNS"),
            ("f(INT,) -> INT", "position 7", "expected a type"),
            ("f(INT) -> ", "expected a type"),
            ("f(INT) -> TABLE", "position 11", "the columns after TABLE"),
            ("f(INT) -> TABLE (a INT", "',' or ')'"),
            ("f(INT) -> INT =", "Python function"),
            ("f(INT) -> INT = a.", "Python function"),
            ("f(INT) -> INT = 'a b'", "Python function"),
            ("f(a INT, A INT) -> INT", "'A' is there already"),
            ("f(a INT DEFAULT 3) -> INT", "default"),
            ("f(INT) -> INT = g h", "'h'"),
            ('"a b"(INT) -> INT', "letters, digits"),
        ]:
            with self.subTest(text), self.refused("declaration", *parts):
                parse_function(text)


class Declared(Refusing):
    DATABEND = [
        "gcd_py(INT, INT) -> BIGINT = gcd",
        "get_host(url STRING NULL) RETURNS STRING NULL",
        "array_index_of(ARRAY(INT64 NULL), INT64) -> INT NOT NULL",
        "merge_labels(MAP(STRING, STRING), extra VARIANT) -> MAP(STRING, STRING)",
        "risk(FLOAT, VARCHAR) -> DOUBLE = Risk.score",
    ]
    SNOWFLAKE = [
        "addone(i INT) RETURNS INT HANDLER = 'addone_py'",
        "mask(VARCHAR) -> VARCHAR",
        "mask_longer(VARCHAR, NUMBER(2, 0)) -> VARCHAR = handlers.mask",
        "fiscal_quarter(d DATE) -> VARCHAR(9) STRICT IMMUTABLE",
        "row_key(INT, VARCHAR, FLOAT) -> CHAR(64)",
        "largest_item(VARIANT) -> OBJECT",
        "round_price(NUMBER(12, 4)) -> NUMBER(12, 2)",
    ]

    def declared(self, folder, texts):
        namespace, _ = run_file(folder, "handlers.py")
        dialects.declare(namespace, texts, folder)
        return {marked.name: marked for marked in clutch._marked}

    def test_databend(self):
        marked = self.declared("databend", self.DATABEND)
        self.assertEqual(
            [signature(each) for each in marked.values()],
            [
                "gcd_py(a INT, b INT) -> BIGINT",
                "get_host(url VARCHAR) -> VARCHAR",
                "array_index_of(values BIGINT[], item BIGINT) -> INT",
                "merge_labels(labels MAP(VARCHAR, VARCHAR), extra JSON) -> MAP(VARCHAR, VARCHAR)",
                "risk(amount REAL, country VARCHAR) -> DOUBLE",
            ],
        )
        for each in marked.values():
            self.assertEqual(each.options["null"], "call")
            self.assertTrue(all(parameter["isOptional"] for parameter in each.signature["parameters"]))
        self.assertEqual(marked["gcd_py"].roles["call"](12, 18), 6)
        self.assertEqual(marked["risk"].roles["call"](250.0, None), 7.5)

    def test_snowflake(self):
        marked = self.declared("snowflake", self.SNOWFLAKE)
        self.assertEqual(
            [signature(each) for each in marked.values()],
            [
                "addone(i BIGINT) -> BIGINT",
                "mask(value VARCHAR) -> VARCHAR",
                "mask_longer(value VARCHAR, shown BIGINT) -> VARCHAR",
                "fiscal_quarter(d DATE) -> VARCHAR",
                "row_key(a1 BIGINT, a2 VARCHAR, a3 DOUBLE) -> VARCHAR",
                "largest_item(variant JSON) -> JSON",
                "round_price(price DECIMAL(12, 4)) -> DECIMAL(12, 2)",
            ],
        )
        quarter = marked["fiscal_quarter"]
        options = quarter.options
        self.assertEqual((options["null"], options["deterministic"], options["on_error"]), ("skip", True, "raise"))
        self.assertFalse(quarter.signature["parameters"][0]["isOptional"])

    def test_names_from_both_sides_do_not_collide(self):
        namespace, _ = run("def f(x, y): return x")
        dialects.declare(namespace, ["f(INT, x INT) -> INT"])
        self.assertEqual(signature(clutch._marked[0]), "f(a1 INT, x INT) -> INT")

    def test_functions_of_compiled_modules(self):
        namespace, _ = run("import math")
        texts = ["gcd(BIGINT, BIGINT) -> BIGINT = math.gcd", "hypot(DOUBLE) -> DOUBLE = math.hypot"]
        dialects.declare(namespace, texts)
        self.assertEqual(clutch._marked[0].function(4, 6), 2)

    def test_refusals(self):
        source = (
            "import math\nLIMIT = 3\ndef f(x, y=1): return x\n\n"
            "def g(*, key): return key\n\n"
            "@staticmethod\nasync def later(x): return x\n"
            "def rows(x): yield x\nclass Table:\n  def process(self): pass\n"
        )
        for text, *parts in [
            ("h(INT) -> INT", "there is no 'h'", "the file's functions are f, g, later, rows"),
            ("h(INT) -> INT = math.nothing", "'math' has no 'nothing'"),
            ("h(INT) -> INT = LIMIT", "no function but int"),
            ("h(INT) -> INT = Table", "'h'", "class"),
            ("h() -> INT = f", "file.py, line 3", "0 argument types", "f(x, y=...)"),
            ("h(INT, INT, INT) -> INT = f", "line 3", "3 argument types"),
            ("h(INT) -> INT = g", "line 5", "1 argument type "),
            ("h(INT) -> INT = later", "line 8", "async"),
            ("h(INT) -> INT = rows", "line 9", "@udtf"),
        ]:
            namespace, _ = run(source)
            with self.subTest(text), self.refused(*parts):
                declare(namespace, [text], source=source)
        with self.refused("the file has no functions"):
            declare({"__name__": "x"}, ["f() -> INT"])


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
            ("(['INT'], 'INT')", "async def f(x): return x", "line 3", "async"),
            ("(['INT'], 'INT')", "def f(x): yield x", "line 3", "generators"),
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


class Fake:
    """A type as PyArrow's: its text, and attributes for what is within."""

    def __init__(self, text, **attributes):
        self.text = text
        self.__dict__.update(attributes)

    def __str__(self):
        return self.text


class Arrow(Refusing):
    def test_simple_types(self):
        for text, expected in [
            ("bool", "BOOLEAN"),
            ("int64", "BIGINT"),
            ("uint8", "UTINYINT"),
            ("halffloat", "REAL"),
            ("double", "DOUBLE"),
            ("large_string", "VARCHAR"),
            ("fixed_size_binary[16]", "BLOB"),
            ("decimal128(10, 2)", "DECIMAL(10, 2)"),
            ("date32[day]", "DATE"),
            ("time64[us]", "TIME"),
            ("timestamp[us, tz=UTC]", "TIMESTAMPTZ"),
            ("timestamp[ns]", "TIMESTAMP_NS"),
            ("duration[us]", "DURATION"),
            ("month_day_nano_interval", "INTERVAL"),
            ("extension<arrow.uuid>", "UUID"),
            ("extension<arrowudf.json<JsonType>>", "JSON"),
        ]:
            with self.subTest(text):
                self.assertEqual(shape(from_pyarrow(Fake(text))), expected)
        zone = from_pyarrow(Fake("timestamp[ms, tz=Europe/Berlin]"))
        self.assertEqual(zone, {"kind": "timestamp", "unit": "ms", "timeZone": "Europe/Berlin"})

    def test_refusals(self):
        loop = Fake("list<item: x>")
        loop.value_type = loop
        texts = ("sparse_union<a: int8=0>", "decimal256(40, 2)", "list<item: int8>")
        for item in [*map(Fake, texts), int, None, loop]:
            with self.subTest(str(item)), self.refused():
                from_pyarrow(item)

    def test_real_types(self):
        try:
            import pyarrow as pa
        except ImportError:
            self.skipTest("PyArrow is not installed")
        weird = pa.struct([pa.field("a: b, c", pa.int8(), False), pa.field("d", pa.list_(pa.string()))])
        for item, expected in [
            (weird, 'STRUCT("a: b, c" TINYINT, "d" VARCHAR[])'),
            (pa.map_(pa.string(), pa.int64()), "MAP(VARCHAR, BIGINT)"),
            (pa.dictionary(pa.int8(), pa.string()), "VARCHAR"),
            (pa.run_end_encoded(pa.int32(), pa.string()), "VARCHAR"),
            (pa.large_list(pa.float16()), "REAL[]"),
            (pa.list_(pa.bool_(), 3), "BOOLEAN[]"),
            (pa.list_view(pa.date64()), "DATE[]"),
            (pa.timestamp("us", tz="+02:00"), "TIMESTAMPTZ"),
            (pa.decimal256(20, 3), "DECIMAL(20, 3)"),
            (pa.binary(16), "BLOB"),
            (pa.time32("s"), "TIME"),
            (pa.null(), "NULL"),
        ]:
            with self.subTest(str(item)):
                self.assertEqual(shape(from_pyarrow(item)), expected)
        _, marked = run(
            "import pyarrow as pa\nfrom arrow_udf import udf\n"
            "@udf(input_types=[pa.int64(), 'INT8'], result_type=pa.list_(pa.int64()))\ndef f(x, y): return [x]\n"
        )
        self.assertEqual(signature(marked[0]), "f(x BIGINT, y TINYINT) -> BIGINT[]")


class Installation(unittest.TestCase):
    def test_installing_imports_nothing(self):
        ours = {name for name in INSTALLED if name.startswith(("_clutch", "arr", "rising"))}
        self.assertEqual(ours, {"_clutch_dialects"})

    def test_a_missing_text_is_named(self):
        with self.assertRaisesRegex(ValueError, "no text for arrow_types"):
            dialects.install({})

    def test_a_real_package_is_not_hidden(self):
        # In a process of its own, with a package of that name in the path.
        script = (
            "import sys, os, tempfile, types\n"
            "folder = tempfile.mkdtemp()\n"
            "os.mkdir(folder + '/risingwave')\n"
            "open(folder + '/risingwave/__init__.py', 'w').write('real = True')\n"
            "sys.path.insert(0, folder)\n"
            f"sys.path.append({HERE!r})\n"
            f"sys.argv = ['x', {OURS!r}]\n"
            "import test_dialects\n"
            "import risingwave, risingwave.udf\n"
            "assert risingwave.real\n"
            "assert risingwave.udf.udf.__code__.co_filename == '<clutch>'\n"
        )
        subprocess.run([sys.executable, "-c", script], check=True)

    def test_interpreters_with_their_own_lock(self):
        try:
            import _interpreters
        except ImportError:
            self.skipTest("3.13 or newer")
        script = (
            "import sys\n"
            f"sys.path.append({HERE!r})\n"
            f"sys.argv = ['x', {OURS!r}]\n"
            "import test_dialects as t\n"
            "assert t.run_file('risingwave', 'network.py')[1][0].function(12, 18) == 6\n"
            "t.Declared().declared('snowflake', t.Declared.SNOWFLAKE)\n"
        )
        for _ in range(2):
            interpreter = _interpreters.create("isolated")
            try:
                self.assertIsNone(_interpreters.exec(interpreter, script))
            finally:
                _interpreters.destroy(interpreter)


if __name__ == "__main__":
    unittest.main()

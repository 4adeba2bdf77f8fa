"""Functions that declarations name."""

# Before those of Python, which this folder has files with the names of.
from dialects_base import Refusing, clutch, declare, dialects, parse_function, run, run_file, shape, signature

import unittest


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
            ("h(INT) -> INT = rows", "line 9", "@udtf"),
        ]:
            namespace, _ = run(source)
            with self.subTest(text), self.refused(*parts):
                declare(namespace, [text], source=source)
        with self.refused("the file has no functions"):
            declare({"__name__": "x"}, ["f() -> INT"])


if __name__ == "__main__":
    unittest.main()

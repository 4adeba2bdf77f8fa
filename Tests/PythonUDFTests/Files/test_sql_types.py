"""The names of SQL types, read and written."""

# Before those of Python, which this folder has files with the names of.
from dialects_base import Refusing, clutch, format_type, parse, parse_function, shape

import json
import random
import string
import unittest


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


if __name__ == "__main__":
    unittest.main()

"""Types of PyArrow."""

# Before those of Python, which this folder has files with the names of.
from dialects_base import Refusing, from_pyarrow, run, shape, signature

import unittest


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


if __name__ == "__main__":
    unittest.main()

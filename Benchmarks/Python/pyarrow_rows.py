"""The functions of type_families.py over PyArrow's arrays, without Clutch: what a program does that has only PyArrow.

Each line on standard input is a question, answered with a line: "check NAME" with the results as texts, as JSON, and
"turn NAME CALLS" with the seconds of one call over all rows, the mean of so many after an uncounted one.
"""

import json
import pathlib
import sys
import time

import pyarrow as pa

# The annotations of the functions are from the module clutch, of which nothing runs meanwhile.
sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "Sources/PythonFunctions/Python"))

import texts

# The name that this module has in an interpreter.
sys.modules["_clutch_texts"] = texts

import type_families

ROWS = 1024
POINT = pa.struct([("x", pa.float64()), ("y", pa.float64())])

# The type, and how the function is called with what PyArrow gives: a struct is a dict for it.
FAMILIES = {
    "integer": (pa.int64(), "integer(value)"),
    "text": (pa.string(), "text(value)"),
    "decimal_double": (pa.decimal128(18, 2), "decimal_double(value)"),
    "decimal_tax": (pa.decimal128(18, 2), "decimal_tax(value)"),
    "day": (pa.date32(), "day(value)"),
    "timestamp": (pa.timestamp("us"), "timestamp(value)"),
    "timestamp_utc": (pa.timestamp("us", "UTC"), "timestamp_utc(value)"),
    "timestamp_rome": (pa.timestamp("us", "Europe/Rome"), "timestamp_rome(value)"),
    "numbers": (pa.list_(pa.int64()), "numbers(value)"),
    "data_class": (POINT, "vars(data_class(Point(**value)))"),
    "named_tuple": (POINT, "named_tuple(Pair(**value))"),
    "typed_dict": (POINT, "typed_dict(value)"),
}


def prepare(name):
    """The call over all rows, compiled for this function alone."""
    type, expression = FAMILIES[name]
    values = [getattr(type_families, f"{value_family(name)}_value")(i) for i in range(ROWS)]
    array = pa.array([vars(value) for value in values] if name == "data_class" else values, type=type)
    namespace = {**vars(type_families), "pa": pa, "array": array, "type": type}
    exec(f"def call():\n    return pa.array([{expression} for value in array.to_pylist()], type=type)", namespace)
    return namespace["call"]


def value_family(name):
    return "decimal" if name.startswith("decimal") else name


calls = {}
for line in sys.stdin:
    question, name, *rest = line.split()
    call = calls.get(name) or calls.setdefault(name, prepare(name))
    if question == "check":
        print(json.dumps([type_families.shown(value) for value in call().to_pylist()]), flush=True)
    else:
        count = int(rest[0])
        call()
        start = time.perf_counter()
        for _ in range(count):
            call()
        print((time.perf_counter() - start) / count, flush=True)

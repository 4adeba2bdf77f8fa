"""What files written for RisingWave import: `from arrow_udf import udf, udtf, UdfServer`.

Types are declared by the names that the SDK of RisingWave knows, and by all other SQL names, or as types of PyArrow.
Every argument may be None: null arguments do not keep a function from being called. An exception fails the batch.
A number of a NUMERIC without a scale is rounded to the digits that its column has, halves away from zero, as RisingWave's
own decimals are, and may be a float.
"""

import functools

import clutch
from _clutch_declared import mark, place
from _clutch_sql_types import parse

__all__ = ["udf", "udtf", "UdfServer", "JsonType", "DecimalType"]

_DIGITS = "declare the digits of the result, as in result_type=\"NUMERIC(38, 28)\""


def udf(input_types=None, result_type=None, name=None, io_threads=None, batch=False, workers=None, **unknown):
    """Mark a function as a UDF; the function itself is returned unchanged.

    input_types: the types of the parameters, a list or one type; result_type: the type of the result.
    name: what the engine calls it; the function's own name by default.
    io_threads, workers: taken and not needed, since the host runs a function in as many interpreters as it is given.
    batch: the function takes a list for each parameter and returns a list. It is called with lists of one row.
    """

    def decorate(function):
        own = _name(function)

        def refuse(problem):
            raise clutch.SignatureError(f"{place(function)}function '{own}': {problem}")

        if not callable(function):
            raise clutch.SignatureError(f"@udf marks a function, not {function!r}")
        if unknown:
            options = "input_types, result_type, name, io_threads, batch and workers"
            refuse(f"@udf has no option {next(iter(unknown))!r}; it has {options}")
        if input_types is None or result_type is None:
            refuse("@udf needs both, as in @udf(input_types=['INT', 'INT'], result_type='INT')")
        if not isinstance(name or own, str) or not (name or own).isidentifier():
            refuse(f"@udf(name=...) takes a name such as 'my_function', not {name or own!r}")
        items = list(input_types) if isinstance(input_types, (list, tuple)) else [input_types]
        types = [_type(item, f"input type {number}", refuse) for number, item in enumerate(items, 1)]
        result = _type(result_type, "the result type", refuse)
        called = _row_by_row(function, name or own) if batch else None
        mark(function, name or own, types, result, called=called, decimals=(_has_plain_decimal(result), _DIGITS))
        return function

    # Without parentheses the function arrives as the types.
    if callable(input_types) and result_type is None:
        function, input_types = input_types, None
        return decorate(function)
    return decorate


def udtf(input_types=None, result_types=None, name=None, **options):
    """Table functions can be imported, and refused only where they are defined."""

    def decorate(function):
        raise clutch.SignatureError(
            f"{place(function)}function '{name or _name(function)}': table functions (@udtf) are not supported yet; "
            "return a list from a @udf instead"
        )

    return decorate(input_types) if callable(input_types) and result_types is None else decorate


class UdfServer:
    """Stands for the server of the SDK, which files start when they are run as a program."""

    def __init__(self, location="0.0.0.0:8815", **options):
        self._location = location

    def add_function(self, function):
        """Do nothing: what is marked is served."""

    def serve(self):
        raise RuntimeError(
            "Clutch is the server of these functions, so the file must not start one while it is loaded; put "
            "UdfServer(...).serve() under if __name__ == '__main__':"
        )


class JsonType:
    """JSON, as an element of input_types or as result_type."""

    def __str__(self):
        return "extension<arrowudf.json>"


class DecimalType:
    """A decimal number of any precision, in the same places."""

    def __str__(self):
        return "extension<arrowudf.decimal>"


def _name(function):
    return getattr(function, "__name__", type(function).__name__)


def _type(item, what, refuse):
    try:
        if isinstance(item, str):
            return parse(item, "arrow_udf")
        from _clutch_arrow_types import from_pyarrow

        return from_pyarrow(item)
    except clutch.SignatureError as error:
        refuse(f"{what}: {error}")


def _has_plain_decimal(type):
    """Whether a number without a scale, which a column has to give one, is in a type."""
    if type["kind"] == "decimal":
        return "precision" not in type
    within = [type.get("element"), type.get("key"), type.get("value"), *(field["type"] for field in type.get("fields", ()))]
    return any(_has_plain_decimal(part) for part in within if part)


def _row_by_row(function, name):
    """A function of one row for one of a batch: how many rows a batch has was never promised."""

    @functools.wraps(function)
    def call(*arguments):
        results = function(*([argument] for argument in arguments))
        if len(results) != 1:
            raise ValueError(f"'{name}' takes a batch: it returned {len(results)} values for 1 row")
        return results[0]

    return call

"""What files written for RisingWave import: `from arrow_udf import udf, udtf, UdfServer`.

Types are declared by the names that the SDK of RisingWave knows, and by all other SQL names, or as types of PyArrow.
Every argument may be None: null arguments do not keep a function from being called. An exception fails the batch.
A number of a NUMERIC without a scale is rounded to the digits that its column has, halves away from zero, as RisingWave's
own decimals are, and may be a float.
"""

import clutch
from _clutch_declared import mark
from _clutch_sql_types import parse
from _clutch_texts import is_name, listed, shown, told

_Marked, _marked, _SignatureError, _own_name = clutch._Marked, clutch._marked, clutch.SignatureError, clutch._own_name

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
        problems = [] if callable(function) else [f"@udf marks a function, not {shown(function)}"]
        if unknown:
            options = "input_types, result_type, name, io_threads, batch and workers"
            problems.append(f"@udf has no option {listed([*map(shown, unknown)])}; it has {options}")
        called = own if name is None or type(name) is str and not name else name
        if not is_name(called):
            problems.append(f"@udf(name=...) takes a name such as 'my_function', not {shown(called)}")
        types, result = [], None
        if input_types is None or result_type is None:
            problems.append("@udf needs both, as in @udf(input_types=['INT', 'INT'], result_type='INT')")
        else:
            items = list(input_types) if isinstance(input_types, (list, tuple)) else [input_types]
            types = [_type(item, f"input type {number}", problems) for number, item in enumerate(items, 1)]
            result = _type(result_type, "the result type", problems)
        if problems:
            marked = _Marked(function, own, signature={"parameters": [], "result": None})
            marked.problems = problems
            _marked.append(marked)
        else:
            called = str.__str__(called)
            by_row = _row_by_row(function, called) if batch else None
            mark(function, called, types, result, called=by_row, decimals=(_has_plain_decimal(result), _DIGITS))
        return function

    # Without parentheses the function arrives as the types.
    if callable(input_types) and result_type is None:
        function, input_types = input_types, None
        return decorate(function)
    return decorate


def udtf(input_types=None, result_types=None, name=None, **options):
    """Mark a function as a table function, which the loader refuses."""

    def decorate(function):
        _marked.append(_Marked(function, name if is_name(name) else _name(function), kind="table"))
        return function

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
    """What a function says it is called, or else the name of its type."""
    return _own_name(function) or type(function).__name__


def _type(item, what, problems):
    try:
        if isinstance(item, str):
            return parse(item, "arrow_udf")
        from _clutch_arrow_types import from_pyarrow

        return from_pyarrow(item)
    except _SignatureError as error:
        problems.append(f"{what}: {error}")
    except MemoryError:
        raise
    except Exception as error:  # of an object of the file's that is no type of PyArrow
        problems.append(f"{what}: it cannot be read: {told(error)}")
    return None


def _has_plain_decimal(type):
    """Whether a number without a scale, which a column has to give one, is in a type."""
    if type["kind"] == "decimal":
        return "precision" not in type
    within = [type.get("element"), type.get("key"), type.get("value"), *(field["type"] for field in type.get("fields", ()))]
    return any(_has_plain_decimal(part) for part in within if part)


def _row_by_row(function, name):
    """A function of one row for one of a batch: how many rows a batch has was never promised."""

    def call(*arguments):
        results = function(*([argument] for argument in arguments))
        if len(results) != 1:
            raise ValueError(f"'{name}' takes a batch: it returned {len(results)} values for 1 row")
        return results[0]

    call.__wrapped__ = function
    return call

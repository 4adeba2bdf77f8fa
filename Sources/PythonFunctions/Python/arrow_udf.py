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
    batch: the function takes the list of each parameter's values for a batch of rows, and returns a list of as many.
    """

    def decorate(function):
        called, problems = _checked("udf", function, name, unknown, "input_types, result_type, name, io_threads, batch and workers")
        types, result = [], None
        if input_types is None or result_type is None:
            problems.append("@udf needs both, as in @udf(input_types=['INT', 'INT'], result_type='INT')")
        else:
            types = _input_types(input_types, problems)
            result = _type(result_type, "the result type", problems)
        if problems:
            return _refuse(function, "rows", problems)
        kind = "batch" if batch else "rows"
        mark(function, called, types, result, kind=kind, decimals=(_has_plain_decimal(result), _DIGITS))
        return function

    # Without parentheses the function arrives as the types.
    if callable(input_types) and result_type is None:
        function, input_types = input_types, None
        return decorate(function)
    return decorate


def udtf(input_types=None, result_types=None, name=None, io_threads=None, workers=None, **unknown):
    """Mark a function as a table function: a generator, or one that returns something to iterate over.

    input_types, name, io_threads, workers: as of `udf`; result_types: the types of the columns, a list or one type.
    """

    def decorate(function):
        called, problems = _checked("udtf", function, name, unknown, "input_types, result_types, name, io_threads and workers")
        types, result = [], None
        if input_types is None or result_types is None:
            problems.append("@udtf needs both, as in @udtf(input_types=['INT'], result_types=['INT', 'VARCHAR'])")
        else:
            types = _input_types(input_types, problems)
            items = list(result_types) if isinstance(result_types, (list, tuple)) else [result_types]
            results = [_type(item, f"result type {number}", problems) for number, item in enumerate(items, 1)]
            if not results:
                problems.append("@udtf(result_types=...) names no column")
        if problems:
            return _refuse(function, "table", problems)
        fields = [{"name": f"f{place}", "type": each} for place, each in enumerate(results)]
        result = {"kind": "struct", "name": "tuple", "fields": fields, "class": None, "form": "record"}
        result = results[0] if len(results) == 1 else result
        mark(function, called, types, result, kind="table", decimals=(_has_plain_decimal(result), _DIGITS))
        return function

    if callable(input_types) and result_types is None:
        function, input_types = input_types, None
        return decorate(function)
    return decorate


def _checked(decorator, function, name, unknown, options):
    """What a function is called, and the problems of the decorator's arguments but the types."""
    problems = [] if callable(function) else [f"@{decorator} marks a function, not {shown(function)}"]
    if unknown:
        problems.append(f"@{decorator} has no option {listed([*map(shown, unknown)])}; it has {options}")
    called = _name(function) if name is None or type(name) is str and not name else name
    if not is_name(called):
        problems.append(f"@{decorator}(name=...) takes a name such as 'my_function', not {shown(called)}")
        called = _name(function)
    return str.__str__(called), problems


def _input_types(input_types, problems):
    items = list(input_types) if isinstance(input_types, (list, tuple)) else [input_types]
    return [_type(item, f"input type {number}", problems) for number, item in enumerate(items, 1)]


def _refuse(function, kind, problems):
    marked = _Marked(function, _name(function), kind, signature={"parameters": [], "result": None})
    marked.problems = problems
    _marked.append(marked)
    return function


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

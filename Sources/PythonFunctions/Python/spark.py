"""The pandas UDFs of Spark: `pyspark.sql.functions.pandas_udf` and the types of its results, for a file that is no Spark job.

The host's columns have types of their own, so a parameter takes every column; its result is of the declared type.
"""

import collections.abc
import sys
import types

import _clutch_annotations as annotations
import _clutch_batches as batches
import clutch
from _clutch_callables import VAR_POSITIONAL, signature
from _clutch_declared import mark
from _clutch_sql_types import parse
from _clutch_texts import name as shown_name, shown

_modules = sys.modules
_ITERATORS = (collections.abc.Iterator, collections.abc.Iterable, collections.abc.Generator)


def install():
    """Put the modules that files import where `import` finds them."""
    package, sql, functions, kinds = (
        _module(name, is_package) for name, is_package in
        (("pyspark", True), ("pyspark.sql", True), ("pyspark.sql.functions", False), ("pyspark.sql.types", False))
    )  # fmt: skip
    package.sql, sql.functions, sql.types = sql, functions, kinds
    functions.pandas_udf, functions.PandasUDFType = pandas_udf, PandasUDFType
    for name, cls in _TYPES.items():
        setattr(kinds, name, cls)
    kinds.DataType = DataType


def _module(name, is_package):
    module = _modules[name] = types.ModuleType(name)
    if is_package:
        module.__path__ = []

    def missing(attribute):
        raise AttributeError(
            f"{name} stands in for Spark's module of that name, and has no {attribute}: in a file of functions only pandas_udf and the "
            "types of its results are there"
        )

    module.__getattr__ = missing
    return module


class PandasUDFType:
    """How a function is called, as Spark 2 has it."""

    SCALAR, SCALAR_ITER, GROUPED_MAP, GROUPED_AGG = 200, 204, 201, 202


class DataType:
    """A type of a result, by the name that SQL has for it."""

    def __init__(self, *parameters):
        self._parameters = parameters

    def simpleString(self):
        if self._parameters:
            inside = [each.simpleString() if isinstance(each, DataType) else str(each) for each in self._parameters]
            # Whether elements may be null comes last, and columns have no say in it.
            inside = [each for each in inside if each not in ("True", "False")]
            opening, closing = "()" if self._name == "decimal" else "<>"
            return f"{self._name}{opening}{', '.join(inside)}{closing}"
        return self._name


_TYPES = {
    name: type(name, (DataType,), {"_name": sql})
    for name, sql in {
        "BooleanType": "boolean", "ByteType": "tinyint", "ShortType": "smallint", "IntegerType": "int", "LongType": "bigint",
        "FloatType": "real", "DoubleType": "double", "StringType": "string", "BinaryType": "binary", "DateType": "date",
        "TimestampType": "timestamptz", "TimestampNTZType": "timestamp", "DecimalType": "decimal", "ArrayType": "array",
    }.items()
}  # fmt: skip


def pandas_udf(f=None, returnType=None, functionType=None):
    """Mark a function of series as a function of a batch, as Spark's decorator does: @pandas_udf("double")."""
    if f is not None and not callable(f):
        f, returnType, functionType = None, f, functionType if returnType is None else returnType
    if f is None:
        return lambda function: _mark(function, returnType, functionType)
    return _mark(f, returnType, functionType)


def _mark(function, returned, kind):
    own = getattr(function, "__name__", None)
    name = own if isinstance(own, str) else type(function).__name__
    problems = []
    try:
        forms, is_iterator, is_tuple, count = _forms(function, kind)
    except clutch.SignatureError as error:
        problems.append(str(error))
        forms, is_iterator, is_tuple, count = [], False, False, 0
    result = {"kind": "null"}
    try:
        text = returned.simpleString() if isinstance(returned, DataType) else returned
        if not isinstance(text, str):
            raise clutch.SignatureError(f"@pandas_udf takes the type of the result, as 'double' or DoubleType(), not {shown(returned)}")
        result = parse(text)
    except clutch.SignatureError as error:
        problems.append(str(error))
    any_type = [{"kind": "any"} for _ in range(count)]
    names = [f"arg{place}" for place in range(count)] if is_iterator else None
    if problems:
        marked = clutch._Marked(function, name, "batch", signature={"parameters": [], "result": None})
        marked.problems = problems
        clutch._marked.append(marked)
        return function
    if is_iterator:
        # The function itself has one parameter; what it is called with is made by the host.
        marked = clutch._Marked(function, name, "batches", null="call")
        parameters = [{"name": each, "type": type_, "isOptional": True} for each, type_ in zip(names, any_type)]
        marked.signature = {"parameters": parameters, "result": result}
        clutch._marked.append(marked)
    else:
        marked = mark(function, name, any_type, result, kind="batch")
    form = batches.new_form()
    for place, each in enumerate(forms):
        batches.note(form, place, each)
    form["isTuple"] = is_tuple
    marked.signature["batchForm"] = form
    return function


def _forms(function, kind):
    """The forms of the parameters, whether they come from an iterator, whether as tuples, and how many there are."""
    read = signature(function)
    if kind in (PandasUDFType.GROUPED_MAP, PandasUDFType.GROUPED_AGG):
        raise clutch.SignatureError("a grouped pandas UDF is no function of a batch; write a class with @udaf")
    parameters = [each for each in read.parameters if each.kind < VAR_POSITIONAL]
    if not parameters:
        raise clutch.SignatureError("it takes no series, so it cannot know how many values to return")
    hints = [each.annotation for each in parameters]
    if all(hint is None or not _is_hint(hint) for hint in hints):
        # Without hints Spark 2 said by a number whether there is an iterator.
        if kind == PandasUDFType.SCALAR_ITER:
            return ["series"], True, False, 1
        return ["series"] * len(hints), False, False, len(hints)
    whole = annotations.plain(hints[0], read.namespace)
    origin, arguments = annotations.parts(whole)
    if any(origin is each for each in _ITERATORS):
        if len(hints) != 1 or not arguments:
            raise clutch.SignatureError("an iterator of series is the only parameter; write Iterator[Tuple[pd.Series, pd.Series]]")
        inner = annotations.plain(arguments[0], read.namespace)
        inner_origin, parts = annotations.parts(inner)
        if inner_origin is tuple:
            if parts and parts[-1] is ...:
                raise clutch.SignatureError("name each series of the tuples, as in Iterator[Tuple[pd.Series, pd.Series]]")
            return [_form(part, read.namespace, "the iterator") for part in parts], True, True, len(parts)
        return [_form(inner, read.namespace, "the iterator")], True, False, 1
    forms = [_form(hint, read.namespace, f"parameter '{shown_name(each.name)}'") for each, hint in zip(parameters, hints)]
    result = None if read.result is None else annotations.plain(read.result, read.namespace) if _is_hint(read.result) else None
    if result in (int, float, str, bool):
        raise clutch.SignatureError("it gives one value for many rows, as an aggregate function does; write a class with @udaf")
    return forms, False, False, len(forms)


def _is_hint(annotation):
    from _clutch_callables import MISSING

    return annotation is not MISSING


def _form(annotation, namespace, what):
    cls = annotations.plain(annotation, namespace)
    pandas, pyarrow = _modules.get("pandas"), _modules.get("pyarrow")
    if pandas is not None and cls is pandas.Series:
        return "series"
    if pyarrow is not None and cls is pyarrow.Array:
        return "arrow"
    raise clutch.SignatureError(f"{what} is {annotations.written(cls)}; of pandas UDFs pd.Series and pa.Array can be taken")

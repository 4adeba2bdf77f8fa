"""What the annotations of a function say that is called for a batch: which columns it takes, and how."""

import collections.abc

import _clutch_annotations as annotations
import clutch
from _clutch_callables import POSITIONAL_ONLY, VAR_POSITIONAL, MISSING, Parameter, Signature
from _clutch_texts import is_name, listed, name as shown_name

_Column, _Unsupported = clutch.Column, annotations.Unsupported
# The forms of a parameter whose values are an object of a package.
_PACKAGED = {"array": clutch.Array, "series": clutch.Series, "arrow": clutch.Arrow}
_Iterator = collections.abc.Iterator
_RESULTS = (_Iterator, collections.abc.Iterable, collections.abc.Generator)

#: Stands for an annotation whose problem has been told.
REFUSED = object()
#: The kinds of functions that are called for a batch.
KINDS = ("batch", "batches")

# Types whose values have no column of their own: they are made for each row, or of other columns.
_WITHOUT_COLUMN = {"any", "json", "pickle", "null", "list", "map", "struct"}


def new_form():
    return {"columns": [], "packages": {}, "forms": set(), "isTuple": False, "tupleClass": None}


def note(form, place, shape):
    """Note the form of the parameter at a place, or of the result, which has none."""
    if shape in _PACKAGED:
        form["forms"].add(shape)
        if place is not None:
            form["packages"][str(place)] = shape
    elif shape == "column" and place is not None:
        form["columns"].append(place)


def values(annotation, namespace):
    """The type of the values that list[T] or Column[T] is of, its form, "list", "column", "array", "series" or "arrow", and
    whether the values may be None.

    Raises Unsupported, whatever the annotation does.
    """
    whole = annotations.plain(annotation, namespace)
    origin, arguments = annotations.parts(whole)
    for form, cls in _PACKAGED.items():
        if whole is cls:
            raise _Unsupported(f"is of nothing; write clutch.{cls.__name__}[T]")
        if origin is cls:
            if len(arguments) != 1:
                raise _Unsupported(f"has the type {annotations.written(whole)}, which is of one type, as {cls.__name__}[T]")
            type_, optional = annotations.resolve(arguments[0], namespace)
            # Of a class, or parsed or pickled for each row, are no values in memory.
            if type_["kind"] in ("json", "pickle", "null") or form == "array" and type_["kind"] == "any":
                raise _Unsupported(
                    f"has the type {annotations.written(whole)}, and there is no such {form} of these values; write "
                    f"list[{annotations.written(arguments[0])}]"
                )
            return type_, form, optional
    if whole is _Column:
        raise _Unsupported("is a Column of nothing; write Column[T]")
    if origin is _Column:
        if len(arguments) != 1:
            raise _Unsupported(f"has the type {annotations.written(whole)}; a Column is of one type, as Column[T]")
        type_, _ = annotations.resolve(arguments[0], namespace)
        if type_["kind"] in _WITHOUT_COLUMN:
            raise _Unsupported(
                f"has the type {annotations.written(whole)}, and there is no column of such values; write "
                f"list[{annotations.written(arguments[0])}]"
            )
        return type_, "column", True
    if origin is _Iterator:
        raise _Unsupported("is an iterator of batches beside others; let one give all columns, as in Iterator[tuple[Column[int], Column[str]]]")
    type_, _ = annotations.resolve(annotation, namespace)
    if type_["kind"] != "list":
        raise _Unsupported(
            "of a function that is called for a batch has no values of many rows; write list[T] or Column[T], or Array[T], "
            "Series[T] or Arrow[T] of this module"
        )
    return type_["element"], "list", True


def packages(marked):
    """The forms of packages that functions use."""
    return {form for each in marked if each.batch_form for form in each.batch_form["forms"]}


def form(marked, read, problems):
    """What a function takes for a batch, and how it is called: {"columns", "packages", "isTuple", "tupleClass"}.

    One that takes an iterator is called with the batches of a query: it is of the kind "batches" from now on, and its
    parameters are the columns of a batch.
    """
    found = new_form()
    if len(read.parameters) != 1 or read.parameters[0].annotation is MISSING:
        return read, found
    parameter = read.parameters[0]
    try:
        origin, arguments = annotations.parts(annotations.plain(parameter.annotation, read.namespace))
    except _Unsupported:  # is told where the parameter is read
        return read, found
    if origin is not _Iterator or not arguments or parameter.kind >= VAR_POSITIONAL:
        return read, found
    marked.kind = "batches"
    parameters, result = [], MISSING
    try:
        parameters = _inputs(arguments[0], read.namespace, parameter.name, found)
    except _Unsupported as error:
        problems.append(f"parameter '{shown_name(parameter.name)}' {error}")
    try:
        result = _output(read.result, read.namespace)
    except _Unsupported as error:
        problems.append(f"the return type {error}")
        result = REFUSED
    return Signature(parameters, result, read.namespace), found


def _inputs(annotation, namespace, name, found):
    """The columns of a batch as parameters."""
    whole = annotations.plain(annotation, namespace)
    origin, arguments = annotations.parts(whole)
    if origin is tuple:
        if not arguments or arguments[-1] is ...:
            raise _Unsupported("is an iterator of tuples of any length; name each column, as in Iterator[tuple[Column[int], Column[str]]]")
        found["isTuple"] = True
        return [Parameter(f"arg{place}", POSITIONAL_ONLY, False, part) for place, part in enumerate(arguments)]
    fields = annotations.tuple_fields(whole)
    if fields is not None:
        wrong = [field for field, _ in fields if not is_name(field)]
        if wrong:
            raise _Unsupported(f"is an iterator of tuples with fields that SQL has no names for: {listed(wrong)}")
        found["isTuple"], found["tupleClass"] = True, whole
        return [Parameter(field, POSITIONAL_ONLY, False, hint) for field, hint in fields]
    return [Parameter(name, POSITIONAL_ONLY, False, annotation)]


def _output(annotation, namespace):
    """What stands for the values of one batch in the annotation of the result."""
    if annotation is MISSING:
        return MISSING
    whole = annotations.plain(annotation, namespace)
    origin, arguments = annotations.parts(whole)
    if not any(origin is each for each in _RESULTS) or not arguments:
        raise _Unsupported(f"is {annotations.written(whole)}, not what gives a result for each batch; write -> Iterator[list[T]]")
    return arguments[0]

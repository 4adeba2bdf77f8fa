"""Turns annotations into the types of the host, as plain descriptors: {"kind": "list", "element": {"kind": "int"}}.

A type's own module is looked up and never imported: an annotation of type Decimal exists only where decimal is imported.
"""

import collections.abc
import dataclasses
import inspect
import sys
import types
import typing

import clutch

_PLAIN = {
    int: "int", float: "float", str: "str", bool: "bool", bytes: "bytes", type(None): "null", None: "null",
    typing.Any: "any", object: "any", list: "any", dict: "any", clutch.Interval: "interval",
}  # fmt: skip

# Types of modules that a file may or may not have imported.
_IMPORTED = {
    ("decimal", "Decimal"): "decimal", ("_pydecimal", "Decimal"): "decimal", ("uuid", "UUID"): "uuid",
    ("datetime", "date"): "date", ("datetime", "time"): "time", ("datetime", "datetime"): "timestamp",
    ("datetime", "timedelta"): "duration", ("clutch", "Record"): "any",
}  # fmt: skip

_LISTS = (list, collections.abc.Sequence, collections.abc.Iterable)
_MAPS = (dict, collections.abc.Mapping)

ACCEPTED = "a type such as int, str, datetime, list[int], a dataclass, or one of these with '| None'"

# Far more than anybody means, and far less than Python's stack holds.
_DEEPEST = 64


class Unsupported(Exception):
    """An annotation is no type of the host's; the text goes on from "the parameter "."""


def resolve(annotation, namespace):
    """The descriptor of an annotation, and whether None is allowed.

    namespace: where names in annotations that are text are looked up.
    """
    return _resolve(annotation, namespace, 0, ())


def _resolve(annotation, namespace, depth, inside):
    if depth > _DEEPEST:
        raise Unsupported(f"has a type nested deeper than {_DEEPEST} levels")
    annotation = _evaluated(annotation, namespace)
    plain = _lookup(annotation)
    if plain:
        return {"kind": plain}, annotation is typing.Any or annotation is object or plain == "null"
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)

    def inner(annotation):
        return _resolve(annotation, namespace, depth + 1, inside)[0]

    if origin in (typing.Union, types.UnionType):
        others = [member for member in arguments if member is not type(None)]
        if len(others) == 1 and len(others) < len(arguments):
            return inner(others[0]), True
    elif origin is typing.Annotated:
        return _annotated(annotation, lambda: _resolve(arguments[0], namespace, depth + 1, inside))
    elif origin is typing.Literal:
        return _literal(arguments)
    elif origin in _LISTS and arguments:
        return {"kind": "list", "element": inner(arguments[0])}, False
    elif origin is tuple and len(arguments) == 2 and arguments[1] is ...:
        return {"kind": "list", "element": inner(arguments[0])}, False
    elif origin in _MAPS and len(arguments) == 2:
        key, value = arguments
        return {"kind": "map", "key": inner(key), "value": inner(value)}, False
    elif isinstance(annotation, typing.TypeAliasType):
        return _resolve(annotation.__value__, namespace, depth + 1, inside)
    elif isinstance(annotation, typing.NewType):
        return _resolve(annotation.__supertype__, namespace, depth + 1, inside)
    elif isinstance(annotation, type):
        if annotation in inside:
            raise Unsupported(f"has the type {annotation.__name__}, which contains itself; no column can hold that")
        found = _class(annotation, lambda part: _resolve(part, namespace, depth + 1, (*inside, annotation))[0])
        if found:
            return found, False
    raise Unsupported(f"has the unsupported type {inspect.formatannotation(annotation)}; use {ACCEPTED}")


def _evaluated(annotation, namespace):
    for _ in range(_DEEPEST):
        if isinstance(annotation, typing.ForwardRef):
            annotation = annotation.__forward_arg__
        if not isinstance(annotation, str):
            break
        try:
            annotation = eval(annotation, namespace)
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"
            raise Unsupported(f"has an annotation that cannot be evaluated, {annotation!r}: {problem}") from None
    return annotation


def _lookup(annotation):
    try:
        plain = _PLAIN.get(annotation)
    except TypeError:  # not hashable
        return None
    if plain or not isinstance(annotation, type):
        return plain
    kind = _IMPORTED.get((annotation.__module__.replace("_pydatetime", "datetime"), annotation.__qualname__))
    return kind


def _annotated(annotation, rest):
    found = [extra.descriptor for extra in annotation.__metadata__ if isinstance(extra, clutch.Type)]
    if not found:
        return rest()
    base, optional = rest()
    base, kind = base["kind"], found[-1]["kind"]
    expected = {"decimal": "decimal", "timestamp": "timestamp"}.get(kind, base)
    if base != expected:
        names = {"decimal": "Decimal", "timestamp": "datetime"}
        raise Unsupported(f"annotates {base} as {kind}; write Annotated[{names[kind]}, ...]")
    if found[-1].get("timeZone"):
        import _clutch_support

        try:
            _clutch_support.zone(found[-1]["timeZone"])
        except ValueError as error:
            raise Unsupported(f"cannot be used: {error}") from None
    return found[-1], optional and kind not in ("json", "pickle")


def _literal(values):
    if all(isinstance(value, str) for value in values):
        return {"kind": "enum", "name": "Literal", "values": list(dict.fromkeys(values)), "class": None}, False
    optional = None in values
    values = [value for value in values if value is not None]
    for kind in (bool, int, str):
        if values and all(type(value) is kind for value in values):
            if kind is str:
                return _literal(values)[0], True
            return {"kind": kind.__name__}, optional
    raise Unsupported("has a Literal of several types; use texts only")


# What stands around the types of a TypedDict's fields; ReadOnly is new in 3.13.
_QUALIFIERS = {typing.Required, typing.NotRequired, getattr(typing, "ReadOnly", typing.Required)}


def _class(cls, inner):
    enum = sys.modules.get("enum")
    if enum and issubclass(cls, enum.Enum):
        members = list(cls)
        by_value = all(type(member.value) is str or isinstance(member.value, str) for member in members)
        if not members:
            raise Unsupported(f"has the type {cls.__name__}, an Enum without members")
        values = [str.__str__(member.value) if by_value else member.name for member in members]
        return {"kind": "enum", "name": cls.__name__, "values": values, "class": cls, "byValue": by_value}
    form = None
    if dataclasses.is_dataclass(cls):
        fields = [field for field in dataclasses.fields(cls) if field.init]
        names = [field.name for field in fields]
        form = "keywords" if any(field.kw_only for field in fields) else "positional"
    elif issubclass(cls, tuple) and hasattr(cls, "_fields"):
        names, form = list(cls._fields), "positional"
    elif typing.is_typeddict(cls):
        names, form = list(cls.__annotations__), "dict"
    if form is None:
        return None
    if not names:
        raise Unsupported(f"has the type {cls.__name__}, which has no fields")
    try:
        hints = typing.get_type_hints(cls, include_extras=True)
    except Exception as error:
        raise Unsupported(f"has the type {cls.__name__}, whose annotations cannot be evaluated: {error}") from None
    fields = []
    for name in names:
        hint = hints.get(name, typing.Any)
        if typing.get_origin(hint) in _QUALIFIERS:
            hint = typing.get_args(hint)[0]
        try:
            fields.append({"name": name, "type": inner(hint)})
        except Unsupported as error:
            raise Unsupported(f"has the type {cls.__name__}, whose field '{name}' {error}") from None
    return {"kind": "struct", "name": cls.__name__, "fields": fields, "class": cls, "form": form}

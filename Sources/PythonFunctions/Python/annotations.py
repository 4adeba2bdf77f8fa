"""Turns annotations into the types of the host, as plain descriptors: {"kind": "list", "element": {"kind": "int"}}.

A type's own module is looked up and never imported: an annotation of type Decimal exists only where decimal is imported.
"""

import collections.abc
import sys
import types
import typing

import clutch
from _clutch_pristine import original
from _clutch_texts import name as shown_name, shown, told
from _clutch_support import dataclass_fields, members, zone

_PLAIN = {
    int: "int", float: "float", str: "str", bool: "bool", bytes: "bytes", type(None): "null", None: "null",
    typing.Any: "any", object: "any", list: "any", dict: "any", clutch.Interval: "interval",
}  # fmt: skip
# By identity: what a class of the file's has for its hash is code of the file's.
_PLAIN_BY_ID = {id(type_): kind for type_, kind in _PLAIN.items()}

# Types of modules that a file may or may not have imported.
_IMPORTED = {
    ("decimal", "Decimal"): "decimal", ("_pydecimal", "Decimal"): "decimal", ("uuid", "UUID"): "uuid",
    ("datetime", "date"): "date", ("datetime", "time"): "time", ("datetime", "datetime"): "timestamp",
    ("datetime", "timedelta"): "duration", ("clutch", "Record"): "any",
}  # fmt: skip

_get_origin, _get_args, _is_typeddict = (original("typing", name) for name in ("get_origin", "get_args", "is_typeddict"))
_Any, _Union, _Literal, _Annotated = typing.Any, typing.Union, typing.Literal, typing.Annotated
_ForwardRef, _NewType, _TypeAliasType = typing.ForwardRef, typing.NewType, typing.TypeAliasType
_UnionType = types.UnionType
_annotations, _class_name = type.__dict__["__annotations__"].__get__, type.__dict__["__name__"].__get__
_mro = type.__dict__["__mro__"].__get__
_NoneType = type(None)
_modules = sys.modules
_Type, _Column = clutch.Type, clutch.Column
# Whose values are those of many rows.
_OF_MANY = (clutch.Column, clutch.Array, clutch.Series, clutch.Arrow)

_LISTS = (list, collections.abc.Sequence, collections.abc.Iterable)
_MAPS = (dict, collections.abc.Mapping)
_ROWS = (
    list, collections.abc.Iterator, collections.abc.Iterable, collections.abc.Generator, collections.abc.Sequence,
    collections.abc.AsyncIterator, collections.abc.AsyncIterable, collections.abc.AsyncGenerator,
)  # fmt: skip

# What can stand in a Type; all but those that are made of other types.
_DESCRIBED = {
    "int8", "int16", "int32", "int", "int128", "uint8", "uint16", "uint32", "uint64", "float32", "float", "json", "pickle",
    "nanoseconds", "decimal", "timestamp",
}  # fmt: skip

ACCEPTED = "a type such as int, str, datetime, list[int], a dataclass, or one of these with '| None'"

# Far more than anybody means, and far less than Python's stack holds.
_DEEPEST = 64


class Unsupported(Exception):
    """An annotation is no type of the host's; the text goes on from "the parameter "."""


def resolve(annotation, namespace):
    """The descriptor of an annotation, and whether None is allowed.

    namespace: where names in annotations that are text are looked up. Raises Unsupported, whatever the annotation does.
    """
    try:
        return _resolve(annotation, namespace, 0, ())
    except (Unsupported, MemoryError):
        raise
    except Exception as error:
        raise Unsupported(f"has a type that cannot be read: {told(error)}") from None


def resolve_rows(annotation, namespace):
    """The descriptor of the rows that the return annotation of a table function names.

    Raises Unsupported, whatever the annotation does.
    """
    try:
        rows = _plain(annotation, namespace)
        origin, arguments = _parts(rows)
        if not (_is_one_of(origin, _ROWS) and arguments):
            raise Unsupported(f"names no rows: {_shown(rows)}; write -> Iterator[T], Iterable[T], Generator[T, None, None] or list[T]")
        return _resolve_record(arguments[0], namespace, None, "record")
    except (Unsupported, MemoryError):
        raise
    except Exception as error:
        raise Unsupported(f"has a type that cannot be read: {told(error)}") from None


def resolve_state(annotation, namespace):
    """The descriptor of the states that create_state's return annotation names.

    Raises Unsupported, whatever the annotation does.
    """
    try:
        return _resolve_record(annotation, namespace, tuple, "positional")
    except (Unsupported, MemoryError):
        raise
    except Exception as error:
        raise Unsupported(f"has a type that cannot be read: {told(error)}") from None


def _resolve_record(annotation, namespace, cls, form):
    """The descriptor of a type that may also be tuple[...], whose fields are f0, f1 and so on, with its class and form."""
    row = _plain(annotation, namespace)
    origin, arguments = _parts(row)
    if origin is tuple and arguments and arguments[-1] is not ...:
        fields = [
            {"name": f"f{place}", "type": _resolve(part, namespace, 1, ())[0], "mayBeMissing": False}
            for place, part in enumerate(arguments)
        ]
        return {"kind": "struct", "name": _shown(row), "fields": fields, "class": cls, "form": form}
    return _resolve(row, namespace, 1, ())[0]


def own(cls):
    """The annotations of a class's own body."""
    return _annotations(cls)


def _plain(annotation, namespace):
    """What an annotation comes to without aliases, metadata that is not ours, and "| None"."""
    for _ in range(_DEEPEST):
        annotation = _evaluated(annotation, namespace)
        origin, arguments = _parts(annotation)
        if _is_a(annotation, _TypeAliasType):
            annotation = annotation.__value__
        elif origin is _Annotated and not any(_is_a(extra, _Type) for extra in annotation.__metadata__):
            annotation = arguments[0]
        elif origin is _Union and len(others := [each for each in arguments if each is not _NoneType]) == 1:
            annotation = others[0]
        else:
            break
    return annotation


def plain(annotation, namespace):
    """What an annotation comes to without aliases and "| None". Raises Unsupported, whatever the annotation does."""
    try:
        return _plain(annotation, namespace)
    except (Unsupported, MemoryError):
        raise
    except Exception as error:
        raise Unsupported(f"has a type that cannot be read: {told(error)}") from None


def parts(annotation):
    """The origin and the arguments of what `plain` gives."""
    return _parts(annotation)


def written(annotation):
    """An annotation for a message."""
    return _shown(annotation)


def tuple_fields(cls):
    """The fields of a NamedTuple, each with its annotation; None for anything else."""
    if not _is_a(cls, type) or not issubclass(cls, tuple) or not hasattr(cls, "_fields"):
        return None
    hints = _hints(cls)
    return [(str.__str__(name), _evaluated(*hints.get(name, (_Any, {})))) for name in cls._fields]


def _is_a(value, cls):
    """What isinstance says of a value that does not lie about its class."""
    return issubclass(type(value), cls)


def _is_one_of(value, others):
    """By identity: what a class of the file's is equal to is code of the file's."""
    return any(value is other for other in others)


def _resolve(annotation, namespace, depth, inside):
    if depth > _DEEPEST:
        raise Unsupported(f"has a type nested deeper than {_DEEPEST} levels")
    annotation = _evaluated(annotation, namespace)
    plain = _lookup(annotation)
    if plain:
        return {"kind": plain}, annotation is _Any or annotation is object or plain == "null"
    origin, arguments = _parts(annotation)
    if _is_one_of(origin, _OF_MANY) or _is_one_of(annotation, _OF_MANY):
        column = annotation.__name__ if _is_one_of(annotation, _OF_MANY) else _shown(annotation)
        raise Unsupported(
            f"has the type {column}, which is the values of many rows; only a whole parameter, or the whole result, of a "
            "function marked @udf(batch=True) can be one"
        )

    def inner(annotation):
        return _resolve(annotation, namespace, depth + 1, inside)[0]

    if origin is _Union:
        others = [member for member in arguments if member is not _NoneType]
        if len(others) == 1 and len(others) < len(arguments):
            return inner(others[0]), True
    elif origin is _Annotated:
        return _annotated(annotation, lambda: _resolve(arguments[0], namespace, depth + 1, inside))
    elif origin is _Literal:
        return _literal(arguments)
    elif _is_one_of(origin, _LISTS) and arguments:
        return {"kind": "list", "element": inner(arguments[0])}, False
    elif origin is tuple and len(arguments) == 2 and arguments[1] is ...:
        return {"kind": "list", "element": inner(arguments[0])}, False
    elif _is_one_of(origin, _MAPS) and len(arguments) == 2:
        key, value = arguments
        return {"kind": "map", "key": inner(key), "value": inner(value)}, False
    elif _is_a(annotation, _TypeAliasType):
        return _resolve(annotation.__value__, namespace, depth + 1, inside)
    elif _is_a(annotation, _NewType):
        return _resolve(annotation.__supertype__, namespace, depth + 1, inside)
    elif _is_a(annotation, type):
        if _is_one_of(annotation, inside):
            raise Unsupported(f"has the type {_shown_name(annotation)}, which contains itself; no column can hold that")
        found = _class(annotation, lambda part, names: _resolve(part, names, depth + 1, (*inside, annotation))[0])
        if found:
            return found, False
    raise Unsupported(f"has the unsupported type {_shown(annotation)}; use {ACCEPTED}")


def _evaluated(annotation, namespace):
    for _ in range(_DEEPEST):
        if _is_a(annotation, _ForwardRef):
            module = getattr(annotation, "__forward_module__", None)
            module = _modules.get(module) if _is_a(module, str) else module
            namespace = {**namespace, **getattr(module, "__dict__", {})}
            annotation = annotation.__forward_arg__
        if not _is_a(annotation, str):
            break
        try:
            annotation = eval(annotation, namespace)
        except MemoryError:
            raise
        except Exception as error:
            raise Unsupported(f"has an annotation that cannot be evaluated, {shown(annotation)}: {told(error)}") from None
    return annotation


def _lookup(annotation):
    plain = _PLAIN_BY_ID.get(id(annotation))
    if plain or not _is_a(annotation, type):
        return plain
    module, name = annotation.__module__, annotation.__qualname__
    if not (_is_a(module, str) and _is_a(name, str)):
        return None
    return _IMPORTED.get((str.replace(module, "_pydatetime", "datetime"), str.__str__(name)))


def _parts(annotation):
    """The origin and the arguments, as `typing` has them."""
    if _is_a(annotation, _UnionType):
        return _Union, annotation.__args__
    if _is_a(annotation, (_NewType, _TypeAliasType)):
        return None, ()
    if _is_a(annotation, type):
        return None, ()
    return _get_origin(annotation), _get_args(annotation)


def _annotated(annotation, rest):
    found = [extra.descriptor for extra in annotation.__metadata__ if _is_a(extra, _Type)]
    if not found:
        return rest()
    base, optional = rest()
    base, kind = base["kind"], found[-1]["kind"]
    expected = {"decimal": "decimal", "timestamp": "timestamp"}.get(kind, base)
    if base != expected:
        names = {"decimal": "Decimal", "timestamp": "datetime"}
        raise Unsupported(f"annotates {base} as {shown_name(kind)}; write Annotated[{names[kind]}, ...]")
    if not (_is_a(kind, str) and kind in _DESCRIBED):
        raise Unsupported(f"annotates {base} as {shown(kind)}, which is no type; use what the module clutch has")
    if found[-1].get("timeZone"):
        try:
            zone(found[-1]["timeZone"])
        except ValueError as error:
            raise Unsupported(f"cannot be used: {error}") from None
    return found[-1], optional and kind not in ("json", "pickle")


def _literal(values):
    if all(_is_a(value, str) for value in values):
        values = list(dict.fromkeys(_text(value, "the value") for value in values))
        return {"kind": "enum", "name": "Literal", "values": values, "class": None}, False
    optional = _is_one_of(None, values)
    values = [value for value in values if value is not None]
    for kind in (bool, int, str):
        if values and all(type(value) is kind for value in values):
            if kind is str:
                return _literal(values)[0], True
            return {"kind": kind.__name__}, optional
    raise Unsupported("has a Literal of several types; use texts only")


def _text(value, what):
    """A text that goes to the host, which holds it as UTF-8."""
    value = str.__str__(value)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Unsupported(f"has {what} {shown(value)}, which is no text that UTF-8 can hold") from None
    return value


def _shown(annotation):
    """An annotation as its author wrote it, or nearly so."""
    try:
        if _is_a(annotation, type):
            module, name = annotation.__module__, shown_name(annotation.__qualname__)
            return name if module == "builtins" else f"{shown_name(module)}.{name}"
        text = str.__str__(repr(annotation))
        return shown_name(text.replace("typing.", "") if getattr(annotation, "__module__", None) == "typing" else text)
    except MemoryError:
        raise
    except Exception:
        return f"of class {_shown_name(type(annotation))}"


# What stands around the types of a TypedDict's fields; ReadOnly is new in 3.13.
_REQUIRED, _NOT_REQUIRED = typing.Required, typing.NotRequired
_QUALIFIERS = (_REQUIRED, _NOT_REQUIRED, getattr(typing, "ReadOnly", _REQUIRED))


def _class(cls, inner):
    if _is_a(getattr(cls, "_member_map_", None), dict):
        return _enum(cls)
    optional, form = (), None
    if "__dataclass_fields__" in dir(cls):
        fields = [field for field in dataclass_fields(cls) if field.init]
        optional = [field.name for field in fields if field.default is None]
        form = "keywords" if any(field.kw_only for field in fields) else "positional"
        names = [field.name for field in fields]
    elif issubclass(cls, tuple) and hasattr(cls, "_fields"):
        names, form = list(cls._fields), "positional"
        defaults = getattr(cls, "_field_defaults", {})
        optional = [name for name in names if defaults.get(name, cls) is None]
    elif _is_typeddict(cls):
        names, form = list(cls.__annotations__), "dict"
        optional = cls.__optional_keys__
    if form is None:
        return None
    if not names:
        raise Unsupported(f"has the type {_shown_name(cls)}, which has no fields")
    hints, fields = _hints(cls), []
    for name in names:
        may_be_missing = name in optional
        try:
            hint, namespace = hints.get(name, (_Any, {}))
            hint = _evaluated(hint, namespace)
            origin, arguments = _parts(hint)
            while _is_one_of(origin, _QUALIFIERS):
                # Where annotations are text the class itself does not know.
                may_be_missing = origin is _NOT_REQUIRED or may_be_missing and origin is not _REQUIRED
                hint = _evaluated(arguments[0], namespace)
                origin, arguments = _parts(hint)
            field = {"name": _text(name, "a field"), "type": inner(hint, namespace), "mayBeMissing": may_be_missing}
        except Unsupported as error:
            raise Unsupported(f"has the type {_shown_name(cls)}, whose field '{shown_name(name)}' {error}") from None
        fields.append(field)
    return {"kind": "struct", "name": _shown_name(cls), "fields": fields, "class": cls, "form": form}


def unmakeable(type_):
    """Why no argument of a type can be made, to go on from "the parameter "; None for one that can."""
    kind, parts = type_["kind"], []
    if kind == "list":
        parts = [type_["element"]]
    elif kind == "map":
        keys = _unhashable(type_["key"])
        if keys:
            return f"has a dict with {keys} as keys, which Python cannot hash; use a frozen dataclass, or a list of pairs"
        parts = [type_["key"], type_["value"]]
    elif kind == "struct":
        missing = [] if type_["class"] is None else _missing(type_["class"])
        if missing:
            needs = f"needs a value for the InitVar '{shown_name(missing[0])}', which is no field"
            return f"has the type {type_['name']}, which {needs}; give it a default value"
        parts = [field["type"] for field in type_["fields"]]
    return next((problem for problem in map(unmakeable, parts) if problem), None)


def _unhashable(type_):
    """The objects of a type in words, if they cannot be keys; None if they can."""
    kind = type_["kind"]
    if kind in ("list", "map"):
        return {"list": "lists", "map": "dicts"}[kind]
    if kind != "struct":
        return None
    cls = type_["class"]
    if cls is None or type_["form"] == "dict" or _found(cls, "__hash__") is None:
        return f"objects of {type_['name']}"
    fields = type_["fields"] if _found(cls, "__hash__") is _tuple_hash else ()
    return next((f"objects of {type_['name']}" for field in fields if _unhashable(field["type"])), None)


_tuple_hash = tuple.__hash__


def _found(cls, name):
    """What a class or one that it derives from has under a name; None if nothing."""
    return next((base.__dict__[name] for base in _mro(cls) if name in base.__dict__), None)


def _missing(cls):
    """The parameters of a dataclass that are no fields and have no default value."""
    fields = getattr(cls, "__dataclass_fields__", None)
    fields = fields.values() if _is_a(fields, dict) else ()
    init_only = [field for field in fields if getattr(field._field_type, "name", None) == "_FIELD_INITVAR"]
    return [field.name for field in init_only if type(field.default).__name__ == "_MISSING_TYPE"]


def _shown_name(cls):
    """The name of a class, also of one whose metaclass has another idea of it."""
    return shown_name(_class_name(cls))


def _enum(cls):
    found = members(cls, False)
    if not found:
        raise Unsupported(f"has the type {_shown_name(cls)}, an Enum without members")
    by_value = all(_is_a(member._value_, str) for member in found.values())
    values = [_text(value, "the value") for value in members(cls, by_value)]
    return {"kind": "enum", "name": _shown_name(cls), "values": values, "class": cls, "byValue": by_value}


def _hints(cls):
    """The annotations of a class and of those it derives from, each with the names that it may use if it is text."""
    hints = {}
    for base in reversed(cls.__mro__):
        module = getattr(_modules.get(base.__module__), "__dict__", {})
        try:
            own = _annotations(base)
        except AttributeError:  # a class of C's
            continue
        except MemoryError:
            raise
        except Exception as error:  # since 3.14 annotations are evaluated only now
            problem = f"has the type {_shown_name(cls)}, whose annotations cannot be evaluated: {told(error)}"
            raise Unsupported(problem) from None
        namespace = {**base.__dict__, **module}
        for name, annotation in own.items():
            hints[name] = annotation, namespace
    return hints

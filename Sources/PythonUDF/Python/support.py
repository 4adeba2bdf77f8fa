"""What the host asks Python for while it converts values: the few things that have no entry in the C interface."""

import datetime


def zone(name):
    """The time zone of a column, which Arrow names as the IANA database does, or as an offset such as +05:30."""
    if name.upper() in ("UTC", "Z", "ETC/UTC", "GMT", "+00:00"):
        return datetime.timezone.utc
    if name[0] in "+-" and len(name) == 6 and name[3] == ":":
        offset = datetime.timedelta(hours=int(name[1:3]), minutes=int(name[4:6]))
        return datetime.timezone(-offset if name[0] == "-" else offset)
    import zoneinfo

    try:
        return zoneinfo.ZoneInfo(name)
    except Exception:
        problem = f"there is no time zone named {name!r}; install the system's tzdata, or the Python package tzdata"
        raise ValueError(problem) from None


_makers = {}


def maker(cls, count, names):
    """A function of so many parameters that makes an object of a class, or a dict, of the fields of a struct.

    CPython runs the call of a class inside a function in place, in half the time that the host's call would take.
    names: those of the fields for a dict and for a class that takes them by name; None for one that takes them in order.
    """
    found = _makers.get((cls, count, names))
    if found is None:
        values = [f"v{index}" for index in range(count)]
        if cls is None:
            body = ", ".join(f"{name!r}: {value}" for name, value in zip(names, values))
            body = f"{{{body}}}"
        else:
            named = values if names is None else [f"{name}={value}" for name, value in zip(names, values)]
            body = f"cls({', '.join(named)})"
        code = compile(f"lambda {', '.join(values)}: {body}", maker.__code__.co_filename, "eval")
        found = _makers[cls, count, names] = eval(code, {"cls": cls})
    return found


def is_plain_tuple(cls):
    """Whether a class is a named tuple that is made as collections.namedtuple makes it, with no code of its own."""
    module = getattr(cls.__new__, "__module__", None)
    made_as_usual = type(cls) is type and cls.__init__ is object.__init__
    return issubclass(cls, tuple) and made_as_usual and module == f"namedtuple_{cls.__name__}"


def parser():
    import json

    return json.loads


def writer():
    """JSON as other systems read it: no NaN, which JSON does not have."""
    import json

    return json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain).encode


def _plain(value):
    """Records of the user's own classes go as their fields."""
    import dataclasses

    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON; convert it to text or a number")


def members(cls, by_value):
    """The members of an Enum by the text that stands for them."""
    return {(str.__str__(member.value) if by_value else member.name): member for member in cls}


def places(cls, values, by_value):
    """The place of each value of an enumeration, by the value and by the member that stands for it."""
    found = {value: index for index, value in enumerate(values)}
    if cls is not None:
        for member in cls:
            found[member] = found[str.__str__(member.value) if by_value else member.name]
    return found


def dead_letter(names, values):
    """The arguments of a row that failed, as JSON for a person and for another try."""
    import json

    named = dict(zip(names, values)) if len(set(names)) == len(names) else list(values)
    return json.dumps(named, ensure_ascii=False, default=_shown, skipkeys=True)


def _shown(value):
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    import dataclasses

    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return str(value)

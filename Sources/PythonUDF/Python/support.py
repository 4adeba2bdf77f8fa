"""What the host asks Python for while it converts values: the few things that have no entry in the C interface."""

import datetime
import math
import sys


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

    values = [_shown(value) for value in values]
    named = dict(zip(names, values)) if len(set(names)) == len(names) else values
    text = json.dumps(named, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate has no place in UTF-8.
    return text.encode("utf-8", "backslashreplace").decode()


def _shown(value, depth=0):
    """A value with only what JSON has: what it lacks, such as NaN and dates, as text."""
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:
        return value if math.isfinite(value) else str(value)
    if depth > 50:
        return "..."
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): _shown(part, depth + 1) for key, part in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return _shown(value._asdict(), depth + 1)
    if isinstance(value, (list, tuple)):
        return [_shown(part, depth + 1) for part in value]
    dataclasses = sys.modules.get("dataclasses")
    if dataclasses and dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {field.name: _shown(getattr(value, field.name, None), depth + 1) for field in fields}
    return str(value)

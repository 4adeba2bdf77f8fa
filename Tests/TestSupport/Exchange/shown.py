"""How a value is shown where two ways of making it are compared: one inside an interpreter, one by PyArrow."""

from datetime import datetime


def shown(value):
    """`repr()`, but for what both sides have classes of their own for: structs, intervals, and time zones.

    Moments are shown with their distance from UTC, whatever object says it.
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{shown(key)}: {shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(shown, value)) + "]"
    if isinstance(value, datetime):
        return value.isoformat()
    if hasattr(value, "nanoseconds"):
        return f"interval({value.months}, {value.days}, {value.nanoseconds})"
    return repr(value)

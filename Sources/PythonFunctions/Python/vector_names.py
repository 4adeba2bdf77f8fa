"""What the reader of functions knows of Python: what names stand for, which operators and methods there are, and constants.

All of it was taken before a file ran, by identity, so that nothing a file changes can pass for it.
"""

import _ast as ast
import math
import sys
from _struct import pack
from types import ModuleType

dict_of = ModuleType.__dict__["__dict__"].__get__
fields_of = ast.AST.__dict__["__dict__"].__get__
MISSING = object()
_NoneType = type(None)

# What a name stands for, by identity: as it was before any file ran. The names are those of the table of operations.
_FUNCTIONS = {
    "abs": abs, "min": min, "max": max, "round": round, "int": int, "float": float, "bool": bool, "str": str, "len": len,
    "range": range, "ord": ord, "divmod": divmod, "enumerate": enumerate,
}  # fmt: skip
MATH = {
    name: getattr(math, name)
    for name in (
        "sin", "cos", "tan", "asin", "acos", "atan", "exp", "expm1", "log", "log2", "log10", "log1p", "sqrt", "sinh", "cosh",
        "tanh", "asinh", "acosh", "atanh", "erf", "erfc", "cbrt", "exp2", "fabs", "floor", "ceil", "trunc", "pow", "fmod",
        "atan2", "copysign", "radians", "degrees", "isnan", "isinf", "isfinite", "gcd",
    )
    if hasattr(math, name)
}  # fmt: skip
BY_ID = {id(function): name for name, function in _FUNCTIONS.items()}
BY_ID |= {id(function): f"math.{name}" for name, function in MATH.items()}
_kept = [*_FUNCTIONS.values(), *MATH.values()]
_builtins = __builtins__ if type(__builtins__) is dict else __builtins__.__dict__
# What programs can know to be raised, and the exceptions of Python that an `except` of them catches it with.
ERRORS = {"value": ValueError, "type": TypeError, "zero": ZeroDivisionError, "index": IndexError, "key": KeyError}
CAUGHT = {
    id(kind): [name for name, error in ERRORS.items() if kind in error.__mro__]
    for kind in _builtins.values() if type(kind) is type and BaseException in kind.__mro__
}  # fmt: skip
# The dictionaries that files change when they replace something of a module.
real_builtins = sys.modules["builtins"].__dict__

METHODS = frozenset((
    "strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "swapcase", "casefold", "startswith", "endswith", "replace",
    "count", "find", "rfind", "index", "rindex", "isdigit", "isdecimal", "isnumeric", "isalpha", "isalnum", "isspace", "isupper",
    "islower", "isascii", "isidentifier", "zfill", "ljust", "rjust", "center", "removeprefix", "removesuffix", "split", "rsplit",
    "partition", "rpartition",
))  # fmt: skip

# Of dates, datetimes and timedeltas: what they have, and what makes them.
PARTS = frozenset(("year", "month", "day", "hour", "minute", "second", "microsecond", "days", "seconds", "microseconds"))
DATE_METHODS = frozenset(("weekday", "isoweekday", "toordinal", "date", "isoformat", "strftime", "total_seconds", "isocalendar"))
CLASS_METHODS = frozenset(("date.fromisoformat", "datetime.fromisoformat", "datetime.strptime"))
MAKERS = {
    "date": (3, ("year", "month", "day")),
    "datetime": (3, ("year", "month", "day", "hour", "minute", "second", "microsecond")),
    "timedelta": (0, ("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks")),
}  # fmt: skip
_type_flags, _type_name, _type_module = (type.__dict__[name].__get__ for name in ("__flags__", "__name__", "__module__"))
_HEAP_TYPE = 1 << 9
_EPOCH = 719163  # 1970-01-01 as an ordinal
time_module = sys.modules["time"] if "time" in sys.modules else __import__("time")
strftime = time_module.strftime

BINARY = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**", ast.LShift: "<<",
    ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
}  # fmt: skip
UNARY = {ast.USub: "neg", ast.UAdd: "pos", ast.Invert: "~"}
COMPARED = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Is: "is", ast.IsNot: "is not",
    ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip

# What a construct is called, and what to write instead.
STATEMENTS = {
    ast.With: ("a with statement", ""), ast.Raise: ("a raise", ""), ast.Global: ("a global statement", "a parameter, or a return value"),
    ast.Nonlocal: ("a nonlocal statement", ""), ast.Import: ("an import inside the function", "an import at the top of the file"),
    ast.ImportFrom: ("an import inside the function", "an import at the top of the file"), ast.Delete: ("a del statement", ""),
    ast.FunctionDef: ("a function inside the function", "a function of the file"), ast.ClassDef: ("a class inside the function", ""),
    ast.AsyncFunctionDef: ("an async function", ""), ast.AsyncFor: ("an async for", ""), ast.AsyncWith: ("an async with", ""),
    ast.Match: ("a match of patterns that are no constants", "if and elif"), ast.TryStar: ("a try with except*", ""),
}  # fmt: skip
EXPRESSIONS = {
    ast.Lambda: ("a lambda", "a function of the file"), ast.ListComp: ("a list comprehension", "a loop"),
    ast.SetComp: ("a set comprehension", ""), ast.DictComp: ("a dictionary comprehension", ""), ast.GeneratorExp: ("a generator", "a loop"),
    ast.List: ("a list", ""), ast.Tuple: ("a tuple", ""), ast.Dict: ("a dictionary", "a dictionary of the file, which is not changed"),
    ast.Set: ("a set", ""), ast.Await: ("an await", ""), ast.Yield: ("a yield", ""), ast.YieldFrom: ("a yield", ""),
    ast.NamedExpr: ("an assignment in an expression", "an assignment before it"), ast.Starred: ("a starred expression", ""),
}  # fmt: skip

# The largest tree that is looked at: a generated function of thousands of lines is CPython's.
MOST_NODES = 4000
DEEPEST, DEEPEST_EXPRESSION = 60, 80


class Refused(Exception):
    """A function has no program; the node says why."""


class Unsupported(Exception):
    """An expression that rows which reach it are left to CPython for."""


def as_constant(value):
    """A constant as the host reads it; None for what is none."""
    kind = type(value)
    if value is None:
        return ["none", ""]
    if kind is bool:
        return ["bool", "1" if value else "0"]
    if kind is int:
        return ["int", int.__repr__(value)] if -(2**63) <= value < 2**63 else None
    if kind is float:
        return ["float", pack(">d", value).hex()]
    if kind is str:
        # A text with a surrogate is no UTF-8.
        return ["str", value] if value.isascii() or _is_utf8(value) else None
    name = date_type(kind)
    if name == "date":
        return ["date", int.__repr__(value.toordinal() - _EPOCH)]
    if name == "datetime" and value.tzinfo is None and value.fold == 0:
        seconds = (value.toordinal() - _EPOCH) * 86400 + value.hour * 3600 + value.minute * 60 + value.second
        return ["datetime", int.__repr__(seconds * 10**6 + value.microsecond)]
    if name == "timedelta":
        number = (value.days * 86400 + value.seconds) * 10**6 + value.microseconds
        return ["timedelta", int.__repr__(number)] if -(2**63) <= number < 2**63 else None
    return None


def is_constant(value):
    kind = type(value)
    return kind in (int, float, str, bool, _NoneType) or bool(date_type(kind))


def date_type(value):
    """The name of a type of the module datetime: as it came with Python, so that nobody can have changed it."""
    if type(value) is not type or _type_flags(value) & _HEAP_TYPE or _type_module(value) != "datetime":
        return ""
    name = _type_name(value)
    return name if name in MAKERS else ""


def _is_utf8(text):
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def compute(operator, left, right):
    """Arithmetic on constants as Python has it; MISSING where it raises, or is large."""
    try:
        if operator is ast.Add:
            return left + right
        if operator is ast.Sub:
            return left - right
        if operator is ast.Mult:
            return left * right
        if operator is ast.Div:
            return left / right
        if operator is ast.FloorDiv:
            return left // right
        if operator is ast.Mod:
            return left % right
        if operator is ast.Pow and abs(right) <= 64 and abs(left) < 2**63:
            value = left**right
            return value if type(value) in (int, float) else MISSING
    except (ArithmeticError, ValueError):
        pass
    return MISSING


def describe(value):
    if value is MISSING:
        return "not there"
    kind = type(value)
    if kind is ModuleType:
        return "a module"
    return f"a global of type {kind.__name__}" if kind in (list, set, dict, tuple, frozenset, bytes) else "a global object"


def instead_of(value):
    if type(value) is list:
        return "a tuple, which cannot change"
    return "a frozenset, which cannot change" if type(value) is set else ""

"""Resolves functions of plain types for programs that run without Python, or says why a function has none.

What it says of a function is its syntax tree with every name resolved: locals by name, constants by value, builtins and
functions of known modules by what they are. It uses nothing that a file may have changed: what this module needs was taken
before a file ran, and of the tree it reads what the parser itself wrote.

Each node is a list: what it is, the line and the column (from 1), and its parts. `VectorizedPython/Syntax` reads it.
"""

import _ast as ast
import math
import sys
from _functools import partial
from _json import encode_basestring_ascii, make_encoder
from _struct import pack
from types import CodeType, FunctionType, ModuleType
from warnings import catch_warnings

_PyCF_ONLY_AST = ast.PyCF_ONLY_AST
_dict_of = ModuleType.__dict__["__dict__"].__get__
_fields_of = ast.AST.__dict__["__dict__"].__get__
_MISSING = object()
_NoneType = type(None)

# What a name stands for, by identity: as it was before any file ran. The names are those of the table of operations.
_FUNCTIONS = {
    "abs": abs, "min": min, "max": max, "round": round, "int": int, "float": float, "bool": bool, "str": str, "len": len,
    "range": range, "ord": ord, "divmod": divmod, "enumerate": enumerate,
}  # fmt: skip
_MATH = {
    name: getattr(math, name)
    for name in (
        "sin", "cos", "tan", "asin", "acos", "atan", "exp", "expm1", "log", "log2", "log10", "log1p", "sqrt", "sinh", "cosh",
        "tanh", "asinh", "acosh", "atanh", "erf", "erfc", "cbrt", "exp2", "fabs", "floor", "ceil", "trunc", "pow", "fmod",
        "atan2", "copysign", "radians", "degrees", "isnan", "isinf", "isfinite", "gcd",
    )
    if hasattr(math, name)
}  # fmt: skip
_BY_ID = {id(function): name for name, function in _FUNCTIONS.items()}
_BY_ID |= {id(function): f"math.{name}" for name, function in _MATH.items()}
_kept = [*_FUNCTIONS.values(), *_MATH.values()]
_builtins = __builtins__ if type(__builtins__) is dict else __builtins__.__dict__
# What programs can know to be raised, and the exceptions of Python that an `except` of them catches it with.
_ERRORS = {"value": ValueError, "type": TypeError, "zero": ZeroDivisionError, "index": IndexError, "key": KeyError}
_CAUGHT = {
    id(kind): [name for name, error in _ERRORS.items() if kind in error.__mro__]
    for kind in _builtins.values() if type(kind) is type and BaseException in kind.__mro__
}  # fmt: skip
# The dictionaries that files change when they replace something of a module.
_real_builtins = sys.modules["builtins"].__dict__

_METHODS = frozenset((
    "strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "swapcase", "casefold", "startswith", "endswith", "replace",
    "count", "find", "rfind", "index", "rindex", "isdigit", "isdecimal", "isnumeric", "isalpha", "isalnum", "isspace", "isupper",
    "islower", "isascii", "isidentifier", "zfill", "ljust", "rjust", "center", "removeprefix", "removesuffix", "split", "rsplit",
    "partition", "rpartition",
))  # fmt: skip

# Of dates, datetimes and timedeltas: what they have, and what makes them.
_PARTS = frozenset(("year", "month", "day", "hour", "minute", "second", "microsecond", "days", "seconds", "microseconds"))
_DATE_METHODS = frozenset(("weekday", "isoweekday", "toordinal", "date", "isoformat", "strftime", "total_seconds", "isocalendar"))
_CLASS_METHODS = frozenset(("date.fromisoformat", "datetime.fromisoformat", "datetime.strptime"))
_MAKERS = {
    "date": (3, ("year", "month", "day")),
    "datetime": (3, ("year", "month", "day", "hour", "minute", "second", "microsecond")),
    "timedelta": (0, ("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks")),
}  # fmt: skip
_type_flags, _type_name, _type_module = (type.__dict__[name].__get__ for name in ("__flags__", "__name__", "__module__"))
_HEAP_TYPE = 1 << 9
_EPOCH = 719163  # 1970-01-01 as an ordinal
_time = sys.modules["time"] if "time" in sys.modules else __import__("time")
_strftime = _time.strftime

_BINARY = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**", ast.LShift: "<<",
    ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
}  # fmt: skip
_UNARY = {ast.USub: "neg", ast.UAdd: "pos", ast.Invert: "~"}
_COMPARED = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Is: "is", ast.IsNot: "is not",
    ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip

# What a construct is called, and what to write instead.
_STATEMENTS = {
    ast.With: ("a with statement", ""), ast.Raise: ("a raise", ""), ast.Global: ("a global statement", "a parameter, or a return value"),
    ast.Nonlocal: ("a nonlocal statement", ""), ast.Import: ("an import inside the function", "an import at the top of the file"),
    ast.ImportFrom: ("an import inside the function", "an import at the top of the file"), ast.Delete: ("a del statement", ""),
    ast.FunctionDef: ("a function inside the function", "a function of the file"), ast.ClassDef: ("a class inside the function", ""),
    ast.AsyncFunctionDef: ("an async function", ""), ast.AsyncFor: ("an async for", ""), ast.AsyncWith: ("an async with", ""),
    ast.Match: ("a match of patterns that are no constants", "if and elif"), ast.TryStar: ("a try with except*", ""),
}  # fmt: skip
_EXPRESSIONS = {
    ast.Lambda: ("a lambda", "a function of the file"), ast.ListComp: ("a list comprehension", "a loop"),
    ast.SetComp: ("a set comprehension", ""), ast.DictComp: ("a dictionary comprehension", ""), ast.GeneratorExp: ("a generator", "a loop"),
    ast.List: ("a list", ""), ast.Tuple: ("a tuple", ""), ast.Dict: ("a dictionary", "a dictionary of the file, which is not changed"),
    ast.Set: ("a set", ""), ast.Await: ("an await", ""), ast.Yield: ("a yield", ""), ast.YieldFrom: ("a yield", ""),
    ast.NamedExpr: ("an assignment in an expression", "an assignment before it"), ast.Starred: ("a starred expression", ""),
}  # fmt: skip

# By the name that tracebacks show: the text and the code of a file, as they were when it was loaded.
_sources = {}
# The functions of a file by name and first line, read again when a function is first asked for.
_definitions = {}
# The largest tree that is looked at: a generated function of thousands of lines is CPython's.
_MOST_NODES = 4000
_DEEPEST, _DEEPEST_EXPRESSION = 60, 80


def remember(source, filename, code):
    """Keep what a file's functions are read from later."""
    _sources[filename] = source, code


class _Refused(Exception):
    """A function has no program; the node says why."""


def program(function):
    """What a function is, as JSON, or "", and why not as (line, column, construct, hint) or None; and what is relied on: a list
    of (dictionary, names or None) and of (function, code, defaults, keyword defaults).
    """
    try:
        reader = _Functions(function)
        reader.read()
    except _Refused as refused:
        return "", refused.args[0], [], []
    except RecursionError:
        return "", (1, 1, "an expression that is nested too deep", ""), [], []
    names = [(dictionary, None if None in keys else [*keys]) for dictionary, keys in reader.relied.values()]
    watched = [(each, each.__code__, each.__defaults__, each.__kwdefaults__) for each in reader.functions]
    return _json(reader.read_functions), None, names, watched


def _json(value):
    return "".join(make_encoder(None, None, encode_basestring_ascii, None, ":", ",", False, False, False)(value, 0))


def _definitions_of(filename):
    """The function definitions at the top of a file, and in ifs and trys there, by name and first line; None for two of them."""
    found = _definitions.get(filename)
    if found is None:
        source, code = _sources[filename]
        found = _definitions[filename] = {}
        # What there is to warn of was told when the file was loaded.
        with catch_warnings(action="ignore"):
            tree = compile(source, filename, "exec", _PyCF_ONLY_AST, dont_inherit=True)
        nodes = [*_fields_of(tree)["body"]]
        while nodes:
            node = nodes.pop()
            kind, fields = type(node), _fields_of(node)
            if kind is ast.FunctionDef:
                first = min([fields["lineno"], *(_fields_of(each)["lineno"] for each in fields["decorator_list"])])
                key = fields["name"], first
                found[key] = None if key in found else node
            elif kind in (ast.If, ast.Try, ast.With):
                for part in ("body", "orelse", "finalbody"):
                    nodes += fields.get(part, ())
    return found


def _codes(code):
    """The code objects of the functions that a module's code defines."""
    return [constant for constant in code.co_consts if type(constant) is CodeType]


class _Functions:
    """A function and those of the same file that it calls."""

    def __init__(self, function):
        self.functions, self.read_functions, self.relied = [], [], {}
        self.function = function
        self.nodes = 0

    def read(self):
        function = self.function
        if type(function) is not FunctionType:
            raise _Refused((1, 1, "a callable that is no plain function", "a function with def"))
        self.filename = function.__code__.co_filename
        self.place(function)

    def relies(self, dictionary, name):
        self.relied.setdefault(id(dictionary), (dictionary, {}))[1][name] = True

    def place(self, function):
        """The number of a function, which is read if it has not been."""
        for number, known in enumerate(self.functions):
            if known is function:
                return number
        number = len(self.functions)
        self.functions.append(function)
        self.read_functions.append(None)
        try:
            self.read_functions[number] = self.definition(function)
        except _Refused:
            # With those that only it calls.
            del self.functions[number:], self.read_functions[number:]
            raise
        return number

    def definition(self, function):
        code = function.__code__
        line = code.co_firstlineno
        if code.co_name == "<lambda>":
            raise _Refused((line, 1, "a lambda", "a function with def at the top of the file"))
        if code.co_filename != self.filename or code.co_filename not in _sources:
            raise _Refused((line, 1, f"a function of another file, {code.co_filename}", "a function of the same file"))
        if not any(code is each for each in _codes(_sources[code.co_filename][1])):
            raise _Refused((line, 1, "a function that is not defined at the top of the file", "a function with def at the top of the file"))
        node = _definitions_of(code.co_filename).get((code.co_name, line))
        if node is None:
            raise _Refused((line, 1, "a function whose source is not found", ""))
        fields = _fields_of(node)
        at = fields["lineno"], fields["col_offset"] + 1
        if function.__closure__ is not None or code.co_flags & (0x20 | 0x80 | 0x100 | 0x200):
            raise _Refused((*at, "a generator, an async function, or one that uses variables of another", ""))
        if function.__builtins__ is not _real_builtins:
            raise _Refused((*at, "a function with builtins of its own", ""))
        arguments = _fields_of(fields["args"])
        if arguments["vararg"] or arguments["kwarg"] or arguments["kwonlyargs"]:
            raise _Refused((*at, "parameters of any number, or by keyword only", "plain parameters"))
        names = [_fields_of(each)["arg"] for each in [*arguments["posonlyargs"], *arguments["args"]]]
        defaults = [_constant(each) for each in function.__defaults__ or ()]
        body = _Body(self, function, code)
        statements = body.block(fields["body"], 0)
        return [code.co_name, *at, names, defaults, statements]


class _Unsupported(Exception):
    """An expression that rows which reach it are left to CPython for."""


class _Body:
    """The statements of one function."""

    def __init__(self, functions, function, code):
        self.functions, self.globals = functions, function.__globals__
        self.locals = {*code.co_varnames, *code.co_cellvars}
        self.hidden = self.depth = 0

    def count(self, node):
        self.functions.nodes += 1
        if self.functions.nodes > _MOST_NODES:
            fields = _fields_of(node)
            raise _Refused((fields.get("lineno", 1), 1, "more code than is looked at", "a smaller function"))

    def block(self, nodes, depth):
        found = []
        for node in nodes:
            self.statement(node, found, depth)
        return found

    def statement(self, node, found, depth):
        self.count(node)
        kind, fields = type(node), _fields_of(node)
        at = fields["lineno"], fields["col_offset"] + 1
        if depth > _DEEPEST:
            raise _Refused((*at, "statements that are nested too deep", ""))
        try:
            self.plain(kind, fields, at, node, found, depth + 1)
        except _Unsupported as unsupported:
            found.append(["unsupported", *unsupported.args])

    def plain(self, kind, fields, at, node, found, depth):
        if kind is ast.Return:
            value = fields["value"]
            found.append(["return", *at, None if value is None else self.expression(value)])
        elif kind is ast.Assign:
            self.assign(fields["targets"], fields["value"], at, found)
        elif kind is ast.AnnAssign:
            if fields["value"] is not None:
                self.assign([fields["target"]], fields["value"], at, found)
            elif type(fields["target"]) is not ast.Name:
                raise _Unsupported(*at, "an annotation of something that is no variable", "")
        elif kind is ast.AugAssign:
            name = self.target(fields["target"])
            value = ["binary", *at, _BINARY.get(type(fields["op"]), "@"), ["name", *at, name], self.expression(fields["value"])]
            found.append(["set", *at, name, value])
        elif kind is ast.If:
            test = self.expression(fields["test"])
            found.append(["if", *at, test, self.block(fields["body"], depth), self.block(fields["orelse"], depth)])
        elif kind is ast.While:
            test = self.expression(fields["test"])
            found.append(["while", *at, test, self.block(fields["body"], depth), self.block(fields["orelse"], depth)])
        elif kind is ast.For:
            self.loop(fields, at, found, depth)
        elif kind is ast.Break:
            found.append(["break", *at])
        elif kind is ast.Continue:
            found.append(["continue", *at])
        elif kind is ast.Assert:
            raises = [["unsupported", *at, "an assertion that does not hold", ""]]
            found.append(["if", *at, self.expression(fields["test"]), [], raises])
        elif kind is ast.Expr:
            if type(fields["value"]) is not ast.Constant:
                # It may have effects, or raise: what is only computed is rare.
                raise _Unsupported(*at, self.named(fields["value"]) or "an expression whose value is not used", "")
        elif kind is ast.Try:
            if fields["finalbody"]:
                raise _Unsupported(*at, "a try with finally", "")
            body, otherwise = self.block(fields["body"], depth), self.block(fields["orelse"], depth)
            found.append(["try", *at, body, self.handlers(fields["handlers"], depth), otherwise])
        elif kind is ast.Match:
            self.match(fields, at, found, depth)
        elif kind is not ast.Pass:
            raise _Unsupported(*at, *_STATEMENTS.get(kind, (f"a statement of the kind {kind.__name__}", "")))

    def handlers(self, nodes, depth):
        """What is done about which errors; each is left to the first that takes it."""
        found = []
        for node in nodes:
            fields = _fields_of(node)
            caught = self.caught(fields["type"])
            at = fields["lineno"], fields["col_offset"] + 1
            if caught is None:
                unknown = ["unsupported", *at, "an except of something that is no exception of Python's", ""]
                found.append(["except", *at, [*_ERRORS], "", [unknown]])
                break
            found.append(["except", *at, caught, fields["name"] or "", self.block(fields["body"], depth)])
        return found

    def caught(self, node):
        """Which errors an `except` catches; None where that is not known."""
        if node is None:
            return [*_ERRORS]
        if type(node) is ast.Tuple:
            # A tuple in a tuple is an error.
            each = [self.caught(one) if type(one) is ast.Name else None for one in _fields_of(node)["elts"]]
            return None if None in each else [name for names in each for name in names]
        return _CAUGHT.get(id(self.resolved(node)[0])) if type(node) is ast.Name else None

    def target(self, node):
        fields = _fields_of(node)
        if type(node) is not ast.Name:
            at = fields["lineno"], fields["col_offset"] + 1
            raise _Unsupported(*at, "an assignment to something that is no variable", "a variable of its own for each value")
        if fields["id"] not in self.locals:
            at = fields["lineno"], fields["col_offset"] + 1
            raise _Unsupported(*at, f"an assignment to the global '{fields['id']}'", "a return value")
        return fields["id"]

    def assign(self, targets, value, at, found):
        if len(targets) == 1 and type(targets[0]) is ast.Tuple:
            names = [self.target(each) for each in _fields_of(targets[0])["elts"]]
            if type(value) in (ast.Call, ast.Name):
                found.append(["spread", *at, names, self.expression(value)])
                return
            if type(value) is not ast.Tuple or len(_fields_of(value)["elts"]) != len(names):
                raise _Unsupported(*at, "an assignment of the parts of something that is no tuple of as many", "")
            values = [self.expression(each) for each in _fields_of(value)["elts"]]
            found.append(["unpack", *at, names, values])
            return
        names = [self.target(each) for each in targets]
        found.append(["set", *at, names[0], self.expression(value)])
        found += [["set", *at, name, ["name", *at, names[0]]] for name in names[1:]]

    def loop(self, fields, at, found, depth):
        iterated = fields["iter"]
        parts = _fields_of(iterated)
        if type(fields["target"]) is ast.Tuple and len(_fields_of(fields["target"])["elts"]) == 2 and type(iterated) is ast.Call:
            if type(parts["func"]) is ast.Name and self.resolved(parts["func"])[1] == "enumerate" and not parts["keywords"]:
                return self.enumerated(fields, parts["args"], at, found, depth)
        name = self.target(fields["target"])
        body = self.block(fields["body"], depth), self.block(fields["orelse"], depth)
        self.looped(name, iterated, body, at, found)

    def enumerated(self, fields, arguments, at, found, depth):
        """`for i, x in enumerate(...)`: a loop over x, and i counts along."""
        number, name = (self.target(each) for each in _fields_of(fields["target"])["elts"])
        start = self.folded(arguments[1]) if len(arguments) == 2 else 0
        if type(start) is not int or _constant(start) is None or not 1 <= len(arguments) <= 2 or name == number:
            raise _Unsupported(*at, "an enumerate that begins somewhere", "a constant to begin with")
        self.hidden += 1
        hidden = f" enumerate {self.hidden}"
        current = ["name", *at, hidden]
        first, one = ["constant", *at, ["int", int.__repr__(start)]], ["constant", *at, ["int", "1"]]
        counts = [["set", *at, number, current], ["set", *at, hidden, ["binary", *at, "+", current, one]]]
        body = counts + self.block(fields["body"], depth), self.block(fields["orelse"], depth)
        found.append(["set", *at, hidden, first])
        self.looped(name, arguments[0], body, at, found)

    def looped(self, name, iterated, body, at, found):
        parts = _fields_of(iterated)
        if type(iterated) is ast.Call and not parts["keywords"] and 0 < len(parts["args"]) < 4:
            if type(parts["func"]) is ast.Name and self.resolved(parts["func"])[1] == "range":
                bounds = [self.expression(each) for each in parts["args"]]
                found.append(["range", *at, name, bounds, *body])
                return
        if type(iterated) in (ast.Name, ast.Constant, ast.Call, ast.Subscript, ast.JoinedStr, ast.BinOp):
            text = self.expression(iterated)
            if text[0] != "unsupported":
                found.append(["characters", *at, name, text, *body])
                return
        raise _Unsupported(*at, "a loop over something else than range(...) or a text", "for i in range(...)")

    def match(self, fields, at, found, depth):
        self.hidden += 1
        name = f" match {self.hidden}"
        subject = self.expression(fields["subject"])
        cases = []
        for case in fields["cases"]:
            parts = _fields_of(case)
            test = self.pattern(parts["pattern"], ["name", *at, name], at)
            if parts["guard"] is not None:
                guard = self.expression(parts["guard"])
                test = guard if test is None else ["and", *at, [test, guard]]
            cases.append((test, self.block(parts["body"], depth)))
        otherwise = []
        for test, body in reversed(cases):
            otherwise = body if test is None else [["if", *at, test, body, otherwise]]
        found.append(["set", *at, name, subject])
        found += otherwise

    def pattern(self, node, subject, at):
        """The test of a pattern of constants; None for one that takes everything."""
        kind, fields = type(node), _fields_of(node)
        if kind is ast.MatchValue:
            return ["compare", *at, ["=="], [subject, self.expression(fields["value"])]]
        if kind is ast.MatchSingleton:
            return ["compare", *at, ["is"], [subject, ["constant", *at, _constant(fields["value"])]]]
        elif kind is ast.MatchOr:
            tests = [self.pattern(each, subject, at) for each in fields["patterns"]]
            return None if None in tests else ["or", *at, tests]
        elif kind is ast.MatchAs and fields["pattern"] is None and fields["name"] is None:
            return None
        raise _Unsupported(*at, *_STATEMENTS[ast.Match])

    # Expressions

    def expression(self, node):
        """An expression; what is not supported stands in its place, so that only rows that come to it are left to CPython."""
        self.depth += 1
        try:
            if self.depth > _DEEPEST_EXPRESSION:
                fields = _fields_of(node)
                raise _Unsupported(fields["lineno"], fields["col_offset"] + 1, "an expression that is nested too deep", "variables")
            return self.supported(node)
        except _Unsupported as unsupported:
            return ["unsupported", *unsupported.args]
        finally:
            self.depth -= 1

    def supported(self, node):
        self.count(node)
        kind, fields = type(node), _fields_of(node)
        at = fields["lineno"], fields["col_offset"] + 1
        folded = self.folded(node)
        if folded is not _MISSING:
            constant = _constant(folded)
            if constant is None:
                raise _Unsupported(*at, f"a constant of type {type(folded).__name__}, or a number that is too large", "")
            return ["constant", *at, constant]
        if kind is ast.Name:
            if fields["id"] in self.locals:
                return ["name", *at, fields["id"]]
            value, name = self.resolved(node)
            described = f"'{fields['id']}', which is {_described(value)}"
            raise _Unsupported(*at, described, _instead(value))
        if kind is ast.BinOp:
            name = _BINARY.get(type(fields["op"]))
            if name is None:
                raise _Unsupported(*at, "the operator @", "")
            return ["binary", *at, name, self.expression(fields["left"]), self.expression(fields["right"])]
        if kind is ast.UnaryOp:
            if type(fields["op"]) is ast.Not:
                return ["not", *at, self.expression(fields["operand"])]
            return ["unary", *at, _UNARY[type(fields["op"])], self.expression(fields["operand"])]
        if kind is ast.BoolOp:
            return ["and" if type(fields["op"]) is ast.And else "or", *at, [self.expression(each) for each in fields["values"]]]
        if kind is ast.IfExp:
            return ["choice", *at, *(self.expression(fields[part]) for part in ("test", "body", "orelse"))]
        if kind is ast.Compare:
            return self.compare(fields, at)
        if kind is ast.Call:
            return self.call(fields, at, node)
        if kind is ast.Subscript:
            return self.subscript(fields, at)
        if kind is ast.JoinedStr:
            return self.formatted(fields, at)
        if kind is ast.Attribute:
            name = fields["attr"]
            week = self.isocalendar(fields["value"], {"year": 0, "week": 1}.get(name), at)
            if week:
                return week
            if name in _PARTS:
                return ["attribute", *at, self.expression(fields["value"]), name]
            raise _Unsupported(*at, self.named(node) or f"the attribute '{fields['attr']}'", "")
        raise _Unsupported(*at, *_EXPRESSIONS.get(kind, (f"an expression of the kind {kind.__name__}", "")))

    def folded(self, node):
        """The value of what is constant: a literal, a global, or arithmetic on these; else _MISSING."""
        kind, fields = type(node), _fields_of(node)
        if kind is ast.Constant:
            return fields["value"]
        if kind is ast.Name and fields["id"] not in self.locals:
            value = self.resolved(node)[0]
            return value if _is_constant(value) else _MISSING
        if kind is ast.Attribute:
            value = self.attribute(node)[0]
            return value if _is_constant(value) else _MISSING
        if kind is ast.UnaryOp and type(fields["op"]) is ast.USub:
            value = self.folded(fields["operand"])
            return -value if type(value) in (int, float) else _MISSING
        if kind is ast.BinOp:
            left = self.folded(fields["left"])
            right = self.folded(fields["right"]) if type(left) in (int, float) else _MISSING
            if type(right) in (int, float):
                return _computed(type(fields["op"]), left, right)
        return _MISSING

    def resolved(self, node):
        """What a global name stands for, and what the table calls it; _MISSING and "" for nothing."""
        name = _fields_of(node)["id"]
        if name in self.locals:
            return _MISSING, ""
        self.functions.relies(self.globals, name)
        value = self.globals.get(name, _MISSING)
        if value is _MISSING:
            self.functions.relies(_real_builtins, name)
            value = _real_builtins.get(name, _MISSING)
        return value, _BY_ID.get(id(value), "") or _date_type(value)

    def attribute(self, node):
        """What an attribute of a global module stands for, and what the table calls it; _MISSING and "" for anything else."""
        fields = _fields_of(node)
        if type(fields["value"]) is not ast.Name:
            return _MISSING, ""
        module = self.resolved(fields["value"])[0]
        if type(module) is not ModuleType:
            return _MISSING, ""
        value = _dict_of(module).get(fields["attr"], _MISSING)
        if module is not math and not _date_type(value):
            return _MISSING, ""
        self.functions.relies(_dict_of(module), fields["attr"])
        return value, _BY_ID.get(id(value), "") or _date_type(value)

    def date_type(self, node):
        """The name of one of the types of dates, if that is what an expression stands for."""
        kind = type(node)
        value = self.resolved(node)[0] if kind is ast.Name else self.attribute(node)[0] if kind is ast.Attribute else _MISSING
        return _date_type(value)

    def named(self, node):
        """What an expression is in words, if it has a name."""
        kind, fields = type(node), _fields_of(node)
        if kind is ast.Name:
            return fields["id"]
        if kind is ast.Attribute:
            inner = self.named(fields["value"]) if type(fields["value"]) is not ast.Call else ""
            return inner and f"{inner}.{fields['attr']}"
        if kind is ast.Call:
            function = fields["func"]
            inner = self.named(function)
            if not inner and type(function) is ast.Attribute:
                inner = f"the method '{_fields_of(function)['attr']}'"
            return inner and f"a call of {inner}"
        return ""

    def compare(self, fields, at):
        operators = [_COMPARED[type(each)] for each in fields["ops"]]
        nodes = [fields["left"], *fields["comparators"]]
        if len(operators) == 1 and operators[0] in ("in", "not in"):
            members = self.members(nodes[1])
            if members is not None:
                found = ["member", *at, self.expression(nodes[0]), members]
                return found if operators[0] == "in" else ["not", *at, found]
        if len(nodes) == 2 and all(type(each) is ast.Tuple for each in nodes):
            sides = [[self.expression(each) for each in _fields_of(side)["elts"]] for side in nodes]
            if len(sides[0]) == len(sides[1]) > 0 and operators[0] in ("<", "<=", ">", ">=", "==", "!="):
                return ["tuples", *at, operators[0], *sides]
        return ["compare", *at, operators, [self.expression(each) for each in nodes]]

    def members(self, node):
        """The constants of a collection; None for one that is not constant."""
        kind, fields = type(node), _fields_of(node)
        if kind in (ast.Tuple, ast.List, ast.Set):
            values = [self.folded(each) for each in fields["elts"]]
            if any(value is _MISSING for value in values):
                return None
        elif kind is ast.Name and fields["id"] not in self.locals:
            value = self.resolved(node)[0]
            if type(value) is dict and self.pairs(value) is not None:
                values = [*value]
            elif type(value) in (tuple, frozenset):
                values = [*value]
            else:
                return None
        else:
            return None
        constants = [_constant(value) for value in values]
        return None if None in constants else constants

    def is_list(self, node):
        """Whether a global is a collection, but no tuple."""
        return type(node) is ast.Name and type(self.resolved(node)[0]) is not tuple

    def pairs(self, dictionary):
        """The items of a constant dictionary, which is watched from now on; None if it has others than constants."""
        found = [[_constant(key), _constant(value)] for key, value in dictionary.items()]
        if any(None in pair for pair in found) or len(found) > 100_000:
            return None
        self.functions.relies(dictionary, None)
        return found

    def call(self, fields, at, node):
        function, arguments = fields["func"], fields["args"]
        kind, parts = type(function), _fields_of(function)
        if kind in (ast.Name, ast.Attribute) and self.date_type(function):
            return self.made(self.date_type(function), fields, at)
        if kind is ast.Attribute and parts["attr"] == "replace" and not arguments and fields["keywords"]:
            changed = [[each["arg"], self.expression(each["value"])] for each in map(_fields_of, fields["keywords"])]
            if all(name in _PARTS for name, _ in changed):
                return ["replaced", *at, self.expression(parts["value"]), changed]
        keywords, most = [_fields_of(each) for each in fields["keywords"]], None
        names = [each["arg"] for each in keywords]
        if names == ["maxsplit"] and len(arguments) < 2 and kind is ast.Attribute and parts["attr"] in ("split", "rsplit"):
            keywords, most = (), keywords[0]["value"]
        if [each["arg"] for each in keywords] == ["ndigits"] and len(arguments) == 1 and kind is ast.Name:
            if self.resolved(function)[1] == "round":
                arguments, keywords = [*arguments, keywords[0]["value"]], ()
        if keywords or any(type(each) is ast.Starred for each in arguments):
            raise _Unsupported(*at, f"{self.named(node) or 'a call'} with keywords or stars", "plain arguments")
        if kind is ast.Name:
            value, name = self.resolved(function)
        elif kind is ast.Attribute:
            value, name = self.attribute(function)
            if value is _MISSING:
                found = self.method(parts, arguments, most, at)
                if found:
                    return found
        else:
            raise _Unsupported(*at, "a call of what is no name", "")
        if name == "range":
            raise _Unsupported(*at, "a range that is not looped over", "")
        if name == "math.log" and len(arguments) == 2:
            # As Python computes it.
            return ["binary", *at, "/", *(["call", *at, name, [self.expression(each)]] for each in arguments)]
        if name:
            return ["call", *at, name, [self.expression(each) for each in arguments]]
        if type(value) is FunctionType:
            try:
                number = self.functions.place(value)
            except _Refused as refused:
                raise _Unsupported(*at, f"a call of {self.named(function)}: {refused.args[0][2]}", "") from None
            return ["inlined", *at, number, [self.expression(each) for each in arguments]]
        raise _Unsupported(*at, self.named(node) or "a call", "")

    def made(self, name, fields, at):
        """A date, datetime or timedelta of its parts; one of constants is a constant."""
        required, names = _MAKERS[name]
        given = dict(zip(names, fields["args"]))
        for each in map(_fields_of, fields["keywords"]):
            if each["arg"] not in names or each["arg"] in given:
                raise _Unsupported(*at, f"a {name} with the argument {each['arg']}", "")
            given[each["arg"]] = each["value"]
        if len(given) < len(fields["args"]) or any(each not in given for each in names[:required]):
            raise _Unsupported(*at, f"a {name} with other arguments", "")
        values = {each: self.folded(node) for each, node in given.items()}
        # They are computed as they stand there, which is seen where one raises.
        places = [names.index(each) for each in given if values[each] is _MISSING and type(given[each]) is not ast.Name]
        if places != sorted(places):
            raise _Unsupported(*at, f"a {name} whose arguments are in another order than they are declared", ", ".join(names))
        if all(type(value) in (int, float) for value in values.values()):
            try:
                constant = _constant(self.date_value(fields["func"])(**values))
            except (ArithmeticError, ValueError, TypeError):
                constant = None
            if constant:
                return ["constant", *at, constant]
        zero = ["constant", *at, ["int", "0"]]
        return ["call", *at, name, [self.expression(given[each]) if each in given else zero for each in names]]

    def date_value(self, node):
        return (self.resolved(node) if type(node) is ast.Name else self.attribute(node))[0]

    def isocalendar(self, node, index, at):
        """A part of `x.isocalendar()`, if that is what stands there."""
        if index not in (0, 1) or type(node) is not ast.Call:
            return None
        fields = _fields_of(node)
        function = fields["func"]
        if type(function) is not ast.Attribute or fields["args"] or fields["keywords"]:
            return None
        parts = _fields_of(function)
        if parts["attr"] != "isocalendar":
            return None
        return ["call", *at, f"method.isocalendar()[{index}]", [self.expression(parts["value"])]]

    def relies_on_time(self, at):
        """What writes dates is a function of `time`, which is looked up whenever one is written."""
        self.functions.relies(sys.modules, "time")
        self.functions.relies(_dict_of(_time), "strftime")
        if sys.modules.get("time") is not _time or _time.strftime is not _strftime:
            raise _Unsupported(*at, "a strftime that is not Python's", "")

    def method(self, parts, arguments, most, at):
        name = parts["attr"]
        owner = self.date_type(parts["value"])
        if owner:
            if f"{owner}.{name}" not in _CLASS_METHODS:
                return None
            if name == "strptime":
                self.functions.relies(sys.modules, "_strptime")
                if "_strptime" in sys.modules:
                    self.functions.relies(_dict_of(sys.modules["_strptime"]), "_strptime_datetime")
            return ["call", *at, f"{owner}.{name}", [self.expression(each) for each in arguments]]
        if name in _DATE_METHODS:
            if name == "strftime":
                self.relies_on_time(at)
            return ["call", *at, f"method.{name}", [self.expression(each) for each in [parts["value"], *arguments]]]
        if name == "get" and 1 <= len(arguments) <= 2:
            found = self.lookup(parts["value"], arguments[0], arguments[1] if len(arguments) == 2 else _MISSING, at)
            if found:
                return found
        if name not in _METHODS:
            return None
        if name in ("startswith", "endswith") and len(arguments) == 1:
            texts = self.members(arguments[0]) if type(arguments[0]) in (ast.Tuple, ast.Name) else None
            if texts and all(each[0] == "str" for each in texts) and not self.is_list(arguments[0]):
                text = self.expression(parts["value"])
                tests = [["call", *at, f"str.{name}", [text, ["constant", *at, each]]] for each in texts]
                return ["or", *at, tests]
        given = [self.expression(each) for each in [parts["value"], *arguments]]
        if most is not None:
            # Behind the separator, or the None that stands for spaces.
            given = [*(given + [["constant", *at, ["none", ""]]])[:2], self.expression(most)]
        return ["call", *at, f"str.{name}", given]

    def lookup(self, node, key, default, at):
        """A lookup in a constant dictionary; None for anything else. default: _MISSING for None, None for an error."""
        if type(node) is not ast.Name or _fields_of(node)["id"] in self.locals:
            return None
        value = self.resolved(node)[0]
        pairs = self.pairs(value) if type(value) is dict else None
        if pairs is None:
            return None
        if default is _MISSING:
            default = ["constant", *at, ["none", ""]]
        elif default is not None:
            default = self.expression(default)
        return ["lookup", *at, pairs, self.expression(key), default]

    def subscript(self, fields, at):
        index = fields["slice"]
        if type(index) is ast.Slice:
            parts = _fields_of(index)
            bounds = [None if parts[each] is None else self.expression(parts[each]) for each in ("lower", "upper", "step")]
            return ["slice", *at, self.expression(fields["value"]), *bounds]
        place = self.folded(index)
        found = self.lookup(fields["value"], index, None, at)
        found = found or self.isocalendar(fields["value"], place if type(place) is int else None, at)
        return found or ["item", *at, self.expression(fields["value"]), self.expression(index)]

    def formatted(self, fields, at):
        parts = []
        for node in fields["values"]:
            kind, inner = type(node), _fields_of(node)
            if kind is ast.Constant:
                parts.append([["constant", *at, ["str", inner["value"]]], ""])
                continue
            specification = ""
            if inner["format_spec"] is not None:
                texts = [_fields_of(each).get("value") for each in _fields_of(inner["format_spec"])["values"]]
                if any(type(text) is not str for text in texts):
                    raise _Unsupported(*at, "a format that is computed", "")
                specification = "".join(texts)
                if "%" in specification:
                    self.relies_on_time(at)
            if inner["conversion"] not in (-1, 115):
                raise _Unsupported(*at, "a part of an f-string with !r or !a", "")
            value = self.expression(inner["value"])
            if inner["conversion"] == 115 and specification:
                # It is the text that is formatted.
                value = ["call", *at, "str", [value]]
            parts.append([value, specification])
        return ["format", *at, parts]


def _constant(value):
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
    name = _date_type(kind)
    if name == "date":
        return ["date", int.__repr__(value.toordinal() - _EPOCH)]
    if name == "datetime" and value.tzinfo is None and value.fold == 0:
        seconds = (value.toordinal() - _EPOCH) * 86400 + value.hour * 3600 + value.minute * 60 + value.second
        return ["datetime", int.__repr__(seconds * 10**6 + value.microsecond)]
    if name == "timedelta":
        number = (value.days * 86400 + value.seconds) * 10**6 + value.microseconds
        return ["timedelta", int.__repr__(number)] if -(2**63) <= number < 2**63 else None
    return None


def _is_constant(value):
    kind = type(value)
    return kind in (int, float, str, bool, _NoneType) or bool(_date_type(kind))


def _date_type(value):
    """The name of a type of the module datetime: as it came with Python, so that nobody can have changed it."""
    if type(value) is not type or _type_flags(value) & _HEAP_TYPE or _type_module(value) != "datetime":
        return ""
    name = _type_name(value)
    return name if name in _MAKERS else ""


def _is_utf8(text):
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _computed(operator, left, right):
    """Arithmetic on constants as Python has it; _MISSING where it raises, or is large."""
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
            return value if type(value) in (int, float) else _MISSING
    except (ArithmeticError, ValueError):
        pass
    return _MISSING


def _described(value):
    if value is _MISSING:
        return "not there"
    kind = type(value)
    if kind is ModuleType:
        return "a module"
    return f"a global of type {kind.__name__}" if kind in (list, set, dict, tuple, frozenset, bytes) else "a global object"


def _instead(value):
    if type(value) is list:
        return "a tuple, which cannot change"
    return "a frozenset, which cannot change" if type(value) is set else ""


# Each gives None unless somebody is told of every line or call, who would miss those that do not happen. None is written in
# Python, as whoever is told would be told of it too.
tracers = (sys.gettrace, sys.getprofile, *(partial(sys.monitoring.get_tool, tool) for tool in range(6)))


def differing(name, arguments, results):
    """Whether a function of math gives other bits for some arguments than the host's."""
    function = _MATH.get(name)
    if function is None:
        return True
    for argument, result in zip(arguments, results):
        try:
            found = pack("<d", function(*argument))
        except (ValueError, OverflowError):
            if math.isfinite(result):
                return True
            continue
        if math.isfinite(result) and found != pack("<d", result):
            return True
    return False

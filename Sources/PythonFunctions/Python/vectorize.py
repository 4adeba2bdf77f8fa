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
from types import CodeType, FunctionType
from warnings import catch_warnings

from _clutch_vector_names import MATH, Refused, as_constant, fields_of, real_builtins
from _clutch_vector_statements import Body

_PyCF_ONLY_AST = ast.PyCF_ONLY_AST

# By the name that tracebacks show: the text and the code of a file, as they were when it was loaded.
_sources = {}
# The functions of a file by name and first line, read again when a function is first asked for.
_definitions = {}


def remember(source, filename, code):
    """Keep what a file's functions are read from later."""
    _sources[filename] = source, code


def program(function):
    """What a function is, as JSON, or "", and why not as (line, column, construct, hint) or None; and what is relied on: a list
    of (dictionary, names or None) and of (function, code, defaults, keyword defaults).
    """
    try:
        reader = _Functions(function)
        reader.read()
    except Refused as refused:
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
        nodes = [*fields_of(tree)["body"]]
        while nodes:
            node = nodes.pop()
            kind, fields = type(node), fields_of(node)
            if kind is ast.FunctionDef:
                first = min([fields["lineno"], *(fields_of(each)["lineno"] for each in fields["decorator_list"])])
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
            raise Refused((1, 1, "a callable that is no plain function", "a function with def"))
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
        except Refused:
            # With those that only it calls.
            del self.functions[number:], self.read_functions[number:]
            raise
        return number

    def definition(self, function):
        code = function.__code__
        line = code.co_firstlineno
        if code.co_name == "<lambda>":
            raise Refused((line, 1, "a lambda", "a function with def at the top of the file"))
        if code.co_filename != self.filename or code.co_filename not in _sources:
            raise Refused((line, 1, f"a function of another file, {code.co_filename}", "a function of the same file"))
        if not any(code is each for each in _codes(_sources[code.co_filename][1])):
            raise Refused((line, 1, "a function that is not defined at the top of the file", "a function with def at the top of the file"))
        node = _definitions_of(code.co_filename).get((code.co_name, line))
        if node is None:
            raise Refused((line, 1, "a function whose source is not found", ""))
        fields = fields_of(node)
        at = fields["lineno"], fields["col_offset"] + 1
        if function.__closure__ is not None or code.co_flags & (0x20 | 0x80 | 0x100 | 0x200):
            raise Refused((*at, "a generator, an async function, or one that uses variables of another", ""))
        if function.__builtins__ is not real_builtins:
            raise Refused((*at, "a function with builtins of its own", ""))
        arguments = fields_of(fields["args"])
        if arguments["vararg"] or arguments["kwarg"] or arguments["kwonlyargs"]:
            raise Refused((*at, "parameters of any number, or by keyword only", "plain parameters"))
        names = [fields_of(each)["arg"] for each in [*arguments["posonlyargs"], *arguments["args"]]]
        defaults = [as_constant(each) for each in function.__defaults__ or ()]
        body = Body(self, function, code)
        statements = body.block(fields["body"], 0)
        return [code.co_name, *at, names, defaults, statements]


# Each gives None unless somebody is told of every line or call, who would miss those that do not happen. None is written in
# Python, as whoever is told would be told of it too.
tracers = (sys.gettrace, sys.getprofile, *(partial(sys.monitoring.get_tool, tool) for tool in range(6)))


def differing(name, arguments, results):
    """Whether a function of math gives other bits for some arguments than the host's."""
    function = MATH.get(name)
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

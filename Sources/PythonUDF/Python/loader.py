"""Runs a UDF file in a fresh interpreter and tells the host what it found.

Everything that depends on Python's own view of a function is here; the host gets plain text and callables.
"""

import ast
import inspect
import io
import json
import linecache
import os
import sys
import types
import typing

import clutch

# The annotations that are types of the host, by the name the host knows them under.
_TYPES = {int: "int", float: "float", str: "str", bool: "bool", bytes: "bytes"}
_ACCEPTED = "int, float, str, bool, bytes, or one of these with '| None'"


def load(source, filename, path):
    """Run a UDF file.

    source: its text; filename: what tracebacks show; path: the absolute path, or None for text that is in no file.
    Returns the signatures as JSON, and the functions in the same order.
    """
    # Results own the standard output: what a function prints must not end up between them.
    sys.stdout = sys.stderr
    linecache.cache[filename] = (len(source), None, _lines(source), filename)
    if path is not None:
        _make_importable(os.path.dirname(path))
    tree = compile(source, filename, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    code = _compiled(tree, filename)
    module = types.ModuleType(_module_name(filename))
    module.__file__ = path or filename
    sys.modules[module.__name__] = module
    clutch._marked.clear()
    exec(code, module.__dict__)

    places = _places(tree)
    marked = list(clutch._marked)
    signatures = [_signature(function, options, filename, places) for function, options in marked]
    _refuse_duplicates(signatures, filename)
    return json.dumps(signatures), [function for function, _ in marked]


def _compiled(tree, filename):
    try:
        return compile(tree, filename, "exec", dont_inherit=True)
    except SyntaxError as error:
        # Unlike the parser, the compiler counts columns in bytes, and knows no source that is in no file.
        if error.lineno and error.offset:
            error.text = linecache.getline(filename, error.lineno)
            before = error.text.encode()[: error.offset - 1]
            error.offset = len(before.decode(errors="ignore")) + 1
        raise


def _lines(source):
    """The lines as Python counts them: `str.splitlines` also splits at form feeds and the like."""
    return io.StringIO(source, newline=None).readlines()


def _make_importable(folder):
    """Put a folder after Python's own modules, which its files must not hide, and before installed packages."""
    own = os.path.dirname(os.__file__)
    places = [place for place, entry in enumerate(sys.path) if entry in (own, os.path.join(own, "lib-dynload"))]
    if folder not in sys.path:
        sys.path.insert(max(places, default=-1) + 1, folder)


def _module_name(filename):
    """The file's name as a module, unless that would hide a module of Python itself."""
    stem = os.path.splitext(os.path.basename(filename))[0]
    if stem.isidentifier() and stem not in sys.stdlib_module_names and stem not in sys.modules:
        return stem
    return "udf_file"


def _places(tree):
    """The line of each function's "def", and of each of its parameters, by its name and first line."""
    places = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            arguments = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
            arguments += [argument for argument in (node.args.vararg, node.args.kwarg) if argument]
            places[node.name, first] = (node.lineno, {argument.arg: argument.lineno for argument in arguments})
    return places


def _signature(function, options, filename, places):
    name = options["name"]
    inner = inspect.unwrap(function)
    code = getattr(inner, "__code__", None)
    first_line = getattr(code, "co_firstlineno", 0)
    # A module that the file imports may have marked functions too.
    file = getattr(code, "co_filename", filename)
    line, parameter_lines = first_line, {}
    if file == filename:
        line, parameter_lines = places.get((inner.__name__, first_line), (line, parameter_lines))

    def refuse(problem, at=line):
        place = f"{file}, line {at}" if at else file
        raise clutch.SignatureError(f"{place}: function '{name}': {problem}")

    # A decorator may well make a plain function of another kind, and the other way round.
    called = function if hasattr(function, "__code__") else inner
    if inspect.iscoroutinefunction(called) or inspect.isasyncgenfunction(called):
        refuse("async functions are not supported; write a plain function")
    if inspect.isgeneratorfunction(called):
        refuse("generators are not supported; return one value per call")
    try:
        annotations = inner.__annotations__
        signature = inspect.signature(inner)
    except NameError as error:  # since 3.14 annotations are evaluated only now
        refuse(f"an annotation cannot be evaluated: {error}")
    except (ValueError, TypeError, AttributeError):
        refuse("it has no readable signature; wrap it in a function with annotations")

    parameters = []
    for parameter in signature.parameters.values():
        at = parameter_lines.get(parameter.name, line)
        what = f"parameter '{parameter.name}'"
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.KEYWORD_ONLY):
            refuse(f"{what} cannot be passed by position, as arguments are; make it a plain parameter", at)
        if parameter.name not in annotations:
            refuse(f"{what} has no annotation; write {parameter.name}: T, where T is {_ACCEPTED}", at)
        type_name, optional = _resolve(
            annotations[parameter.name], inner, lambda problem: refuse(f"{what} {problem}", at)
        )
        optional = optional or options["null"] == "call"
        parameters.append(
            {
                "name": parameter.name,
                "type": type_name,
                "isOptional": optional,
                "hasDefault": parameter.default is not parameter.empty,
                "isVariadic": parameter.kind is parameter.VAR_POSITIONAL,
            }
        )
    if "return" not in annotations:
        refuse(f"it has no return annotation; write -> T, where T is {_ACCEPTED}")
    type_name, _ = _resolve(annotations["return"], inner, lambda problem: refuse(f"the return type {problem}"))
    return {
        "name": name,
        "parameters": parameters,
        "result": type_name,
        "isDeterministic": options["deterministic"],
        "documentation": _documentation(function),
        "line": line,
    }


def _documentation(function):
    text = inspect.getdoc(function)
    # The host's text is UTF-8, which has no lone surrogates.
    return text and text.encode("utf-8", "replace").decode()


def _resolve(annotation, function, refuse):
    """The host's name of an annotation's type, and whether None is allowed."""
    if isinstance(annotation, typing.ForwardRef):
        annotation = annotation.__forward_arg__
    if isinstance(annotation, str):
        try:
            annotation = eval(annotation, getattr(function, "__globals__", {}))
        except Exception as error:
            refuse(f"has an annotation that cannot be evaluated, {annotation!r}: {type(error).__name__}: {error}")
    if isinstance(annotation, (str, typing.ForwardRef)):
        return _resolve(annotation, function, refuse)
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        others = [member for member in typing.get_args(annotation) if member is not type(None)]
        if len(others) == 1:
            return _resolve(others[0], function, refuse)[0], True
    try:
        return _TYPES[annotation], False
    except (KeyError, TypeError):
        refuse(f"has the unsupported type {inspect.formatannotation(annotation)}; use {_ACCEPTED}")


def _refuse_duplicates(signatures, filename):
    """SQL does not tell upper from lower case, so neither may the names."""
    seen = {}
    for signature in signatures:
        earlier = seen.setdefault(signature["name"].lower(), signature)
        if earlier is not signature:
            raise clutch.SignatureError(
                f"{filename}, line {signature['line']}: function '{signature['name']}' is there already, in line "
                f"{earlier['line']}; rename one (SQL does not tell upper from lower case)"
            )

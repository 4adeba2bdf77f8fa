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

import _clutch_annotations as annotations
import clutch


def load(source, filename, path, declarations=(), dialect=None):
    """Run a UDF file.

    source: its text; filename: what tracebacks show; path: the absolute path, or None for text that is in no file;
    declarations: signatures of functions that the file does not mark; dialect: whose names of SQL types they use.
    Returns the signatures as JSON, the functions in the same order, and the classes that the signatures refer to by
    their place in the list.
    """
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
    if declarations:
        import _clutch_dialects

        _clutch_dialects.declare(module.__dict__, declarations, dialect)

    places = _places(tree)
    marked = list(clutch._marked)
    signatures = [_signature(function, options, filename, places) for function, options in marked]
    _refuse_duplicates(signatures, filename)
    classes = []

    def place(cls):
        if cls not in classes:
            classes.append(cls)
        return classes.index(cls)

    return json.dumps(signatures, default=place), [function for function, _ in marked], classes


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
    declared = options.get("signature") or _annotated(inner, parameter_lines, line, refuse)
    for parameter in declared["parameters"]:
        parameter["isOptional"] = parameter["isOptional"] or options["null"] == "call"
        parameter.setdefault("hasDefault", False)
        parameter.setdefault("isVariadic", False)
    return {
        "name": name,
        **declared,
        "determinism": _determinism(options["deterministic"], declared["parameters"]),
        "errorMode": options["on_error"],
        "timeouts": {"row": options.get("timeout"), "batch": options.get("batch_timeout")},
        "memoryLimit": options.get("memory"),
        "documentation": _documentation(function),
        "line": line,
        "decimals": options.get("decimals"),
    }


def _determinism(said, parameters):
    """What the host calls it; a function that nothing decides is hardly called for a constant."""
    if said is None:
        return "unspecified" if parameters else "volatile"
    return "deterministic" if said else "volatile"


def _annotated(function, parameter_lines, line, refuse):
    """The parameters and the result as the annotations have them."""
    try:
        written = function.__annotations__
        signature = inspect.signature(function)
    except NameError as error:  # since 3.14 annotations are evaluated only now
        refuse(f"an annotation cannot be evaluated: {error}")
    except (ValueError, TypeError, AttributeError):
        refuse("it has no readable signature; wrap it in a function with annotations")

    def resolve(annotation, what, at):
        try:
            return annotations.resolve(annotation, getattr(function, "__globals__", {}))
        except annotations.Unsupported as error:
            refuse(f"{what} {error}", at)

    parameters = []
    for parameter in signature.parameters.values():
        at = parameter_lines.get(parameter.name, line)
        what = f"parameter '{parameter.name}'"
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.KEYWORD_ONLY):
            refuse(f"{what} cannot be passed by position, as arguments are; make it a plain parameter", at)
        if parameter.name not in written:
            refuse(f"{what} has no annotation; write {parameter.name}: T, where T is {annotations.ACCEPTED}", at)
        type_, optional = resolve(written[parameter.name], what, at)
        parameters.append(
            {
                "name": parameter.name,
                "type": type_,
                "isOptional": optional,
                "hasDefault": parameter.default is not parameter.empty,
                "isVariadic": parameter.kind is parameter.VAR_POSITIONAL,
            }
        )
    if "return" not in written:
        refuse(f"it has no return annotation; write -> T, where T is {annotations.ACCEPTED}")
    return {"parameters": parameters, "result": resolve(written["return"], "the return type", line)[0]}


def _documentation(function):
    text = inspect.getdoc(function)
    # The host's text is UTF-8, which has no lone surrogates.
    return text and text.encode("utf-8", "replace").decode()


def _refuse_duplicates(signatures, filename):
    """SQL does not tell upper from lower case, so neither may the names; overloads differ in their parameters."""
    seen = {}
    problems = []
    for signature in signatures:
        types = [(parameter["type"], parameter["isVariadic"]) for parameter in signature["parameters"]]
        key = signature["name"].lower(), repr(types)
        earlier = seen.setdefault(key, signature)
        if earlier is not signature:
            problems.append(
                f"{filename}, line {signature['line']}: function '{signature['name']}' is there already, in line "
                f"{earlier['line']}; rename one (SQL does not tell upper from lower case)"
            )
    if problems:
        raise clutch.SignatureError("\n".join(problems))

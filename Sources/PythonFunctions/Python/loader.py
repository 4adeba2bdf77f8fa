"""Runs a UDF file in a fresh interpreter and tells the host what it found.

Everything that depends on Python's own view of a function is here; the host gets plain text and callables.
"""

import builtins
import os
import sys
import types
from _ast import AsyncFunctionDef, Attribute, Call, ClassDef, Constant, FunctionDef, ImportFrom, Name, PyCF_ONLY_AST
from _io import StringIO
from _json import encode_basestring_ascii, make_encoder

import _clutch_aggregates as aggregates
import _clutch_annotations as annotations
import _clutch_batches as batches
import _clutch_callables as callables
import _clutch_dialects as dialects
import _clutch_environment as environment
import _clutch_packages as packages
import _clutch_pristine as pristine
import _clutch_texts as texts
import _clutch_vectorize as vectorize
import clutch

#: Will have the module of the source.
loaded = []
#: Where the marks of the file say that its functions run, as far as that is written there; for a file that does not load.
written = []

_modules, _marked, _SignatureError = sys.modules, clutch._marked, clutch.SignatureError
_MISSING = callables.MISSING
_tracing = ((sys.gettrace, sys.settrace), (sys.getprofile, sys.setprofile))

# Kinds that cannot be called yet, and what to write instead.
_UNSUPPORTED = {
    "async batch": "a function that is called for a batch is no async function; leave batch=True out: of an async function "
    "many rows run at the same time anyway",
    "async generator": "an async generator gives rows of a table: mark it with @udtf; or return one value per call",
    "generator": "a generator gives rows of a table: mark it with @udtf; or return one value per call",
    "class": "a class is no function unless its instances can be called: give it a method __call__; or mark it with @udaf, if "
    "it accumulates rows",
}


# How many rows of an async function may be under way where it says nothing.
_CONCURRENCY = 64


def load(source, filename, path, declarations=(), dialect=None, tests=None):
    """Run a UDF file.

    source: its text; filename: what tracebacks show; path: the absolute path, or None for text that is in no file;
    declarations: signatures of functions that the file does not mark; dialect: whose names of SQL types they use; tests:
    how many seconds each text with doctests may take, 0 for any time, if there is to be a function that runs them.
    Returns the signatures as JSON, the classes that these refer to by their place in the list, whether a function asks for
    threads, everything that is wrong with the file's functions as file, line and column, each 0 where nothing says, and what
    is wrong, and with problems, for all functions whose names are known, the name, the line and the number of parameters.
    `finish` gives the rest.
    """
    if tests is not None:
        import _clutch_doctests as doctests
    pristine.add_source(filename, _lines(source))
    environment.run()
    if path is not None:
        _make_importable(os.path.dirname(path))
    tree = compile(source, filename, "exec", PyCF_ONLY_AST, dont_inherit=True)
    code = _compiled(tree, filename)
    lines = places(tree, _lines(source))
    written[:] = _written_placements(tree)
    vectorize.remember(source, filename, code)
    dialects.prepare(source, declarations)
    module = types.ModuleType(_module_name(filename))
    module.__file__ = path or filename
    # Those that every module has; without them it would get ours.
    module.__builtins__ = builtins.__dict__
    _modules[module.__name__] = module
    loaded.append(module)
    _marked.clear()
    exec(code, module.__dict__)
    if tests is not None:
        doctests.mark(module, filename, tests or None)

    return _untraced(lambda: _answer(module.__dict__, filename, lines, declarations, dialect))


def _untraced(body):
    """What the body returns; what a file has set to trace it, it does not."""
    found = [(get(), put) for get, put in _tracing]
    for _, put in found:
        put(None)
    try:
        return body()
    finally:
        for function, put in found:
            put(function)


def missing(refused):
    """What the packages that were imported do without, as `_clutch_packages` says it."""
    return _untraced(lambda: packages.missing(refused))


def _answer(namespace, filename, lines, declarations, dialect):
    declared = dialects.declare(namespace, declarations, dialect) if declarations else []
    problems = [("", 0, 0, problem) for problem in declared]
    signatures, further, unreadable = signatures_of(_marked, filename, lines)
    problems += further + _placements(signatures, filename)
    forms = batches.packages(_marked)
    if forms:
        import _clutch_arrays as arrays

        problems += [(filename, 0, 0, problem) for problem in map(arrays.require, sorted(forms)) if problem]
    if problems:
        known = [(each["name"], each["line"], len(each["parameters"])) for each in signatures]
        return "[]", [], False, problems, known + unreadable
    classes = []
    # Threads resolve names for the event loop, and run what it hands to `asyncio.to_thread`.
    wants_threads = any(marked.options["threads"] or marked.is_async for marked in _marked)
    return _json(signatures, classes), classes, wants_threads, [], []


def finish(filename):
    """Make the instances of the classes that are functions, which may start threads by now.

    Returns for each function its callables by their roles, and whether the states of an aggregate function can go to another
    interpreter, in the order of the signatures; what closes the instances; whether something else is to be done when the
    interpreter ends; what runs async functions; and what makes objects of packages, each or None. Raises SignatureError for a class that has no instances.
    """
    closes, event_loop, arrays = [], None, None
    if batches.packages(_marked):
        import _clutch_arrays as arrays
    for marked in _marked:
        if marked.is_async:
            import _clutch_event_loop as event_loop

        def instance(cls, make=callables.instance):
            nonlocal event_loop
            made, close = make(cls)
            if close and callables.is_async(close):
                import _clutch_event_loop as event_loop

                close = event_loop.run(close)
            closes.extend([close] if close else [])
            return made

        try:
            if marked.form is not None:
                _finish_aggregate(marked, lambda cls: instance(cls, callables.plain_instance))
            elif marked.roles["call"] is marked.function and issubclass(type(marked.function), type):
                marked.roles["call"] = instance(marked.function)
        except callables.NoInstance as error:
            raise _SignatureError(f"{marked.place}: function '{texts.name(marked.name)}': {error}") from None
        if marked.kind == "table" and marked.is_async:
            marked.roles["call"] = event_loop.rows_of(marked.roles["call"])
    return [(marked.roles, marked.is_movable) for marked in _marked], closes, callables.exit_callbacks() > 0, event_loop, arrays


def _finish_aggregate(marked, instance):
    """Make what the roles of an aggregate function are, and try whether its states are apart."""
    marked.roles = aggregates.roles(marked.form, instance)
    create = marked.roles["create"]
    problem = aggregates.shared_state(marked.form, create)
    if problem:
        raise callables.NoInstance(problem)
    marked.is_movable = aggregates.is_movable(create)
    if "merge" not in marked.roles:
        marked.roles |= aggregates.keeping_rows(marked.roles)


def _json(value, classes):
    """JSON in which a class is its place in a list, to which new ones are added."""

    def place(cls):
        for place, known in enumerate(classes):
            if known is cls:
                return place
        classes.append(cls)
        return len(classes) - 1

    return "".join(make_encoder(None, place, encode_basestring_ascii, None, ":", ",", False, False, False)(value, 0))


def _compiled(tree, filename):
    try:
        return compile(tree, filename, "exec", dont_inherit=True)
    except SyntaxError as error:
        # Unlike the parser, the compiler counts columns in bytes, and knows no source that is in no file.
        if error.lineno and error.offset:
            error.text = pristine.line(filename, error.lineno)
            before = error.text.encode()[: error.offset - 1]
            error.offset = len(before.decode(errors="ignore")) + 1
        raise


def _lines(source):
    """The lines as Python counts them: `str.splitlines` also splits at form feeds and the like."""
    return StringIO(source, newline=None).readlines()


def _make_importable(folder):
    """Put a folder after Python's own modules, which its files must not hide, and before installed packages."""
    if folder not in sys.path:
        sys.path.insert(environment.first_place(), folder)


def _module_name(filename):
    """The file's name as a module, unless that would hide a module of Python itself."""
    stem = os.path.splitext(os.path.basename(filename))[0]
    if stem.isidentifier() and stem not in sys.stdlib_module_names and stem not in sys.modules:
        return stem
    return "udf_file"


def places(tree, lines):
    """The place of each "def" and "class", and of each parameter, as line and column from 1, by the name and the first line with
    its decorators."""

    def place(node):
        # The parser counts bytes.
        text = lines[node.lineno - 1] if node.lineno <= len(lines) else ""
        return node.lineno, len(text.encode(errors="replace")[: node.col_offset].decode(errors="ignore")) + 1

    found = {}
    for node in _nodes(tree):
        if isinstance(node, (FunctionDef, AsyncFunctionDef, ClassDef)):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            parameters = {} if isinstance(node, ClassDef) else {each.arg: place(each) for each in _parameters(node.args)}
            found[node.name, first] = place(node), parameters
    return found


def _nodes(tree):
    """All nodes of a syntax tree."""
    nodes = [tree]
    while nodes:
        node = nodes.pop()
        yield node
        for field in node._fields:
            value = getattr(node, field, None)
            nodes += [each for each in (value if isinstance(value, list) else [value]) if hasattr(each, "_fields")]


def _parameters(arguments):
    each = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return [argument for argument in each if argument]


def signatures_of(marked, filename, lines):
    """The signatures of what can be called, the problems of the others as file, line, column and what is wrong, and name, line
    and number of parameters of these."""
    signatures, problems, unreadable = [], [], []
    for each in marked:
        found = list(each.problems)
        (file, line), column = each.caller or (filename, 0), 0
        signature = None
        # A function may be an object that raises whatever it is asked; the problems of the others are told all the same.
        try:
            file, (line, column), parameter_places = _place(each, filename, lines)
            each.place = f"{file}, line {line}" if line else file
            kind = _kind(each)
            if kind == "concurrent":
                each.kind = kind
            elif each.options["concurrency"] is not None and not each.is_async:
                found.append("@udf(concurrency=...) is for async functions; write async def, or leave it out")
            if kind in _UNSUPPORTED:
                found.append(_UNSUPPORTED[kind])
            elif callable(each.function) or kind == "aggregate":
                signature = _signature(each, line, parameter_places, found)
        except MemoryError:
            raise
        except Exception as error:
            found.append(f"it cannot be read: {texts.told(error)}")
        if found:
            for problem in found:
                problem, at = problem if isinstance(problem, tuple) else (problem, (line, column))
                problems.append((file, *at, f"function '{texts.name(each.name)}': {problem}"))
            if callable(each.function) and texts.is_name(each.name):
                unreadable.append((each.name, line, 1 if signature is None else len(signature["parameters"])))
        else:
            signatures.append(signature)
    return signatures, problems + _duplicates(signatures, filename), unreadable


def _place(marked, filename, lines):
    """The file, the line and the column, and those of the parameters, of a function or a class; 0 where nothing says.

    Of one that is not written in Python, the line where it is marked.
    """
    function = marked.function
    inner = callables.innermost(function)
    if type(function) is types.ModuleType:
        inner = callables.innermost(function.__dict__.get("accumulate"))
    if inner is None:
        if not issubclass(type(function), type):
            file, line = marked.caller or (filename, 0)
            return file, (line, 0), {}
        first = getattr(function, "__dict__", {}).get("__firstlineno__", 0)
        return (filename, *lines.get((getattr(function, "__name__", None), first), ((first, 0), {})))
    code = inner.__code__
    # A module that the file imports may have marked functions too.
    if code.co_filename != filename:
        return code.co_filename, (code.co_firstlineno, 0), {}
    return (filename, *lines.get((code.co_name, code.co_firstlineno), ((code.co_firstlineno, 0), {})))


def _kind(marked):
    """What a function is called for, as its mark or its form says."""
    if marked.kind == "aggregate":
        return "aggregate"
    if issubclass(type(marked.function), type) and not callables.is_instantiable(marked.function):
        return "class"
    marked.is_async = callables.is_async(marked.function)
    if marked.is_async and marked.kind != "table":
        if marked.kind == "batch":
            return "async batch"
        return "async generator" if callables.is_async_generator(marked.function) else "concurrent"
    if marked.kind != "rows":
        return marked.kind
    return "generator" if callables.is_generator(marked.function) else "rows"


def _signature(marked, line, parameter_places, problems):
    options = marked.options
    form = None
    if marked.kind == "aggregate":
        if problems:
            return None
        form = marked.form = aggregates.form_of(marked.function)
        problems += aggregates.problems(form)
        if problems:
            return None
    declared = {"batchForm": None, **(marked.signature or _annotated(marked, parameter_places, problems))}
    if marked.kind in batches.KINDS:
        batch_form = {**batches.new_form(), **(declared["batchForm"] or {}), "rows": options["rows"]}
        marked.batch_form = batch_form
        declared["batchForm"] = {key: value for key, value in batch_form.items() if key != "forms"}
        declared["batchForm"]["usesPackages"] = bool(batch_form["forms"])
    for parameter in declared["parameters"]:
        parameter["isOptional"] = parameter["isOptional"] or options["null"] == "call"
        parameter.setdefault("hasDefault", False)
        parameter.setdefault("isVariadic", False)
    return {
        "name": marked.name,
        "kind": marked.kind,
        **declared,
        "determinism": _determinism(options["deterministic"], declared["parameters"]),
        "errorMode": options["on_error"],
        "timeouts": {"row": options["timeout"], "batch": options["batch_timeout"]},
        "memoryLimit": options["memory"],
        "retriesRows": options["retry_rows"],
        "concurrency": (options["concurrency"] or _CONCURRENCY) if marked.kind == "concurrent" else None,
        "placement": options["placement"],
        "documentation": callables.documentation(marked.function),
        "line": line,
        "decimals": marked.decimals,
        "aggregate": _aggregate(form),
        "vectorizes": options["vectorize"],
    }


def _aggregate(form):
    """What the host knows of an aggregate function beside its parameters and its result."""
    if form is None:
        return None
    return {
        "roles": sorted(set(form.names) | {"create", "finish"}), "state": aggregates.state_type(form), "isMovable": True,
    }  # fmt: skip


def _determinism(said, parameters):
    """What the host calls it; a function that nothing decides is hardly called for a constant."""
    if said is None:
        return "unspecified" if parameters else "volatile"
    return "deterministic" if said else "volatile"


def _annotated(marked, places, problems):
    """The parameters and the result as the annotations have them; the result of a table function is a row."""
    parameters, result = [], None
    try:
        read = callables.signature(marked.function) if marked.form is None else _of_aggregate(marked.form)
    except callables.Unreadable:
        problems.append("it has no readable signature; wrap it in a function with annotations")
        return {"parameters": [], "result": None}
    except MemoryError:
        raise
    except Exception as error:  # since 3.14 annotations are evaluated only now
        shown = texts.cut(str(error), 1_000) if isinstance(error, NameError) else texts.told(error)
        problems.append(f"an annotation cannot be evaluated: {shown}")
        return {"parameters": [], "result": None}

    form = None
    if marked.kind == "batch":
        read, form = batches.form(marked, read, problems)
    if marked.kind == "batches" and marked.options["retry_rows"]:
        problems.append("an iterator gives its batches once; leave retry_rows=True out")

    def resolve(annotation, what, at=None, place=None):
        try:
            if not form:
                return annotations.resolve(annotation, read.namespace)
            type_, shape, optional = batches.values(annotation, read.namespace)
            batches.note(form, place, shape)
            # Only an array without a mask has no place for nulls.
            return type_, optional or shape != "array"
        except annotations.Unsupported as error:
            problems.append((f"{what} {error}", at) if at else f"{what} {error}")
            return None, False

    for parameter in read.parameters:
        name, at = parameter.name, places.get(parameter.name)
        type_, optional = None, False
        what = f"parameter '{texts.name(name)}'"
        if not texts.is_name(name):
            problem = f"{what} has a name that is too long, or none that SQL can have"
        elif parameter.kind in (callables.VAR_KEYWORD, callables.KEYWORD_ONLY):
            problem = f"{what} cannot be passed by position, as arguments are; make it a plain parameter"
        elif parameter.annotation is _MISSING:
            problem = f"{what} has no annotation; write {texts.name(name)}: T, where T is {annotations.ACCEPTED}"
        else:
            problem = None
            type_, optional = resolve(parameter.annotation, what, at, len(parameters))
            unmakeable = type_ and annotations.unmakeable(type_)
            if unmakeable:
                problem = f"{what} {unmakeable}"
        if problem:
            problems.append((problem, at) if at else problem)
        is_variadic = parameter.kind == callables.VAR_POSITIONAL
        parameters.append(
            {
                "name": name, "type": type_, "isOptional": optional, "hasDefault": parameter.has_default,
                "isVariadic": is_variadic,
            }
        )  # fmt: skip
    if form and not read.parameters and not problems:
        problems.append("it takes no column, so it cannot know how many values to return; leave batch=True out")
    if read.result is batches.REFUSED:
        pass
    elif read.result is _MISSING:
        written = "-> Iterator[T]" if marked.kind == "table" else "-> T"
        what = "it" if marked.form is None else f"its {marked.form.names.get('finish', marked.form.spelling['create'])}"
        problems.append(f"{what} has no return annotation; write {written}, where T is {annotations.ACCEPTED}")
    elif marked.kind == "aggregate" and "finish" not in marked.form.names:
        try:
            result = annotations.resolve_state(read.result, read.namespace)
        except annotations.Unsupported as error:
            problems.append(f"the type of its state {error}; give it a finish")
    elif marked.kind == "table":
        try:
            result = annotations.resolve_rows(read.result, read.namespace)
        except annotations.Unsupported as error:
            problems.append(f"the return type {error}")
    else:
        result = resolve(read.result, "the return type")[0]
    return {"parameters": parameters, "result": result, "batchForm": form}


def _of_aggregate(form):
    """The parameters of accumulate behind the state, with the result of finish, or that of create_state."""
    read = form.signature("accumulate")
    found = form.whole_signature("finish" if "finish" in form.names else "create")
    return callables.Signature(read.parameters, found.result, {**found.namespace, **read.namespace})


def _duplicates(signatures, filename):
    """SQL does not tell upper from lower case, so neither may the names; overloads differ in their parameters."""
    seen, problems, classes = {}, [], []
    for signature in signatures:
        types = [(parameter["type"], parameter["isVariadic"]) for parameter in signature["parameters"]]
        key = signature["name"].lower(), _json(types, classes)
        earlier = seen.setdefault(key, signature)
        if earlier is not signature:
            problems.append(
                (
                    filename, signature["line"], 0, f"function '{signature['name']}' is there already, in line "
                    f"{earlier['line']}; rename one (SQL does not tell upper from lower case)",
                )
            )  # fmt: skip
    return problems


def _placements(signatures, filename):
    """The functions of a file run in one place, so those that say where say the same."""
    problems, first = [], None
    for signature in signatures:
        said = signature["placement"]
        if said is None:
            continue
        first = first or signature
        if said != first["placement"]:
            problems.append(
                (
                    filename, signature["line"], 0, f"function '{signature['name']}': it says placement={said!r}, and "
                    f"'{first['name']}' in line {first['line']} says placement={first['placement']!r}; the functions of a file "
                    "run in one place: say the same, or move it to a file of its own",
                )
            )  # fmt: skip
    return problems


def _written_placements(tree):
    """What the marks in a file say of placement, where that is a plain text."""
    marks, calls = set(), []
    for node in _nodes(tree):
        if isinstance(node, ImportFrom) and node.module == "clutch":
            marks |= {alias.asname or alias.name for alias in node.names if alias.name in ("udf", "udtf", "udaf")}
        elif isinstance(node, (FunctionDef, AsyncFunctionDef, ClassDef)):
            calls += [each for each in node.decorator_list if isinstance(each, Call)]
    found = set()
    for call in calls:
        mark = call.func
        is_ours = isinstance(mark, Name) and mark.id in marks or isinstance(mark, Attribute) and mark.attr in ("udf", "udtf", "udaf")
        values = [keyword.value for keyword in call.keywords if keyword.arg == "placement"]
        if is_ours:
            found |= {value.value for value in values if isinstance(value, Constant) and type(value.value) is str}
    return sorted(found)

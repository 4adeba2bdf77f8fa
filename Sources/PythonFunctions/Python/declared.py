"""Marks functions whose signature is declared somewhere else than in their annotations."""

import sys
from types import BuiltinFunctionType, BuiltinMethodType, FunctionType, MethodType, ModuleType

import clutch
from _clutch_aggregates import form_of
from _clutch_annotations import unmakeable
from _clutch_batches import new_form, note
from _clutch_callables import KEYWORD_ONLY, MISSING, VAR_POSITIONAL, Parameter, Signature, Unreadable, of_compiled, signature
from _clutch_texts import cut, listed, name as shown_name, told

_modules = sys.modules
_Marked, _marked, _SignatureError = clutch._Marked, clutch._marked, clutch.SignatureError


def mark(
    function, name, types, result, names=None, null="call", deterministic=None, called=None, kind="rows", decimals=None, of=None
):
    """Mark a function as a UDF with these types of its parameters and of its result, and give the mark.

    names: of the parameters, None where the function's own will do; called: what is called instead of the function.
    of: what is called with the arguments, if not the function: the signature of an aggregate function's accumulate.
    decimals: whether decimal results are rounded to the digits of their column, and what to write for other digits. The
    mark notes the problem if it cannot be called so.
    """
    marked = _Marked(function, name, kind=kind, null=null, deterministic=deterministic)
    _marked.append(marked)
    own = _parameter_names(marked, len(types), of)
    if names is not None:
        # Two parameters may have got one name: one in the declaration and another in the function.
        own = [f"a{number}" if name in names else name for number, name in enumerate(own, 1)]
        own = [given or default for given, default in zip(names, own, strict=True)]
    for name, type in zip(own, types, strict=True):
        problem = unmakeable(type)
        if problem:
            marked.refuse(f"parameter '{name}' {problem}")
    parameters = [
        {"name": name, "type": type, "isOptional": null == "call"} for name, type in zip(own, types, strict=True)
    ]
    marked.signature = {"parameters": parameters, "result": result}
    if kind == "table" and result["kind"] == "struct" and len(result["fields"]) == 1 and result["name"] == "STRUCT":
        # What yields rows of one column yields values, or tuples of one.
        field = result["fields"][0]
        marked.signature = {"parameters": parameters, "result": field["type"], "columnName": field["name"]}
    marked.roles["call"] = called or function
    marked.decimals = decimals and {"rounds": decimals[0], "advice": decimals[1]}
    return marked


def _parameter_names(marked, count, of):
    """The names of the parameters that this many arguments are passed for."""
    generated = [f"a{number}" for number in range(1, count + 1)]
    function = marked.function
    try:
        parameters = of().parameters if of else _parameters(function)
    except Exception:
        return generated  # a function of a compiled module may have none to read, and a class is refused by the loader
    positional = [parameter for parameter in parameters if parameter.kind < VAR_POSITIONAL]
    problem = None
    for parameter in positional[count:]:
        if not parameter.has_default:
            problem = problem or f"missing a required argument: '{parameter.name}'"
    for parameter in parameters:
        if parameter.kind == KEYWORD_ONLY and not parameter.has_default:
            problem = problem or f"missing a required argument: '{parameter.name}'"
    if count > len(positional) and not any(parameter.kind == VAR_POSITIONAL for parameter in parameters):
        problem = "too many positional arguments"
    if problem and (of or not isinstance(function, type)):
        own = "accumulate" if of else shown_name(getattr(function, "__name__", type(function).__name__))
        what = f"{count} argument type{'s' * (count != 1)}"
        marked.refuse(f"{what} declared, but it is defined as {own}({_shown(parameters)}): {problem}")
    names = [parameter.name for parameter in positional]
    return (names + generated[len(names) :])[:count]


def _parameters(function):
    try:
        return signature(function).parameters
    except Unreadable:
        return of_compiled(function).parameters


def _shown(parameters):
    """Parameters as a definition has them, without their annotations."""
    shown = []
    for parameter in parameters:
        if parameter.kind == KEYWORD_ONLY and not any(text.startswith("*") for text in shown):
            shown.append("*")
        shown.append(str(parameter))
    return listed(shown)


def declare(namespace, texts, dialect=None):
    """Mark the functions in a namespace by their declarations, and give the problems of those that cannot be read."""
    from _clutch_sql_functions import parse_function

    problems = []
    for text in texts:
        try:
            declared = parse_function(text, dialect)
            function = _handler(namespace, declared, text)
            if declared["handler"] == "accumulate" and declared["kind"] == "aggregate":
                # The functions of the file itself.
                function = _modules[namespace["__name__"]]
        except _SignatureError as error:
            problems.append(str(error))
            continue
        except MemoryError:
            raise
        except Exception as error:  # of an object of the file's that is asked for the handler
            problems.append(f"declaration {cut(text, 200)!r}: the handler cannot be looked up: {told(error)}")
            continue
        parameters = declared["parameters"]
        vectorized = getattr(function, "_sf_vectorized_input", None) if declared["kind"] == "rows" else None
        marked = mark(
            function,
            declared["name"],
            [parameter["type"] for parameter in parameters],
            declared["result"],
            names=[parameter["name"] for parameter in parameters],
            null=declared["null"],
            deterministic=declared["deterministic"],
            decimals=(False, "declare the result with more digits after the point, as in DECIMAL(38, 28)"),
            kind="batch" if vectorized is not None else declared["kind"],
            of=(lambda: _OF_ONE_FRAME) if vectorized is not None
            else (lambda: form_of(function).signature("accumulate")) if declared["kind"] == "aggregate" else None,
        )
        if vectorized is not None:
            _take_frames(marked, function, len(parameters))
    return problems


# What a handler of frames would look like to a declaration with any number of columns.
_OF_ONE_FRAME = Signature([Parameter("columns", VAR_POSITIONAL, False, MISSING)], MISSING, {})


def _take_frames(marked, handler, count):
    """Call a handler with a frame whose columns, 0, 1 and so on, are the arguments of many rows, as Snowflake does."""
    form = new_form()
    for place in range(count):
        note(form, place, "series")
    marked.signature["batchForm"] = form
    size = getattr(handler, "_sf_max_batch_size", None)
    if type(size) is int and size > 0:
        marked.options["rows"] = size

    def call(*series):
        return handler(_modules["pandas"].DataFrame(dict(enumerate(series)), copy=False))

    marked.roles["call"] = call


def _handler(namespace, declared, text):
    """The function that a declaration names."""
    path, shown_path = declared["handler"], shown_name(declared["handler"])

    def refuse(problem):
        raise _SignatureError(f"declaration {cut(text, 200)!r}: {problem}")

    parts = path.split(".")
    # The file itself may stand in front, as in "my_file.my_function".
    own = namespace.get("__name__"), namespace.get("__file__", "").rsplit("/", 1)[-1].removesuffix(".py")
    if len(parts) > 1 and parts[0] not in namespace and parts[0] in own:
        parts = parts[1:]
    if parts[0] not in namespace:
        refuse(f"there is no '{shown_name(parts[0])}' for the handler '{shown_path}'; {_functions(namespace)}")
    found = namespace[parts[0]]
    for number, part in enumerate(parts[1:], 1):
        if not hasattr(found, part):
            refuse(f"'{shown_name('.'.join(parts[:number]))}' has no '{shown_name(part)}'")
        found = getattr(found, part)
    if declared["kind"] == "aggregate" and not isinstance(found, (type, ModuleType)) and path != "accumulate":
        refuse(f"the handler '{shown_path}' of an aggregate function is no class, but {shown_name(type(found).__name__)}")
    if not callable(found) and type(found) is not ModuleType:
        refuse(f"the handler '{shown_path}' is no function but {shown_name(type(found).__name__)}; {_functions(namespace)}")
    return found


_ROUTINES = (FunctionType, MethodType, BuiltinFunctionType, BuiltinMethodType, staticmethod)


def _functions(namespace):
    """What could have been meant, as a sentence."""
    own = [
        name
        for name, value in namespace.items()
        if isinstance(value, _ROUTINES) and getattr(value, "__module__", None) == namespace.get("__name__")
    ]
    return f"the file's functions are {listed(own)}" if own else "the file has no functions"

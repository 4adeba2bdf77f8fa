"""Marks functions whose signature is declared somewhere else than in their annotations."""

import inspect
import linecache
import os

import clutch


def mark(function, name, types, result, names=None, null="call", deterministic=False, called=None):
    """Mark a function as a UDF with these types of its parameters and of its result.

    names: of the parameters, None where the function's own will do; called: what is called instead of the function.
    Raises SignatureError, with the place of the function, if it cannot be called so.
    """

    def refuse(problem):
        raise clutch.SignatureError(f"{place(function)}function '{name}': {problem}")

    _refuse_kinds(function, refuse)
    own = _parameter_names(function, len(types), refuse)
    if names is not None:
        # Two parameters may have got one name: one in the declaration and another in the function.
        own = [f"a{number}" if name in names else name for number, name in enumerate(own, 1)]
        own = [given or default for given, default in zip(names, own, strict=True)]
    parameters = [
        {"name": name, "type": type, "isOptional": null == "call"} for name, type in zip(own, types, strict=True)
    ]
    options = {"name": name, "null": null, "deterministic": deterministic, "on_error": "raise"}
    options["signature"] = {"parameters": parameters, "result": result}
    clutch._marked.append((called or function, options))


def place(function):
    """Where a function is defined, for the beginning of a message: "file.py, line 3: ", or "" if nothing says."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None:
        return ""
    # The code begins with the first decorator; a reader looks for the "def".
    line = code.co_firstlineno
    lines = linecache.getlines(code.co_filename)
    for number in range(line, min(line + 50, len(lines) + 1)):
        if lines[number - 1].lstrip().startswith(("def ", "async def ")):
            line = number
            break
    return f"{code.co_filename}, line {line}: "


def _refuse_kinds(function, refuse):
    if isinstance(function, type):
        refuse("a class is no function; table and aggregate functions are not supported yet")
    # A decorator may well make a plain function of another kind, and an object is as its method is.
    called = function if hasattr(function, "__code__") else inspect.unwrap(function)
    forms = [called] if inspect.isroutine(called) else [called, type(called).__call__]
    if any(inspect.iscoroutinefunction(form) or inspect.isasyncgenfunction(form) for form in forms):
        refuse("async functions are not supported; write a plain function")
    if any(inspect.isgeneratorfunction(form) for form in forms):
        refuse("generators are not supported; return one value per call")


def _parameter_names(function, count, refuse):
    """The names of the parameters that this many arguments are passed for."""
    generated = [f"a{number}" for number in range(1, count + 1)]
    try:
        signature = _signature(function)
    except (ValueError, TypeError):
        return generated  # a function of a compiled module may have none to read
    try:
        signature.bind(*[None] * count)
    except TypeError as error:
        what = f"{count} argument type{'s' * (count != 1)}"
        own = getattr(function, "__name__", type(function).__name__)
        refuse(f"{what} declared, but it is defined as {own}{signature}: {error}")
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [parameter.name for parameter in signature.parameters.values() if parameter.kind in positional]
    return (names + generated[len(names) :])[:count]


def _signature(function):
    try:
        return inspect.signature(function)
    except NameError:  # since 3.14 annotations are evaluated only now, and here they do not matter
        from annotationlib import Format

        return inspect.signature(function, annotation_format=Format.FORWARDREF)


def declare(namespace, texts, dialect=None):
    """Mark the functions in a namespace by their declarations; see `dialects.declare`."""
    from _clutch_sql_functions import parse_function

    for text in texts:
        declared = parse_function(text, dialect)
        function = _handler(namespace, declared, text)
        parameters = declared["parameters"]
        mark(
            function,
            declared["name"],
            [parameter["type"] for parameter in parameters],
            declared["result"],
            names=[parameter["name"] for parameter in parameters],
            null=declared["null"],
            deterministic=declared["deterministic"],
        )


def _handler(namespace, declared, text):
    """The function that a declaration names."""
    path = declared["handler"]

    def refuse(problem):
        raise clutch.SignatureError(f"declaration {text!r}: {problem}")

    parts = path.split(".")
    # The file itself may stand in front, as in "my_file.my_function".
    own = (namespace.get("__name__"), os.path.splitext(os.path.basename(namespace.get("__file__", "")))[0])
    if len(parts) > 1 and parts[0] not in namespace and parts[0] in own:
        parts = parts[1:]
    if parts[0] not in namespace:
        refuse(f"there is no '{parts[0]}' for the handler '{path}'; {_functions(namespace)}")
    found = namespace[parts[0]]
    for number, part in enumerate(parts[1:], 1):
        if not hasattr(found, part):
            refuse(f"'{'.'.join(parts[:number])}' has no '{part}'")
        found = getattr(found, part)
    if not callable(found):
        refuse(f"the handler '{path}' is no function but {type(found).__name__}; {_functions(namespace)}")
    return found


def _functions(namespace):
    """What could have been meant, as a sentence."""
    own = [
        name
        for name, value in namespace.items()
        if inspect.isroutine(value) and getattr(value, "__module__", None) == namespace.get("__name__")
    ]
    return f"the file's functions are {', '.join(own)}" if own else "the file has no functions"

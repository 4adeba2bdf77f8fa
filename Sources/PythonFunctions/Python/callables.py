"""What a callable takes and where it is defined: what Python's `inspect` says, which a file may have changed."""

from _functools import partial
from atexit import _ncallbacks as exit_callbacks
from types import FunctionType, MethodType

from _clutch_pristine import original
from _clutch_texts import shown, told

POSITIONAL_ONLY, POSITIONAL_OR_KEYWORD, VAR_POSITIONAL, KEYWORD_ONLY, VAR_KEYWORD = range(5)
#: Stands for an annotation that is not there.
MISSING = object()

_COROUTINE, _GENERATOR, _ASYNC_GENERATOR = 0x80, 0x20, 0x200
# Nobody wraps a function that often, and some objects have every attribute that they are asked for.
_MOST_WRAPPERS = 100
_placeholder = getattr(__import__("_functools"), "Placeholder", MISSING)  # since 3.14


class Parameter:
    """One parameter; its annotation is looked up in the namespace of its function if it is text."""

    def __init__(self, name, kind, has_default, annotation=MISSING):
        self.name, self.kind, self.has_default, self.annotation = name, kind, has_default, annotation

    def __str__(self):
        star = {VAR_POSITIONAL: "*", VAR_KEYWORD: "**"}.get(self.kind, "")
        return f"{star}{self.name}{'=...' if self.has_default else ''}"


class Signature:
    """The parameters and the annotation of the result, with the namespace for annotations that are text."""

    def __init__(self, parameters, result=MISSING, namespace=None):
        self.parameters, self.result, self.namespace = parameters, result, namespace or {}

    def changed(self, parameters):
        return Signature(parameters, self.result, self.namespace)


class Unreadable(Exception):
    """A callable does not say what it takes."""


def signature(function, depth=0):
    """What a callable takes, as `inspect.signature` has it, with the annotations as they are written.

    Raises Unreadable, or what evaluating the annotations raises (since 3.14 they are evaluated only now).
    """
    if depth > _MOST_WRAPPERS:
        raise Unreadable
    inner = lambda part: signature(part, depth + 1)  # noqa: E731
    kind = type(function)
    if issubclass(kind, type):
        return _of_instances(function, inner)
    if kind is MethodType:
        return _without_first(inner(function.__func__))
    given = getattr(function, "__signature__", None)
    if given is not None:
        return _given(given, function)
    if isinstance(function, partial):
        return _bound(inner(function.func), function.args, function.keywords)
    if getattr(function, "__wrapped__", None) is not None:
        return inner(function.__wrapped__)
    if kind is FunctionType:
        return _of_code(function)
    return _of_instances(kind, inner)


def _of_instances(cls, inner):
    """What the instances of a class take."""
    call = _call_method(cls)
    if isinstance(call, (staticmethod, classmethod)):
        found = inner(call.__func__)
        return found if isinstance(call, staticmethod) else _without_first(found)
    if not callable(call) or type(call) is _SLOT:
        raise Unreadable
    # Only a descriptor is given the instance.
    return _without_first(inner(call)) if hasattr(type(call), "__get__") else inner(call)


_SLOT = type(object.__init__)


def _call_method(kind):
    for base in kind.__mro__:
        if "__call__" in base.__dict__:
            return base.__dict__["__call__"]
    return None


def _of_code(function):
    code, annotations = function.__code__, function.__annotations__
    names, count, only = code.co_varnames, code.co_argcount, code.co_kwonlyargcount
    optional = count - len(function.__defaults__ or ())
    parameters = [
        (name, POSITIONAL_ONLY if place < code.co_posonlyargcount else POSITIONAL_OR_KEYWORD, place >= optional)
        for place, name in enumerate(names[:count])
    ]
    rest = count + only
    if code.co_flags & 0x04:
        parameters.append((names[rest], VAR_POSITIONAL, False))
        rest += 1
    keywords = function.__kwdefaults__ or {}
    parameters += [(name, KEYWORD_ONLY, name in keywords) for name in names[count : count + only]]
    if code.co_flags & 0x08:
        parameters.append((names[rest], VAR_KEYWORD, False))
    parameters = [Parameter(*parameter, annotations.get(parameter[0], MISSING)) for parameter in parameters]
    return Signature(parameters, annotations.get("return", MISSING), function.__globals__)


def _given(given, function):
    """Of an `inspect.Signature`, which a file may set."""
    try:
        empty = given.empty
        parameters = [
            Parameter(
                str.__str__(each.name), int(each.kind), each.default is not empty,
                MISSING if each.annotation is empty else each.annotation,
            )
            for each in given.parameters.values()
        ]  # fmt: skip
        result = MISSING if given.return_annotation is empty else given.return_annotation
    except Exception:
        raise Unreadable from None
    return Signature(parameters, result, getattr(innermost(function), "__globals__", None))


def _without_first(found):
    parameters = list(found.parameters)
    if parameters and parameters[0].kind <= POSITIONAL_OR_KEYWORD:
        del parameters[0]
    elif not parameters or parameters[0].kind != VAR_POSITIONAL:
        raise Unreadable
    return found.changed(parameters)


def _bound(found, arguments, keywords):
    """What is left of the parameters when a `partial` has given some."""
    left = list(found.parameters)
    place = 0
    for argument in arguments:
        if place == len(left) or left[place].kind > VAR_POSITIONAL:
            raise Unreadable
        if left[place].kind == VAR_POSITIONAL:
            break
        if argument is _placeholder:
            left[place] = Parameter(left[place].name, POSITIONAL_ONLY, False, left[place].annotation)
            place += 1
        else:
            del left[place]
    parameters, by_name = [], False
    for each in left:
        if each.name in keywords and each.kind in (POSITIONAL_OR_KEYWORD, KEYWORD_ONLY):
            by_name = by_name or each.kind == POSITIONAL_OR_KEYWORD
        elif by_name and each.kind == POSITIONAL_OR_KEYWORD:
            # What follows one that is given by name can only be given by name too.
            parameters.append(Parameter(each.name, KEYWORD_ONLY, each.has_default, each.annotation))
        elif not (by_name and each.kind == VAR_POSITIONAL):
            parameters.append(each)
    return found.changed(parameters)


def of_compiled(function):
    """The parameters of a function that is written in C, if it says."""
    try:
        return _given(original("inspect", "signature")(function), function)
    except Exception:
        raise Unreadable from None


def innermost(function):
    """The Python function that wrappers, methods and objects come down to, or None."""
    return _function(function, through_wrappers=True)


def _function(function, through_wrappers):
    for _ in range(_MOST_WRAPPERS):
        kind = type(function)
        if kind is MethodType:
            function = function.__func__
        elif isinstance(function, partial):
            function = function.func
        elif kind is FunctionType and not (through_wrappers and hasattr(function, "__wrapped__")):
            return function
        elif getattr(function, "__wrapped__", None) is not None:
            function = function.__wrapped__
        elif isinstance(function, (staticmethod, classmethod)):
            function = function.__func__
        elif issubclass(kind, type):
            function = _call_method(function) if through_wrappers is False else None
            if function is None or type(function) is _SLOT:
                return None
        else:
            function = _call_method(kind)
            if function is None or type(function) is _SLOT:
                return None
    return None


def is_async(function):
    """Whether a call gives a coroutine, or an asynchronous generator."""
    called = _function(function, through_wrappers=False)
    # What inspect.markcoroutinefunction sets is called so, or as before.
    is_marked = any(hasattr(called, name) for name in ("_is_coroutine_marker", "_is_coroutine_mark"))
    return is_marked or _has_flag(called, _COROUTINE | _ASYNC_GENERATOR)


def is_async_generator(function):
    """Whether a call gives an asynchronous generator."""
    return _has_flag(_function(function, through_wrappers=False), _ASYNC_GENERATOR)


def is_generator(function):
    """Whether a call gives a generator. A decorator may well make a plain function of one, and the other way round."""
    return _has_flag(_function(function, through_wrappers=False), _GENERATOR)


def _has_flag(function, flags):
    return function is not None and bool(function.__code__.co_flags & flags)


def is_instantiable(cls):
    """Whether instances of a class can be called."""
    call = _call_method(cls)
    return call is not None and type(call) is not _SLOT


class NoInstance(Exception):
    """A class whose instances would be functions makes none."""


def instance(cls):
    """What calls a new instance of a class, and its close method, or None.

    Raises NoInstance, or what the class raises.
    """
    made, close = plain_instance(cls)
    if not is_instantiable(type(made)):
        raise NoInstance(f"its class gives {shown(made)} for an instance, which cannot be called")
    # As Python calls it: what the instance itself has under the name does not count.
    call = _call_method(type(made))
    call = call.__get__(made, type(made)) if hasattr(type(call), "__get__") else call
    return call, close


def plain_instance(cls):
    """A new instance of a class, and its close method, or None. Raises as `instance`."""
    try:
        made = cls()
    except TypeError as error:
        if error.__traceback__.tb_next is None:  # of the call itself
            raise NoInstance(f"no instance can be made: {told(error)}; every parameter of __init__ needs a default value") from None
        raise
    close = getattr(made, "close", None)
    return made, close if callable(close) else None


def documentation(function):
    """The docstring without its indentation, or None."""
    if isinstance(function, partial):
        function = function.func
    text = getattr(function, "__doc__", None)
    if not isinstance(text, str):
        return None
    first, *rest = str.__str__(text).expandtabs().split("\n")
    margin = min((len(line) - len(line.lstrip()) for line in rest if line.strip()), default=0)
    lines = [first.lstrip(), *(line[margin:] for line in rest)]
    while lines and not lines[-1].strip():
        lines.pop()
    while lines and not lines[0].strip():
        lines.pop(0)
    # The host's text is UTF-8, which has no lone surrogates.
    return "\n".join(lines).encode("utf-8", "replace").decode()

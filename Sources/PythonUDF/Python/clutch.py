"""Mark Python functions as user-defined functions of a data engine.

    from clutch import udf

    @udf
    def add(x: int, y: int) -> int:
        return x + y

The annotations are the signature: int, float, str, bool, bytes, each also with "| None".
"""

__all__ = ["udf", "SignatureError"]


class SignatureError(TypeError):
    """The annotations of a function do not make a signature."""


# What the loader reads after it has run a file: the marked functions with their options, in order.
_marked = []


def udf(function=None, /, *, name=None, null="skip", deterministic=False, **unknown):
    """Mark a function as a UDF; use it as @udf or with options as @udf(...).

    name: what the engine calls it; the function's own name by default.
    null: what a null argument does. "skip": the row is null without a call, unless the parameter is "| None", which
        receives None. "call": every parameter receives None.
    deterministic: whether equal arguments always give equal results, so that the engine may call it less often.

    The function itself is returned unchanged, so that other Python code can call it as usual.
    """
    if unknown:
        raise TypeError(f"@udf has no option {next(iter(unknown))!r}; it has name, null and deterministic")
    if name is not None and not (isinstance(name, str) and name.isidentifier()):
        raise ValueError(f"@udf(name=...) takes a name such as 'my_function', not {name!r}")
    if null not in ("skip", "call"):
        raise ValueError(f"@udf(null=...) takes 'skip' or 'call', not {null!r}")
    if not isinstance(deterministic, bool):
        raise ValueError(f"@udf(deterministic=...) takes True or False, not {deterministic!r}")

    def mark(function):
        if not callable(function) or not hasattr(function, "__name__") or isinstance(function, type):
            raise TypeError(f"@udf marks a function, not {function!r}")
        _marked.append((function, {"name": name or function.__name__, "null": null, "deterministic": deterministic}))
        return function

    return mark if function is None else mark(function)

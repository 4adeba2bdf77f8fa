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


# What the loader reads after it has run a file: the marked functions, in order.
_marked = []


def udf(function=None, /, **options):
    """Mark a function as a UDF; use it as @udf or @udf().

    The function itself is returned unchanged, so that other Python code can call it as usual.
    A row with a null in a parameter without "| None" is null without a call.
    """
    if options:
        raise TypeError(f"@udf has no option {next(iter(options))!r}")
    if function is None:
        return udf
    if not callable(function) or not hasattr(function, "__name__") or isinstance(function, type):
        raise TypeError(f"@udf marks a function, not {function!r}")
    _marked.append(function)
    return function

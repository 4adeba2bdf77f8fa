"""What files written for Arroyo import: `from arroyo_udf import udf`.

The annotations are the signature, and a row with a null argument is null without a call unless the parameter is
Optional. Arroyo takes one function a file; here there may be more.
"""

from clutch import udf as _mark

__all__ = ["udf", "arrow_udf", "get_udfs"]

udf_functions = []
arrow_udf_functions = []


def udf(func):
    """Mark a function as a UDF; there are no options."""
    _mark(func)
    udf_functions.append(func)
    return func


def arrow_udf(func):
    """Remember a function that takes Arrow arrays. Arroyo never calls these, so they make no UDF here either."""
    arrow_udf_functions.append(func)
    return func


def get_udfs():
    """The functions marked with `udf`, in order."""
    return udf_functions

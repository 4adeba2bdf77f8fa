"""Makes arrays of numpy, series of pandas and arrays of pyarrow of the columns of a batch, and looks at what comes back.

The packages are imported when a function's annotations ask for them, and never before.
"""

import sys
from _weakref import getweakrefcount

_modules = sys.modules
#: The packages that each form of a parameter or a result needs.
PACKAGES = {"array": ("numpy",), "series": ("pandas", "pyarrow"), "arrow": ("pyarrow",)}
_SPELLED = {"array": "Array", "series": "Series", "arrow": "Arrow"}
numpy = pandas = pyarrow = None


def require(form):
    """Import what a form needs; gives what is wrong in words, or None.

    Raises what the package raises, which isolated interpreters make many do.
    """
    for package in PACKAGES[form]:
        try:
            module = __import__(package)
        except ModuleNotFoundError as error:
            if error.name != package:
                raise
            return (
                f"clutch.{_SPELLED[form]} needs the package {package}, which is not there; name it among the dependencies in the "
                f"file's block (# /// script), or add --with {package}"
            )
        globals()[package] = module
    return None


# What the host calls with columns of a call: all made here keeps the memory of these, and none can write to it.


def array(column, number_type):
    """An array of the numbers of a column; number_type: what numpy is to take them for, None for what they are."""
    made = numpy.asarray(memoryview(column))
    if number_type is None:
        return made
    if made.itemsize == 4:  # days, which numpy has in 64 bits
        made = made.astype("i8")
        made.flags.writeable = False
    return made.view(number_type)


def masked_array(column, mask, number_type):
    """The same with a mask, of which 1 stands for a null."""
    mask = numpy.array(memoryview(mask)).view("?")
    return numpy.ma.MaskedArray(array(column, number_type), mask=mask if mask.any() else numpy.ma.nomask, copy=False)


def unmasked_array(column, number_type):
    """The same for a column without nulls."""
    return numpy.ma.MaskedArray(array(column, number_type), copy=False)


def objects(column, number_type):
    """An array of the values of a column as objects."""
    return numpy.fromiter(column.to_list(), object, len(column))


def unmasked_objects(column, number_type):
    return numpy.ma.MaskedArray(objects(column, None), copy=False)


def masked_objects(column, mask, number_type):
    mask = numpy.array(memoryview(mask)).view("?")
    return numpy.ma.MaskedArray(objects(column, None), mask=mask if mask.any() else numpy.ma.nomask, copy=False)


def series(column, number_type):
    """A series over the memory of a column, as Arrow has it."""
    return pandas.Series(pandas.arrays.ArrowExtensionArray(pyarrow.array(column)))


def arrow(column, number_type):
    """A column as an array of pyarrow."""
    return pyarrow.array(column)


# What comes back.


def plain(result, number_type, count):
    """Look at what a function gave for so many rows, of which number_type is the type of the numbers of the result, or "".

    Gives a list, a buffer of such numbers or something that knows Arrow with the same values; a pair of such a buffer and a
    mask, which is None or has 1 for nulls; what is wrong, as a text; or None for what is no affair of ours.
    """
    numpy, pandas = _modules.get("numpy"), _modules.get("pandas")
    if numpy is not None:
        if isinstance(result, numpy.ndarray):
            return _of_array(numpy, result, number_type, count)
        if isinstance(result, numpy.generic):
            return _scalar(result)
    if pandas is not None and isinstance(result, pandas.api.extensions.ExtensionArray):
        return pandas.Series(result)
    return None


def owns_memory(array):
    """Say whether an array has memory of its own, which nobody gets at who does not hold the array."""
    numpy = _modules.get("numpy")
    if numpy is None or type(array) is not numpy.ndarray:
        return False
    return array.base is None and array.flags.owndata and not getweakrefcount(array)


def _scalar(result):
    kind = type(result)
    return (
        f"it returned the single value {str(result)[:100]} of type {kind.__module__}.{kind.__qualname__}, expected a value for each "
        "row: nothing is repeated, so write numpy.full(len(x), value)"
    )


def _of_array(numpy, result, number_type, count):
    if result.ndim == 0:
        return _scalar(result[()])
    if result.ndim != 1:
        return f"it returned an array of {result.ndim} dimensions, {result.shape}, expected one with a value for each row"
    if len(result) != count:
        return f"it returned {len(result)} value{'s' * (len(result) != 1)} for {count} row{'s' * (count != 1)}"
    mask = None
    if isinstance(result, numpy.ma.MaskedArray):
        mask, result = numpy.ma.getmask(result), result.data
        if mask is numpy.ma.nomask or not mask.any():
            mask = None
    if type(result) is not numpy.ndarray:
        result = result.view(numpy.ndarray)
    kind = result.dtype.kind
    if kind in "Mm":
        missing = numpy.isnat(result)
        if missing.any():
            mask = missing if mask is None else mask | missing
    if not number_type or kind not in "iufbMm" or result.dtype.names:
        return _list(result, mask)
    expected = numpy.dtype(number_type)
    if result.dtype != expected:
        result = _converted(numpy, result, expected, mask)
        if not isinstance(result, numpy.ndarray):
            return result
    if kind in "Mm":
        # Days are 32 bits wide in a column.
        result = result.view("i8").astype("i4") if number_type == "M8[D]" else result.view("i8")
        return numpy.ascontiguousarray(result), None if mask is None else mask.view("u1")
    result = numpy.ascontiguousarray(result)
    return result if mask is None else (result, numpy.ascontiguousarray(mask).view("u1"))


def _list(result, mask):
    values = result.tolist()
    return values if mask is None else [None if hidden else value for value, hidden in zip(values, mask.tolist())]


def _converted(numpy, result, expected, mask):
    """The same values as another type of numbers: an array, or, where not all fit, a list or what is wrong."""
    given, kinds = result.dtype, (result.dtype.kind, expected.kind)
    refusal = f"it returned an array of {given}, expected {expected}"
    if given.newbyteorder("=") == expected:
        return result.astype(expected)
    if kinds in (("f", "i"), ("f", "u")):
        return f"{refusal}; no float becomes an integer by itself: write .astype({str(expected)!r}), and say what NaN is"
    if kinds == ("f", "f"):
        # Shorter floats are rounded, as everywhere; longer ones hold all that shorter ones do.
        if given.itemsize <= 8:
            return result.astype(expected) if expected.itemsize >= given.itemsize else _list(result, mask)
        return f"{refusal}, which has fewer digits; write .astype({str(expected)!r})"
    if kinds in (("i", "i"), ("i", "u"), ("u", "i"), ("u", "u"), ("b", "i"), ("b", "u")):
        limits = numpy.iinfo(expected)
        seen = result if mask is None else result[~mask]
        if len(seen) == 0 or limits.min <= int(seen.min()) and int(seen.max()) <= limits.max:
            return result.astype(expected)
        # Only the rows fail that have to.
        return _list(result, mask)
    if kinds in (("i", "f"), ("u", "f")):
        wide = result.astype(expected)
        digits = 53 if expected.itemsize == 8 else 24
        seen = result if mask is None else result[~mask]
        if len(seen) and (int(seen.max()) > 2**digits or int(seen.min()) < -(2**digits)):
            inexact = next((value for value in seen.tolist() if int(expected.type(value)) != value), None)
            if inexact is not None:
                return f"{refusal}, which cannot hold its value {inexact} exactly"
        return wide
    if kinds in (("M", "M"), ("m", "m")):
        missing = numpy.isnat(result)
        try:
            made = result.astype(expected)
        except (ValueError, OverflowError, TypeError):
            return refusal
        if ((made.astype(given) == result) | missing).all():
            return made
        return f"{refusal}, which cannot hold all its digits; write .astype({str(expected)!r})"
    return refusal

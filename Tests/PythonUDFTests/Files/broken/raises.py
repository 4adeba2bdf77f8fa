class Problem(Exception): ...


def inner():
    """The innermost frame."""
    raise Problem("größer als 米")


def outer():
    inner()


try:
    outer()
except Problem as problem:
    problem.add_note("A note.")
    raise

"""Exhausting."""


@attempt("paths that are too long for the system", "refused: OSError", "refused: OSError")
def _():
    open("a/" * 20_000)


@attempt("a path of two thousand folders", "refused: FileNotFoundError", READING)
def _():
    open("a/" * 2_000)


@attempt("`..` two thousand times", WRITING)
def _():
    open("../" * 1_300 + OUTSIDE[1:] + "/made", "w")


@attempt("a link to itself", READING)
def _():
    open(INSIDE + "/loop")


@attempt("`setrecursionlimit` and a recursion without end", "gap")
def _():
    import sys

    sys.setrecursionlimit(10_000)  # how deep C code may go is up to CPython


@attempt("at the end of the interpreter (`atexit`)", "allowed")
def _():
    import atexit

    atexit.register(lambda: open(OUTSIDE + "/made-at-exit", "w"))  # tried, and denied, when the interpreter ends

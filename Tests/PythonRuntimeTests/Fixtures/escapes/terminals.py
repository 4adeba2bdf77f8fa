"""Terminals and the standard streams."""


@attempt("`fcntl.ioctl(0, TIOCSTI)`, which types into the user's terminal", FOREIGN)
def _():
    import fcntl

    fcntl.ioctl(0, 0x5412, b"#")


@attempt("`fcntl.ioctl` with TIOCSTI on a terminal of its own", DEVICES)
def _():
    import fcntl
    import os

    fcntl.ioctl(os.openpty()[0], 0x5412, b"#")


@attempt("`termios.tcsetattr` on the standard input", TERMINALS)
def _():
    import termios

    termios.tcsetattr(0, termios.TCSANOW, termios.tcgetattr(0))


@attempt("`tty.setraw` of a module that `importlib` has imported", TERMINALS)
def _():
    import importlib

    importlib.import_module("tty").setraw(0)


@attempt("`getpass`, which can do without `termios`", "refused: EOFError", "refused: EOFError")
def _():
    import getpass
    import io
    import warnings

    warnings.simplefilter("ignore")
    getpass.fallback_getpass("", io.StringIO())


@attempt("`curses`", TERMINALS)
def _():
    import curses


@attempt("`open('/dev/tty')`", TERMINALS)
def _():
    open("/dev/tty")


@attempt("`input()` and `sys.stdin`, which have nothing in them", "refused: EOFError")
def _():
    import sys

    assert sys.__stdin__.read() == ""
    input()


@attempt("`input()` of standard streams that say that they are terminals", "refused: AttributeError")
def _():
    import sys

    class Stream:
        encoding, errors = "utf-8", "strict"

        def __init__(self, number):
            self.number = number

        def fileno(self):
            return self.number

        def flush(self):
            pass

        def write(self, text):
            pass

    kept = sys.stdin, sys.stdout
    sys.stdin, sys.stdout = Stream(0), Stream(1)
    try:
        input()
    finally:
        sys.stdin, sys.stdout = kept


@attempt("`input()` of a text of its own", "allowed", "allowed")
def _():
    import io
    import sys

    sys.stdin = io.StringIO("one\ntwo")
    assert (input(), input("")) == ("one", "two")


@attempt("`sys._baserepl`, which runs what the process's standard input says", FOREIGN)
def _():
    import sys

    if not hasattr(sys, "_baserepl"):
        open(f"/dev/fd/{PIPE}", "rb")
    sys._baserepl()


@attempt("CPython's own `input` out of a copy of `builtins` that `gc` shows", FOREIGN)
def _():
    copied_function("input")()


@attempt("CPython's own `sys._baserepl` out of a copy of `sys`", FOREIGN)
def _():
    import sys

    if sys.version_info < (3, 13):
        open(f"/dev/fd/{PIPE}", "rb")
    copied_function("_baserepl")()

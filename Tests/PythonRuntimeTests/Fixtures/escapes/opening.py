"""Files: opening."""


@attempt("`open(path, 'w')`", WRITING)
def _():
    open(OUTSIDE + "/made", "w")


@attempt("`open(path)`", "allowed", READING)
def _():
    open(OUTSIDE + "/kept.txt").close()


@attempt("`open(path, 'r+')`", WRITING)
def _():
    open(OUTSIDE + "/kept.txt", "r+")


@attempt("`io.FileIO` found by walking the subclasses of `object`", WRITING)
def _():
    subclass("FileIO")(OUTSIDE + "/made", "w")


@attempt("`open` out of `__builtins__` of a function's globals", WRITING)
def _():
    import inspect

    inspect.getsource.__globals__["__builtins__"]["open"](OUTSIDE + "/made", "w")


@attempt("a rewritten `builtins.open` that calls `_pyio`", WRITING)
def _():
    import _pyio
    import builtins

    builtins.open = _pyio.open
    open(OUTSIDE + "/made", "w")


@attempt("`_io.open_code`", "allowed", READING)
def _():
    import _io

    _io.open_code(OUTSIDE + "/kept.txt").close()


@attempt("`pathlib.Path.write_text`", WRITING)
def _():
    import pathlib

    pathlib.Path(OUTSIDE, "made").write_text("x")


@attempt("`os.open` with `O_CREAT`", WRITING)
def _():
    import os

    os.open(OUTSIDE + "/made", os.O_WRONLY | os.O_CREAT)


@attempt("`os.open` with `O_RDONLY | O_TRUNC`", WRITING)
def _():
    import os

    os.open(OUTSIDE + "/kept.txt", os.O_RDONLY | os.O_TRUNC)


@attempt("`posix.open` out of `sys.modules`", WRITING)
def _():
    import os
    import sys

    sys.modules["posix"].open(OUTSIDE + "/made", os.O_WRONLY | os.O_CREAT)


@attempt("`os.open` relative to an open folder (`dir_fd`)", WRITING, READING)
def _():
    import os

    folder = os.open(OUTSIDE, os.O_RDONLY)
    try:
        os.open("made", os.O_WRONLY | os.O_CREAT, dir_fd=folder)
    finally:
        os.close(folder)


@attempt("`os.open` with `dir_fd=AT_FDCWD` and `..` in the path", WRITING)
def _():
    import os

    os.open("../" * 20 + OUTSIDE[1:] + "/made", os.O_WRONLY | os.O_CREAT, dir_fd=-100)


@attempt("`..` out of the temporary folder", WRITING)
def _():
    open(INSIDE + "/" + "../" * 20 + OUTSIDE[1:] + "/made", "w")


@attempt("a relative path with `..`", WRITING)
def _():
    open("../" * 20 + OUTSIDE[1:] + "/made", "w")


@attempt("a slash followed by a combining mark, to confuse comparisons of text", WRITING)
def _():
    open(INSIDE + "/\u0301/.." + "/.." * 20 + OUTSIDE + "/made", "w")


@attempt("a path as `bytes`", WRITING)
def _():
    open(OUTSIDE.encode() + b"/made", "wb")


@attempt("a path that is no UTF-8", "denied: files whose name is not plain text")
def _():
    open(OUTSIDE.encode() + b"/\xff", "wb")


@attempt("a `str` subclass that lies about itself", WRITING)
def _():
    class Liar(str):
        def __str__(self):
            return INSIDE + "/made"

        def __fspath__(self):
            return INSIDE + "/made"

        __repr__ = __format__ = __str__

    open(Liar(OUTSIDE + "/made"), "w")


@attempt("a path object that gives another path each time", WRITING)
def _():
    import io

    class Shifting:
        paths = iter([OUTSIDE + "/made", INSIDE + "/made", INSIDE + "/made"])

        def __fspath__(self):
            return next(self.paths)

    io.FileIO(Shifting(), "w")


@attempt("a custom `opener` that opens something else", WRITING)
def _():
    import os

    open(INSIDE + "/made", "w", opener=lambda path, flags: os.open(OUTSIDE + "/made", flags))


@attempt("a link in the temporary folder to a file outside (`os.symlink`)", WRITING)
def _():
    import os

    os.symlink(OUTSIDE + "/kept.txt", INSIDE + "/link")


@attempt("a link that is there already", WRITING)
def _():
    open(INSIDE + "/ready", "w")


@attempt("a link that is there already and points at nothing yet", WRITING)
def _():
    open(INSIDE + "/dangling", "w")


@attempt("a folder behind a link that is there already", WRITING)
def _():
    open(INSIDE + "/folder/made", "w")


@attempt("a path that becomes a link between the check and its use (needs a second program or interpreter)", "gap", WRITING)
def _():
    open(INSIDE + "/made", "w").close()  # only the half that is checked: nothing keeps the folder from changing then


@attempt("a second name for a file outside (`os.link`)", WRITING)
def _():
    import os

    os.link(OUTSIDE + "/kept.txt", INSIDE + "/link")


@attempt("`/proc/self/fd/N` of a file that is open for reading", WRITING, READING)
def _():
    with open(OUTSIDE + "/kept.txt") as file:
        open(f"/proc/self/fd/{file.fileno()}", "w")


@attempt("`/dev/fd/N` of a file that is open for reading", WRITING, READING)
def _():
    with open(OUTSIDE + "/kept.txt") as file:
        open(f"/dev/fd/{file.fileno()}", "w")


@attempt("`open` with the number of a file that the process has open", FOREIGN)
def _():
    open(DESCRIPTOR, closefd=False).close()


@attempt("`os.read` with the number of a file that the process has open", FOREIGN)
def _():
    import os

    os.read(DESCRIPTOR, 1)


@attempt("`os.write` to a number that the process has open", FOREIGN)
def _():
    import os

    os.write(2, b"")


@attempt("`mmap` of a number that the process has open", FOREIGN, MAPPING)
def _():
    import mmap

    mmap.mmap(DESCRIPTOR, 1, access=mmap.ACCESS_READ).close()


@attempt("`/proc/self/mem` for writing", WRITING)
def _():
    open("/proc/self/mem", "r+b")


@attempt("`/proc/self/mem` for reading", "denied: reading the memory of processes")
def _():
    open("/proc/self/mem", "rb")


@attempt("`/proc/thread-self/mem` by way of a relative `os.open`", "denied: reading the memory of processes", READING)
def _():
    import os

    folder = os.open("/proc/thread-self", os.O_RDONLY)
    try:
        os.open("mem", os.O_RDONLY, dir_fd=folder)
    finally:
        os.close(folder)


@attempt("`/proc/self/environ`", "allowed", "denied: reading environment variables")
def _():
    open("/proc/self/environ", "rb").close()


@attempt("a file in the temporary folder", "allowed", WRITING)
def _():
    with open(INSIDE + "/made", "w") as file:
        file.write("x")
    import os

    os.remove(INSIDE + "/made")


@attempt("`/dev/null`", "allowed")
def _():
    open("/dev/null", "w").close()

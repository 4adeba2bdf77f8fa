"""Arguments that are something else to whoever checks them: objects that are asked for a number, texts, keywords."""


@attempt("`os.pread` with an object that gives another number each time", FOREIGN)
def _():
    import os

    class Shifting:
        numbers = iter([DESCRIPTOR, 999])

        def fileno(self):
            return next(self.numbers)

    os.fsync(Shifting())


@attempt("`io.FileIO` of a text that is a number too", "allowed", READING)
def _():
    import io

    with io.FileIO(NumberedText("/etc/hosts")) as file:
        assert file.fileno() != DESCRIPTOR


@attempt("`open` of such a text", "allowed", READING)
def _():
    open(NumberedText("/etc/hosts"), "rb").close()


@attempt("`io.FileIO` of a path that is such a text", "allowed", READING)
def _():
    import io

    class Path:
        def __fspath__(self):
            return NumberedText("/etc/hosts")

    io.FileIO(Path()).close()


@attempt("`io.FileIO` of an object that is asked for a number", FOREIGN)
def _():
    import io

    io.FileIO(Number(DESCRIPTOR)).close()


@attempt("`os.listdir` of an object that is asked for a number, whose end would take the locks", UNNAMED)
def _():
    import os

    os.listdir(Number(DESCRIPTOR))


@attempt("`os.scandir` of such an object", UNNAMED)
def _():
    import os

    os.scandir(Number(DESCRIPTOR))


@attempt("`os.truncate` of such an object", FOREIGN)
def _():
    import os

    os.truncate(Number(DESCRIPTOR), 0)


@attempt("`os.chmod` of such an object", UNNAMED)
def _():
    import os

    os.chmod(Number(DESCRIPTOR), 0o600)


@attempt("`os.close` with a keyword that no dictionary finds", "refused: TypeError")
def _():
    import os

    os.close(**{HiddenText("fd"): DESCRIPTOR})


@attempt("`os.splice` with such a keyword", "refused: TypeError")
def _():
    import os

    os.splice(os.pipe()[0], **{HiddenText("dst"): DESCRIPTOR, "count": 1})


@attempt("`os.fsync` with a keyword that is found at the second time", "refused: TypeError")
def _():
    import os

    os.fsync(**{LateText("fd"): DESCRIPTOR})


@attempt("an `opener` by such a keyword", "refused: TypeError")
def _():
    import io

    io.FileIO("/dev/null", "w", **{LateText("opener"): lambda path, flags: DESCRIPTOR})


@attempt("`socket.socket` around a number by such a keyword", "refused: TypeError")
def _():
    import _socket

    _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, **{LateText("fileno"): DESCRIPTOR})


@attempt("`mmap` of memory that can be executed, by such a keyword", "refused: TypeError", MAPPING)
def _():
    import mmap

    mmap.mmap(-1, 4096, **{LateText("prot"): 7})


@attempt("numbers that are declared to be its own by what has made the guarded functions", "refused: KeyError")
def _():
    import os

    for function in (os.open, os.abort, os._exit):
        assert not getattr(function, "__closure__", None)
    input.__globals__["guard"]("posix.open", lambda path, flags: DESCRIPTOR)("/dev/null", 0)


@attempt("a file in a folder that is another one when the mode is asked for", WRITING, READING)
def _():
    import os

    folder = os.open(INSIDE, os.O_RDONLY)

    def move():
        os.close(folder)
        assert os.open(OUTSIDE, os.O_RDONLY) == folder

    os.close(os.open("kept.txt", os.O_WRONLY, Number(0o644, move), dir_fd=folder))


@attempt("the same with an audit hook, which runs after the check", HOOKS, READING)
def _():
    import os
    import sys

    folder = os.open("/tmp", os.O_RDONLY)

    def move(event, arguments):
        if event == "open" and arguments[0] == "made":
            os.close(folder)
            assert os.open(OUTSIDE, os.O_RDONLY) == folder

    sys.addaudithook(move)
    os.open("made", os.O_WRONLY | os.O_CREAT, dir_fd=folder)


@attempt("`socket.socket` around a number that has become another one when the family is asked for", FOREIGN)
def _():
    import os
    import _socket

    mine = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM).detach()
    _socket.socket(Number(_socket.AF_UNIX, lambda: os.close(mine)), _socket.SOCK_STREAM, 0, mine)


@attempt("`os.pwrite` to a number that has become another one when the place is asked for", FOREIGN)
def _():
    import os

    reading, writing = os.pipe()
    os.pwrite(writing, b"x", Number(0, lambda: os.close(writing)))

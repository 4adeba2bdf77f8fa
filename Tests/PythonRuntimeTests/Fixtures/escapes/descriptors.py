"""Descriptors, terminals, memory."""


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


@attempt("`/dev/fd/N` of a pipe that the process has open", FOREIGN)
def _():
    open(f"/dev/fd/{PIPE}", "rb")


@attempt("`input()` and `sys.stdin`, which have nothing in them", "refused: EOFError")
def _():
    import sys

    assert sys.__stdin__.read() == ""
    input()


@attempt("`os.lockf(1)`", FOREIGN)
def _():
    import os

    os.lockf(1, os.F_TEST, 0)


@attempt("`os.set_blocking(1, False)`", FOREIGN)
def _():
    import os

    os.set_blocking(1, False)


@attempt("`os.splice` to the standard output", FOREIGN)
def _():
    import os

    os.splice(os.pipe()[0], 1, 1)


@attempt("`os.sendfile` out of a file of the process", FOREIGN)
def _():
    import os

    os.sendfile(out_fd=os.pipe()[1], in_fd=DESCRIPTOR, offset=0, count=1)


@attempt("`os.copy_file_range` into a file of the process", FOREIGN)
def _():
    import os

    os.copy_file_range(os.open("/dev/null", os.O_RDONLY), DESCRIPTOR, 1)


@attempt("`os.dup` of a file of the process, whose end would take its locks", FOREIGN)
def _():
    import os

    os.dup(DESCRIPTOR)


@attempt("`os.pread` with an object that gives another number each time", FOREIGN)
def _():
    import os

    class Shifting:
        numbers = iter([DESCRIPTOR, 999])

        def fileno(self):
            return next(self.numbers)

    os.fsync(Shifting())


@attempt("`os.listdir` of a file of the process by its number", FOREIGN)
def _():
    import os

    os.listdir(DESCRIPTOR)


@attempt("`socket.close` of a file of the process", FOREIGN)
def _():
    import socket

    socket.close(DESCRIPTOR)


@attempt("`_socket.socket.__init__` around a number that the process has open", FOREIGN)
def _():
    import _socket

    made = _socket.socket.__new__(_socket.socket)
    _socket.socket.__init__(made, _socket.AF_UNIX, _socket.SOCK_STREAM, 0, DESCRIPTOR)


@attempt("`socket.send_fds`, which gives files of the process to another one", FOREIGN)
def _():
    import socket

    socket.send_fds(socket.socketpair()[0], [b"x"], [DESCRIPTOR])


@attempt("`os.readinto` (3.14) or `os.readv` of a file of the process", FOREIGN)
def _():
    import os

    if hasattr(os, "readinto"):
        os.readinto(DESCRIPTOR, bytearray(1))
    else:
        os.readv(DESCRIPTOR, [bytearray(1)])


@attempt("`select.epoll.fromfd`, whose end closes the number", FOREIGN)
def _():
    import select

    select.epoll.fromfd(DESCRIPTOR).close()


@attempt("an `opener` that gives the number of a file of the process", FOREIGN, WRITING)
def _():
    open(INSIDE + "/made", "wb", opener=lambda path, flags: DESCRIPTOR)


@attempt("the same for `io.FileIO.__init__`", FOREIGN, WRITING)
def _():
    import io

    made = io.FileIO.__new__(io.FileIO)
    io.FileIO.__init__(made, INSIDE + "/made", "wb", opener=lambda path, flags: DESCRIPTOR)


@attempt("a number that was its own, and is somebody else's now", FOREIGN)
def _():
    import os

    mine = os.open("/dev/null", os.O_RDONLY)
    os.close(mine)
    os.close(mine)


@attempt("`os.write` out of `gc.get_objects()` or of its `__self__`", "refused: StopIteration")
def _():
    import gc
    import os
    import types

    assert type(os.write.__self__).__name__ == "PyCapsule" and not gc.get_referents(os.write.__self__)
    found = (item for item in gc.get_objects() if isinstance(item, types.BuiltinFunctionType))
    next(item for item in found if item.__name__ == "write" and isinstance(item.__self__, types.ModuleType))


@attempt("files, pipes, sockets and locks of its own", "allowed", "allowed")
def _():
    import fcntl
    import os
    import socket

    reading, writing = os.pipe()
    os.write(writing, b"x")
    os.set_blocking(reading, False)
    assert os.read(os.dup(reading), 1) == b"x"
    with os.fdopen(writing, "wb") as file:
        fcntl.fcntl(file, fcntl.F_GETFL)
    os.close(reading)
    one, other = socket.socketpair()
    os.write(one.fileno(), b"x")
    assert socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, other.detach()).recv(1) == b"x"
    with open("/dev/null") as null:
        fcntl.flock(null, fcntl.LOCK_SH)


@attempt("the number of everything that it opens: copies, pipes, sockets, terminals, events, timers", "allowed", "allowed")
def _():
    import fcntl
    import os
    import socket

    reading, writing = os.pipe2(os.O_CLOEXEC)
    with os.fdopen(os.dup(reading), "rb") as file:
        os.close(fcntl.fcntl(file, fcntl.F_DUPFD))
    one, other = socket.socketpair()
    with socket.fromfd(one.fileno(), socket.AF_UNIX, socket.SOCK_STREAM) as copied, copied.dup() as again:
        os.write(again.fileno(), b"x")
    numbers = [
        reading, writing, fcntl.fcntl(reading, fcntl.F_DUPFD, 100), fcntl.fcntl(writing, fcntl.F_DUPFD_CLOEXEC),
        fcntl.fcntl(one, False), os.dup(reading), socket.dup(one.fileno()), one.detach(), other.detach(),
        os.open("/dev/null", os.O_RDONLY), *os.openpty(), os.posix_openpt(os.O_RDWR), os.eventfd(0),
        os.timerfd_create(1), os.pidfd_open(os.getpid()),
    ]
    for number in numbers:
        os.set_inheritable(number, False)
        os.close(number)


@attempt("files by way of an open folder, and sockets that it is asked for", "allowed", READING)
def _():
    import os
    import socket

    folder = os.open(INSIDE, os.O_RDONLY)
    os.close(os.open("own.txt", os.O_RDONLY, dir_fd=folder))
    os.close(folder)
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as asking:
        accepted, _ = server.accept()
        os.write(asking.fileno(), b"x")
        number = accepted.detach()
        assert os.read(number, 1) == b"x"
        os.close(number)


@attempt("`fcntl` F_DUPFD of a file of the process", FOREIGN)
def _():
    import fcntl

    alike(
        lambda: fcntl.fcntl(DESCRIPTOR, fcntl.F_DUPFD),
        lambda: fcntl.fcntl(DESCRIPTOR, fcntl.F_DUPFD_CLOEXEC, 100),
    )


@attempt("the number of an event that a file object has closed, and that is somebody else's now", FOREIGN)
def _():
    import os
    import select

    for _ in range(100):
        number = os.eventfd(0)
        os.fdopen(number, "rb", buffering=0).close()
        other = select.epoll()
        if other.fileno() == number:  # and not another thread's
            return os.close(number)


@attempt("locks, maps and numbers of temporary files", "allowed", MAPPING)
def _():
    import fcntl
    import mmap
    import os
    import tempfile

    with tempfile.TemporaryFile() as file:
        file.write(b"x" * 5000)
        file.flush()
        fcntl.lockf(file, fcntl.LOCK_EX)
        os.fsync(file.fileno())
        assert mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)[:1] == b"x"


@attempt("`fcntl` F_SETOWN, F_SETSIG and O_ASYNC: a signal to any process", PROCESSES)
def _():
    import fcntl
    import os
    import socket

    one, other = socket.socketpair()
    fcntl.fcntl(one, fcntl.F_SETOWN, os.getpid())


@attempt("`fcntl` with O_ASYNC alone", PROCESSES)
def _():
    import fcntl
    import os
    import socket

    fcntl.fcntl(socket.socketpair()[0], fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)


@attempt("`fcntl` F_SETLEASE and F_NOTIFY, whose signal ends the process", PROCESSES)
def _():
    import fcntl
    import os

    fcntl.fcntl(os.open("/dev/null", os.O_RDONLY), 1024, 0)


@attempt("`ioctl` FIOSETOWN and FIOASYNC", DEVICES)
def _():
    import fcntl
    import os
    import socket

    fcntl.ioctl(socket.socketpair()[0], 0x8901, os.getpid().to_bytes(4, "little"))


@attempt("`signal.sigwait` and `signal.pause`, which wait for the host's signals", PROCESSES)
def _():
    import signal

    signal.sigwait([signal.SIGWINCH])


@attempt("`os.memfd_create`, a file that can shrink under a mapping", MAPPING)
def _():
    import os

    os.memfd_create("x")


@attempt("`mmap.resize`", MAPPING)
def _():
    import mmap

    mmap.mmap(-1, 4096).resize(8192)


@attempt("`mmap` of memory that can be executed", NATIVE, MAPPING)
def _():
    import mmap

    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)


@attempt("a file in the temporary folder that is cut short under its mapping, which ends the process when it is read", "gap", MAPPING)
def _():
    import mmap
    import os

    descriptor = os.open(INSIDE + "/own.txt", os.O_RDWR)
    mmap.mmap(descriptor, 0)
    os.ftruncate(descriptor, 0)  # and now a read


@attempt("`os.pipe` until the process can open nothing more", "gap")
def _():
    import os

    os.pipe()


@attempt("`os.readlink`, for which there is no audit event", "allowed", READING)
def _():
    import os

    os.readlink(INSIDE + "/ready")


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


@attempt("`fcntl.fcntl` with an object that is asked for a number after the check", "denied: arguments of fcntl.fcntl that are no plain values")
def _():
    import fcntl
    import os

    reading, _ = os.pipe()
    fcntl.fcntl(reading, fcntl.F_SETFL, Number(os.O_NONBLOCK))


@attempt("`ioctl` FICLONE out of a file of the process", FOREIGN)
def _():
    import fcntl
    import os

    fcntl.ioctl(os.pipe()[1], 0x40049409, DESCRIPTOR)


@attempt("`ioctl` FIONREAD with a number, which is an address to write to", NATIVE)
def _():
    import fcntl
    import os

    fcntl.ioctl(os.pipe()[0], 0x541B, 0x10000)


@attempt("`fcntl` F_GETLK with such a number", NATIVE)
def _():
    import fcntl
    import os

    fcntl.fcntl(os.open("/dev/null", os.O_RDONLY), fcntl.F_GETLK, 0x10000)


@attempt("`ioctl` and `fcntl` with plain values on its own files, and what is no exact number for the functions of `os`", "allowed", "allowed")
def _():
    import array
    import enum
    import fcntl
    import os

    class Size(enum.IntEnum):
        ONE = 1

    class Data(bytes):
        pass

    reading, writing = os.pipe()
    assert os.write(writing, Data(b"abc")) == 3
    left = array.array("i", [0])
    fcntl.ioctl(reading, 0x541B, left)
    assert left[0] == 3
    fcntl.fcntl(reading, fcntl.F_SETFL, os.O_NONBLOCK)
    assert os.read(reading, Size.ONE) == b"a"
    assert os.readv(reading, [bytearray(1), array.array("b", [0])]) == 2
    assert os.writev(writing, (b"x", memoryview(b"y"))) == 2
    os.set_blocking(reading, [])
    assert not os.get_blocking(reading)


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


@attempt("CPython's own `sys.addaudithook` out of a copy of `sys`", HOOKS)
def _():
    copied_function("addaudithook")(print)


@attempt("`builtins` and `sys` made anew, with what is in them at the start", "refused: ImportError")
def _():
    import _imp
    import importlib.machinery
    import sys

    for name in ("builtins", "sys"):
        _imp.create_builtin(importlib.machinery.ModuleSpec(name, None))

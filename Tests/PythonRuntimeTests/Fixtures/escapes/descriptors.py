"""Open files, pipes and sockets by their number."""


@attempt("`/dev/fd/N` of a pipe that the process has open", FOREIGN)
def _():
    open(f"/dev/fd/{PIPE}", "rb")


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


@attempt("`signal.sigwait` and `signal.pause`, which wait for the host's signals", PROCESSES)
def _():
    import signal

    signal.sigwait([signal.SIGWINCH])


@attempt("`os.pipe` until the process can open nothing more", "gap")
def _():
    import os

    os.pipe()


@attempt("`os.readlink`, for which there is no audit event", "allowed", READING)
def _():
    import os

    os.readlink(INSIDE + "/ready")

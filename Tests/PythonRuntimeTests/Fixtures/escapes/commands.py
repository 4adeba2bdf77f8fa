"""Commands of `fcntl` and `ioctl`."""


@attempt("`fcntl` F_DUPFD of a file of the process", FOREIGN)
def _():
    import fcntl

    alike(
        lambda: fcntl.fcntl(DESCRIPTOR, fcntl.F_DUPFD),
        lambda: fcntl.fcntl(DESCRIPTOR, fcntl.F_DUPFD_CLOEXEC, 100),
    )


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

"""Network."""


@attempt("`socket.connect`", "allowed", NETWORK)
def _():
    connecting(lambda made: made.connect(("127.0.0.1", PORT)))


@attempt("`socket.connect_ex`", "allowed", NETWORK)
def _():
    connecting(lambda made: made.connect_ex(("127.0.0.1", PORT)))


@attempt("`sendto` of a datagram", "allowed", NETWORK)
def _():
    import socket

    connecting(lambda made: made.sendto(b"x", ("127.0.0.1", PORT)), socket.AF_INET, socket.SOCK_DGRAM)


@attempt("`sendmsg` on a UNIX socket", "allowed", NETWORK)
def _():
    import socket

    connecting(lambda made: made.sendmsg([b"x"], [], 0, INSIDE + "/none"), socket.AF_UNIX, socket.SOCK_DGRAM)


@attempt("`connect` to a UNIX socket", "allowed", NETWORK)
def _():
    import socket

    connecting(lambda made: made.connect(INSIDE + "/none"), socket.AF_UNIX)


@attempt("`bind` and `listen`", "allowed", NETWORK)
def _():
    connecting(lambda made: (made.bind(("127.0.0.1", 0)), made.listen()))


@attempt("`listen` without `bind`, for which there is no audit event", "allowed", NETWORK)
def _():
    connecting(lambda made: made.listen())


@attempt("`_socket.socket` found by walking subclasses", "allowed", NETWORK)
def _():
    import _socket

    subclass("socket")().close()


@attempt("a socket around a number that the process has open", FOREIGN)
def _():
    import socket

    socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, DESCRIPTOR)


@attempt("`socketpair`, which stays in the process", "allowed", "allowed")
def _():
    import socket

    for made in socket.socketpair():
        made.close()


@attempt("`getaddrinfo`", "allowed", NETWORK)
def _():
    import socket

    socket.getaddrinfo("localhost", PORT)


@attempt("`gethostbyname`", "allowed", NETWORK)
def _():
    import socket

    socket.gethostbyname("localhost")


@attempt("`urllib.request.urlopen`", "allowed", NETWORK)
def _():
    import urllib.error
    import urllib.request

    try:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"http://127.0.0.1:{PORT}/", timeout=2)
    except urllib.error.URLError as error:
        if not isinstance(error.reason, ConnectionRefusedError):
            raise error.reason


@attempt("`urlopen` of a `file:` address", "allowed", READING)
def _():
    import urllib.error
    import urllib.request

    try:
        urllib.request.urlopen("file://" + OUTSIDE + "/kept.txt").close()
    except urllib.error.URLError as error:
        raise error.reason


@attempt("`syslog`", "refused: RuntimeError")
def _():
    import syslog

    syslog.closelog()


@attempt("`bind` of a UNIX socket outside, which makes a file", WRITING, NETWORK)
def _():
    import socket

    connecting(lambda made: made.bind(OUTSIDE + "/made"), socket.AF_UNIX)


@attempt("`bind` of a UNIX socket in the temporary folder", "allowed", NETWORK)
def _():
    import socket

    connecting(lambda made: made.bind(INSIDE + "/made"), socket.AF_UNIX)


@attempt("`bind` to an abstract address, to one that the system chooses, to a `bytearray`", WRITING, NETWORK)
def _():
    import socket

    for address in (b"\0clutch", "", bytearray(OUTSIDE.encode())):
        try:
            connecting(lambda made: made.bind(address), socket.AF_UNIX)
        except PermissionError as error:
            problem = error
        else:
            return
    raise problem


@attempt("`sendto` of a datagram to the log of the system", WRITING, NETWORK)
def _():
    import socket

    connecting(lambda made: made.sendto(b"x", "/dev/log"), socket.AF_UNIX, socket.SOCK_DGRAM)


@attempt("`socketserver` with a UNIX socket outside", WRITING, NETWORK)
def _():
    import socketserver

    socketserver.UnixStreamServer(OUTSIDE + "/made", None)


@attempt("`multiprocessing.connection.Listener` outside", WRITING, NETWORK)
def _():
    import multiprocessing.connection

    multiprocessing.connection.Listener(OUTSIDE + "/made")


@attempt("`asyncio.start_unix_server` outside", WRITING, NETWORK)
def _():
    import asyncio

    asyncio.run(asyncio.start_unix_server(print, OUTSIDE + "/made"))


@attempt("`os.mknod` and `os.mkfifo` relative to an open folder", SPECIAL)
def _():
    import os

    os.mknod("made", dir_fd=-100)


@attempt("`os.removedirs`", WRITING)
def _():
    import os

    os.removedirs(OUTSIDE)


@attempt("`tempfile` with a folder outside", WRITING)
def _():
    import os
    import tempfile

    os.close(tempfile.mkstemp(dir=OUTSIDE)[0])

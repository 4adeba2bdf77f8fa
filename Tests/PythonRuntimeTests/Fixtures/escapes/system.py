"""What touches the process or the machine in passing: devices, what the system tells."""

DENIED_DEVICES = "denied: devices"
MACHINE = "denied: sockets that watch or change the whole machine"


@attempt("`time.pthread_getcpuclockid` of a number that is no thread", NATIVE)
def _():
    import time

    time.pthread_getcpuclockid(123456789)


@attempt("`time.pthread_getcpuclockid` of a copy of `time`", COPIES)
def _():
    import sys

    del sys.modules["time"]
    import time

    time.pthread_getcpuclockid(123456789)


@attempt("`locale.bindtextdomain`, which is for the whole process", WHOLE)
def _():
    import locale

    locale.bindtextdomain("x", INSIDE)


@attempt("`_locale.textdomain` and `bind_textdomain_codeset`", WHOLE)
def _():
    import _locale

    try:
        _locale.textdomain("x")
    except PermissionError:
        _locale.bind_textdomain_codeset("x", "UTF-8")


@attempt("`_locale.bindtextdomain` of a copy of `_locale`", COPIES)
def _():
    import sys

    del sys.modules["_locale"]
    import _locale

    _locale.bindtextdomain("x", INSIDE)


@attempt("`locale.dgettext`, which reads a file of the system", "allowed", READING)
def _():
    import locale

    locale.dgettext("coreutils", "x")


@attempt("`locale.getlocale`, `strcoll` and `localeconv`", "allowed", "allowed")
def _():
    import locale

    locale.getlocale(), locale.strcoll("a", "b"), locale.localeconv(), locale.getpreferredencoding()


@attempt("`locale.setlocale`, which is for the whole process", "gap", "gap")
def _():
    import locale

    locale.setlocale(locale.LC_NUMERIC, "C")


@attempt("`os.sync`", WHOLE)
def _():
    import os

    os.sync()


@attempt("`sys._debugmallocstats`, which writes to the process's error stream", WHOLE)
def _():
    import sys

    sys._debugmallocstats()


@attempt("`/dev/ptmx`, a new terminal", TERMINALS)
def _():
    open("/dev/ptmx", "rb")


@attempt("`/dev/vcs`, what is on the screen", TERMINALS)
def _():
    open("/dev/vcs", "rb")


@attempt("other devices, by `open` and `os.open`", DENIED_DEVICES)
def _():
    import os

    # Also where this one is not there.
    device = next((path for path in ("/dev/kmsg", "/dev/fuse", "/dev/net/tun", "/dev/loop-control") if os.path.exists(path)), None)
    if device is None:
        raise PermissionError("the policy '' denies devices: no such device")
    try:
        os.open(device, os.O_RDONLY | os.O_NONBLOCK)
    except PermissionError:
        open(device, "rb")


@attempt("`/dev/zero` and `/dev/urandom` for reading", "allowed", "allowed")
def _():
    for name in ("zero", "urandom", "full"):
        assert len(open("/dev/" + name, "rb").read(4)) == 4


@attempt("sockets of the kernel's own: netlink, packets", MACHINE)
def _():
    import socket

    try:
        socket.socket(16, socket.SOCK_RAW, 0)
    except PermissionError:
        socket.socket(17, socket.SOCK_RAW, 0)


@attempt("raw sockets, which see what others are sent", MACHINE)
def _():
    import socket

    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.IPPROTO_TCP)
    except PermissionError:
        socket.socket(socket.AF_INET, 10, 0)


@attempt("sockets as most code makes them", "allowed", NETWORK)
def _():
    import socket

    socket.socket().close()
    socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK).close()
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_UDP)
    socket.socket(fileno=made.detach()).close()
    for one in socket.socketpair():
        one.close()


@attempt("`socket.getservbyname` and `getservbyport`", "allowed", NETWORK)
def _():
    import socket

    try:
        socket.getservbyname("no such service")
    except OSError as error:
        if isinstance(error, PermissionError):
            socket.getservbyport(1)


@attempt("`socket.getprotobyname`", "allowed", NETWORK)
def _():
    import socket

    try:
        socket.getprotobyname("no such protocol")
    except OSError as error:
        if isinstance(error, PermissionError):
            raise


@attempt("`socket.if_nameindex` and its like", "allowed", NETWORK)
def _():
    import socket

    try:
        socket.if_nameindex()
    except PermissionError:
        socket.if_indextoname(1)


@attempt("`os.uname` and `platform.uname`, without the machine's name under `pure`", "allowed", "refused: AssertionError")
def _():
    import os
    import platform

    assert os.uname().sysname and os.uname()[4] and platform.system() and platform.machine()
    assert os.uname().nodename


@attempt("`os.getgrouplist` and `os.getlogin`, which read files of the system", "allowed", READING)
def _():
    import os

    os.getgrouplist("root", 0)
    try:
        os.getlogin()
    except OSError as error:
        if isinstance(error, PermissionError):
            raise


@attempt("`uuid.uuid1`, without the service of the system that is asked otherwise", "allowed", "allowed")
def _():
    import time
    import uuid

    one, other = uuid.uuid1(), uuid.uuid1()
    assert one != other and one.node == other.node and one.version == 1 and one.variant == uuid.RFC_4122
    assert abs(one.time / 10_000_000 - 0x01B21DD213814000 / 10_000_000 - time.time()) < 60
    assert uuid.uuid4() != uuid.uuid4()


@attempt("`_uuid.generate_time_safe` of the module itself", UNSEEN)
def _():
    import sys

    del sys.modules["_uuid"]
    import _uuid

    _uuid.generate_time_safe()


@attempt("`os.getloadavg`, `os.statvfs` and the free memory by `os.sysconf`: how busy the machine is", "allowed", INQUIRIES)
def _():
    import os

    alike(
        os.getloadavg,
        lambda: os.statvfs("/"),
        lambda: os.fstatvfs(os.pipe()[0]),
        lambda: os.sysconf("SC_AVPHYS_PAGES"),
        lambda: os.sysconf(os.sysconf_names["SC_AVPHYS_PAGES"]),
    )


@attempt("`os.pidfd_open`, `getpgid`, `getsid`, `getpriority` and `sched_get*` of another process", "allowed", INQUIRIES)
def _():
    import os

    alike(
        lambda: os.close(os.pidfd_open(1)),
        lambda: os.close(os.pidfd_open(pid=Number(1), flags=0)),
        lambda: os.getpgid(1),
        lambda: os.getpgid(pid=1),
        lambda: os.getsid(1),
        lambda: os.getpriority(os.PRIO_PROCESS, 1),
        lambda: os.getpriority(which=os.PRIO_USER, who=0),
        lambda: os.sched_getaffinity(1),
        lambda: os.sched_getaffinity(Number(1)),
        lambda: os.sched_getparam(1),
        lambda: os.sched_getscheduler(1),
        lambda: os.sched_rr_get_interval(1),
    )


@attempt("`time.clock_gettime` of a number that is made of that of a process", "allowed", INQUIRIES)
def _():
    import time

    other = (~1 << 3) | 2
    alike(
        lambda: time.clock_gettime(other), lambda: time.clock_gettime_ns(other), lambda: time.clock_getres(Number(other))
    )


@attempt("the same of the process itself, with what libraries ask to find out how many threads to start", "allowed", "allowed")
def _():
    import asyncio
    import concurrent.futures
    import os
    import resource
    import time

    assert os.getpgid(0) == os.getpgid(os.getpid()) == os.getpgrp() and os.getsid(0) >= 0
    os.getpriority(os.PRIO_PROCESS, 0), os.sched_getparam(0), os.sched_getscheduler(os.getpid())
    os.close(os.pidfd_open(os.getpid(), 0))
    assert os.cpu_count() and os.sched_getaffinity(0) and os.sysconf("SC_PAGE_SIZE") == resource.getpagesize()
    assert time.clock_gettime(time.CLOCK_MONOTONIC) > 0 and time.clock_getres(time.CLOCK_REALTIME) > 0
    assert time.get_clock_info("monotonic").monotonic and os.times().user >= 0
    concurrent.futures.ThreadPoolExecutor()
    asyncio.run(asyncio.sleep(0))

"""Attempts to get out of a policy, each with what comes of it under `guarded` and under `pure`.

The host sets OUTSIDE (a folder that may not be written, with the file kept.txt), INSIDE (one in the temporary folder) and
PORT (where nobody listens), DESCRIPTOR (an open file of its own), PROTECTED_FILE (one in the temporary folder that it
protects), and calls `run` or `run_on_thread`. An outcome is "denied: RULE" for an exception of the policy; "refused: TYPE" for an exception
that has nothing to do with it; "allowed" for what goes through on purpose; "gap" for what goes
through because nothing asks.
"""

ATTEMPTS = []
WRITING = "denied: writing files"
READING = "denied: reading files"
PROCESSES = "denied: starting or signalling processes"
WHOLE = "denied: changing the whole process"
NATIVE = "denied: native code"
NETWORK = "denied: the network"
COPIES = "denied: fresh copies of modules that it has changed"
INTERPRETERS = "denied: making interpreters, which would have no policy"
UNSEEN = "denied: modules that open files without asking"
SPECIAL = "denied: making files of special kinds"
FOREIGN = "denied: using open files, pipes and sockets that the code has not opened"
TERMINALS = "denied: terminals"
MAPPING = "denied: mapping memory"
DEVICES = "denied: commands to devices and terminals"
UNNAMED = "denied: files whose name is not plain text"
PROTECTED = "denied: touching the files of the database that is open"


def attempt(title, guarded, pure=None):
    def add(function):
        ATTEMPTS.append((title, guarded, guarded if pure is None else pure, function))
        return function

    return add


def run(index):
    try:
        ATTEMPTS[index][3]()
        return "went through"
    except (PermissionError, ModuleNotFoundError) as error:
        text = str(error)
        if "the policy '" in text:
            return "denied: " + text.split("' denies ", 1)[1].split(": ", 1)[0].removesuffix(" outside TMP")
        return "refused: " + type(error).__name__
    except BaseException as error:
        return "refused: " + type(error).__name__


def run_on_thread(index):
    import threading

    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.append(run(index)))
    thread.start()
    thread.join()
    return outcomes[0]


def connecting(function, *arguments):
    """Nobody listens, so that a connection that is refused by the other side has gone through."""
    import socket

    made = socket.socket(*arguments)
    try:
        made.settimeout(2)
        function(made)
    except (ConnectionRefusedError, FileNotFoundError):
        pass
    finally:
        made.close()


def subclass(name):
    """Walks from object to a class that somebody has loaded."""
    todo, seen = [object], set()
    while todo:
        for found in type.__subclasses__(todo.pop()):
            if found.__name__ == name:
                return found
            if found not in seen:
                seen.add(found)
                todo.append(found)
    raise LookupError(name)


# Files: opening


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


@attempt("a path object that gives another path each time", "denied: files whose name is not plain text")
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


# Files: changing


@attempt("`os.remove`", WRITING)
def _():
    import os

    os.remove(OUTSIDE + "/kept.txt")


@attempt("`os.unlink` relative to an open folder", WRITING, READING)
def _():
    import os

    folder = os.open(OUTSIDE, os.O_RDONLY)
    try:
        os.unlink("kept.txt", dir_fd=folder)
    finally:
        os.close(folder)


@attempt("`os.rename` into the temporary folder", WRITING)
def _():
    import os

    os.rename(OUTSIDE + "/kept.txt", INSIDE + "/taken")


@attempt("`os.replace` from the temporary folder", WRITING)
def _():
    import os

    os.replace(INSIDE + "/own.txt", OUTSIDE + "/kept.txt")


@attempt("`shutil.copyfile`", WRITING, READING)
def _():
    import shutil

    shutil.copyfile(INSIDE + "/own.txt", OUTSIDE + "/made")


@attempt("`shutil.move`", WRITING, READING)
def _():
    import shutil

    shutil.move(OUTSIDE + "/kept.txt", INSIDE + "/taken")


@attempt("`shutil.rmtree`", WRITING, READING)
def _():
    import shutil

    shutil.rmtree(OUTSIDE)


@attempt("`os.mkdir`", WRITING)
def _():
    import os

    os.mkdir(OUTSIDE + "/made")


@attempt("`os.rmdir`", WRITING)
def _():
    import os

    os.rmdir(OUTSIDE)


@attempt("`os.chmod`", WRITING)
def _():
    import os

    os.chmod(OUTSIDE + "/kept.txt", 0o777)


@attempt("`os.fchmod`", FOREIGN)
def _():
    import os

    os.fchmod(DESCRIPTOR, 0o777)


@attempt("`os.chown`", WRITING)
def _():
    import os

    os.chown(OUTSIDE + "/kept.txt", os.getuid(), os.getgid())


@attempt("`os.utime`", WRITING)
def _():
    import os

    os.utime(OUTSIDE + "/kept.txt")


@attempt("`os.truncate`", WRITING)
def _():
    import os

    os.truncate(OUTSIDE + "/kept.txt", 0)


@attempt("`os.setxattr`", WRITING)
def _():
    import os

    os.setxattr(OUTSIDE + "/kept.txt", "user.clutch", b"x")


@attempt("`os.mkfifo`, for which there is no audit event", SPECIAL)
def _():
    import os

    os.mkfifo(OUTSIDE + "/made")


@attempt("`os.mkfifo` out of the set `os.supports_dir_fd`", "refused: StopIteration")
def _():
    import os

    next(function for function in os.supports_dir_fd if function.__name__ == "mkfifo")(OUTSIDE + "/made")


@attempt("`os.mkfifo` out of `gc.get_objects()`", "refused: StopIteration")
def _():
    import gc
    import types

    found = (item for item in gc.get_objects() if isinstance(item, types.BuiltinFunctionType))
    next(item for item in found if item.__name__ == "mkfifo")(OUTSIDE + "/made")


@attempt("`os.chdir`, which changes the whole process", "denied: changing the working folder of the whole process")
def _():
    import os

    os.chdir(INSIDE)


@attempt("`os.listdir`", "allowed", READING)
def _():
    import os

    os.listdir(OUTSIDE)


@attempt("`os.scandir` of the working folder", "allowed", READING)
def _():
    import os

    os.scandir().close()


@attempt("`os.stat` and `os.access`, for which there is no audit event", "allowed", "gap")
def _():
    import os

    os.stat(OUTSIDE + "/kept.txt")


@attempt("`tempfile.TemporaryDirectory` with folders in it", "allowed", "refused: FileNotFoundError")
def _():
    import os
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(folder + "/a/b")
        open(folder + "/a/b/c", "w").close()


@attempt("`tempfile.NamedTemporaryFile` and `TemporaryFile`", "allowed", "refused: FileNotFoundError")
def _():
    import tempfile

    with tempfile.NamedTemporaryFile() as one, tempfile.TemporaryFile() as other:
        one.write(b"x")
        other.write(b"x")


@attempt("writing into the standard library", WRITING)
def _():
    import json

    open(json.__file__, "a")


@attempt("`sqlite3` with a file", WRITING, UNSEEN)
def _():
    import sqlite3

    sqlite3.connect(OUTSIDE + "/made")


@attempt("`sqlite3` in memory and `ATTACH`, for which there is no audit event", "refused: OperationalError", UNSEEN)
def _():
    import sqlite3

    sqlite3.connect(":memory:").execute(f"ATTACH '{OUTSIDE}/made' AS x")


@attempt("`sqlite3` and `VACUUM INTO`", "refused: OperationalError", UNSEEN)
def _():
    import sqlite3

    sqlite3.connect(":memory:").execute(f"VACUUM INTO '{OUTSIDE}/made'")


@attempt("`ATTACH` after the limit that the policy sets was raised again", "gap", UNSEEN)
def _():
    import sqlite3

    connection = sqlite3.connect(":memory:")
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 10)
    connection.execute(f"ATTACH '{INSIDE}/made' AS x")


@attempt("`sqlite3` with `load_extension`", NATIVE, UNSEEN)
def _():
    import sqlite3
    import sys

    connection = sqlite3.connect(":memory:")
    if hasattr(connection, "enable_load_extension"):
        connection.enable_load_extension(True)
    else:  # in builds without it: what it would ask
        sys.audit("sqlite3.enable_load_extension", connection, True)


@attempt("`dbm.gnu`", UNSEEN)
def _():
    import dbm.gnu

    dbm.gnu.open(OUTSIDE + "/made", "c")


@attempt("`shelve`, which takes what is there of `dbm`", WRITING, WHOLE)
def _():
    import shelve

    shelve.open(OUTSIDE + "/made")


@attempt("`shelve` in the temporary folder", "allowed", WHOLE)
def _():
    import shelve

    with shelve.open(INSIDE + "/shelf") as shelf:
        shelf["a"] = 1


@attempt("`sqlite3` with a path object in the temporary folder", "allowed", UNSEEN)
def _():
    import pathlib
    import sqlite3

    sqlite3.connect(pathlib.Path(INSIDE, "made")).execute("CREATE TABLE t(a)")
    sqlite3.connect(f"file:{INSIDE}/made?mode=ro", uri=True).execute("SELECT * FROM t")
    sqlite3.connect(pathlib.Path(INSIDE, "made").as_uri(), uri=True)
    sqlite3.connect(INSIDE.encode() + b"/made")


@attempt("`sqlite3` with a file that is opened with `mode=ro`", "allowed", UNSEEN)
def _():
    import sqlite3

    sqlite3.connect(f"file:{OUTSIDE}/kept.txt?mode=ro", uri=True)


@attempt("`sqlite3` with `mode=ro` and another mode behind it", WRITING, UNSEEN)
def _():
    import sqlite3

    sqlite3.connect(f"file:{OUTSIDE}/made?mode=ro&mode=rwc", uri=True)


@attempt("`sqlite3` with a `file:` address that hides its path behind `%2e%2e`", WRITING, UNSEEN)
def _():
    import sqlite3

    sqlite3.connect(f"file:{INSIDE}/%2e%2e{'/%2e%2e' * 20}{OUTSIDE}/made", uri=True)


@attempt("`sqlite3` in memory by a `file:` address", "allowed", UNSEEN)
def _():
    import sqlite3

    sqlite3.connect("file::memory:?cache=shared", uri=True).execute("CREATE TABLE t(a)")
    sqlite3.connect("file:x?mode=memory", uri=True).execute("CREATE TABLE t(a)")


@attempt("`sqlite3` with an address that is not taken for one", WRITING, UNSEEN)
def _():
    import sqlite3

    sqlite3.connect("file::memory:")


@attempt("`_sqlite3.Connection` with a path object", UNNAMED, UNSEEN)
def _():
    import _sqlite3
    import pathlib

    _sqlite3.Connection(pathlib.Path(INSIDE, "made"))


@attempt("`SSLContext.keylog_filename`, for which there is no audit event", "gap", "refused: ModuleNotFoundError")
def _():
    import ssl

    ssl.create_default_context().keylog_filename = INSIDE + "/keys"


@attempt("`logging.FileHandler`", WRITING)
def _():
    import logging

    logging.FileHandler(OUTSIDE + "/made")


@attempt("`pwd.getpwall`, which reads a file of the system", "allowed", "refused: ModuleNotFoundError")
def _():
    import pwd

    pwd.getpwall()


@attempt("the time zone database", "allowed", "allowed")
def _():
    import zoneinfo

    zoneinfo.ZoneInfo("UTC")


# Processes


@attempt("`subprocess.run`", PROCESSES)
def _():
    import subprocess

    subprocess.run(["/bin/true"])


@attempt("`subprocess.Popen` with its module taken out of `sys.modules` before", PROCESSES)
def _():
    import sys

    sys.modules.pop("subprocess", None)
    sys.modules.pop("_posixsubprocess", None)
    import subprocess

    subprocess.Popen(["/bin/true"])


@attempt("`_posixsubprocess.fork_exec`, for which there is no audit event", PROCESSES)
def _():
    import _posixsubprocess

    _posixsubprocess.fork_exec([b"/bin/true"], [b"/bin/true"])


@attempt("`_posixsubprocess` loaded from its file under another package", PROCESSES)
def _():
    import importlib.machinery
    import importlib.util
    import sysconfig

    path = f"{sysconfig.get_path('platstdlib')}/lib-dynload/_posixsubprocess{sysconfig.get_config_var('EXT_SUFFIX')}"
    loader = importlib.machinery.ExtensionFileLoader("some._posixsubprocess", path)
    importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))


@attempt("`os.system`", PROCESSES)
def _():
    import os

    os.system("true")


@attempt("`os.popen`", PROCESSES)
def _():
    import os

    os.popen("true")


@attempt("`os.posix_spawn`, which the isolated configuration does not stop", PROCESSES)
def _():
    import os

    os.posix_spawn("/bin/true", ["true"], {})


@attempt("`os.fork`", "refused: RuntimeError")
def _():
    import os

    os.fork()


@attempt("`os.forkpty`", "refused: RuntimeError")
def _():
    import os

    os.forkpty()


@attempt("`os.execv`", "refused: RuntimeError")
def _():
    import os

    os.execv("/bin/true", ["true"])


@attempt("`os.spawnv`", "refused: RuntimeError")
def _():
    import os

    os.spawnv(os.P_WAIT, "/bin/true", ["true"])


@attempt("`pty.spawn`", TERMINALS)
def _():
    import pty

    pty.spawn(["/bin/true"])


@attempt("`multiprocessing.Process`", WHOLE)
def _():
    import multiprocessing

    process = multiprocessing.get_context("spawn").Process(target=print)
    process.start()


@attempt("`multiprocessing.shared_memory`", PROCESSES, MAPPING)
def _():
    from multiprocessing import shared_memory

    shared_memory.SharedMemory(create=True, size=16)


@attempt("`multiprocessing.pool` and others, without a process", "allowed", "allowed")
def _():
    import multiprocessing.connection
    import multiprocessing.pool


@attempt("`concurrent.futures.ProcessPoolExecutor`", PROCESSES)
def _():
    import concurrent.futures

    concurrent.futures.ProcessPoolExecutor(1)


@attempt("`webbrowser`, which takes a denial for a failure", "refused: OSError")
def _():
    import webbrowser

    if not webbrowser.BackgroundBrowser("/bin/true").open("http://localhost"):
        raise OSError("nothing was started")


@attempt("`os.kill` with signal 0", PROCESSES)
def _():
    import os

    os.kill(os.getpid(), 0)


@attempt("`signal.raise_signal`, for which there is no audit event", PROCESSES)
def _():
    import signal

    signal.raise_signal(signal.SIGWINCH)


@attempt("`signal.raise_signal` out of `importlib.reload(signal)`", PROCESSES)
def _():
    import importlib
    import signal

    importlib.reload(signal).raise_signal(signal.SIGWINCH)


@attempt("`signal.alarm`, which ends the process", PROCESSES)
def _():
    import signal

    signal.alarm(0)


@attempt("`signal.pthread_kill` with signal 0", PROCESSES)
def _():
    import signal
    import threading

    signal.pthread_kill(threading.get_ident(), 0)


@attempt("`os._exit`, which ends the process", WHOLE)
def _():
    import os

    os._exit(3)


@attempt("`os._exit` of a second `posix`, after the first was taken out of `sys.modules`", COPIES)
def _():
    import sys

    del sys.modules["posix"]
    import posix

    posix._exit(3)


@attempt("`os._exit` of a second `posix` made by `_imp.create_builtin`", COPIES)
def _():
    import _imp
    import importlib.machinery

    _imp.create_builtin(importlib.machinery.ModuleSpec("posix", None))._exit(3)


@attempt("`os._exit` of `importlib.reload(os)`", WHOLE)
def _():
    import importlib
    import os

    importlib.reload(os)._exit(3)


@attempt("`os._exit` of a reloaded `posix`", WHOLE)
def _():
    import importlib
    import posix

    importlib.reload(posix)._exit(3)


@attempt("`os.abort`", WHOLE)
def _():
    import os

    os.abort()


@attempt("`os.umask`", WHOLE)
def _():
    import os

    os.umask(0)


@attempt("`os.dup2` over a file of the process", WHOLE)
def _():
    import os

    os.dup2(DESCRIPTOR, 2)


@attempt("`os.close` of a file of the process", FOREIGN)
def _():
    import os

    os.close(DESCRIPTOR)


@attempt("`resource.setrlimit`", WHOLE)
def _():
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE))


@attempt("`os.setpriority` and `os.nice`", WHOLE)
def _():
    import os

    os.nice(0)


@attempt("`locale.setlocale`, which changes the whole process", "gap")
def _():
    import locale

    locale.setlocale(locale.LC_NUMERIC, locale.setlocale(locale.LC_NUMERIC))


# Native code


@attempt("`import ctypes`", NATIVE)
def _():
    import ctypes

    ctypes.CDLL(None).getpid()


@attempt("`_ctypes` by `importlib`", NATIVE)
def _():
    import importlib

    importlib.import_module("_ctypes").dlopen(None, 0)


@attempt("`_ctypes` from its file, by `_imp.create_dynamic`", NATIVE)
def _():
    import _imp
    import importlib.machinery
    import sysconfig

    path = f"{sysconfig.get_path('platstdlib')}/lib-dynload/_ctypes{sysconfig.get_config_var('EXT_SUFFIX')}"
    _imp.create_dynamic(importlib.machinery.ModuleSpec("_ctypes", None, origin=path))


@attempt("an extension module from the temporary folder", "denied: native code from outside the Python installation", WRITING)
def _():
    import importlib.machinery
    import importlib.util
    import shutil
    import _bz2

    path = INSIDE + "/_bz2.so"
    shutil.copyfile(_bz2.__file__, path)
    loader = importlib.machinery.ExtensionFileLoader("_bz2", path)
    importlib.util.module_from_spec(importlib.util.spec_from_loader("_bz2", loader))


@attempt("`_testcapi` and the like", NATIVE)
def _():
    import _testinternalcapi


@attempt("bytecode made by hand (`code.replace`), which can read and write memory", "gap")
def _():
    def function():
        return 1.5

    made = [2.5 if constant == 1.5 else constant for constant in function.__code__.co_consts]
    function.__code__ = function.__code__.replace(co_consts=tuple(made))
    assert function() == 2.5


@attempt("`marshal.loads` of a code object", "allowed")
def _():
    import marshal

    exec(marshal.loads(marshal.dumps(compile("1", "x", "exec"))))


@attempt("`marshal.loads` of a code object that opens a file", WRITING)
def _():
    import marshal

    exec(marshal.loads(marshal.dumps(compile("open(OUTSIDE + '/made', 'w')", "x", "exec"))))


@attempt("`pickle.loads` that calls `os.system`", PROCESSES)
def _():
    import pickle

    pickle.loads(b"cos\nsystem\n(S'true'\ntR.")


# Interpreters


@attempt("`_interpreters.create`: an interpreter without a policy", INTERPRETERS)
def _():
    import _interpreters

    _interpreters.create()


@attempt("`_interpreters` out of its file", INTERPRETERS)
def _():
    import importlib.machinery
    import importlib.util
    import sysconfig

    path = f"{sysconfig.get_path('platstdlib')}/lib-dynload/_interpreters{sysconfig.get_config_var('EXT_SUFFIX')}"
    loader = importlib.machinery.ExtensionFileLoader("_interpreters", path)
    importlib.util.module_from_spec(importlib.util.spec_from_loader("_interpreters", loader))


@attempt("`_interpqueues`, which reach other interpreters", INTERPRETERS)
def _():
    import _interpqueues


@attempt("`test.support.interpreters` or `concurrent.interpreters`", INTERPRETERS)
def _():
    try:
        import concurrent.interpreters as interpreters
    except ImportError:
        from test.support import interpreters
    interpreters.create()


@attempt("`sys._current_frames`, which ends the process in some versions", "denied: what is not safe in an isolated interpreter")
def _():
    import sys

    sys._current_frames()


@attempt("`concurrent.futures` and `asyncio`, which ask for `_interpreters`", "allowed", "allowed")
def _():
    import asyncio
    import concurrent.futures


@attempt("`concurrent.futures.InterpreterPoolExecutor`", "refused: AttributeError")
def _():
    import concurrent.futures

    concurrent.futures.InterpreterPoolExecutor()


@attempt("`_remote_debugging`, which reads the memory of other processes", NATIVE)
def _():
    import _remote_debugging


@attempt("`_imp._override_multi_interp_extensions_check`, which lets modules in that isolated interpreters refuse", NATIVE)
def _():
    import _imp

    _imp._override_multi_interp_extensions_check(-1)


@attempt("the same by `importlib.util._incompatible_extension_module_restrictions`", NATIVE)
def _():
    import importlib.util

    importlib.util._incompatible_extension_module_restrictions(disable_check=True).__enter__()


@attempt("the same out of a second `_imp`", COPIES)
def _():
    import importlib.machinery
    import _imp

    spec = importlib.machinery.ModuleSpec("_imp", None)
    _imp.create_builtin(spec)._override_multi_interp_extensions_check(-1)


@attempt("`_tkinter`, in whose Tcl programs are started", WHOLE)
def _():
    import _tkinter

    _tkinter.create(None, "x", "y", True, False, False).eval("exec id")


@attempt("`tkinter`", WHOLE)
def _():
    import tkinter


@attempt("`tracemalloc`, which watches the allocators of all interpreters", WHOLE)
def _():
    import tracemalloc

    tracemalloc.start()


@attempt("`sys.activate_stack_trampoline`, which writes a file for `perf`", WHOLE)
def _():
    import sys

    sys.activate_stack_trampoline("perf")


@attempt("`time.clock_settime`, which sets the clock of the machine", WHOLE)
def _():
    import time

    time.clock_settime(time.CLOCK_REALTIME, time.time())


# Descriptors, terminals, memory


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


# The files of the database that is open


@attempt("`open` of the open database", PROTECTED)
def _():
    open(PROTECTED_FILE, "rb").close()


@attempt("the open database by `/proc/self/root`", PROTECTED)
def _():
    open("/proc/self/root" + PROTECTED_FILE, "rb").close()


@attempt("the open database by a hard link that was there before", PROTECTED)
def _():
    open(PROTECTED_FILE + ".name", "rb").close()


@attempt("`os.open` of the open database, relative to its folder", PROTECTED, READING)
def _():
    import os

    os.open(os.path.basename(PROTECTED_FILE), os.O_RDONLY, dir_fd=os.open(INSIDE, os.O_RDONLY))


@attempt("`sqlite3` with the open database", PROTECTED, UNSEEN)
def _():
    import sqlite3

    sqlite3.connect(f"file:{PROTECTED_FILE}?mode=ro&immutable=1", uri=True)


@attempt("`os.link` of the open database", PROTECTED)
def _():
    import os

    os.link(PROTECTED_FILE, INSIDE + "/second")


@attempt("`os.symlink` to the open database", PROTECTED, WRITING)
def _():
    import os

    os.symlink(PROTECTED_FILE, INSIDE + "/second")


@attempt("`os.rename` of the open database, or over it", PROTECTED, WRITING)
def _():
    import os

    os.rename(INSIDE + "/own.txt", PROTECTED_FILE)


@attempt("`os.rename` of the folder of the open database", PROTECTED)
def _():
    import os

    os.rename(INSIDE, INSIDE + "-moved")


@attempt("the log of the open database, which is not there yet", PROTECTED)
def _():
    open(PROTECTED_FILE + ".wal", "wb")


# Getting around the hook


@attempt("`sys.addaudithook`, to see or swallow events", WRITING)
def _():
    import sys

    def swallow(event, arguments):
        pass

    sys.addaudithook(swallow)
    open(OUTSIDE + "/made", "w")


@attempt("a rewritten `PermissionError`", WRITING)
def _():
    import builtins

    kept = builtins.PermissionError
    builtins.PermissionError = type("PermissionError", (Exception,), {})
    try:
        open(OUTSIDE + "/made", "w")
    finally:
        builtins.PermissionError = kept


@attempt("inside `sys.settrace`", WRITING)
def _():
    import sys

    problems = []

    def trace(frame, event, argument):
        sys.settrace(None)
        try:
            open(OUTSIDE + "/made", "w")
        except PermissionError as error:
            problems.append(error)

    sys.settrace(trace)
    (lambda: None)()
    sys.settrace(None)
    raise problems[0]


@attempt("in `__del__`", WRITING)
def _():
    problems = []

    class Last:
        def __del__(self):
            try:
                open(OUTSIDE + "/made", "w")
            except PermissionError as error:
                problems.append(error)

    Last()
    raise problems[0]


@attempt("in a callback of a weak reference", WRITING)
def _():
    import weakref

    problems = []

    class Thing:
        pass

    def gone(reference):
        try:
            open(OUTSIDE + "/made", "w")
        except PermissionError as error:
            problems.append(error)

    thing = Thing()
    reference = weakref.ref(thing, gone)
    del thing
    raise problems[0]


@attempt("in another thread, where threads are allowed", "refused: RuntimeError")
def _():
    import threading

    threading.Thread(target=open, args=(OUTSIDE + "/made", "w")).start()


@attempt("`_thread.start_new_thread`", "refused: RuntimeError")
def _():
    import _thread

    _thread.start_new_thread(open, (OUTSIDE + "/made", "w"))


@attempt("`exec` with builtins of its own", WRITING)
def _():
    import builtins

    exec("open(path, 'w')", {"__builtins__": {"open": builtins.open}, "path": OUTSIDE + "/made"})


@attempt("an import hook in `sys.meta_path` that gives a made-up `posix`", "allowed")
def _():
    import sys
    import types

    sys.modules["posix"] = types.ModuleType("posix")
    import posix  # a module without anything in it


@attempt("`faulthandler`", WHOLE)
def _():
    import faulthandler

    faulthandler._sigsegv()


@attempt("`readline`, which reads and writes files", TERMINALS)
def _():
    import readline


# Network


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


# Environment


@attempt("`os.environ` for reading", "allowed", "refused: KeyError")
def _():
    import os

    os.environ["PATH"]


@attempt("`posix.environ`", "allowed", "refused: KeyError")
def _():
    import posix

    posix.environ[b"PATH"]


@attempt("`os.environ` for writing, which stays in the interpreter", "allowed", "denied: changing environment variables")
def _():
    import os

    os.environ["CLUTCH_POLICY_TEST"] = "1"


@attempt("`os.putenv`, which does nothing under `guarded`", "allowed", "denied: changing environment variables")
def _():
    import os

    os.putenv("CLUTCH_POLICY_TEST", "1")


@attempt("`os.environ.clear`, which stays in the interpreter", "allowed", "allowed")
def _():
    import os

    os.environ.clear()


@attempt("`os.environ` of a reloaded `os`", "allowed", "refused: KeyError")
def _():
    import importlib
    import os

    importlib.reload(os).environ["PATH"]


# Exhausting


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

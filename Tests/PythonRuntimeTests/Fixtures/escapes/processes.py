"""Processes."""


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

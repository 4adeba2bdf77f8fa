"""Interpreters."""


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


@attempt("`_interpreters` by the name `-interpreters`, which is the same to CPython", INTERPRETERS)
def _():
    load_extension("-interpreters", "_interpreters").exec(0, "import os; os.chdir('/')")


@attempt("the same in a package that there is not", INTERPRETERS)
def _():
    load_extension("json.-interpreters", "_interpreters").create()


@attempt("`_interpchannels` by such a name", INTERPRETERS)
def _():
    load_extension("-interpchannels", "_interpchannels")


@attempt("`_interpreters` with a name that ends in a zero", "denied: modules whose name is not plain text")
def _():
    load_extension("_interpreters\0x", "_interpreters")


@attempt("an extension module's file by a name that it does not have", INTERPRETERS)
def _():
    load_extension("math", "_interpreters")

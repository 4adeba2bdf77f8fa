"""Native code."""


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


@attempt("`_posixsubprocess` by the name `-posixsubprocess`", PROCESSES)
def _():
    load_extension("-posixsubprocess", "_posixsubprocess")


@attempt("`_ctypes` by the name `-ctypes`", NATIVE)
def _():
    load_extension("-ctypes", "_ctypes")


@attempt("`_testinternalcapi` by the name `-testinternalcapi`", NATIVE)
def _():
    load_extension("-testinternalcapi", "_testinternalcapi")


@attempt("`_multiprocessing` by the name `-multiprocessing`", PROCESSES)
def _():
    load_extension("-multiprocessing", "_multiprocessing")


@attempt("`_socket`, a fresh copy, by the name `-socket`", COPIES)
def _():
    load_extension("-socket", "_socket")


@attempt("`mmap`, a fresh copy, with a name that ends in a zero", "denied: modules whose name is not plain text")
def _():
    load_extension("mmap\0", "mmap")


@attempt("`termios` with a name that ends in a zero", "denied: modules whose name is not plain text")
def _():
    load_extension("termios\0", "termios")


@attempt("`_sqlite3` by the name `-sqlite3`", "allowed", UNSEEN)
def _():
    load_extension("-sqlite3", "_sqlite3")

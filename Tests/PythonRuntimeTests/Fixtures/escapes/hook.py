"""Getting around the hook."""


@attempt("`sys.addaudithook`, to see or swallow events", HOOKS)
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


@attempt("a denial of its own making", "allowed", "allowed")
def _():
    import sys

    sys.audit("clutch.withheld", "os.abort", "anything at all")


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

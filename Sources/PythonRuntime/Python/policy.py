"""Takes out of a fresh interpreter what its policy withholds and CPython's audit events do not show."""

import _signal  # noqa: F401  what it withholds there, `signal` does not have either
import io
import os
import posix
import sys
import time
import types

import _clutch_imports

# Set by the host, and gone as soon as they have been used. The first is given the name of a function and the function, and
# makes one that asks the policy first; the second a name and a rule, and makes one that is always denied.
guard = refuse = None


def apply(withheld, guarded, denied, hidden, processes, environment, writes_everywhere):
    """Change the modules of this interpreter; the audit hook sees to it that no others are made.

    withheld: names of functions ("posix.abort") by rule; guarded: names of functions that ask first; denied: modules that
    may not be imported; hidden: modules that are as if not installed; processes: whether they may be started; environment: the variables that stay, None for all;
    writes_everywhere: whether imports may leave files behind, and databases attach others.
    Returns the search path, the folders of the standard library, the names of its modules, and the folders of Python's
    program.
    """
    guard, refuse = globals().pop("guard"), globals().pop("refuse")
    for rule, names in withheld.items():
        for name in names:
            shown = name.replace("posix.", "os.").replace("_signal.", "signal.")
            _replace(name, lambda original, shown=shown, rule=rule: refuse(shown, rule))
    for name in guarded:
        _replace(name, lambda original, name=name: guard(name, original), acts=True)
    for name in denied:
        sys.modules.pop(name, None)
    for name in hidden:
        sys.modules[name] = None  # what makes `import` raise ModuleNotFoundError
    if not processes:
        # Much code imports subprocess and multiprocessing without ever starting a process.
        for name, functions in (
            ("_posixsubprocess", ["fork_exec"]),
            ("_multiprocessing", ["sem_unlink"]),
            ("_posixshmem", ["shm_open", "shm_unlink"]),
        ):
            stand_in = sys.modules[name] = types.ModuleType(name)
            for function in functions:
                setattr(stand_in, function, refuse(f"{name}.{function}", "starting or signalling processes"))
        refusal = refuse("_multiprocessing.SemLock", "starting or signalling processes")
        members = {"SEM_VALUE_MAX": 2**31 - 1, "__new__": refusal, "_rebuild": staticmethod(refusal)}
        sys.modules["_multiprocessing"].SemLock = type("SemLock", (), members)
        # The standard input is the process's, which may be a terminal or what the host reads its commands from.
        sys.stdin = sys.__stdin__ = io.StringIO()
        # CPython's own reads the process's, whatever `sys.stdin` is, where that says that it is a terminal.
        _replace("builtins.input", lambda original: _input)
    if environment is not None:
        kept = {os.fsencode(name) for name in environment}
        for variables in (os.environ._data, posix.environ):
            for name in [name for name in variables if name not in kept]:
                del variables[name]
        _replace("posix._clearenv", lambda original: _nothing)  # os.environ itself is still cleared
    elif not processes:
        # There is nobody to hand variables on to, and the process's own are not safe to change beside other threads:
        # os.environ changes for this interpreter alone.
        for name in ("putenv", "unsetenv", "_clearenv"):
            _replace("posix." + name, lambda original: _nothing)
    if not writes_everywhere:
        sys.dont_write_bytecode = True
        _clutch_imports.change("_sqlite3", _keep_databases_apart)
    del sys.modules[__name__], sys.modules["_clutch_imports"]
    standard = os.path.dirname(os.__file__)
    programs = [os.path.dirname(path) for path in (sys.executable, getattr(sys, "_base_executable", "")) if path]
    return list(sys.path), [standard], sorted(sys.stdlib_module_names), programs


def _replace(name, make, acts=False):
    """Put make(original) in the place of a function, wherever code could find the original.

    acts: whether what is made does what the original did.
    """
    module, name = name.split(".")
    origin = sys.modules.get(module)
    original = getattr(origin, name, None)
    if original is None:
        return
    function = make(original)
    public = {"posix": "os", "_signal": "signal", "_socket": "socket"}.get(module, module)
    for holder in (origin, sys.modules.get(public)):
        if hasattr(holder, name):
            setattr(holder, name, function)
    for known in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks, os.supports_effective_ids):
        if original in known:
            known.discard(original)
            if acts:
                known.add(function)


def _input(prompt="", /):
    """Read a line from `sys.stdin`, after writing a prompt to `sys.stdout`."""
    sys.audit("builtins.input", prompt)
    print(prompt, end="", flush=True)
    line = sys.stdin.readline()
    if not line:
        raise EOFError("EOF when reading a line")
    return line.removesuffix("\n")


_input.__name__ = _input.__qualname__ = "input"


def _nothing(*arguments):
    pass


def _keep_databases_apart(module):
    """Make the connections of `_sqlite3` attach no files: SQL does that without an audit event.

    Code can raise the limit again, or leave `connect` aside: this is for statements that come from elsewhere.
    """
    original = module.connect

    def connect(*arguments, **keywords):
        if arguments:
            uri = arguments[7] if len(arguments) > 7 else keywords.get("uri", False)
            arguments = (_address(arguments[0], uri), *arguments[1:])
        elif "database" in keywords:
            keywords["database"] = _address(keywords["database"], keywords.get("uri", False))
        connection = original(*arguments, **keywords)
        module.Connection.setlimit(connection, module.SQLITE_LIMIT_ATTACHED, 0)
        return connection

    connect.__doc__ = original.__doc__
    module.connect = connect


def _address(database, uri, fspath=os.fspath, fsdecode=os.fsdecode, getcwd=os.getcwd):
    """Say the same in a way that can be meant in one way only: the audit event does not tell whether it is a URI."""
    name = fsdecode(fspath(database))
    if not name.startswith("file:"):
        return name
    if not uri:
        return "./" + name
    rest = name[5:]
    if rest.startswith("/"):
        return name
    end = min((rest.find(mark) for mark in "?#" if mark in rest), default=len(rest))
    path, options = rest[:end], rest[end:]
    if path == ":memory:":
        return "file:/:memory:?mode=memory" + options.replace("?", "&", 1)
    if "mode=memory" in options:
        return "file:/" + rest
    folder = getcwd().replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file:{folder}/{rest}"

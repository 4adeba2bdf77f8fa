"""Takes out of a fresh interpreter what its policy withholds and CPython's audit events do not show."""

import os
import posix
import signal
import sys
import types

import _clutch_imports


def apply(withheld, denied, hidden, processes, environment, writes_everywhere):
    """Change the modules of this interpreter; the audit hook sees to it that no others are made.

    withheld: names of functions ("posix.abort") by rule; denied: modules that may not be imported; hidden: modules that
    are as if not installed; processes: whether they may be started; environment: the variables that stay, None for all;
    writes_everywhere: whether imports may leave files behind, and databases attach others.
    Returns the search path, the folders of the standard library, and the names of its modules.
    """
    for rule, names in withheld.items():
        for name in names:
            _withhold(name, rule)
    for name in denied:
        if name not in ("posix", "_signal"):
            sys.modules.pop(name, None)
    for name in hidden:
        sys.modules[name] = None  # what makes `import` raise ModuleNotFoundError
    if not processes:
        # Much of the standard library imports subprocess without ever starting a process.
        stand_in = types.ModuleType("_posixsubprocess")
        stand_in.fork_exec = _refusal("_posixsubprocess.fork_exec", "starting or signalling processes")
        sys.modules["_posixsubprocess"] = stand_in
    if environment is not None:
        kept = {os.fsencode(name) for name in environment}
        for variables in (os.environ._data, posix.environ):
            for name in [name for name in variables if name not in kept]:
                del variables[name]
    elif not processes:
        # There is nobody to hand variables on to, and the process's own are not safe to change beside other threads:
        # os.environ changes for this interpreter alone.
        for name in ("putenv", "unsetenv"):
            _replace("posix." + name, _nothing)
    if not writes_everywhere:
        sys.dont_write_bytecode = True
        _clutch_imports.change("_sqlite3", _keep_databases_apart)
    del sys.modules[__name__], sys.modules["_clutch_imports"]
    standard = os.path.dirname(os.__file__)
    return list(sys.path), [standard], sorted(sys.stdlib_module_names)


def _withhold(name, rule):
    _replace(name, _refusal(name.replace("posix.", "os.").replace("_signal.", "signal."), rule))


def _replace(name, function):
    module, name = name.split(".")
    origin = sys.modules[module]
    original = getattr(origin, name, None)
    if original is None:
        return
    for holder in (origin, os if module == "posix" else signal):
        if hasattr(holder, name):
            setattr(holder, name, function)
    for known in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks, os.supports_effective_ids):
        known.discard(original)


def _refusal(name, rule, audit=sys.audit):
    def refuse(*arguments, **keywords):
        audit("clutch.withheld", name, rule)
        raise PermissionError(f"{name} is withheld")  # the hook has raised before

    refuse.__name__ = refuse.__qualname__ = name.rpartition(".")[2]
    return refuse


def _nothing(*arguments):
    pass


def _keep_databases_apart(module):
    """Make the connections of `_sqlite3` attach no files: SQL does that without an audit event.

    Code can raise the limit again, or leave `connect` aside: this is for statements that come from elsewhere.
    """
    original = module.connect

    def connect(*arguments, **keywords):
        connection = original(*arguments, **keywords)
        module.Connection.setlimit(connection, module.SQLITE_LIMIT_ATTACHED, 0)
        return connection

    connect.__doc__ = original.__doc__
    module.connect = connect

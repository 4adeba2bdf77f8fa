"""Takes out of a fresh interpreter what its policy withholds and CPython's audit events do not show."""

import os
import posix
import signal
import sys
import types


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
        sys.meta_path.insert(0, _SQLiteFinder)
    del sys.modules[__name__]
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


class _SQLiteFinder:
    """Finds `_sqlite3` as others do, and makes its connections attach no files: SQL does that without an audit event.

    Code can raise the limit again, or leave `connect` aside: this is for statements that come from elsewhere.
    """

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name != "_sqlite3":
            return None
        for finder in sys.meta_path:
            spec = None if finder is cls else finder.find_spec(name, path, target)
            if spec is not None:
                spec.loader = _SQLiteLoader(spec.loader)
                return spec
        return None


class _SQLiteLoader:
    def __init__(self, loader):
        self._loader = loader

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        self._loader.exec_module(module)
        original = module.connect

        def connect(*arguments, **keywords):
            connection = original(*arguments, **keywords)
            module.Connection.setlimit(connection, module.SQLITE_LIMIT_ATTACHED, 0)
            return connection

        connect.__doc__ = original.__doc__
        module.connect = connect

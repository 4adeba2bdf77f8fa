"""Takes out of a fresh interpreter what its policy withholds and CPython's audit events do not show."""

import _signal  # noqa: F401  what it withholds there, `signal` does not have either
import io
import os
import posix
import sys
import time
import types

import _clutch_imports

try:
    import _locale
except ImportError:  # a build without it
    pass

# Set by the host, and gone as soon as they have been used. The first is given the name of a function and the function, and
# makes one that asks the policy first; the second a name and a rule, and makes one that is always denied.
guard = refuse = None
# Makes a class of SQLite connections ask; tells whether it does. It does nothing to any other class.
guard_connections = None


def apply(withheld, guarded, denied, hidden, processes, environment, writes_everywhere, networked, standing_in):
    """Change the modules of this interpreter; the audit hook sees to it that no others are made.

    withheld: names of functions ("posix.abort") by rule; guarded: names of functions that ask first; denied: modules that
    may not be imported; hidden: modules that are as if not installed; processes: whether they may be started; environment: the variables that stay, None for all;
    writes_everywhere: whether imports may leave files behind; networked: whether there is a network; standing_in: packages
    that import denied modules when they are loaded and do without them, and get something of the name meanwhile.
    Returns the search path, the folders of the standard library, the names of its modules, the folders of Python's
    program, and what else is the installation's.
    """
    guard, refuse = globals().pop("guard"), globals().pop("refuse")
    for rule, names in withheld.items():
        for name in names:
            shown = name.replace("posix.", "os.").replace("_signal.", "signal.").replace("_socket.", "socket.")
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
        stand_in = sys.modules["_uuid"] = types.ModuleType("_uuid")
        stand_in.generate_time_safe = _generate_time_safe()
        stand_in.has_uuid_generate_time_safe = 1
        stand_in.has_stable_extractable_node = 0
    if not networked:
        kind, known = posix.uname_result, posix.uname()
        nameless = kind((known.sysname, "", *known[2:]))

        def uname():
            return nameless

        _replace("posix.uname", lambda original: uname)
    _clutch_imports.change("_sqlite3", _guard_databases)
    for name in standing_in:
        _clutch_imports.change(name, _nothing, _stand_in([each for each in ("ctypes", "mmap") if each in denied]))
    del sys.modules[__name__], sys.modules["_clutch_imports"]
    standard = os.path.dirname(os.__file__)
    programs = [os.path.dirname(path) for path in (sys.executable, getattr(sys, "_base_executable", "")) if path]
    # An installation's folders can be the system's, and a virtual environment's a project's: of these, what Python reads.
    prefixes = {sys.prefix, sys.exec_prefix} - {sys.base_prefix, sys.base_exec_prefix}
    parts = [f"{prefix}/{part}" for prefix in prefixes for part in ("pyvenv.cfg", "bin", "include", "lib", "lib64")]
    return list(sys.path), [standard], sorted(sys.stdlib_module_names), programs, parts


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
    public = {"posix": "os", "_signal": "signal", "_socket": "socket", "_locale": "locale"}.get(module, module)
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


def _stand_in(names):
    """Make what puts modules with nothing in them in the place of denied ones, and gives what takes them away again."""

    def begin():
        try:
            import numpy  # noqa: F401  which looks for such modules too, and is to find none
        except ImportError:
            pass
        made = [name for name in names if name not in sys.modules]
        for name in made:
            module = sys.modules[name] = types.ModuleType(name)
            if name == "mmap":
                module.mmap = type("mmap", (), {})

        def end():
            for name in made:
                sys.modules.pop(name, None)

        return end

    return begin


def _generate_time_safe(now=time.time_ns, random=os.urandom):
    """Make what libuuid does: a UUID of the time, here of a node that nobody else has, and None for "safe or not"."""
    sequence = int.from_bytes(random(2)) & 0x3FFF | 0x8000
    node = bytes([random(1)[0] | 1]) + random(5)  # the bit says that it is no machine's address
    last = 0

    def generate_time_safe():
        nonlocal last
        last = max(last + 1, now() // 100 + 0x01B21DD213814000)
        time = (last & 0xFFFFFFFF) << 32 | (last >> 32 & 0xFFFF) << 16 | (last >> 48 & 0x0FFF) | 0x1000
        return time.to_bytes(8) + sequence.to_bytes(2) + node, None

    return generate_time_safe


def _guard_databases(module):
    """Make the connections of `_sqlite3` ask about files and settings: SQL does without an audit event.

    A connection of a class that is not guarded cannot be made.
    """
    guard_connections(module.Connection)
    original = module.connect

    def connect(*arguments, **keywords):
        if arguments:
            uri = arguments[7] if len(arguments) > 7 else keywords.get("uri", False)
            arguments = (_address(arguments[0], uri), *arguments[1:])
        elif "database" in keywords:
            keywords["database"] = _address(keywords["database"], keywords.get("uri", False))
        return original(*arguments, **keywords)

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

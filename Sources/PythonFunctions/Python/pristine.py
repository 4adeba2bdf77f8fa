"""Python as our own code uses it, whatever a user's file does to it.

The host gives every module of ours a copy of the builtins that is made before a file runs. What we need of other modules
is taken from them as they were when they were imported first, before anybody could change them.
"""

import sys
from types import FunctionType

import _clutch_imports

#: The lines of the files that run in this interpreter, by the name that tracebacks show.
sources = {}

# The names of modules as they were, by the module's name.
_kept = {}
_modules = sys.modules
_SEARCHED = ("meta_path", "path_hooks", "path")
# Those that many files do without are kept when somebody imports them.
_NAMES = (
    "builtins", "clutch", "copy", "datetime", "decimal", "inspect", "json.decoder", "linecache", "pickle", "re", "typing", "uuid", "zoneinfo",
)  # fmt: skip


def original(module, name):
    """What stood under a name of one of these modules when it was imported; imports it if nobody has."""
    if module not in _kept:
        _import(module)
    return _kept[module][name]


def line(file, number):
    """A line of source for a traceback, or ""."""
    lines = sources.get(file)
    if lines is None:
        lines = original("linecache", "getlines")(file)
    return lines[number - 1] if 0 < number <= len(lines) else ""


def add_source(file, lines):
    """Let tracebacks show a source, also those that the file itself writes."""
    sources[file] = lines
    if "linecache" in _kept:
        _show_sources(_kept["linecache"])


def keep(module):
    """Keep a module as it is. Its functions are copied, so that they call each other and not what replaces one."""
    names = {**module.__dict__, "__builtins__": __builtins__}
    for name, value in module.__dict__.items():
        if type(value) is FunctionType and value.__globals__ is module.__dict__:
            copy = FunctionType(value.__code__, names, name, value.__defaults__, value.__closure__)
            copy.__kwdefaults__ = value.__kwdefaults__
            names[name] = copy
    _kept[module.__name__] = names
    if module.__name__ == "linecache":
        _show_sources(names)


def _show_sources(linecache):
    for file, lines in sources.items():
        linecache["cache"][file] = (sum(map(len, lines)), None, lines, file)


def _import(name):
    """Import a module that nobody has imported yet, from where Python has it: what stands in its place is not it."""
    missing = object()
    in_its_place = _modules.pop(name, missing)
    found = [getattr(sys, searched, []) for searched in _SEARCHED]
    for searched, places in zip(_SEARCHED, _places):
        setattr(sys, searched, list(places))
    try:
        __import__(name)
        if name not in _kept:
            keep(_modules[name])
    finally:
        for searched, places in zip(_SEARCHED, found):
            setattr(sys, searched, places)
        if in_its_place is not missing:
            _modules[name] = in_its_place


for _name in _NAMES:
    if _name in _modules:
        keep(_modules[_name])
    else:
        _clutch_imports.change(_name, keep)
# Where modules are searched for.
_places = [list(getattr(sys, searched)) for searched in _SEARCHED]

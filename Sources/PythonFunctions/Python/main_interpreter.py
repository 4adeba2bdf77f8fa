"""Lets one source follow another in the main interpreter, which does not end with them.

The host makes this module once, before any code of a user's runs there, and keeps it.
"""

import sys
from types import ModuleType

_modules, _path, _finders = sys.modules, sys.path, sys.meta_path
# How many live sources have a folder; the modules of sources by what tracebacks call these.
_folders, _sources = {}, {}
# The finders of our own modules that the newest source uses, and those there were before them.
_ours, _others = [], []


# Set by the host before each `prepare`: called when the source has ended.
left = None


def prepare(names, folder, filename):
    """Make room for a source: forget our own modules of an earlier one, and the user's from the same folder.

    names: our own modules, which are made again; folder: where modules beside the source are, or None; filename: what
    tracebacks call the source.
    Gives what is to be called when it ends.
    """
    for name in names:
        _modules.pop(name, None)
    _finders[:] = _without(_ours)
    _others[:] = _finders
    _forget(folder, filename)
    if folder is not None:
        _folders[folder] = _folders.get(folder, 0) + 1
    # The loader puts the module of the source here.
    modules = _sources[filename] = []

    def end(left=left):
        left()
        if folder is not None:
            _folders[folder] -= 1
            if _folders[folder]:
                return
            del _folders[folder]
        # Another source of the name may have taken its place.
        if _sources.get(filename) is modules:
            _forget(folder, filename)
            if folder in _path:
                _path.remove(folder)

    return end


def begin(filename):
    """Note that our own modules are there."""
    _ours[:] = _without(_others)
    _modules["_clutch_loader"].loaded = _sources[filename]


def _without(some):
    return [finder for finder in _finders if all(finder is not each for each in some)]


def _forget(folder, filename):
    """Take the module of a source, and those from its folder, out of what `import` finds."""
    modules = _sources.pop(filename, [])
    for name, module in list(_modules.items()):
        if any(module is each for each in modules) or folder is not None and _folder(module, folder) == folder:
            _modules.pop(name, None)


def _folder(module, folder):
    """The entry of the search path that a module is from, or None; installed packages can lie below a user's folder."""
    # A module may have a `__getattr__` of its own.
    file = ModuleType.__getattribute__(module, "__dict__").get("__file__") if isinstance(module, ModuleType) else None
    if type(file) is not str:
        return None
    return max((place for place in [*_path, folder] if file.startswith(f"{place}/")), key=len, default=None)

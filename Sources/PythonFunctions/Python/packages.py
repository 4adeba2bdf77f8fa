"""What the packages that a file has imported do without in an isolated interpreter; the host asks when the file is loaded.

Where CPython refuses their compiled modules, some packages go on without them: slower, or until they are used. Which ones
have any is in the lists of files that installers leave with them. Nothing of a package or of the file is run here, and
nothing is imported.
"""

import os
import sys
from os import listdir
from types import ModuleType

import _clutch_environment as environment

_modules, _path = sys.modules, sys.path
_standard = os.path.dirname(os.__file__) + "/"
_SUFFIXES = (".so", ".pyd", ".dylib")
# Of which no installer's list need say anything.
_FAILING_LATER = ("polars", "cffi")
# As many files of a user's own as anybody imports.
_MOST_FILES = 256


def missing(refused):
    """The packages that do without their compiled modules.

    refused: the files of those that CPython has refused.
    Returns for each the name that its installer gives it, and whether it was imported as a whole: one that was not has left
    modules behind when it was refused, and somebody does without it; the files of all other modules that are not Python's own;
    the folders with packages that were looked at; and whether that is all.
    """
    roots = sorted(_roots(), key=len, reverse=True)
    imported, own = {}, []
    for name, module in list(_modules.items()):
        file = _file(module)
        if type(name) is not str or file is None or not file.startswith("/"):
            continue
        for root in roots:
            if file.startswith(root + "/"):
                imported.setdefault(root, {})[file[len(root) + 1 :]] = name
                break
        else:
            if not file.startswith(_standard):
                own.append(file)
    without_trace = {}
    for file in refused:
        for root in roots:
            if file.startswith(root + "/"):
                # Nothing else of the package need be there any more.
                imported.setdefault(root, {})
                without_trace.setdefault(root, set()).add(file[len(root) + 1 :])
                break
    found, is_complete = [], len(own) <= _MOST_FILES
    for root, files in imported.items():
        for name in _FAILING_LATER:
            if name in files.values():
                found.append((name, True))
        # What the policy raises is an OSError too.
        try:
            entries = [entry for entry in listdir(root) if entry.endswith(".dist-info")]
        except OSError:
            entries, is_complete = [], False
        for entry in entries:
            try:
                without = _without_compiled(f"{root}/{entry}/RECORD", files, without_trace.get(root, ()))
            except FileNotFoundError:
                continue
            except OSError:
                is_complete = False
                continue
            if without is not None:
                name = entry.removesuffix(".dist-info").rsplit("-", 1)[0]
                found.append((name, any(each.partition(".")[0] in _modules for each in without)))
    return sorted(found), own[:_MOST_FILES], list(imported), is_complete


def _roots():
    """The folders that packages are installed in."""
    installed = ("/site-packages", "/dist-packages")
    return {*environment.added, *(place for place in _path if type(place) is str and place.endswith(installed))}


def _file(module):
    """Where a module is from; it may have a `__getattr__` of its own."""
    if not issubclass(type(module), ModuleType):
        return None
    file = ModuleType.__getattribute__(module, "__dict__").get("__file__")
    return file if type(file) is str else None


def _without_compiled(record, files, refused):
    """The modules of a distribution that were imported, if it has compiled ones and none of these is among them.

    None for a distribution that nobody does without.
    """
    with open(record, encoding="utf-8", errors="replace") as file:
        text = file.read()
    # Most have none.
    if not any(suffix in text for suffix in _SUFFIXES):
        return None
    places = [line[1:].partition('"')[0] if line.startswith('"') else line.partition(",")[0] for line in text.split("\n")]
    compiled = [place for place in places if place.endswith(_SUFFIXES)]
    if not compiled or any(place in files for place in compiled):
        return None
    modules = [files[place] for place in places if place in files]
    return modules if modules or any(place in refused for place in compiled) else None

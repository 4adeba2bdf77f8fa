"""Puts the folders of an environment where modules are searched for, as `site` does with those of the installation.

An environment is there before a file runs, so nothing of this depends on what the file does. What its `.pth` files run is
code of packages: it is only noted here, and runs when the policy is in force.
"""

import builtins
import os
import sys

import _clutch_texts as texts

# What `.pth` files run: the folder, the file's name, the number of the line and the line.
_lines = []


def add(folders):
    """Put folders after Python's own modules, which they must not hide, and before the installation's packages.

    Returns them with what their `.pth` files add.
    """
    places = []
    for folder in folders:
        for place in [folder, *_further(folder)]:
            if place not in places and place not in sys.path:
                places.append(place)
    start = first_place()
    sys.path[start:start] = places
    return places


def first_place():
    """The place in `sys.path` behind Python's own modules."""
    own = os.path.dirname(os.__file__)
    places = [place for place, entry in enumerate(sys.path) if entry in (own, os.path.join(own, "lib-dynload"))]
    return max(places, default=-1) + 1


def _further(folder):
    """The folders that the `.pth` files of a folder name."""
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".pth") and not name.startswith("."))
    except OSError:
        return
    for name in names:
        try:
            with open(os.path.join(folder, name), encoding="utf-8-sig") as file:
                lines = file.read().splitlines()
        except (OSError, UnicodeDecodeError):
            continue  # `site` leaves out a file that it cannot read, too
        for number, line in enumerate(lines, 1):
            if line.startswith(("import ", "import\t")):
                _lines.append((folder, name, number, line))
            elif line.strip() and not line.startswith("#"):
                place = os.path.abspath(os.path.join(folder, line.rstrip()))
                if os.path.exists(place):
                    yield place


def run():
    """Run what `.pth` files run. A line that fails is reported and left out, with those behind it in its file."""
    failed = None
    for sitedir, name, number, line in _lines:  # the lines of namespace packages look for a variable of this name
        if failed == (sitedir, name):
            continue
        try:
            exec(line, {"__builtins__": builtins.__dict__, "__name__": "site", "sitedir": sitedir})
        except MemoryError:
            raise
        except Exception as error:
            failed = sitedir, name
            place = os.path.join(sitedir, name)
            print(f"line {number} of {place} failed when it was run: {texts.told(error)}", file=sys.stderr)
    _lines.clear()

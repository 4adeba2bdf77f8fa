"""Reads the TOML of a `# /// script` block from standard input, and writes as JSON what it says and what is wrong with it.

Places are a line and a column in the TOML, both counted from 1.
"""

import json
import re
import sys
import tomllib

_PLACEMENTS = ("interpreter", "worker", "main")
_MOST_WORKERS = 256
# A name, extras, and then versions, an address, or nothing; what stands behind ";" is for the installer to judge.
_VERSION = r"(?:===|~=|==|!=|<=|>=|<|>)\s*[A-Za-z0-9._*+!-]+"
_REQUIREMENT = re.compile(
    r"\s*[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\s*(?:\[[A-Za-z0-9._,\s-]*\]\s*)?"
    rf"(?:@\s*\S+(?:\s+;.*)?|(?:\(\s*{_VERSION}(?:\s*,\s*{_VERSION})*\s*\)|{_VERSION}(?:\s*,\s*{_VERSION})*(?:\s*,)?)?\s*(?:;.*)?)\s*"
)
# What an installer takes for the end of a line, or for no end of it.
_BREAK = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\\]")


class _Problem(Exception):
    def __init__(self, message, place):
        self.message, self.place = message, place


class _Places:
    """Where keys stand, and the texts in their arrays. The TOML is known to be right."""

    def __init__(self, text):
        self.text, self.at, self.table = text, 0, ()
        self.keys, self.items = {}, {}
        while self.at < len(text):
            self._statement()

    def of(self, *path):
        """The place of a key; of what it is in, if that says nothing of it by itself."""
        while path and path not in self.keys:
            path = path[:-1]
        return self._place(self.keys.get(path, 0))

    def of_item(self, path, index):
        found = self.items.get(path, [])
        return self._place(found[index]) if index < len(found) else self.of(*path)

    def _place(self, at):
        before = self.text[:at]
        return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1

    def _statement(self):
        self._blanks(" \t\r\n")
        if self.at >= len(self.text):
            return
        start = self.at
        if self.text[start] == "[":
            self.at += 2 if self.text.startswith("[[", start) else 1
            self.table = self._key()
            self._note(self.table, start)
            self._line()
            return
        path = (*self.table, *self._key())
        self._note(path, start)
        self.at = self.text.index("=", self.at) + 1
        self._value(path, 0)

    def _note(self, path, at):
        for end in range(1, len(path) + 1):
            self.keys.setdefault(path[:end], at)

    def _key(self):
        parts = []
        while True:
            self._blanks(" \t")
            if self.text[self.at] in "\"'":
                start = self.at
                self._string()
                parts.append(tomllib.loads("k = " + self.text[start : self.at])["k"])
            else:
                match = re.compile(r"[A-Za-z0-9_-]+").match(self.text, self.at)
                parts.append(match.group())
                self.at = match.end()
            self._blanks(" \t")
            if not self.text.startswith(".", self.at):
                return tuple(parts)
            self.at += 1

    def _value(self, path, depth):
        """Up to the end of the statement."""
        while self.at < len(self.text):
            character = self.text[self.at]
            if character in "\"'":
                if depth == 1:
                    self.items.setdefault(path, []).append(self.at)
                self._string()
                continue
            if character == "#":
                self._line()
                continue
            if character == "\n" and depth == 0:
                return
            depth += (character in "[{") - (character in "]}")
            self.at += 1

    def _string(self):
        quote = self.text[self.at]
        end = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        self.at += len(end)
        while not self.text.startswith(end, self.at):
            self.at += 2 if quote == '"' and self.text[self.at] == "\\" else 1
        self.at += len(end)
        # Up to two more quotes belong to a text of several lines.
        while len(end) == 3 and self.text.startswith(quote, self.at):
            self.at += 1

    def _line(self):
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end

    def _blanks(self, blanks):
        while self.at < len(self.text):
            if self.text[self.at] in blanks:
                self.at += 1
            elif self.text[self.at] == "#" and "\n" in blanks:
                self._line()
            else:
                return


def read(text):
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _Problem(*_position(error, text)) from None
    except RecursionError:
        raise _Problem("its values are nested too deeply", (1, 1)) from None
    places = _Places(text)
    known = ("requires-python", "dependencies", "tool")
    for key in document:
        if key not in known:
            raise _Problem(
                f"'{key}' is no key of a script block; there are: requires-python, dependencies, and tables [tool.NAME]",
                places.of(key),
            )
    requires, dependencies = document.get("requires-python"), document.get("dependencies", [])
    if requires is not None and not isinstance(requires, str):
        raise _Problem(f"requires-python is {_kind(requires)}; it takes a text, such as \">=3.13\"", places.of("requires-python"))
    if not isinstance(dependencies, list):
        raise _Problem(
            f"dependencies is {_kind(dependencies)}; it takes a list of texts, such as [\"numpy>=2\"]", places.of("dependencies")
        )
    for index, each in enumerate(dependencies):
        if not isinstance(each, str):
            raise _Problem(f"dependencies has {_kind(each)}; it takes texts, such as \"numpy>=2\"", places.of("dependencies"))
        # An installer reads what stands in a second line, and options, as its own.
        marker = each.partition(";")[2].split()
        if _BREAK.search(each) or not _REQUIREMENT.fullmatch(each) or any(word.startswith("-") for word in marker):
            raise _Problem(
                f"'{each}' is no requirement; write a package's name, and versions of it if need be, as in \"numpy>=2\"",
                places.of_item(("dependencies",), index),
            )
    tools = document.get("tool", {})
    if not isinstance(tools, dict):
        raise _Problem(f"tool is {_kind(tools)}; it takes tables, as in [tool.clutch]", places.of("tool"))
    return {
        "requiresPython": requires,
        "requiresPythonPlace": places.of("requires-python"),
        "dependencies": dependencies,
        "otherTools": [name for name in tools if name != "clutch"],
        **_clutch(tools.get("clutch", {}), places),
    }


def _clutch(table, places):
    if not isinstance(table, dict):
        raise _Problem(f"tool.clutch is {_kind(table)}; it takes a table, [tool.clutch]", places.of("tool", "clutch"))
    for key, value in table.items():
        place = places.of("tool", "clutch", key)
        if key == "placement":
            if not isinstance(value, str) or value not in _PLACEMENTS:
                raise _Problem(f"placement is {_shown(value)}; it takes {_listed(_PLACEMENTS)}", place)
        elif key == "workers":
            if type(value) is not int or not 1 <= value <= _MOST_WORKERS:
                raise _Problem(f"workers is {_shown(value)}; it takes a whole number from 1 to {_MOST_WORKERS}", place)
        elif key == "python":
            if not isinstance(value, str) or not value:
                raise _Problem(f"python is {_shown(value)}; it takes a program, or a virtual environment's folder", place)
        else:
            raise _Problem(f"'{key}' is no key of [tool.clutch]; there are: placement, workers, python", place)
    return {name: table.get(name) for name in ("placement", "workers", "python")}


def _listed(names):
    return ", ".join(f'"{name}"' for name in names[:-1]) + f' or "{names[-1]}"'


def _kind(value):
    kinds = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list", dict: "a table"}
    return kinds.get(type(value), "a time")


def _shown(value):
    return f"'{value}'" if isinstance(value, str) else str(value) if type(value) is int else _kind(value)


def _position(error, text):
    """What is wrong and where; before CPython 3.14 only the message says where."""
    message = str(error)
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", message, re.DOTALL)
    if not found:
        return message, (1, 1)
    if found[2] is None:
        lines = text.rstrip("\n").split("\n")
        return found[1], (len(lines), len(lines[-1]) + 1)
    return found[1], (int(found[2]), int(found[3]))


if __name__ == "__main__":
    try:
        answer = read(sys.stdin.buffer.read().decode())
    except _Problem as problem:
        answer = {"problem": problem.message, "place": problem.place}
    json.dump(answer, sys.stdout)

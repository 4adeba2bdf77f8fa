"""Attempts to get out of a policy, each with what comes of it under `guarded` and under `pure`.

What all of them share; the attempts themselves are in the files beside this one, by subject, each of which runs after it.

The host sets OUTSIDE (a folder that may not be written, with the file kept.txt), INSIDE (one in the temporary folder) and
PORT (where nobody listens), DESCRIPTOR (an open file of its own), PIPE (a pipe of its own), PROTECTED_FILE (one in the
temporary folder that it protects), and calls `run` or `run_on_thread`. An outcome is "denied: RULE" for an exception of the policy; "refused: TYPE" for an exception
that has nothing to do with it; "allowed" for what goes through on purpose; "gap" for what goes
through because nothing asks.
"""

ATTEMPTS = []
WRITING = "denied: writing files"
READING = "denied: reading files"
PROCESSES = "denied: starting or signalling processes"
WHOLE = "denied: changing the whole process"
NATIVE = "denied: native code"
NETWORK = "denied: the network"
COPIES = "denied: fresh copies of modules that it has changed"
INTERPRETERS = "denied: making interpreters, which would have no policy"
UNSEEN = "denied: modules that open files without asking"
SPECIAL = "denied: making files of special kinds"
FOREIGN = "denied: using open files, pipes and sockets that the code has not opened"
TERMINALS = "denied: terminals"
MAPPING = "denied: mapping memory"
DEVICES = "denied: commands to devices and terminals"
UNNAMED = "denied: files whose name is not plain text"
INQUIRIES = "denied: asking about the machine and other processes"
HOOKS = "denied: audit hooks, whose code would run between a check and what it allows"
PROTECTED = "denied: touching the files of the database that is open"


def attempt(title, guarded, pure=None):
    def add(function):
        ATTEMPTS.append((title, guarded, guarded if pure is None else pure, function))
        return function

    return add


def run(index):
    try:
        ATTEMPTS[index][3]()
        return "went through"
    except (PermissionError, ModuleNotFoundError) as error:
        text = str(error)
        if "the policy '" in text:
            return "denied: " + text.split("' denies ", 1)[1].split(": ", 1)[0].removesuffix(" outside TMP")
        return "refused: " + type(error).__name__
    except BaseException as error:
        return "refused: " + type(error).__name__


def run_on_thread(index):
    import threading

    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.append(run(index)))
    thread.start()
    thread.join()
    return outcomes[0]


def alike(*calls):
    """Either every call goes through or none does."""
    problems = []
    for call in calls:
        try:
            call()
        except PermissionError as error:
            problems.append(error)
    assert len(problems) in (0, len(calls)), problems
    if problems:
        raise problems[0]


def connecting(function, *arguments):
    """Nobody listens, so that a connection that is refused by the other side has gone through."""
    import socket

    made = socket.socket(*arguments)
    try:
        made.settimeout(2)
        function(made)
    except (ConnectionRefusedError, FileNotFoundError):
        pass
    finally:
        made.close()


def subclass(name):
    """Walks from object to a class that somebody has loaded."""
    todo, seen = [object], set()
    while todo:
        for found in type.__subclasses__(todo.pop()):
            if found.__name__ == name:
                return found
            if found not in seen:
                seen.add(found)
                todo.append(found)
    raise LookupError(name)


def load_extension(name, file):
    """Runs the code of an extension module of Python's own under another name."""
    import _imp
    import importlib.machinery
    import os

    origin = f"{os.path.dirname(os.__file__)}/lib-dynload/{file}{importlib.machinery.EXTENSION_SUFFIXES[0]}"
    try:
        module = _imp.create_dynamic(importlib.machinery.ModuleSpec(name, None, origin=origin))
    except ValueError:
        module = __import__(name)  # since 3.14 CPython itself refuses a zero there, but not here
    _imp.exec_dynamic(module)
    return module


def copied_function(name):
    """A function of a module of CPython's, out of any dictionary that is to be found."""
    import gc
    import types

    found = [item[name] for item in gc.get_objects() if type(item) is dict and name in item]
    found = [item for item in found if type(item) is types.BuiltinFunctionType]
    return next(item for item in found if isinstance(item.__self__, types.ModuleType))


class Number:
    """What is asked for a number gives one, and does something else on the way."""

    def __init__(self, number, act=lambda: None):
        self.number, self.act = number, act

    def __index__(self):
        self.act()
        return self.number


class NumberedText(str):
    """A text for whoever reads it, a number for whoever asks for one first."""

    def __index__(self):
        return DESCRIPTOR


class HiddenText(str):
    """A text that no dictionary finds."""

    def __hash__(self):
        return 1

    def __eq__(self, other):
        return self is other


class LateText(str):
    """A text that is what it is from the second time on that somebody asks."""

    asked = 0
    __hash__ = str.__hash__

    def __eq__(self, other):
        self.asked += 1
        return self.asked > 1 and str.__eq__(self, other)

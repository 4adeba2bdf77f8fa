"""What the tests of files written for other systems share: our modules, installed as the host does it, in plain Python.

    python test_sql_types.py [folder with our Python files]
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# Beside this file are others that are called as modules of Python are.
sys.path[:] = [*(place for place in sys.path if os.path.abspath(place) != HERE), HERE]

import linecache  # noqa: E402
import types  # noqa: E402
import unittest  # noqa: E402

OURS = os.path.join(HERE, "..", "..", "..", "Sources", "PythonFunctions", "Python")
if len(sys.argv) > 1 and os.path.isdir(sys.argv[1]):
    OURS = sys.argv.pop(1)


def text_of(name):
    folder = os.path.join(OURS, "..", "..", "PythonRuntime", "Python") if name == "imports" else OURS
    with open(os.path.join(folder, name + ".py"), encoding="utf-8") as file:
        return file.read()


def install_module(name, file):
    """As the host does it."""
    module = types.ModuleType(name)
    sys.modules[name] = module
    exec(compile(text_of(file), "<clutch>", "exec"), module.__dict__)
    return module


for ours in ("imports", "pristine", "texts", "support"):
    install_module("_clutch_" + ours, ours)
sys.modules["_clutch_texts"].shown = lambda value: sys.modules["_clutch_texts"].cut(repr(value), 100)
clutch = install_module("clutch", "clutch")
vector = ("vector_names", "vector_expressions", "vector_statements", "vectorize")
for ours in ("annotations", "callables", "aggregates", "batches", *vector):
    install_module("_clutch_" + ours, ours)
BEFORE = set(sys.modules)
dialects = install_module("_clutch_dialects", "dialects")
dialects.install({file: text_of(file) for file in dialects.FILES})
INSTALLED = set(sys.modules) - BEFORE
install_module("_clutch_environment", "environment")
install_module("_clutch_packages", "packages")
loader = install_module("_clutch_loader", "loader")

from _clutch_arrow_types import from_pyarrow  # noqa: E402
from _clutch_sql_format import format as format_type  # noqa: E402
from _clutch_sql_functions import parse_function  # noqa: E402
from _clutch_sql_types import parse  # noqa: E402


def run(source, name="file.py"):
    """Run a file as the loader does, and return its names and what it marked; refuse what the loader does."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    clutch._marked.clear()
    namespace = {"__name__": os.path.splitext(os.path.basename(name))[0]}
    exec(compile(source, name, "exec", dont_inherit=True), namespace)
    refuse(name, source)
    return namespace, list(clutch._marked)


def refuse(name, source, problems=()):
    places = loader.places(compile(source, name, "exec", loader.PyCF_ONLY_AST, dont_inherit=True), source.splitlines())
    found = loader.signatures_of(clutch._marked, name, places)[1]
    problems = [*problems, *(f"{file}, line {line}: {text}" if line else f"{file}: {text}" for file, line, _, text in found)]
    if problems:
        raise clutch.SignatureError("\n".join(problems))


def declare(namespace, texts, dialect=None, source=""):
    refuse("file.py", source, dialects.declare(namespace, texts, dialect))


def run_file(*path):
    path = os.path.join(HERE, "dialects", *path)
    with open(path, encoding="utf-8") as file:
        return run(file.read(), path)


def shape(type):
    """A type in short."""
    return format_type(type)


def signature(marked):
    declared = marked.signature
    parameters = [f"{parameter['name']} {shape(parameter['type'])}" for parameter in declared["parameters"]]
    return f"{marked.name}({', '.join(parameters)}) -> {shape(declared['result'])}"


class Refusing(unittest.TestCase):
    def refused(self, *parts):
        """A context in which a SignatureError with these parts is expected."""
        test = self

        class Context:
            def __enter__(self):
                pass

            def __exit__(self, kind, error, traceback):
                test.assertIsNotNone(kind, "nothing was raised")
                if not issubclass(kind, clutch.SignatureError):
                    return False
                for part in parts:
                    test.assertIn(part, str(error))
                return True

        return Context()

"""Imports a UDF file as plain Python, with a stand-in for the module clutch: its functions compute what is expected."""

import importlib.util
import sys
import types


def load(path):
    """The module of a UDF file. Decorators return functions as they are, and types are what stands for anything."""
    clutch = types.ModuleType("clutch")

    def mark(function=None, **options):
        return function if function else lambda function: function

    def anything(*arguments, **options):
        return object

    clutch.udf = clutch.udtf = mark
    clutch.__getattr__ = lambda name: anything
    sys.modules["clutch"] = clutch
    spec = importlib.util.spec_from_file_location("functions", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

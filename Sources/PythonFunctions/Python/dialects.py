"""Makes files written for other systems load: their modules, and plain functions with a declared signature.

The host installs this module as `_clutch_dialects`, gives `install` the texts of the others, runs the file, and calls
`declare` if there are declarations. A file that imports none of them costs one entry in `sys.meta_path`.
"""

import sys
from importlib.machinery import ModuleSpec

# What can be imported, and the file of ours with its text. The names with an underscore are for ourselves: a module of
# the user's may well be called "sql_types".
_MODULES = {
    "arroyo_udf": "arroyo_udf",
    "arrow_udf": "arrow_udf",
    "risingwave.udf": "arrow_udf",  # the same interface under the name it had before
    "_clutch_arrays": "arrays",
    "_clutch_spark": "spark",
    "_snowflake": "snowflake",
    "_clutch_event_loop": "event_loop",
    "_clutch_loop": "loop",
    "_clutch_concurrent_rows": "concurrent_rows",
    "_clutch_async_tables": "async_tables",
    "_clutch_declared": "declared",
    "_clutch_handlers": "handlers",
    "_clutch_sql_format": "sql_format",
    "_clutch_sql_functions": "sql_functions",
    "_clutch_sql_types": "sql_types",
    "_clutch_sql_names": "sql_names",
    "_clutch_sql_tokens": "sql_tokens",
    "_clutch_arrow_types": "arrow_types",
    "_clutch_doctests": "doctests",
}
# The texts that the host has to provide.
FILES = tuple(sorted(set(_MODULES.values())))


def install(sources):
    """Let the modules be imported, each compiled when it is first asked for.

    sources: the text of every file in FILES, by its name without ".py".
    """
    missing = [file for file in FILES if file not in sources]
    if missing:
        raise ValueError(f"no text for {', '.join(missing)}")
    # Before everything else: the installed packages of these names need compiled modules that cannot be loaded here.
    sys.meta_path.insert(0, _Finder(dict(sources)))
    # After everything else: the stub must not hide a real package.
    sys.meta_path.append(_StubFinder())


def prepare(source, declarations):
    """Import what a file is going to need before it runs and changes modules that they use."""
    if declarations:
        import _clutch_declared
        import _clutch_sql_functions  # noqa: F401
    if "async def" in source:
        import _clutch_event_loop  # noqa: F401
    if "pandas_udf" in source:
        import _clutch_spark

        _clutch_spark.install()
    for name in ("arroyo_udf", "arrow_udf"):
        if name in source or name == "arrow_udf" and "risingwave" in source:
            __import__(name)


def declare(namespace, texts, dialect=None):
    """Mark the functions of a file that has run by declarations such as "gcd(INT, INT) -> INT = handler".

    Gives the problems of those that cannot be read.
    namespace: the file's dictionary of names; texts: the declarations; dialect: as of `sql_types.parse`.
    """
    from _clutch_declared import declare

    return declare(namespace, texts, dialect)


class _Finder:
    """Finds and loads our modules, as importlib asks for it."""

    def __init__(self, sources):
        self._sources = sources

    def find_spec(self, name, path=None, target=None):
        return ModuleSpec(name, self, origin="clutch") if name in _MODULES else None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        source = self._sources[_MODULES[module.__name__]]
        # The host drops the frames of this file from what it shows.
        exec(compile(source, "<clutch>", "exec", dont_inherit=True), module.__dict__)


class _StubFinder:
    """The package that `risingwave.udf` is in, where there is no other."""

    def find_spec(self, name, path=None, target=None):
        return ModuleSpec(name, self, origin="clutch", is_package=True) if name == "risingwave" else None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        pass

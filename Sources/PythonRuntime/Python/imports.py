"""Changes modules of Python's own as soon as they are imported, so that interpreters that do without them pay nothing."""

import sys


def change(name, after, begin=None):
    """Call after(module) when the module of that name is imported for the first time, before anybody sees it.

    begin: called before the module's code runs; gives what is called when that has run or failed.
    """
    sys.meta_path.insert(0, _Finder(name, after, begin))


class _Finder:
    """Finds the module as the other finders do."""

    def __init__(self, name, after, begin):
        self._name, self._after, self._begin = name, after, begin

    def find_spec(self, name, path=None, target=None):
        if name != self._name:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None:
                spec.loader = _Loader(spec.loader, self._after, self._begin)
                return spec
        return None


class _Loader:
    def __init__(self, loader, after, begin):
        self._loader, self._after, self._begin = loader, after, begin

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        end = self._begin() if self._begin else None
        try:
            self._loader.exec_module(module)
        finally:
            if end:
                end()
        self._after(module)

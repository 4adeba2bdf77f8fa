"""Changes modules of Python's own as soon as they are imported, so that interpreters that do without them pay nothing."""

import sys


def change(name, after):
    """Call after(module) when the module of that name is imported for the first time, before anybody sees it."""
    sys.meta_path.insert(0, _Finder(name, after))


class _Finder:
    """Finds the module as the other finders do."""

    def __init__(self, name, after):
        self._name, self._after = name, after

    def find_spec(self, name, path=None, target=None):
        if name != self._name:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None:
                spec.loader = _Loader(spec.loader, self._after)
                return spec
        return None


class _Loader:
    def __init__(self, loader, after):
        self._loader, self._after = loader, after

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        self._loader.exec_module(module)
        self._after(module)

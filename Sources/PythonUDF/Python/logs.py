"""Sends what a UDF file prints, logs and warns of to the host's log."""

import io
import sys
import warnings


# The host sets these before it calls install: the first two take bytes, the last one of logging's levels, the name of a
# logger, and text.
write_output = write_errors = log = None


def install():
    """Replace the standard streams, and what logging and warnings write with."""
    for name, write in (("stdout", write_output), ("stderr", write_errors)):
        stream = _Stream(_raw(name, write), encoding="utf-8", errors="backslashreplace", write_through=True)
        setattr(sys, name, stream)
        # Also for those who look for the original: results own the process's standard output.
        setattr(sys, f"__{name}__", stream)
    original = warnings.showwarning

    def showwarning(message, category, filename, lineno, file=None, line=None):
        if file is None or isinstance(file, _Stream):
            log(30, "py.warnings", f"{filename}:{lineno}: {category.__name__}: {message}")
        else:
            original(message, category, filename, lineno, file, line)

    warnings.showwarning = showwarning
    sys.meta_path.insert(0, _LoggingFinder)


class _Stream(io.TextIOWrapper):
    """A standard stream that ends in the host's log."""


def _raw(name, write):
    class Raw(io.RawIOBase):
        def writable(self):
            return True

    Raw.write = staticmethod(write)
    raw = Raw()
    raw.name = f"<{name}>"
    return raw


class _LoggingFinder:
    """Finds `logging` as others do, and keeps the levels of what its handlers write to the standard streams.

    The handlers stay the file's own affair, and so does logging.basicConfig: the format of messages is theirs too.
    """

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name != "logging":
            return None
        for finder in sys.meta_path:
            spec = None if finder is cls else finder.find_spec(name, path, target)
            if spec is not None:
                spec.loader = _LoggingLoader(spec.loader)
                return spec
        return None


class _LoggingLoader:
    def __init__(self, loader):
        self._loader = loader

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        self._loader.exec_module(module)
        handler = module.StreamHandler
        original = handler.emit

        def emit(self, record):
            if not isinstance(self.stream, _Stream):
                return original(self, record)
            try:
                log(record.levelno, record.name, self.format(record))
            except RecursionError:
                raise
            except Exception:
                self.handleError(record)

        emit.__doc__ = original.__doc__
        handler.emit = emit
        if _LoggingFinder in sys.meta_path:
            sys.meta_path.remove(_LoggingFinder)

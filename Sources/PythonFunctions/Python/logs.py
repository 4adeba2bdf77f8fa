"""Sends what a UDF file prints, logs and warns of to the host's log."""

import io
import sys
import warnings

import _clutch_imports


# The host sets these before it calls install: the first two take bytes, the last one of logging's levels, the name of a
# logger, and text.
write_output = write_errors = log = None
# The classes of what the standard streams write with.
raws = []


_streams, _given = {}, []


def install():
    """Replace the standard streams, and what logging and warnings write with."""
    _given.append(log)
    for name, write in (("stdout", write_output), ("stderr", write_errors)):
        _streams[name] = _Stream(_raw(name, write), encoding="utf-8", errors="backslashreplace", write_through=True)
    _put_streams()
    original = warnings.showwarning

    def showwarning(message, category, filename, lineno, file=None, line=None):
        if file is None or isinstance(file, _Stream):
            log(30, "py.warnings", f"{filename}:{lineno}: {category.__name__}: {message}")
        else:
            original(message, category, filename, lineno, file, line)

    warnings.showwarning = showwarning
    _clutch_imports.change("logging", _keep_levels)


def install_again():
    """Put things back as `install` left them, in an interpreter where another source has run."""
    global log
    log = _given[0]
    for raw, write in zip(raws, (write_output, write_errors)):
        raw.write = staticmethod(write)
    _put_streams()


def _put_streams():
    for name, stream in _streams.items():
        setattr(sys, name, stream)
        # Also for those who look for the original: results own the process's standard output.
        setattr(sys, f"__{name}__", stream)


class _Stream(io.TextIOWrapper):
    """A standard stream that ends in the host's log."""


def _raw(name, write):
    class Raw(io.RawIOBase):
        def writable(self):
            return True

    Raw.write = staticmethod(write)
    raws.append(Raw)
    raw = Raw()
    raw.name = f"<{name}>"
    return raw


def _keep_levels(logging):
    """Keep the levels of what the handlers of `logging` write to the standard streams.

    The handlers stay the file's own affair, and so does logging.basicConfig: the format of messages is theirs too.
    """
    original = logging.StreamHandler.emit

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
    logging.StreamHandler.emit = emit

"""Files: changing."""


@attempt("`os.remove`", WRITING)
def _():
    import os

    os.remove(OUTSIDE + "/kept.txt")


@attempt("`os.unlink` relative to an open folder", WRITING, READING)
def _():
    import os

    folder = os.open(OUTSIDE, os.O_RDONLY)
    try:
        os.unlink("kept.txt", dir_fd=folder)
    finally:
        os.close(folder)


@attempt("`os.rename` into the temporary folder", WRITING)
def _():
    import os

    os.rename(OUTSIDE + "/kept.txt", INSIDE + "/taken")


@attempt("`os.replace` from the temporary folder", WRITING)
def _():
    import os

    os.replace(INSIDE + "/own.txt", OUTSIDE + "/kept.txt")


@attempt("`shutil.copyfile`", WRITING, READING)
def _():
    import shutil

    shutil.copyfile(INSIDE + "/own.txt", OUTSIDE + "/made")


@attempt("`shutil.move`", WRITING, READING)
def _():
    import shutil

    shutil.move(OUTSIDE + "/kept.txt", INSIDE + "/taken")


@attempt("`shutil.rmtree`", WRITING, READING)
def _():
    import shutil

    shutil.rmtree(OUTSIDE)


@attempt("`os.mkdir`", WRITING)
def _():
    import os

    os.mkdir(OUTSIDE + "/made")


@attempt("`os.rmdir`", WRITING)
def _():
    import os

    os.rmdir(OUTSIDE)


@attempt("`os.chmod`", WRITING)
def _():
    import os

    os.chmod(OUTSIDE + "/kept.txt", 0o777)


@attempt("`os.fchmod`", FOREIGN)
def _():
    import os

    os.fchmod(DESCRIPTOR, 0o777)


@attempt("`os.chown`", WRITING)
def _():
    import os

    os.chown(OUTSIDE + "/kept.txt", os.getuid(), os.getgid())


@attempt("`os.utime`", WRITING)
def _():
    import os

    os.utime(OUTSIDE + "/kept.txt")


@attempt("`os.truncate`", WRITING)
def _():
    import os

    os.truncate(OUTSIDE + "/kept.txt", 0)


@attempt("`os.setxattr`", WRITING)
def _():
    import os

    os.setxattr(OUTSIDE + "/kept.txt", "user.clutch", b"x")


@attempt("`os.mkfifo`, for which there is no audit event", SPECIAL)
def _():
    import os

    os.mkfifo(OUTSIDE + "/made")


@attempt("`os.mkfifo` out of the set `os.supports_dir_fd`", "refused: StopIteration")
def _():
    import os

    next(function for function in os.supports_dir_fd if function.__name__ == "mkfifo")(OUTSIDE + "/made")


@attempt("`os.mkfifo` out of `gc.get_objects()`", "refused: StopIteration")
def _():
    import gc
    import types

    found = (item for item in gc.get_objects() if isinstance(item, types.BuiltinFunctionType))
    found = (item for item in found if isinstance(item.__self__, types.ModuleType))
    next(item for item in found if item.__name__ == "mkfifo")(OUTSIDE + "/made")


@attempt("`os.chdir`, which changes the whole process", "denied: changing the working folder of the whole process")
def _():
    import os

    os.chdir(INSIDE)


@attempt("`os.listdir`", "allowed", READING)
def _():
    import os

    os.listdir(OUTSIDE)


@attempt("`os.scandir` of the working folder", "allowed", READING)
def _():
    import os

    os.scandir().close()


@attempt("`os.stat` and `os.access`, for which there is no audit event", "allowed", "gap")
def _():
    import os

    os.stat(OUTSIDE + "/kept.txt")


@attempt("`tempfile.TemporaryDirectory` with folders in it", "allowed", "refused: FileNotFoundError")
def _():
    import os
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(folder + "/a/b")
        open(folder + "/a/b/c", "w").close()


@attempt("`tempfile.NamedTemporaryFile` and `TemporaryFile`", "allowed", "refused: FileNotFoundError")
def _():
    import tempfile

    with tempfile.NamedTemporaryFile() as one, tempfile.TemporaryFile() as other:
        one.write(b"x")
        other.write(b"x")


@attempt("writing into the standard library", WRITING)
def _():
    import json

    open(json.__file__, "a")


@attempt("`sqlite3` with a file", WRITING, UNSEEN)
def _():
    import sqlite3

    sqlite3.connect(OUTSIDE + "/made")


@attempt("`sqlite3` in memory and `ATTACH`, for which there is no audit event", "refused: DatabaseError", UNSEEN)
def _():
    import sqlite3

    sqlite3.connect(":memory:").execute(f"ATTACH '{OUTSIDE}/made' AS x")


@attempt("`sqlite3` and `VACUUM INTO`", "refused: DatabaseError", UNSEEN)
def _():
    import sqlite3

    sqlite3.connect(":memory:").execute(f"VACUUM INTO '{OUTSIDE}/made'")


@attempt("`ATTACH` after the limit of attached databases was raised", "refused: DatabaseError", UNSEEN)
def _():
    import sqlite3

    connection = sqlite3.connect(":memory:")
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 10)
    connection.execute(f"ATTACH '{OUTSIDE}/made' AS x")


@attempt("`sqlite3` with `load_extension`", NATIVE, UNSEEN)
def _():
    import sqlite3
    import sys

    connection = sqlite3.connect(":memory:")
    if hasattr(connection, "enable_load_extension"):
        connection.enable_load_extension(True)
    else:  # in builds without it: what it would ask
        sys.audit("sqlite3.enable_load_extension", connection, True)


@attempt("`dbm.gnu`", UNSEEN)
def _():
    import dbm.gnu

    dbm.gnu.open(OUTSIDE + "/made", "c")


@attempt("`shelve`, which takes what is there of `dbm`", WRITING, WHOLE)
def _():
    import shelve

    shelve.open(OUTSIDE + "/made")


@attempt("`shelve` in the temporary folder", "allowed", WHOLE)
def _():
    import shelve

    with shelve.open(INSIDE + "/shelf") as shelf:
        shelf["a"] = 1


@attempt("`sqlite3` with a path object in the temporary folder", "allowed", UNSEEN)
def _():
    import pathlib
    import sqlite3

    sqlite3.connect(pathlib.Path(INSIDE, "made")).execute("CREATE TABLE t(a)")
    sqlite3.connect(f"file:{INSIDE}/made?mode=ro", uri=True).execute("SELECT * FROM t")
    sqlite3.connect(pathlib.Path(INSIDE, "made").as_uri(), uri=True)
    sqlite3.connect(INSIDE.encode() + b"/made")


@attempt("`sqlite3` with a file that is opened with `mode=ro`", "allowed", UNSEEN)
def _():
    import sqlite3

    sqlite3.connect(f"file:{OUTSIDE}/kept.txt?mode=ro", uri=True)


@attempt("`sqlite3` with `mode=ro` and another mode behind it", WRITING, UNSEEN)
def _():
    import sqlite3

    sqlite3.connect(f"file:{OUTSIDE}/made?mode=ro&mode=rwc", uri=True)


@attempt("`sqlite3` with a `file:` address that hides its path behind `%2e%2e`", WRITING, UNSEEN)
def _():
    import sqlite3

    sqlite3.connect(f"file:{INSIDE}/%2e%2e{'/%2e%2e' * 20}{OUTSIDE}/made", uri=True)


@attempt("`sqlite3` in memory by a `file:` address", "allowed", UNSEEN)
def _():
    import sqlite3

    sqlite3.connect("file::memory:?cache=shared", uri=True).execute("CREATE TABLE t(a)")
    sqlite3.connect("file:x?mode=memory", uri=True).execute("CREATE TABLE t(a)")


@attempt("`sqlite3` with an address that is not taken for one", WRITING, UNSEEN)
def _():
    import sqlite3

    # A folder named "file:" and up again, wherever this runs.
    sqlite3.connect("file:/" + "../" * 40 + OUTSIDE[1:] + "/made")


@attempt("`_sqlite3.Connection` with a path object", UNNAMED, UNSEEN)
def _():
    import _sqlite3
    import pathlib

    _sqlite3.Connection(pathlib.Path(INSIDE, "made"))


@attempt("`SSLContext.keylog_filename`, for which there is no audit event", "gap", "refused: ModuleNotFoundError")
def _():
    import ssl

    ssl.create_default_context().keylog_filename = INSIDE + "/keys"


@attempt("`logging.FileHandler`", WRITING)
def _():
    import logging

    logging.FileHandler(OUTSIDE + "/made")


@attempt("`pwd.getpwall`, which reads a file of the system", "allowed", "refused: ModuleNotFoundError")
def _():
    import pwd

    pwd.getpwall()


@attempt("the time zone database", "allowed", "allowed")
def _():
    import zoneinfo

    zoneinfo.ZoneInfo("UTC")

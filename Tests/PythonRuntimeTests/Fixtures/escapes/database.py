"""The files of the database that is open."""


@attempt("`open` of the open database", PROTECTED)
def _():
    open(PROTECTED_FILE, "rb").close()


@attempt("the open database by `/proc/self/root`", PROTECTED)
def _():
    open("/proc/self/root" + PROTECTED_FILE, "rb").close()


@attempt("the open database by a hard link that was there before", PROTECTED)
def _():
    open(PROTECTED_FILE + ".name", "rb").close()


@attempt("`os.open` of the open database, relative to its folder", PROTECTED, READING)
def _():
    import os

    os.open(os.path.basename(PROTECTED_FILE), os.O_RDONLY, dir_fd=os.open(INSIDE, os.O_RDONLY))


@attempt("`sqlite3` with the open database", PROTECTED, UNSEEN)
def _():
    import sqlite3

    sqlite3.connect(f"file:{PROTECTED_FILE}?mode=ro&immutable=1", uri=True)


@attempt("`os.link` of the open database", PROTECTED)
def _():
    import os

    os.link(PROTECTED_FILE, INSIDE + "/second")


@attempt("`os.symlink` to the open database", PROTECTED, WRITING)
def _():
    import os

    os.symlink(PROTECTED_FILE, INSIDE + "/second")


@attempt("`os.rename` of the open database, or over it", PROTECTED, WRITING)
def _():
    import os

    os.rename(INSIDE + "/own.txt", PROTECTED_FILE)


@attempt("`os.rename` of the folder of the open database", PROTECTED)
def _():
    import os

    os.rename(INSIDE, INSIDE + "-moved")


@attempt("the log of the open database, which is not there yet", PROTECTED)
def _():
    open(PROTECTED_FILE + ".wal", "wb")

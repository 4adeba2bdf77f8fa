"""SQL of SQLite: settings of the process, addresses in SQL, files that it opens by name."""

JOURNALS = "denied: making journals of SQLite databases"


@attempt("`Connection.setconfig` that lets SQL name a function by its address", NATIVE, UNSEEN)
def _():
    import sqlite3

    sqlite3.connect(":memory:").setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, True)


@attempt("`Connection.setconfig` with an object that becomes that number", NATIVE, UNSEEN)
def _():
    import sqlite3

    class Option:
        def __index__(self):
            return sqlite3.SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER

    sqlite3.connect(":memory:").setconfig(Option(), True)


@attempt("`Connection.setconfig` that lets extensions be loaded", NATIVE, UNSEEN)
def _():
    import sqlite3

    sqlite3.Connection.setconfig(sqlite3.connect(":memory:"), sqlite3.SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION)


@attempt("`Connection.setconfig` of what is about the data", "allowed", UNSEEN)
def _():
    import sqlite3

    connection = sqlite3.connect(":memory:")
    connection.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_FKEY, True)
    assert connection.getconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_FKEY)


@attempt("`fts3_tokenizer` with an address as a parameter, for which no setting is needed", "refused: OperationalError", UNSEEN)
def _():
    import sqlite3

    sqlite3.connect(":memory:").execute("SELECT FTS3_tokenizer(?, ?)", ("evil", b"AAAAAA\0\0"))


@attempt("`fts3_tokenizer` in a trigger", "refused: OperationalError", UNSEEN)
def _():
    import sqlite3

    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t(a)")
    connection.execute("CREATE TEMP TRIGGER r AFTER INSERT ON t BEGIN SELECT fts3_tokenizer('simple'); END")
    connection.execute("INSERT INTO t VALUES (1)")


@attempt("the same after `set_authorizer(None)`", "refused: OperationalError", UNSEEN)
def _():
    import sqlite3

    connection = sqlite3.connect(":memory:")
    connection.set_authorizer(None)
    connection.execute("SELECT fts3_tokenizer('simple')")


@attempt("the same after `set_authorizer` with a function that allows everything", "refused: OperationalError", UNSEEN)
def _():
    import sqlite3

    connection = sqlite3.connect(":memory:")
    sqlite3.Connection.set_authorizer(connection, lambda *arguments: sqlite3.SQLITE_OK)
    connection.execute("SELECT fts3_tokenizer('simple')")


@attempt("`ATTACH` with a connection of a class of one's own, made twice", "refused: DatabaseError", UNSEEN)
def _():
    import sqlite3

    class Mine(sqlite3.Connection):
        def set_authorizer(self, function):
            pass

    connection = Mine(":memory:")
    connection.__init__(":memory:")
    connection.execute(f"ATTACH '{OUTSIDE}/made' AS x")


@attempt("`ATTACH` of a file whose name the statement does not tell", "refused: DatabaseError", UNSEEN)
def _():
    import sqlite3

    sqlite3.connect(":memory:").execute("ATTACH ? AS x", (OUTSIDE + "/made",))


@attempt("`ATTACH` of the open database", "refused: DatabaseError", UNSEEN)
def _():
    import sqlite3

    sqlite3.connect(":memory:").execute(f"ATTACH '{PROTECTED_FILE}' AS x")


@attempt("a connection of a copy of `_sqlite3` that was made by hand", COPIES, UNSEEN)
def _():
    import importlib.machinery
    import _imp
    import _sqlite3

    spec = importlib.machinery.ModuleSpec("_sqlite3", None, origin=_sqlite3.__file__)
    copy = _imp.create_dynamic(spec)
    _imp.exec_dynamic(copy)
    copy.Connection(":memory:")


@attempt("`PRAGMA hard_heap_limit` and `soft_heap_limit`, which are for the whole process", "refused: DatabaseError", UNSEEN)
def _():
    import sqlite3

    connection = sqlite3.connect(":memory:")
    assert connection.execute("PRAGMA hard_heap_limit").fetchall() == [(0,)]
    try:
        connection.execute("PRAGMA main.'Soft_Heap_Limit'(60000)")
    except sqlite3.DatabaseError:
        connection.execute("PRAGMA hard_heap_limit = 60000")


@attempt("`PRAGMA temp_store_directory`", "refused: DatabaseError", UNSEEN)
def _():
    import sqlite3

    sqlite3.connect(":memory:").execute(f"PRAGMA temp_store_directory = '{OUTSIDE}'")


@attempt("a journal of SQLite's made by hand, with which SQLite removes any file", JOURNALS, UNSEEN)
def _():
    import sqlite3

    sqlite3.connect(INSIDE + "/made").close()
    open(INSIDE + "/made-journal", "wb").close()


@attempt("a journal made by `os.rename`", JOURNALS, WRITING)
def _():
    import os

    os.rename(INSIDE + "/own.txt", INSIDE + "/made-journal")


@attempt("a journal made by `os.link`", JOURNALS, WRITING)
def _():
    import os

    os.link(INSIDE + "/own.txt", INSIDE + "/made-journal")


@attempt("a journal made by `os.symlink`, relative to an open folder", JOURNALS, READING)
def _():
    import os

    os.symlink(INSIDE + "/own.txt", "made-journal", dir_fd=os.open(INSIDE, os.O_RDONLY))


@attempt("a journal of SQLite's, cut where one likes", JOURNALS, UNSEEN)
def _():
    import os
    import sqlite3

    connection = sqlite3.connect(INSIDE + "/made")
    connection.execute("PRAGMA journal_mode = persist")
    connection.execute("CREATE TABLE t(a)")
    assert os.path.getsize(INSIDE + "/made-journal") > 0
    os.truncate(INSIDE + "/made-journal", 100)


@attempt("a journal that is another database", JOURNALS, UNSEEN)
def _():
    import sqlite3

    sqlite3.connect(INSIDE + "/made-journal")


@attempt("a journal made by `VACUUM INTO`", "refused: DatabaseError", UNSEEN)
def _():
    import sqlite3

    sqlite3.connect(":memory:").execute(f"VACUUM INTO '{INSIDE}/made-journal'")


@attempt("a transaction, its rollback and journals that stay, in a permitted folder", "allowed", UNSEEN)
def _():
    import sqlite3

    connection = sqlite3.connect(INSIDE + "/made")
    for mode in ("delete", "truncate", "persist", "wal"):
        connection.execute(f"PRAGMA journal_mode = {mode}")
        connection.execute("CREATE TABLE IF NOT EXISTS t(a)")
        with connection:
            connection.execute("INSERT INTO t VALUES (1)")
        connection.execute("INSERT INTO t VALUES (2)")
        connection.rollback()
    assert connection.execute("SELECT count(*) FROM t").fetchall() == [(4,)]


@attempt("`VACUUM`, `VACUUM INTO`, `ATTACH` and a backup in a permitted folder", "allowed", UNSEEN)
def _():
    import sqlite3

    connection = sqlite3.connect(INSIDE + "/made")
    connection.execute("CREATE TABLE t(a)")
    connection.execute("VACUUM")
    connection.execute(f"VACUUM INTO '{INSIDE}/second'")
    connection.execute(f"ATTACH '{INSIDE}/second' AS x")
    connection.execute("ATTACH ':memory:' AS y")
    with connection:
        connection.execute("INSERT INTO x.t VALUES (1)")
        connection.execute("INSERT INTO t VALUES (2)")
    connection.backup(sqlite3.connect(INSIDE + "/third"))
    assert sqlite3.connect(INSIDE + "/third").execute("SELECT a FROM t").fetchall() == [(2,)]


@attempt("`set_authorizer`, which is still asked", "allowed", UNSEEN)
def _():
    import sqlite3

    asked = []
    connection = sqlite3.connect(":memory:", autocommit=True, factory=sqlite3.Connection)
    connection.set_authorizer(lambda *arguments: asked.append(arguments) or sqlite3.SQLITE_DENY)
    try:
        connection.execute("SELECT 1")
    except sqlite3.DatabaseError:
        pass
    assert asked == [(sqlite3.SQLITE_SELECT, None, None, None, None)], asked
    connection.set_authorizer(None)
    assert connection.execute("SELECT upper('a')").fetchall() == [("A",)]


@attempt("a database in memory that another interpreter has opened by the same name", "gap", UNSEEN)
def _():
    import sqlite3

    sqlite3.connect("file:shared?mode=memory&cache=shared", uri=True).execute("CREATE TABLE IF NOT EXISTS t(a)")

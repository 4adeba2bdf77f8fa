"""Environment."""


@attempt("`os.environ` for reading", "allowed", "refused: KeyError")
def _():
    import os

    os.environ["PATH"]


@attempt("`posix.environ`", "allowed", "refused: KeyError")
def _():
    import posix

    posix.environ[b"PATH"]


@attempt("`os.environ` for writing, which stays in the interpreter", "allowed", "denied: changing environment variables")
def _():
    import os

    os.environ["CLUTCH_POLICY_TEST"] = "1"


@attempt("`os.putenv`, which does nothing under `guarded`", "allowed", "denied: changing environment variables")
def _():
    import os

    os.putenv("CLUTCH_POLICY_TEST", "1")


@attempt("`os.environ.clear`, which stays in the interpreter", "allowed", "allowed")
def _():
    import os

    os.environ.clear()


@attempt("`os.environ` of a reloaded `os`", "allowed", "refused: KeyError")
def _():
    import importlib
    import os

    importlib.reload(os).environ["PATH"]

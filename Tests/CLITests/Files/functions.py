"""Small functions for the tests of the command line tool."""

import os
import sys
import time

from clutch import udf


@udf
def twice(x: int) -> int:
    """Doubles a number.

    The second paragraph.
    """
    return 2 * x


@udf
def greet(name: str | None, loud: bool) -> str:
    return f"Hello, {name or 'nobody'}" + "!" * loud


@udf
def answer() -> int:
    return 42


@udf
def talk(x: int) -> int:
    print("talking to", x)
    sys.stdout.write("more talk\n")
    return x


@udf
def fail(x: int) -> int:
    raise ValueError("Ärger mit 鴨")


@udf
def leave(x: int) -> int:
    sys.exit(3)


@udf
def huge(x: int) -> int:
    return 2**63 + x


@udf
def mistyped(x: int) -> int:
    return "text"


@udf
def slow(x: int) -> int:
    print("begun", flush=True)
    time.sleep(0.05)
    return x


@udf
def endless(x: int) -> int:
    print("begun", flush=True)
    while True:
        pass


@udf
def wait_for(path: str) -> bool:
    while not os.path.exists(path):
        time.sleep(0.01)
    return True

from __future__ import annotations

import pickle
import sys
import typing
from dataclasses import dataclass

from clutch import udf


@dataclass
class Point:
    x: int
    y: int = 0


@udf
def module_name() -> str:
    return sys.modules[__name__].Point.__module__


@udf
def path() -> str:
    return __file__


@udf
def pickled(x: int) -> int:
    return pickle.loads(pickle.dumps(Point(x, 1))).x + 1


@udf
def hinted(x: int) -> str:
    return f"{Point(x)!r} {typing.get_type_hints(Point)['x'].__name__}"

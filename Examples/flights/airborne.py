"""A table function: the hours of the day in which a flight is in the air."""

from collections.abc import Iterator
from typing import NamedTuple

from clutch import udtf


class Part(NamedTuple):
    clock: int
    minutes: float


def _minutes(clock: int) -> int:
    """Minutes since midnight of a time such as 1745."""
    return clock // 100 * 60 + clock % 100


@udtf
def airborne(dep_time: int, air_time: float) -> Iterator[Part]:
    """Each hour with a part of the flight in it, from 0 to 23, and the minutes of it."""
    at, left = float(_minutes(dep_time)), air_time
    while left > 0:
        minutes = min(60 - at % 60, left)
        yield Part(int(at // 60) % 24, minutes)
        at, left = at + minutes, left - minutes

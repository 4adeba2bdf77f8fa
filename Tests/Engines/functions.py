"""Functions of every type that an engine may pass and expect.

Their bodies are plain Python: the clients import this file too, with a stand-in for the module clutch, and compute with the
same functions what the engine has to answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, NamedTuple

from clutch import Decimal128, Float32, Int8, Int16, Int32, Timestamp, udf, udtf

Money = Annotated[Decimal, Decimal128(18, 4)]


@udf
def gcd(a: int, b: int) -> int:
    """The greatest common divisor, by subtraction's quicker form."""
    while b:
        a, b = b, a % b
    return a


@udf
def add_small(a: Int8, b: Int16, c: Int32) -> Int32:
    return a + b + c


@udf
def half(x: float) -> float:
    return x / 2


@udf
def half_narrow(x: Float32) -> Float32:
    return x / 2


@udf
def shout(text: str) -> str:
    return text.upper() + "!"


@udf
def reversed_bytes(data: bytes) -> bytes:
    return data[::-1]


@udf
def is_odd(x: int) -> bool:
    return x % 2 == 1


@udf
def negated(flag: bool) -> bool:
    return not flag


@udf
def day_after(day: date) -> date:
    return day + timedelta(days=1)


@udf
def later(moment: datetime, seconds: int) -> datetime:
    return moment + timedelta(seconds=seconds, microseconds=1)


@udf
def later_utc(moment: Annotated[datetime, Timestamp(tz="UTC")]) -> Annotated[datetime, Timestamp(tz="UTC")]:
    return moment + timedelta(microseconds=1)


@udf
def doubled_money(amount: Money) -> Money:
    return amount * 2


@udf
def doubled_decimal(amount: Decimal) -> Decimal:
    return amount * 2


@udf
def member(value: Any, key: str) -> Any:
    """What a JSON object has under a key."""
    return value.get(key)


@udf
def running_sums(numbers: list[int]) -> list[int]:
    sums, sum = [], 0
    for number in numbers:
        sum += number
        sums.append(sum)
    return sums


@udf
def split_words(text: str) -> list[str]:
    return text.split()


@dataclass
class Point:
    x: int
    name: str


@udf
def moved(point: Point, by: int) -> Point:
    return Point(point.x + by, point.name + "'")


@udf
def swapped(pairs: dict[str, int]) -> dict[str, int]:
    return {key[::-1]: -value for key, value in pairs.items()}


@udf
def or_minus_one(x: int | None) -> int:
    return -1 if x is None else x


@udf
def null_if_odd(x: int) -> int | None:
    return None if x % 2 else x


@udf
def not_seven(x: int) -> int:
    if x == 7:
        raise ValueError("seven is not taken")
    return x


@udf(on_error="null")
def not_seven_or_null(x: int) -> int:
    return not_seven(x)


@udf
def seven() -> int:
    return 7


@udtf
def numbers_to(end: int) -> Iterator[int]:
    yield from range(end)


class Word(NamedTuple):
    place: int
    word: str


@udtf
def words(text: str) -> Iterator[Word]:
    for place, word in enumerate(text.split()):
        yield Word(place, word)


@udf
def slow(x: int) -> int:
    """Long enough for a server to be ended meanwhile."""
    from time import sleep

    sleep(0.002)
    return x

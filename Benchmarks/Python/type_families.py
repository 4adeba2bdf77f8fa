"""A small function for each family of types, and what makes the values that it is called with.

Our interpreters load this file as UDFs; pyarrow_rows.py imports it as an ordinary module.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, NamedTuple, TypedDict
from uuid import UUID
from zoneinfo import ZoneInfo

from clutch import Decimal128, Interval, Json, Record, Timestamp, udf

Price = Annotated[Decimal, Decimal128(18, 2)]
UTCTime = Annotated[datetime, Timestamp(tz="UTC")]
RomanTime = Annotated[datetime, Timestamp(tz="Europe/Rome")]
ROME = ZoneInfo("Europe/Rome")
START = datetime(2021, 3, 4, 5, 6, 7)
DELTA = timedelta(minutes=90)
WEEK = timedelta(days=7)
TAX = Decimal("1.22")
CENT = Decimal("0.01")
NOBODY = UUID(int=0)


@dataclass
class Point:
    x: float
    y: float


class Pair(NamedTuple):
    x: float
    y: float


class Place(TypedDict):
    x: float
    y: float


class Color(Enum):
    RED = "red"
    GREEN = "green"
    BLUE = "blue"


def number(i):
    """Values as they come in data: neither small nor equal nor in order."""
    return i * 7919 % 10007 + 1


# Numbers, text and bytes.


@udf
def integer_value(i: int) -> int:
    return number(i)


@udf
def integer(x: int) -> int:
    return x * 3 + 1


@udf
def floating_value(i: int) -> float:
    return number(i) * 0.37


@udf
def floating(x: float) -> float:
    return x * 1.1 + 0.5


@udf
def boolean_value(i: int) -> bool:
    return number(i) % 2 == 0


@udf
def boolean(x: bool) -> bool:
    return not x


@udf
def text_value(i: int) -> str:
    return f"  Carrier-Name-{number(i)} "


@udf
def text(s: str) -> str:
    return s.strip().lower()


@udf
def binary_value(i: int) -> bytes:
    return f"payload-{number(i)}".encode()


@udf
def binary(b: bytes) -> bytes:
    return b[:8] + b"!"


@udf
def decimal_value(i: int) -> Price:
    return Decimal(number(i) * 37) / 100


@udf
def decimal_double(price: Price) -> Price:
    return price * 2


@udf
def decimal_tax(price: Price) -> Price:
    return (price * TAX).quantize(CENT)


# Times.


@udf
def day_value(i: int) -> date:
    return START.date() + timedelta(days=number(i) % 2000)


@udf
def day(d: date) -> date:
    return d + WEEK


@udf
def clock_value(i: int) -> time:
    return timestamp_value(i).time()


@udf
def clock(t: time) -> time:
    return t.replace(minute=0)


@udf
def timestamp_value(i: int) -> datetime:
    return START + timedelta(seconds=number(i) * 3607, microseconds=number(i) * 7)


@udf
def timestamp(t: datetime) -> datetime:
    return t + DELTA


@udf
def timestamp_utc_value(i: int) -> UTCTime:
    return timestamp_value(i).replace(tzinfo=timezone.utc)


@udf
def timestamp_utc(t: UTCTime) -> UTCTime:
    return t + DELTA


@udf
def timestamp_rome_value(i: int) -> RomanTime:
    return timestamp_utc_value(i).astimezone(ROME)


@udf
def timestamp_rome(t: RomanTime) -> RomanTime:
    return t + DELTA


@udf
def duration_value(i: int) -> timedelta:
    return timedelta(seconds=number(i) * 3607, microseconds=number(i) * 7)


@udf
def duration(d: timedelta) -> timedelta:
    return d + DELTA


@udf
def interval_value(i: int) -> Interval:
    return Interval(number(i) % 24, number(i) % 31, number(i) * 1_000_000)


@udf
def interval(i: Interval) -> Interval:
    return Interval(i.months + 1, i.days, i.nanoseconds)


# What has parts, and what has a class of its own.


@udf
def identifier_value(i: int) -> UUID:
    return UUID(int=number(i) * 0x1234_5678_9ABC_DEF0_1234_5678)


@udf
def identifier(u: UUID) -> UUID:
    return u if u.int & 1 else NOBODY


@udf
def numbers_value(i: int) -> list[int]:
    return [number(i), number(i + 1), number(i + 2), number(i + 3)]


@udf
def numbers(values: list[int]) -> list[int]:
    return [value * 2 for value in values]


@udf
def data_class_value(i: int) -> Point:
    return Point(number(i) * 0.37, number(i) * 1.13)


@udf
def data_class(p: Point) -> Point:
    return Point(p.x + 1, p.y)


@udf
def named_tuple_value(i: int) -> Pair:
    return Pair(number(i) * 0.37, number(i) * 1.13)


@udf
def named_tuple(p: Pair) -> Pair:
    return Pair(p.x + 1, p.y)


@udf
def typed_dict_value(i: int) -> Place:
    return {"x": number(i) * 0.37, "y": number(i) * 1.13}


@udf
def typed_dict(p: Place) -> Place:
    return {"x": p["x"] + 1, "y": p["y"]}


@udf
def record(p: Record) -> float:
    return p.x + p.y


@udf
def counts_value(i: int) -> dict[str, int]:
    return {"seen": number(i), "bought": number(i) % 7, "returned": number(i) % 3}


@udf
def counts(c: dict[str, int]) -> dict[str, int]:
    return {name: count + 1 for name, count in c.items()}


@udf
def word_value(i: int) -> Literal["red", "green", "blue"]:
    return ("red", "green", "blue")[number(i) % 3]


@udf
def word(s: str) -> str:
    return s.upper()


@udf
def color_value(i: int) -> Color:
    return Color(word_value(i))


@udf
def color(c: Color) -> Color:
    return Color.BLUE if c is Color.GREEN else c


@udf
def document_value(i: int) -> Json:
    return {"name": f"Carrier-{number(i)}", "count": number(i), "tags": ["a", "b"]}


@udf
def document(d: Json) -> Json:
    return {"name": d["name"], "count": d["count"] + 1}


@udf
def shown(value: Any) -> str:
    """A value as text that is the same whoever made the value."""
    return str(dict(value)) if isinstance(value, dict) else str(value)

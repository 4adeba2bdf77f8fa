"""Functions of every kind and type, for the tests of `clutch serve`."""

import asyncio
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

from clutch import Column, Decimal128, Float32, Int8, Int16, Int32, Interval, Json, Timestamp, UInt8, UInt64, udaf, udf, udtf


class Point(NamedTuple):
    x: int
    label: str | None


@udf
def id_bool(x: bool) -> bool: return x

@udf
def id_int8(x: Int8) -> Int8: return x

@udf
def id_int16(x: Int16) -> Int16: return x

@udf
def id_int32(x: Int32) -> Int32: return x

@udf
def id_int(x: int) -> int: return x

@udf
def id_uint8(x: UInt8) -> UInt8: return x

@udf
def id_uint64(x: UInt64) -> UInt64: return x

@udf
def id_float32(x: Float32) -> Float32: return x

@udf
def id_float(x: float) -> float: return x

@udf
def id_str(x: str) -> str: return x

@udf
def id_bytes(x: bytes) -> bytes: return x

@udf
def id_date(x: date) -> date: return x

@udf
def id_time(x: time_of_day) -> time_of_day: return x

@udf
def id_timestamp(x: datetime) -> datetime: return x

@udf
def id_zoned(x: Annotated[datetime, Timestamp("UTC")]) -> Annotated[datetime, Timestamp("UTC")]: return x

@udf
def id_duration(x: timedelta) -> timedelta: return x

@udf
def id_interval(x: Interval) -> Interval: return x

@udf
def id_uuid(x: UUID) -> UUID: return x

@udf
def id_digits(x: Annotated[Decimal, Decimal128(18, 4)]) -> Annotated[Decimal, Decimal128(18, 4)]: return x

@udf
def id_decimal(x: Decimal) -> Decimal: return x

@udf
def id_json(x: Json) -> Json: return x

@udf
def id_list(x: list[int]) -> list[int]: return x

@udf
def id_lists(x: list[list[str]]) -> list[list[str]]: return x

@udf
def id_jsons(x: list[Json]) -> list[Json]: return x

@udf
def id_map(x: dict[str, int]) -> dict[str, int]: return x

@udf
def id_point(x: Point) -> Point: return x

@udf
def id_color(x: Literal["red", "green"]) -> Literal["red", "green"]: return x

@udf
def id_any(x: Any) -> Any: return x

@udf
def optional(x: int | None) -> int: return -1 if x is None else x

@udf
def with_default(x: int, y: int = 10) -> int: return x + y

@udf
def answer() -> int: return 42

@udf
def gcd(x: int, y: int) -> int:
    while y:
        x, y = y, x % y
    return x

@udf
def fails(x: int) -> int:
    if x < 0:
        raise ValueError(f"negative input: {x}")
    return x

@udf
def fails_at_length(x: int) -> int:
    raise ValueError("ä%\n" * 10_000)

@udf
def sleeps(seconds: float) -> float:
    print(f"sleeps({seconds}) begins")
    try:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(0.01)
    finally:
        print(f"sleeps({seconds}) is over")
    return seconds

@udf(timeout=0.2)
def too_slow(x: int) -> int:
    while True:
        x += 1

@udf(batch=True)
def batch_sum(x: Column[int]) -> list[int]:
    total = sum(value for value in x if value is not None)
    return [total] * len(x)

@udf(batch=True)
def running(batches: Iterator[Column[int]]) -> Iterator[list[int]]:
    total = 0
    for batch in batches:
        total += len(batch)
        yield [total] * len(batch)

@udf(concurrency=100)
async def waits(x: int) -> int:
    await asyncio.sleep(0.01)
    return x * 2

@udf
class Counter:
    def __init__(self):
        self.step = 3

    def __call__(self, x: int) -> int:
        return x + self.step

@udtf
def series(n: int) -> Iterator[int]:
    yield from range(n)

@udtf
def pairs(n: int) -> Iterator[tuple[int, str]]:
    for i in range(n):
        yield i, "x" * i

@udtf
def points(n: int) -> list[Point]:
    return [Point(i, None if i % 2 else str(i)) for i in range(n)]

@udtf
def forever(n: int) -> Iterator[int]:
    try:
        while True:
            if n == 50_000:
                print("forever is at 50000")
            yield n
            n += 1
    finally:
        print("forever is closed")

@udtf
def breaks(n: int) -> Iterator[int]:
    yield n
    raise ValueError("broken")

@udaf
class Total:
    def create_state(self) -> int: return 0
    def accumulate(self, state, value: int): return state + value
    def finish(self, state) -> int: return state

@udf
def any_number(*values: int) -> int: return sum(values)

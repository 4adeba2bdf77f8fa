"""A function of a batch: whole columns in, a column out."""

from array import array
from collections.abc import Sequence

from clutch import Column, udf

KILOMETRES = 1.609344


@udf(batch=True)
def speed(distance: Column[float], air_time: Column[float]) -> list[float | None]:
    """Kilometres per hour of each flight."""
    miles, minutes = memoryview(distance), memoryview(air_time)
    # Where the time is not known there is a 0 in the column's memory.
    return [None if air_time.is_null(row) else miles[row] * KILOMETRES / minutes[row] * 60 for row in range(len(miles))]


@udf(batch=True)
def kilometres(distance: Column[float]) -> Sequence[float]:
    """The distance in kilometres, by way of a buffer: no object is made of a number."""
    return array("d", [miles * KILOMETRES for miles in memoryview(distance)])

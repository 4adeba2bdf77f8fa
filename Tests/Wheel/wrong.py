"""Uses of the module that are wrong: type checkers must say so of every line that ends with "# wrong", and of no other."""

from clutch import Column, Decimal128, Interval, Timestamp, udaf, udf, udtf


@udf(on_error="nul")  # wrong
def mode(x: int) -> int:
    return x


@udf(null="none")  # wrong
def nulls(x: int) -> int:
    return x


@udf(timeout="2")  # wrong
def timeout(x: int) -> int:
    return x


@udf(batch="yes")  # wrong
def batch(x: list[int]) -> list[int]:
    return x


@udf(memory=1.5)  # wrong
def memory(x: int) -> int:
    return x


@udf(placement="process")  # wrong
def placement(x: int) -> int:
    return x


@udf(determinstic=True)  # wrong
def misspelt(x: int) -> int:
    return x


@udf("name")  # wrong
def positional(x: int) -> int:
    return x


@udtf(batch=True)  # wrong
def table(x: int) -> list[int]:
    return [x]


@udaf  # wrong
def aggregate(x: int) -> int:
    return x


@udf
def right(x: int) -> int:
    return x


@udf(on_error="collect", timeout=0.5, memory="1GiB")
def right_too(x: int) -> int:
    return right(x)


TEXT: str = right(1)  # wrong
ARGUMENT = right("a")  # wrong
OTHER_ARGUMENT = right_too("a")  # wrong
DIGITS = Decimal128("18", 2)  # wrong
UNIT = Timestamp(unit="h")  # wrong
LENGTH = Interval(weeks=2)  # wrong


def column(x: Column[int]) -> str:
    return x[0]  # wrong


def place(x: Column[int]) -> bool:
    return x.is_null("0")  # wrong

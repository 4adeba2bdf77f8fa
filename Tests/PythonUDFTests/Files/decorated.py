import functools

from clutch import udf


def halved(function):
    @functools.wraps(function)
    def wrapper(*args):
        result = function(*args)
        return None if result is None else result / 2

    return wrapper


def doubled(function):
    @functools.wraps(function)
    def wrapper(*args):
        return 2 * function(*args)

    return wrapper


@udf
@halved
def wrapped(x: int, y: float | None) -> float:
    """Divide."""
    return None if y is None else 12.0 / (x + 2) if y == 4 else 0.0


@udf
@functools.lru_cache(maxsize=None)
def cached(x: int) -> int:
    return cached.cache_info().misses


@udf()
@doubled
@doubled
def twice(x: int) -> int:
    return x


def joined(function):
    @functools.wraps(function)
    def wrapper(*args):
        return ",".join(function(*args))

    return wrapper


@udf
@joined
def letters(x: str) -> str:
    yield from x


def run(function):
    @functools.wraps(function)
    def wrapper(*args):
        coroutine = function(*args)
        try:
            coroutine.send(None)
        except StopIteration as end:
            return end.value

    return wrapper


@udf
@run
async def waited(x: int) -> int:
    return x + 1


class Scale:
    def __init__(self, factor):
        self.factor = factor

    # The mark is put on a method that is bound to its object.
    def scaled(self, x: int) -> int:
        return self.factor * x


udf(Scale(10).scaled)

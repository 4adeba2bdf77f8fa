from beside import FACTOR
from clutch import udf


@udf
def tripled(x: int) -> int:
    return FACTOR * x

from clutch import udf


@udf
def bad(x) -> int:
    return x

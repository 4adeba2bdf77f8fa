from clutch import Column, udf


@udf(batch=True)
def identity(x: Column[float]) -> Column[float]:
    return x

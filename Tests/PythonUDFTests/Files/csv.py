import csv

from clutch import udf


@udf
def parsed(x: int) -> int:
    return int(next(csv.reader([f"1,{x}"]))[1])

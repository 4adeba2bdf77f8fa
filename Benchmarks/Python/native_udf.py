"""The same queries with the DuckDB Python package's own functions, one run for each line on standard input."""

import os
import sys
import time

import duckdb

threads = int(sys.argv[1])


def gcd(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a


def add(x: float, y: float) -> float:
    return x + y


def clean(s: str) -> str:
    return s.strip().lower().replace("-", "_")


def tax(x: float) -> float:
    if x <= 0:
        return 0.0
    elif x <= 10000:
        return x * 0.1
    elif x <= 40000:
        return 1000 + (x - 10000) * 0.2
    elif x <= 90000:
        return 7000 + (x - 40000) * 0.3
    return 22000 + (x - 90000) * 0.4


def weighted(values: list[float], weights: list[float]) -> float:
    total = weight = 0.0
    for value, each in zip(values, weights):
        total += value * each
        weight += each
    return total / weight


connection = duckdb.connect(config={"threads": threads})
connection.create_function("gcd_udf", gcd)
connection.create_function("add_udf", add)
connection.create_function("clean_udf", clean)
connection.create_function("tax_udf", tax)
connection.create_function("weighted_udf", weighted, ["DOUBLE[]", "DOUBLE[]"], "DOUBLE")
connection.execute(sys.stdin.readline())  # the table
for query in sys.stdin:
    start = time.perf_counter()
    result = connection.execute(query).fetchall()
    print(time.perf_counter() - start, result[0][0], flush=True)

# At an ordinary end the duckdb package lists everything of its own that it has not freed.
os._exit(0)

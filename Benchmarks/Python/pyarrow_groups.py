"""GROUP BY by PyArrow and a Python loop over each group's values, one run for each line on standard input.

The table is made by DuckDB with the first line, and is an Arrow table before the clock starts.
"""

import os
import sys
import time

import duckdb
import pyarrow as pa

pa.set_cpu_count(int(sys.argv[1]))


def weighted(values: list[float], weights: list[float]) -> float:
    total = weight = 0.0
    for value, each in zip(values, weights):
        total += value * each
        weight += each
    return total / weight


connection = duckdb.connect()
connection.execute(sys.stdin.readline())
table = connection.sql("SELECT * FROM t").to_arrow_table()
connection.close()


def averages():
    # The fastest of the forms tried: a sort with slices, and a loop over all rows with a dict of states, took up to twice as
    # long. numpy makes the floats no slower than PyArrow's own to_pylist does.
    groups = table.group_by("g").aggregate([("x", "list"), ("w", "list")])
    for values, weights in zip(groups["x_list"].combine_chunks(), groups["w_list"].combine_chunks()):
        yield weighted(values.values.to_numpy().tolist(), weights.values.to_numpy().tolist())


for _ in sys.stdin:
    start = time.perf_counter()
    result = round(sum(averages()), 3)
    print(time.perf_counter() - start, result, flush=True)

# At an ordinary end the duckdb package lists everything of its own that it has not freed.
os._exit(0)

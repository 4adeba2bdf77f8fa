# /// script
# requires-python = ">=3.13"
# dependencies = ["pandas>=2.2", "pyarrow>=17"]
# ///
"""A function over pandas: whole numbers stay whole, and nulls stay nulls.

    clutch sql --udf Examples/packages/texts.py \\
      "SELECT tail_number(tailnum) AS number, count(*) AS flights \\
       FROM read_csv('.data/flights.csv', nullstr = 'NA') GROUP BY ALL ORDER BY flights DESC LIMIT 5"
"""

from clutch import Series, udf


@udf(batch=True)
def tail_number(tail: Series[str]) -> Series[int]:
    """The digits of an aircraft's registration; null where it has none."""
    return tail.str.extract(r"(\d+)", expand=False).astype("int64[pyarrow]")

# /// script
# requires-python = ">=3.13"
# dependencies = ["numpy>=2", "scikit-learn>=1.6"]
# ///
"""Scores flights with a model of scikit-learn: how late an aircraft arrives, from how late it left.

    clutch sql --udf Examples/packages/model.py \\
      "SELECT carrier, round(avg(arr_delay - expected_delay(dep_delay, distance, hour)), 2) AS made_up \\
       FROM read_csv('.data/flights.csv', nullstr = 'NA') GROUP BY ALL ORDER BY made_up LIMIT 5"
"""

import csv
from itertools import islice
from pathlib import Path

import numpy as np
from clutch import Array, udf
from sklearn.linear_model import LinearRegression

FLIGHTS = Path(__file__).resolve().parents[2] / ".data" / "flights.csv"


@udf(batch=True)
class expected_delay:
    """The arrival delay in minutes that the model expects."""

    def __init__(self) -> None:
        # Once in each worker; a model of your own would be loaded here.
        columns = ("dep_delay", "distance", "hour", "arr_delay")
        with FLIGHTS.open() as file:
            rows = [[row[name] for name in columns] for row in islice(csv.DictReader(file), 20_000)]
        known = np.array([row for row in rows if "NA" not in row], dtype=float)
        self.model = LinearRegression().fit(known[:, :3], known[:, 3])

    def __call__(self, dep_delay: Array[float], distance: Array[float], hour: Array[float]) -> Array[float]:
        expected: Array[float] = self.model.predict(np.column_stack([dep_delay, distance, hour]))
        return expected

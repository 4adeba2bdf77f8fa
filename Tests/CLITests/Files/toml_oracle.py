"""Reads texts as TOML, for the tests of Clutch's own reader.

The file of its argument is a JSON list of texts; standard output is a list with, for each, the settings that it has, or null where it is no
TOML or has what no setting can be: tables, lists of lists, dates, numbers beyond 64 bits.
"""

import json
import math
import sys
import tomllib


def scalar(value):
    if isinstance(value, bool):
        return ["truth", str(value).lower()]
    if isinstance(value, str):
        return ["text", value]
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return ["number", str(value)]
    if isinstance(value, float):
        return ["number", "nan" if math.isnan(value) else value if math.isfinite(value) else f"{value}"]
    raise ValueError(value)


def settings(text):
    try:
        table = tomllib.loads(text)
        return {
            key: ["list", [scalar(item) for item in value]] if isinstance(value, list) else scalar(value)
            for key, value in table.items()
        }
    except (ValueError, RecursionError):
        return None


print(json.dumps([settings(text) for text in json.load(open(sys.argv[1], encoding="utf-8"))]))

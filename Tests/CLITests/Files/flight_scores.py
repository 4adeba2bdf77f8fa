"""The README's job in plain Python: the ten carriers with the worst delay scores, as JSON."""

import csv
import json
import sys

totals = {}
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    for row in csv.DictReader(file):
        score = 0.0
        for name, weight in ("dep_delay", 0.3), ("arr_delay", 0.7):
            if row[name] != "NA":
                score += max(float(row[name]), 0.0) * weight
        count, total = totals.get(row["carrier"], (0, 0.0))
        totals[row["carrier"]] = (count + 1, total + score)

scores = [
    {"carrier": carrier, "flights": count, "score": total / count} for carrier, (count, total) in totals.items()
]
scores.sort(key=lambda entry: -entry["score"])
print(json.dumps(scores[:10]))

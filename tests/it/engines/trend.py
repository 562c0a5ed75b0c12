"""Theil-Sen slopes by SciPy: reads {samples: [{x, y}]} as JSON from stdin, prints for each one slope, lower, upper and the
height of the line at the last x."""

import json
import sys

from scipy.stats import theilslopes

answers = []
for sample in json.load(sys.stdin)["samples"]:
    x, y = sample["x"], sample["y"]
    found = theilslopes(y, x, 0.95, method="joint")
    level = float(found.intercept) + float(found.slope) * max(x)
    answers.append({"slope": float(found.slope), "lower": float(found[2]), "upper": float(found[3]), "level": level})
json.dump(answers, sys.stdout)

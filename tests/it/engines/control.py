"""Which last points lie outside a chart, with SciPy's tails: reads {counts, shares, rates, steps} as JSON from stdin, prints the
same lists as booleans, and for `steps` the exact two-sided probability of the first part's rank sum."""

import json
import math
import sys

import numpy as np
from scipy import stats

task = json.load(sys.stdin)
RARE = 0.005


def counts(values):
    """A c chart below a mean of 10; above that the chart of individuals. A high count must be improbable as well when rare."""
    before, last = np.array(values[:-1]), values[-1]
    mean = before.mean()
    half = 3 * math.sqrt(mean) if mean < 10 else 2.66 * np.abs(np.diff(before)).mean()
    lower = max(mean - half, 0) if mean < 10 else mean - half
    outside = last < lower - 1e-9 or last > mean + half + 1e-9
    rate = (before.sum() + 0.5) / len(before)
    if outside and rate < 1.5 and last > rate:
        return bool(stats.poisson.sf(last - 1, rate) <= RARE)
    return bool(outside)


def exposed(samples, binomial):
    """A p or u chart whose limits widen by the spread of the standardised points (Laney), and an exact tail behind it."""
    events, sizes = (np.array(column, dtype=float) for column in zip(*samples))
    rate = events[:-1].sum() / sizes[:-1].sum()
    deviation = np.sqrt((rate * (1 - rate) if binomial else rate) / sizes)
    if rate in (0.0, 1.0) and (binomial or rate == 0.0):
        wider = 1.0
    else:
        standard = ((events / sizes - rate) / deviation)[:-1]
        wider = max(1.0, np.abs(np.diff(standard)).mean() / 1.128)
    share = events[-1] / sizes[-1]
    if abs(share - rate) <= 3 * wider * deviation[-1] + 1e-9 * max(share, rate):
        return False
    if share < rate and rate - 3 * wider * deviation[-1] <= 0:
        return False
    if binomial:
        law = stats.binom(sizes[-1], (events[:-1].sum() + 0.5) / (sizes[:-1].sum() + 1))
    else:
        law = stats.poisson((events[:-1].sum() + 0.5) / sizes[:-1].sum() * sizes[-1])
    return bool((law.sf(events[-1] - 1) if share > rate else law.cdf(events[-1])) <= RARE)


def step(values, at):
    answer = stats.mannwhitneyu(values[:at], values[at:], alternative="two-sided", method="exact")
    return float(answer.pvalue)


json.dump(
    {
        "counts": [counts(values) for values in task["counts"]],
        "shares": [exposed(samples, True) for samples in task["shares"]],
        "rates": [exposed(samples, False) for samples in task["rates"]],
        "steps": [step(series["values"], series["at"]) for series in task["steps"]],
    },
    sys.stdout,
)

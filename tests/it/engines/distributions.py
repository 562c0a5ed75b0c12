"""Intervals and fits by SciPy, statsmodels and NumPy: reads {counts, shares, tests, samples, failures} as JSON from stdin,
prints the same lists answered."""

import json
import math
import sys

import numpy as np
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

task = json.load(sys.stdin)


def number(value):
    value = float(value)
    return value if math.isfinite(value) else None


def garwood(count):
    low = stats.chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    # Once more without chi-squared: the rates at which the tails of the count are 2.5 %.
    high = stats.chi2.ppf(0.975, 2 * count + 2) / 2
    assert abs(stats.poisson.cdf(count, high) - 0.025) < 1e-9
    assert count == 0 or abs(stats.poisson.sf(count - 1, low) - 0.025) < 1e-9
    return [number(low), number(high)]


def mtbf(test):
    time, failures, level = test["time"], test["failures"], test["confidence"]
    tail = (1 - level) / 2
    lower = 2 * time / stats.chi2.isf(tail, 2 * failures + 2)
    upper = 2 * time / stats.chi2.ppf(tail, 2 * failures) if failures else None
    one_sided = 2 * time / stats.chi2.ppf(level, 2 * failures + 2)
    return {
        "lower": number(lower),
        "upper": upper and number(upper),
        "at_least": number(one_sided),
        "rate_upper": number(1 / lower),
        "mission_lower": number(math.exp(-test["span"] / lower)),
        "mission_upper": upper and number(math.exp(-test["span"] / upper)),
    }


def order_statistics(values, p):
    """The innermost pair that leaves at most 2.5 % on each side."""
    values, n = sorted(values), len(values)
    below = stats.binom.cdf(np.arange(n + 1), n, p)
    lows = [rank for rank in range(1, n + 1) if below[rank - 1] <= 0.025]
    highs = [rank for rank in range(1, n + 1) if 1 - below[rank - 1] <= 0.025]
    return [values[max(lows) - 1], values[min(highs) - 1]] if lows and highs else None


def sample(values):
    return {
        "quantiles": [number(np.quantile(values, p, method="linear")) for p in task["levels"]],
        "intervals": [order_statistics(values, p) for p in task["levels"]],
    }


def growth(system):
    times, total = np.array(system["times"]), system["total"]
    n = len(times)
    # The fit maximises n ln(lambda beta) + (beta - 1) sum ln t - lambda T^beta; its slope in beta is 0 at the answer.
    beta = n / np.sum(np.log(total) - np.log(times))
    scale = n / total**beta
    slope = n / beta + np.sum(np.log(times)) - scale * total**beta * math.log(total)
    assert abs(slope) < 1e-6 * n
    laplace = (np.sum(times) - n * total / 2) / (total * math.sqrt(n / 12))
    bounds = [beta * stats.chi2.ppf(p, 2 * n) / (2 * n) for p in (0.025, 0.975)]
    return {
        "beta": number(beta),
        "lambda": number(scale),
        "mtbf": number(1 / (scale * beta * total ** (beta - 1))),
        "laplace": number(laplace),
        "bounds": [number(bound) for bound in bounds],
    }


json.dump(
    {
        "counts": [garwood(count) for count in task["counts"]],
        "shares": [
            [number(bound) for bound in proportion_confint(good, n, alpha=0.05, method="wilson")] for good, n in task["shares"]
        ],
        "tests": [mtbf(test) for test in task["tests"]],
        "samples": [sample(values) for values in task["samples"]],
        "failures": [growth(system) for system in task["failures"]],
    },
    sys.stdout,
)

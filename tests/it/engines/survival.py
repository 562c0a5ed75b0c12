"""Kaplan-Meier curves by lifelines and statsmodels: reads {samples: [{times, ended, tau, within}]} as JSON from stdin, prints
for each one steps, median, band and the mean up to tau."""

import json
import math
import sys
import warnings

import numpy as np
from lifelines import KaplanMeierFitter
from lifelines.utils import qth_survival_times, restricted_mean_survival_time
from statsmodels.duration.survfunc import SurvfuncRight

warnings.simplefilter("ignore")

# A curve that comes to one half but for rounding has come to it.
HALF = 0.5 + 1e-9


def number(value):
    value = float(value)
    return value if math.isfinite(value) else None


def answer(sample):
    times, ended = np.array(sample["times"]), np.array(sample["ended"], dtype=int)
    curve = KaplanMeierFitter().fit(times, ended)
    band = curve.confidence_interval_
    # Where nothing is left the band has no width; like R's survival, and unlike lifelines, no bound is read off there.
    left = band[curve.survival_function_.iloc[:, 0] > 1e-12]
    other = SurvfuncRight(times, ended)
    low, high = (number(value) for value in qth_survival_times(HALF, left).iloc[0])
    until = band.loc[: sample["within"]].iloc[-1]
    # The variance of the mean: squared area beyond each event, by Greenwood's terms, from the curve's own table.
    tau, variance = sample["tau"], 0.0
    table = curve.event_table
    for time, row in table[(table["observed"] > 0) & (table.index < tau)].iterrows():
        if row["observed"] < row["at_risk"]:
            beyond = restricted_mean_survival_time(curve, t=tau) - restricted_mean_survival_time(curve, t=time)
            variance += beyond**2 * row["observed"] / (row["at_risk"] * (row["at_risk"] - row["observed"]))
    return {
        "steps": [
            {"time": number(t), "survival": number(s), "error": number(e), "at_risk": int(n), "events": int(d)}
            for t, s, e, n, d in zip(
                other.surv_times,
                curve.survival_function_at_times(other.surv_times),
                other.surv_prob_se,
                other.n_risk,
                other.n_events,
            )
            if d > 0
        ],
        "median": number(qth_survival_times(HALF, curve.survival_function_)),
        "median_bounds": [low, high],
        "within": number(1 - curve.predict(sample["within"])),
        "within_bounds": [number(1 - until.iloc[1]), number(1 - until.iloc[0])],
        "mean": number(restricted_mean_survival_time(curve, t=tau)),
        "mean_error": math.sqrt(variance),
    }


json.dump([answer(sample) for sample in json.load(sys.stdin)["samples"]], sys.stdout)

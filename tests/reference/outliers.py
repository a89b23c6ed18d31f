#!/usr/bin/env python3
"""Writes outliers.tsv to tests/data/reference: curves with spikes, some readings missing, and which readings are further
from the median of seven, each less a resistant line, than a limit, by NumPy.

Run again after changing it: python3 tests/reference/outliers.py. Needs the packages of role `reference`.
"""

import pathlib

import numpy as np

FILE = pathlib.Path(__file__).resolve().parent.parent / "data" / "reference" / "outliers.tsv"
READINGS = 80
SIDE = 3


def outliers(times, values, least_sd, limit_sd):
    marks = np.zeros(values.size)
    known = np.flatnonzero(np.isfinite(values))
    for k in range(SIDE, known.size - SIDE):
        part = known[k - SIDE:k + SIDE + 1]
        rise = np.median(values[part[-SIDE:]]) - np.median(values[part[:SIDE]])
        slope = rise / (times[part[-2]] - times[part[1]])
        window = values[part] - slope * (times[part] - times[known[k]])
        middle = np.median(window)
        sd = max(1.4826 * np.median(np.abs(window - middle)), least_sd)
        marks[known[k]] = abs(window[SIDE] - middle) > limit_sd * sd
    return marks


def main():
    random = np.random.default_rng(20261124)
    columns = {}
    for well, (least_sd, limit_sd, missing) in enumerate([(0, 3, 0), (0.004, 3, 0.1), (0.002, 5, 0), (0.001, 4, 0.3)]):
        times = np.arange(READINGS) * 0.25
        values = 0.02 + 1 / (1 + np.exp(5 - 0.7 * times)) + 0.002 * random.standard_normal(READINGS)
        spikes = random.choice(READINGS, 5, replace=False)
        values[spikes] += random.choice([-0.2, 0.1, 0.3], 5)
        values[random.random(READINGS) < missing] = np.nan
        columns[f"w{well}"] = values
        columns[f"w{well}_outlier"] = outliers(times, values, least_sd, limit_sd)
        columns[f"w{well}_least_sd"] = np.full(READINGS, least_sd)
        columns[f"w{well}_limit_sd"] = np.full(READINGS, limit_sd)
    rows = np.column_stack(list(columns.values()))
    lines = ["\t".join(columns)] + ["\t".join("NA" if np.isnan(x) else repr(float(x)) for x in row) for row in rows]
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")


main()

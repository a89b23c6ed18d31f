#!/usr/bin/env python3
"""Writes two_readout_curves.tsv and two_readouts.tsv to tests/data/reference: made-up biomass and product of several
wells, some readings missing, and what NumPy finds in them: ratios and (dP/dt)/N, the slope by polyfit.

Run again after changing it: python3 tests/reference/two_readouts.py. Needs the packages of role `reference`.
"""

import pathlib

import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "data" / "reference"
WELLS = 7
LIMIT = 0.02
FROM_H, TO_H, AT_BIOMASS, WINDOW_H, MIN_POINTS = 1.0, 9.0, 0.3, 1.0, 3


def made_up(random):
    times = np.cumsum(0.1 + 0.2 * random.random(50))
    biomass, product = [], []
    for well in range(WELLS):
        rate, top = 0.5 + random.random(), 0.4 + random.random()
        n = top / (1 + (top / 0.01 - 1) * np.exp(-rate * times)) + 0.002 * random.standard_normal(times.size)
        p = 50 + 3000 * n * (1 + 0.1 * well * times) + 5 * random.standard_normal(times.size)
        for curve, share in ((n, 0.1 if well % 3 == 1 else 0), (p, 0.2 if well % 2 else 0)):
            curve[random.random(times.size) < share] = np.nan
        biomass.append(n)
        product.append(p)
    return times, np.array(biomass), np.array(product)


def mean_over_time(times, values):
    known = np.isfinite(values)
    return np.trapz(values[known], times[known]) / np.ptp(times[known])


def slope_at(times, product, middle):
    near = (np.abs(times - middle) <= WINDOW_H / 2 * (1 + 1e-9)) & np.isfinite(product)
    return np.polyfit(times[near] - middle, product[near], 1)[0] if near.sum() >= MIN_POINTS else np.nan


def ratio_at_biomass(n, p):
    known = np.isfinite(n) & np.isfinite(p)
    n, p = n[known], p[known]
    for i in range(1, n.size):
        if n[i - 1] < AT_BIOMASS <= n[i]:
            return np.interp(AT_BIOMASS, [n[i - 1], n[i]], [p[i - 1], p[i]]) / AT_BIOMASS
    return np.nan


def traits(times, n, p):
    n = np.where(n > LIMIT, n, np.nan)
    inside = (times >= FROM_H) & (times <= TO_H)
    activity = np.array([slope_at(times, p, time) for time in times]) / n
    ratio, activity = np.where(inside, p / n, np.nan), np.where(inside, activity, np.nan)
    return [mean_over_time(times, ratio), ratio_at_biomass(n, p), mean_over_time(times, activity),
            np.nanmax(activity), times[np.nanargmax(activity)]]


def write(name, header, rows):
    lines = ["\t".join(header)] + ["\t".join("" if np.isnan(x) else repr(float(x)) for x in row) for row in rows]
    (FOLDER / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def main():
    times, biomass, product = made_up(np.random.default_rng(20261124))
    header = ["time_h"] + [f"n{well}" for well in range(WELLS)] + [f"p{well}" for well in range(WELLS)]
    write("two_readout_curves.tsv", header, np.column_stack([times, biomass.T, product.T]))
    write("two_readouts.tsv", ["mean_ratio", "ratio_at_biomass", "mean_activity", "maximum_activity",
                               "time_of_maximum_activity_h"],
          [traits(times, n, p) for n, p in zip(biomass, product)])


main()

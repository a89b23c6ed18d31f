#!/usr/bin/env python3
"""Writes bootstrap_curves.tsv and bootstrap_errors.tsv to tests/data/reference: made-up growth curves, some readings
missing, and the standard errors of their traits by a residual bootstrap with NumPy's generator. The level is a parabola
by polyfit around each reading, or the mean of a wider window; residuals are those of a cubic by polyfit through five
neighbours, as long as the vector of all five.

Run again after changing it: python3 tests/reference/curve_bootstrap.py. Needs the packages of role `reference`.
"""

import pathlib

import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "data" / "reference"
WELLS, DRAWS = 5, 8000
WIDTH_H, NOISE_SD, THRESHOLD = 1.5, 0.004, 0.2
TRAITS = ("initial", "maximum", "auc", "ln_auc", "time_to_threshold_h")


def made_up(random):
    times = np.cumsum(0.15 + 0.2 * random.random(90))
    curves = []
    for well in range(WELLS):
        top = 0.5 + random.random()
        curve = top / (1 + (top / 0.05 - 1) * np.exp(-(0.4 + 0.5 * random.random()) * np.maximum(0, times - 2)))
        curve += NOISE_SD * random.standard_normal(times.size)
        if well % 2:
            curve[5:-5][random.random(times.size - 10) < 0.1] = np.nan
        curves.append(curve)
    return times, np.array(curves)


def window(times, i, width):
    width *= 1 + 1e-9
    begin = min(max(times[i] - width / 2, times[0]), max(times[0], times[-1] - width))
    inside = np.flatnonzero((times >= begin) & (times <= begin + width))
    if inside.size >= 5:
        return inside
    first = min(max(i - 2, 0), times.size - 5)
    return np.arange(first, first + 5)


def level(times, values, i):
    near = window(times, i, WIDTH_H)
    parabola = np.polyfit(times[near] - times[i], values[near], 2)[-1]
    for wider in (8, 4, 2):
        mean = values[window(times, i, wider * WIDTH_H)].mean()
        if abs(mean - parabola) <= min(NOISE_SD, 0.03 * abs(mean)):
            return mean
    return parabola


def residual(times, values, first):
    x, y = times[first : first + 5] - times[first + 2], values[first : first + 5]
    return np.linalg.norm(y - np.polyval(np.polyfit(x, y, 3), x))


def traits(times, values):
    smoothed = values.copy()
    smoothed[1:-1] = np.median([values[:-2], values[1:-1], values[2:]], axis=0)
    initial = values[:3].mean()
    rises = np.flatnonzero((values[1:] >= THRESHOLD) & (values[:-1] < THRESHOLD))[0]
    crossing = np.interp(THRESHOLD, values[rises : rises + 2], times[rises : rises + 2])
    with np.errstate(invalid="ignore"):
        ln_auc = np.trapz(np.log(values / initial), times)
    return initial, smoothed.max(), np.trapz(values, times), ln_auc, crossing


def standard_errors(times, values, random):
    known = np.isfinite(values)
    times, values = times[known], values[known]
    levels = np.array([level(times, values, i) for i in range(times.size)])
    residuals = np.array([residual(times, values, i) for i in range(times.size - 4)])
    drawn = [
        traits(times, levels + random.choice(residuals, times.size) * random.choice((-1, 1), times.size))
        for _ in range(DRAWS)
    ]
    return np.nanstd(drawn, axis=0, ddof=1)


def main():
    random = np.random.default_rng(20261124)
    times, curves = made_up(random)
    with open(FOLDER / "bootstrap_curves.tsv", "w", encoding="ascii") as out:
        print("time_h", *(f"well_{i}" for i in range(WELLS)), sep="\t", file=out)
        for time, row in zip(times, curves.T):
            print(f"{time:.17g}", *(f"{v:.17g}" for v in row), sep="\t", file=out)
    with open(FOLDER / "bootstrap_errors.tsv", "w", encoding="ascii") as out:
        print(*TRAITS, sep="\t", file=out)
        for values in curves:
            print(*(f"{v:.5g}" for v in standard_errors(times, values, random)), sep="\t", file=out)


if __name__ == "__main__":
    main()

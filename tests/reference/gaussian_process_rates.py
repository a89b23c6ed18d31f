#!/usr/bin/env python3
"""Writes gaussian_process_curves.tsv and gaussian_process_rates.tsv to tests/data/reference: noisy growth curves, and
the steepest posterior slope of ln(value) under a Matérn-5/2 process, by dense matrices and SciPy's minimiser, with the
covariances of the slope by differences of the kernel.

Run again after changing it: python3 tests/reference/gaussian_process_rates.py. Needs the packages of role `reference`.
"""

import pathlib

import numpy as np
from scipy import linalg, optimize

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "data" / "reference"


def matern(r, length):
    x = np.sqrt(5) * np.abs(r) / length
    return (1 + x + x**2 / 3) * np.exp(-x)


def negative_likelihood(theta, t, y):
    length, variance, noise = np.exp(theta)
    k = variance * matern(t[:, None] - t[None, :], length) + noise * np.eye(len(t))
    factor = linalg.cho_factor(k, lower=True)
    return 0.5 * y @ linalg.cho_solve(factor, y) + np.log(np.diag(factor[0])).sum() + 0.5 * len(t) * np.log(2 * np.pi)


def fit(times, t, ln_value):
    y = ln_value - ln_value.mean()
    best = None
    for length in (1.0, 3.0, 8.0):
        for noise in (1e-5, 1e-3, 1e-1):
            start = np.log([length, y.var(), noise * y.var()])
            found = optimize.minimize(negative_likelihood, start, args=(t, y), method="Nelder-Mead",
                                      options={"xatol": 1e-8, "fatol": 1e-11, "maxiter": 4000, "maxfev": 4000})
            best = found if best is None or found.fun < best.fun else best
    length, variance, noise = np.exp(best.x)
    k = linalg.cho_factor(variance * matern(t[:, None] - t[None, :], length) + noise * np.eye(len(t)), lower=True)
    h = 1e-4 * length
    slopes, errors = [], []
    for time in times:
        c = variance * (matern(time + h - t, length) - matern(time - h - t, length)) / (2 * h)
        slopes.append(c @ linalg.cho_solve(k, y))
        errors.append(np.sqrt(5 * variance / (3 * length**2) - c @ linalg.cho_solve(k, c)))
    at = int(np.argmax(slopes))
    return times[at], slopes[at], errors[at], length, np.sqrt(noise), -best.fun


def main():
    rng = np.random.default_rng(20260103)
    times = np.sort(np.concatenate([np.arange(0, 20, 0.5), rng.uniform(0, 20, 5).round(3)]))
    curves, rows = {}, []
    for w in range(1, 7):
        clean = 0.02 + 0.2 * w / (1 + np.exp(5 - (0.4 + 0.08 * w) * times))
        y = (clean * np.exp(rng.normal(0, 0.01 * w, len(times)))).round(7)
        if w > 3:
            y[rng.integers(0, len(times), 4)] = np.nan
        curves[f"W{w}"] = y
        used = np.isfinite(y)
        inside = times[(times >= times[used][0]) & (times <= times[used][-1])]
        result = fit(inside, times[used], np.log(y[used]))
        rows.append([f"W{w}", str(used.sum()), *(f"{x:.12g}" for x in result)])
    with open(FOLDER / "gaussian_process_curves.tsv", "w", encoding="utf-8") as out:
        out.write("\t".join(["time_h", *curves]) + "\n")
        for i, time in enumerate(times):
            cells = ("NA" if np.isnan(y[i]) else f"{y[i]:.7f}" for y in curves.values())
            out.write("\t".join([f"{time:.3f}", *cells]) + "\n")
    with open(FOLDER / "gaussian_process_rates.tsv", "w", encoding="utf-8") as out:
        columns = ["well", "points", "time_h", "rate_per_h", "standard_error_per_h", "length_h", "noise_sd",
                   "log_likelihood"]
        out.write("\t".join(columns) + "\n")
        out.writelines("\t".join(row) + "\n" for row in rows)


main()

#!/usr/bin/env python3
"""Writes growth_fit_curves.tsv and growth_fits.tsv to tests/data/reference: noisy curves of each growth model, and
their fits by SciPy's least_squares in the parameters of the papers, with derivatives by differences.

Run again after changing it: python3 tests/reference/growth_fits.py. Needs the packages of role `reference`.
"""

import pathlib

import numpy as np
from scipy import optimize

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "data" / "reference"
NAMES = ["initial", "capacity", "rate_per_h", "lag_h", "shape"]
# Each model: ln N(t) from the parameters it has, and the truth behind its curve.


def softplus(x):
    return np.logaddexp(0, x)


def logistic(t, n0, k, rate):
    return np.log(k / (1 + (k / n0 - 1) * np.exp(-rate * t)))


def richards(t, n0, k, rate, shape):
    return np.log(k * (1 - np.exp(-shape * rate * t) * (1 - (n0 / k) ** -shape)) ** (-1 / shape))


def baranyi(t, n0, k, rate, lag):
    h0 = rate * lag
    adjusted = t + np.log(np.exp(-rate * t) + np.exp(-h0) - np.exp(-rate * t - h0)) / rate
    return np.log(n0) + rate * adjusted - np.log(1 + (np.exp(rate * adjusted) - 1) / np.exp(np.log(k) - np.log(n0)))


def huang(t, n0, k, rate, lag, shape):
    b = t + np.log((1 + np.exp(-shape * (t - lag))) / (1 + np.exp(shape * lag))) / shape
    return np.log(n0) + np.log(k) - np.log(n0 + (k - n0) * np.exp(-rate * b))


def zwietering_logistic(t, n0, k, rate, lag):
    a = np.log(k / n0)
    return np.log(n0) + a / (1 + np.exp(4 * rate / a * (lag - t) + 2))


def gompertz(t, n0, k, rate, lag):
    a = np.log(k / n0)
    return np.log(n0) + a * np.exp(-np.exp(rate * np.e / a * (lag - t) + 1))


def zwietering_richards(t, n0, k, rate, lag, v):
    a = np.log(k / n0)
    inner = 1 + v * np.exp(1 + v) * np.exp(rate / a * (1 + v) ** (1 + 1 / v) * (lag - t))
    return np.log(n0) + a * inner ** (-1 / v)


MODELS = {
    logistic: [0.012, 0.9, 0.7],
    richards: [0.02, 1.1, 0.5, 1.8],
    baranyi: [0.015, 0.8, 0.8, 3.0],
    huang: [0.05, 0.7, 0.9, 4.0, 2.0],
    zwietering_logistic: [0.02, 0.9, 0.6, 3.0],
    gompertz: [0.01, 1.2, 0.7, 2.5],
    zwietering_richards: [0.02, 0.9, 0.7, 3.0, 1.5],
}


def columns_of(model):
    if model in (logistic, richards):
        return NAMES[:3] + (["shape"] if model is richards else [])
    return NAMES if model in (huang, zwietering_richards) else NAMES[:4]


def fit(model, scale, t, y, truth):
    used = np.isfinite(y) if scale == "linear" else np.isfinite(y) & (y > 0)
    t, y = t[used], y[used]

    def residuals(p):
        value = model(t, *p)
        return np.exp(value) - y if scale == "linear" else value - np.log(y)

    best = None
    for factor in (1.0, 0.8, 1.3):
        found = optimize.least_squares(residuals, np.array(truth) * factor, jac="3-point", method="trf", x_scale="jac",
                                       bounds=(1e-8, np.inf), xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=20000)
        best = found if best is None or found.cost < best.cost else best
    n, p, rss = len(t), len(truth), 2 * best.cost
    errors = np.sqrt(np.diag(np.linalg.inv(best.jac.T @ best.jac)) * rss / (n - p))
    akaike = n * (np.log(2 * np.pi) + np.log(rss / n) + 1) + 2 * (p + 1)
    return best.x, errors, rss, akaike, n


def main():
    rng = np.random.default_rng(20260101)
    t = np.sort(np.concatenate([np.arange(0, 24, 0.75), rng.uniform(0, 24, 12).round(3)]))
    curves, fits = {}, []
    for model, truth in MODELS.items():
        for scale in ("linear", "logarithmic"):
            y = np.exp(model(t, *truth))
            y = y + rng.normal(0, 0.002, len(t)) if scale == "linear" else y * np.exp(rng.normal(0, 0.05, len(t)))
            y = y.round(6)
            y[[5, 20]] = np.nan
            name = f"{model.__name__}:{scale}"
            curves[name] = y
            x, errors, rss, akaike, n = fit(model, scale, t, y, truth)
            columns = columns_of(model)
            row = [model.__name__, scale, str(n)]
            for values in (x, errors):
                found = dict(zip(columns, values))
                row += [f"{found[c]:.12g}" if c in found else "NA" for c in NAMES]
            fits.append(row + [f"{rss:.14g}", f"{akaike:.12g}"])
    with open(FOLDER / "growth_fit_curves.tsv", "w", encoding="utf-8") as out:
        out.write("\t".join(["time_h", *curves]) + "\n")
        for i, time in enumerate(t):
            cells = ("NA" if np.isnan(y[i]) else f"{y[i]:.6f}" for y in curves.values())
            out.write("\t".join([f"{time:.3f}", *cells]) + "\n")
    with open(FOLDER / "growth_fits.tsv", "w", encoding="utf-8") as out:
        out.write("\t".join(["model", "scale", "points", *NAMES, *(f"{n}_error" for n in NAMES), "rss", "akaike"]) + "\n")
        out.writelines("\t".join(row) + "\n" for row in fits)


main()

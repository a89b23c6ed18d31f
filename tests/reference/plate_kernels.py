#!/usr/bin/env python3
"""Writes the reference values of the plate kernels to tests/data/reference, from NumPy and SciPy alone.

A line is a function, its value, and one or two lists of inputs; seeded. Run again after changing it:
python3 tests/reference/plate_kernels.py.
"""

import math
from pathlib import Path

import numpy as np
from scipy import special, stats


def mad(x):
    return 1.4826 * stats.median_abs_deviation(x)


def sd(x):
    return np.std(x, ddof=1)


def shorth(x):
    """The definition of genefilter::shorth, ties anywhere."""
    x = np.sort(x)
    half = round(len(x) / 2)
    if half == 0:
        return x[0]
    lengths = x[half:] - x[: len(x) - half]
    start = int(np.mean(np.flatnonzero(lengths == lengths.min())))
    return math.fsum(x[start : start + half]) / half


def z_prime(p, n):
    return 1 - 3 * (sd(p) + sd(n)) / abs(np.mean(p) - np.mean(n))


def unbiased(p, n):
    total = len(p) + len(n)
    k = 2 * (special.gamma((total - 2) / 2) / special.gamma((total - 3) / 2)) ** 2
    pooled = (len(p) - 1) * np.var(p, ddof=1) + (len(n) - 1) * np.var(n, ddof=1)
    return (np.mean(p) - np.mean(n)) / math.sqrt(2 / k * pooled)


def well_unbiased(x, n):
    k = 2 * (special.gamma((len(n) - 1) / 2) / special.gamma((len(n) - 2) / 2)) ** 2
    return (x[0] - np.mean(n)) / (sd(n) * math.sqrt(2 * (len(n) - 1) / k))


def paired_unbiased(d):
    n = len(d)
    ratio = special.gamma((n - 1) / 2) / special.gamma((n - 2) / 2)
    return ratio * math.sqrt(2 / (n - 1)) * np.mean(d) / sd(d)


ONE = {
    "mean": lambda x: math.fsum(x) / len(x),
    "sd": sd,
    "median": np.median,
    "mad": mad,
    "shorth": shorth,
    "coefficient_of_variation": lambda x: sd(x) / abs(np.mean(x)),
    "ssmd_paired": lambda x: np.mean(x) / sd(x),
    "ssmd_paired_unbiased": paired_unbiased,
    "theil_sen_slope": lambda x: stats.theilslopes(x)[0],
    "drift_correlation": lambda x: stats.spearmanr(np.arange(len(x)), x)[0],
}
TWO = {
    "z_prime": z_prime,
    "z_prime_robust": lambda p, n: 1 - 3 * (mad(p) + mad(n)) / abs(np.median(p) - np.median(n)),
    "signal_to_background": lambda p, n: np.mean(p) / np.mean(n),
    "signal_to_noise": lambda p, n: (np.mean(p) - np.mean(n)) / sd(n),
    "signal_window": lambda p, n: (abs(np.mean(p) - np.mean(n)) - 3 * (sd(p) + sd(n))) / sd(p),
    "ssmd": lambda p, n: (np.mean(p) - np.mean(n)) / math.hypot(sd(p), sd(n)),
    "ssmd_robust": lambda p, n: (np.median(p) - np.median(n)) / math.hypot(mad(p), mad(n)),
    "ssmd_unbiased": unbiased,
    "ssmd_well_unbiased": well_unbiased,
    "edge_effect": lambda e, i: (np.median(e) - np.median(i)) / mad(i),
}
PAIRED = {
    "pearson": lambda a, b: stats.pearsonr(a, b)[0],
    "spearman": lambda a, b: stats.spearmanr(a, b)[0],
    "repeatability_sd": lambda a, b: math.sqrt(np.mean(np.var([a, b], axis=0, ddof=1))),
}


def rows():
    random = np.random.default_rng(20261124)
    for n in (3, 4, 5, 6, 7, 16, 95):
        smooth = random.normal(100, 15, n)
        tied = np.round(random.normal(10, 3, n))
        tied[0] = tied[1] + 4
        for x in (smooth, tied):
            for name, function in ONE.items():
                yield name, function(x), x, []
        for name, function in TWO.items():
            p, other = random.normal(20, 3, n), random.normal(100, 6, n + 2)
            yield name, function(p, other), p, other
        for name, function in PAIRED.items():
            noisy = smooth + random.normal(0, 5, n)
            yield name, function(smooth, noisy), smooth, noisy
            yield name, function(tied, np.round(noisy)), tied, np.round(noisy)


def text(values):
    return ",".join(repr(float(x)) for x in values)


FOLDER = Path(__file__).resolve().parent.parent / "data" / "reference"
with (FOLDER / "plate_kernels.tsv").open("w", encoding="utf-8", newline="\n") as file:
    file.write("function\texpected\ta\tb\n")
    for name, value, a, b in rows():
        file.write(f"{name}\t{float(value)!r}\t{text(a)}\t{text(b)}\n")

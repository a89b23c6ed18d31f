#!/usr/bin/env python3
"""Writes the reference values of the statistics kernels to tests/data/reference, from mpmath, NumPy and SciPy alone.

Run again after changing it: python3 tests/reference/stats_kernels.py. Needs the packages of role `reference`.
"""

import pathlib

import mpmath as mp
import numpy as np
from scipy import integrate, optimize, special, stats

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "data" / "reference"
mp.mp.dps = 50


def cell(value):
    return value if isinstance(value, str) else mp.nstr(mp.mpf(value), 17)


def write(name, columns, rows):
    with open(FOLDER / name, "w", encoding="utf-8") as out:
        out.write("\t".join(columns) + "\n")
        for row in rows:
            out.write("\t".join(map(cell, row)) + "\n")


def special_functions():
    rows = []
    arguments = [1e-8, 1e-3, 0.1, 0.5, 1, 1.25, 2, 3.7, 9.99, 10, 11.5, 12, 25.25, 1e3, 1e7]
    for x in map(mp.mpf, arguments):
        rows.append(("log_gamma", x, 0, 0, mp.loggamma(x)))
        rows.append(("digamma", x, 0, 0, mp.digamma(x)))
        rows.append(("trigamma", x, 0, 0, mp.polygamma(1, x)))
        rows.append(("tetragamma", x, 0, 0, mp.polygamma(2, x)))
    for a in map(mp.mpf, [0.1, 0.5, 1, 2.5, 9.5, 10.5, 300, 1e6, 1e10]):
        for b in map(mp.mpf, [0.5, 3, 12, 100]):
            rows.append(("log_beta", a, b, 0, mp.log(mp.beta(a, b))))
    for a in map(mp.mpf, [0.25, 0.5, 1, 3, 9, 20, 150]):
        for factor in map(mp.mpf, [0.01, 0.3, 0.9, 1, 1.1, 2, 10]):
            x = a * factor
            rows.append(("gamma_lower", a, 0, x, mp.gammainc(a, 0, x, regularized=True)))
            rows.append(("gamma_upper", a, 0, x, mp.gammainc(a, x, mp.inf, regularized=True)))
    for a, b in [(0.5, 0.5), (1, 3), (2, 2), (3, 1), (0.5, 7.25), (12, 1.5), (30, 40), (2, 100)]:
        a, b = mp.mpf(a), mp.mpf(b)
        for x in map(mp.mpf, [1e-12, 1e-3, 0.125, 0.5, 0.75, 0.96875]):
            value = mp.betainc(a, b, 0, x, regularized=True)
            if value > mp.mpf("1e-305"):
                rows.append(("beta", a, b, x, value))
    write("special_functions.tsv", ("function", "a", "b", "x", "value"), rows)


def t_tail(t, df):
    """P(T >= t), t >= 0: the incomplete beta function where its series is quick, else the density integrated."""
    half = mp.mpf(1) / 2
    if t < 1:
        return half - mp.betainc(half, df / 2, 0, t * t / (df + t * t), regularized=True) / 2
    if df <= 100:
        return mp.betainc(df / 2, half, 0, df / (df + t * t), regularized=True) / 2
    def log_density(u):
        return -(df + 1) / 2 * mp.log1p(u * u / df) - mp.log(mp.sqrt(df) * mp.beta(df / 2, half))

    # Relative to the density at t, since the integrator stops at an absolute error.
    scale = (df + t * t) / ((df + 1) * t)
    ends = [t] + [t + scale * mp.mpf(2) ** k for k in range(-1, 9)] + [mp.inf]
    return mp.exp(log_density(t)) * mp.quad(lambda u: mp.exp(log_density(u) - log_density(t)), ends)


def distributions():
    rows = []
    for z in map(mp.mpf, [-37, -20, -8.5, -3, -1, -0.125, 0, 0.5, 2, 5]):
        rows.append(("normal_cdf", z, 0, mp.erfc(-z / mp.sqrt(2)) / 2))
    for p in map(mp.mpf, [1e-300, 1e-40, 1e-12, 1e-5, 0.01, 0.07, 0.08, 0.3, 0.5, 0.75, 0.9375]):
        guess = -mp.sqrt(-2 * mp.log(p)) if p < 0.01 else mp.mpf(0)
        root = mp.findroot(lambda z: mp.log(mp.erfc(-z / mp.sqrt(2)) / 2) - mp.log(p), guess)
        rows.append(("normal_quantile", p, 0, root))
    for df in map(mp.mpf, [0.3, 1, 2, 3.4129442198768549, 9.25, 29, 100, 1e3, 1e5, 1e8]):
        for t in map(mp.mpf, [1e-6, 0.25, 1, 1.75, 4, 12, 37, 200, 1e6]):
            tail = t_tail(t, df)
            if tail > mp.mpf("1e-305"):
                rows.append(("t_two_sided_p", t, df, 2 * tail))
            rows.append(("t_log_tail", t, df, mp.log(tail)))
    for t in map(mp.mpf, [0.25, 3, 37]):
        rows.append(("t_two_sided_p", t, "inf", mp.erfc(t / mp.sqrt(2))))
        rows.append(("t_log_tail", t, "inf", mp.log(mp.erfc(t / mp.sqrt(2)) / 2)))
    rows.append(("t_log_tail", 200, "inf", mp.log(mp.erfc(200 / mp.sqrt(2)) / 2)))
    write("distributions.tsv", ("function", "x", "df", "value"), rows)


def t_tests():
    """Groups of unequal size with missing values, padded to five columns."""
    rng = np.random.default_rng(20261124)
    rows = []
    for n_a, n_b in [(2, 2), (3, 5), (5, 2), (4, 4), (2, 5), (5, 5)]:
        scale = 10.0 ** rng.integers(-3, 4)
        a = rng.normal(1.0, scale, n_a)
        b = rng.normal(0.0, 3 * scale, n_b)
        welch = stats.ttest_ind(a, b, equal_var=False)
        pooled = stats.ttest_ind(a, b)
        one = stats.ttest_1samp(a, 0.0)
        pad = [np.nan] * 5
        rows.append([*np.append(a, pad)[:5], *np.append(b, pad)[:5], welch.statistic, welch.pvalue,
                     pooled.statistic, pooled.pvalue, one.statistic, one.pvalue])
    write("t_tests.tsv", [f"a{i}" for i in range(5)] + [f"b{i}" for i in range(5)]
          + ["t_welch", "p_welch", "t_pooled", "p_pooled", "t_one", "p_one"], rows)


def negative_log_likelihood(tau2, y, s, restricted):
    v = tau2 + s**2
    mu = np.sum(y / v) / np.sum(1 / v)
    value = 0.5 * np.sum(np.log(v)) + 0.5 * np.sum((y - mu) ** 2 / v)
    return value + (0.5 * np.log(np.sum(1 / v)) if restricted else 0.0)


def maximise(y, s, restricted):
    """Grid and bounded search; then the root of the numerical slope, which is sharper than the flat top."""
    grid = np.concatenate([[0.0], np.geomspace(1e-9, 1e3, 400)]) * np.var(y)
    values = [negative_log_likelihood(t, y, s, restricted) for t in grid]
    k = int(np.argmin(values))
    if k == 0:
        return 0.0

    def slope(t):
        v = mp.mpf(t)
        return mp.diff(lambda u: likelihood_mp(u, y, s, restricted), v)

    return float(mp.findroot(slope, (mp.mpf(grid[k - 1]), mp.mpf(grid[k + 1])), solver="anderson"))


def likelihood_mp(tau2, y, s, restricted):
    v = [tau2 + mp.mpf(float(e)) ** 2 for e in s]
    mu = sum(mp.mpf(float(a)) / b for a, b in zip(y, v)) / sum(1 / b for b in v)
    value = sum(mp.log(b) for b in v) / 2 + sum((mp.mpf(float(a)) - mu) ** 2 / b for a, b in zip(y, v)) / 2
    return value + (mp.log(sum(1 / b for b in v)) / 2 if restricted else 0)


def shrinkage():
    rng = np.random.default_rng(7)
    rows = []
    for case, (n, tau) in enumerate([(30, 1.0), (12, 1.2), (50, 0.0), (5, 4.0)]):
        s = rng.uniform(0.1, 1.5, n)
        y = rng.normal(2.0, np.sqrt(tau**2 + s**2) if tau > 0 else 0.6 * s)
        for kind in ("restricted", "full"):
            tau2 = maximise(y, s, kind == "restricted")
            # The posterior by generalised least squares on the mean and by inverting the joint precision.
            precision = np.zeros((n + 1, n + 1))
            precision[0, 0] = n / tau2 if tau2 > 0 else 0.0
            if tau2 > 0:
                precision[1:, 1:] = np.diag(1 / s**2 + 1 / tau2)
                precision[0, 1:] = precision[1:, 0] = -1 / tau2
                covariance = np.linalg.inv(precision)
                mean = covariance @ np.concatenate([[0.0], y / s**2])
                sd = np.sqrt(np.diag(covariance))
            else:
                w = 1 / s**2
                mean = np.full(n + 1, np.sum(w * y) / np.sum(w))
                sd = np.full(n + 1, np.sqrt(1 / np.sum(w)))
            for i in range(n):
                rows.append([str(case), kind, y[i], s[i], tau2, mean[0], sd[0] ** 2, mean[i + 1], sd[i + 1]])
    write("shrinkage.tsv", ["case", "likelihood", "y", "s", "tau2", "mu", "mu_variance", "mean", "sd"], rows)


def log_mixture(parameters, y, s):
    """Minus ln likelihood; shares, variances and the mean without bounds."""
    mu, log_narrow, log_more, logit = parameters
    share = special.expit(logit)
    narrow, wide = np.exp(log_narrow), np.exp(log_narrow) + np.exp(log_more)
    return -np.sum(np.logaddexp(np.log1p(-share) + stats.norm.logpdf(y, mu, np.sqrt(narrow + s**2)),
                                np.log(share) + stats.norm.logpdf(y, mu, np.sqrt(wide + s**2))))


def effect_mixture():
    """The mixture's maximum by a simplex, and posteriors by integration over the effect."""
    rng = np.random.default_rng(23)
    n = 150
    s = rng.uniform(0.05, 0.2, n)
    y = np.where(np.arange(n) % 8 == 0, rng.normal(0.9, 0.3, n), rng.normal(0, 0.1, n)) + rng.normal(0, s)
    best = min((optimize.minimize(log_mixture, start, (y, s), method="Nelder-Mead",
                                  options={"xatol": 1e-10, "fatol": 1e-12, "maxiter": 20000, "maxfev": 20000})
                for start in ([0, -4, -1, -1], [0.1, -5, 0, -2])), key=lambda found: found.fun)
    mu, narrow = best.x[0], np.exp(best.x[1])
    wide, share = narrow + np.exp(best.x[2]), special.expit(best.x[3])
    rows = []
    for yi, si in zip(y, s):
        theta = np.linspace(-4, 5, 90001)
        density = ((1 - share) * stats.norm.pdf(theta, mu, np.sqrt(narrow))
                   + share * stats.norm.pdf(theta, mu, np.sqrt(wide))) * stats.norm.pdf(yi, theta, si)
        density /= integrate.simpson(density, x=theta)
        mean = integrate.simpson(density * theta, x=theta)
        sd = np.sqrt(integrate.simpson(density * (theta - mean)**2, x=theta))
        above = integrate.simpson(density[theta >= 0.1 - 1e-9], x=theta[theta >= 0.1 - 1e-9])
        rows.append([yi, si, mu, narrow, wide, share, mean, sd, above])
    write("effect_mixture.tsv", ["y", "s", "mu", "narrow", "wide", "share", "mean", "sd", "above"], rows)


def variance_prior(variance, df):
    """Smyth's prior by root finding instead of his Newton."""
    ok = df > 0
    variance, df = variance[ok], df[ok]
    e = np.log(variance) - special.digamma(df / 2) + np.log(df / 2)
    excess = np.var(e, ddof=1) - np.mean(special.polygamma(1, df / 2))
    if excess <= 0:
        return np.inf, np.mean(variance)
    half = optimize.brentq(lambda h: special.polygamma(1, h) - excess, 1e-6, 1e9, xtol=1e-14, rtol=8.9e-16)
    return 2 * half, np.exp(np.mean(e) + special.digamma(half) - np.log(half))


def projection(labels):
    design = (labels[:, None] == np.unique(labels)[None, :]).astype(float)
    return design @ np.linalg.pinv(design), design


def reml(y, fixed, random):
    """Restricted maximum likelihood with dense matrices: variances of `random` and of the residual."""
    def criterion(log_variances):
        v = np.exp(log_variances[0]) * random @ random.T + np.exp(log_variances[1]) * np.eye(len(y))
        inverse = np.linalg.inv(v)
        information = fixed.T @ inverse @ fixed
        r = y - fixed @ np.linalg.solve(information, fixed.T @ inverse @ y)
        return np.linalg.slogdet(v)[1] + np.linalg.slogdet(information)[1] + r @ inverse @ r

    found = optimize.minimize(criterion, np.zeros(2), method="Nelder-Mead",
                              options={"xatol": 1e-10, "fatol": 1e-12, "maxiter": 4000})
    return np.exp(found.x)


def strain_means():
    """Designs: balanced; unbalanced; one batch a strain; single wells in several batches; those beside a parent with
    several wells in each."""
    rng = np.random.default_rng(11)
    designs = [
        [(s, b, 4) for s in range(8) for b in range(3)],
        [(s, b, 1 + (s * 7 + b * 3) % 4) for s in range(9) for b in range(1 + s % 4)],
        [(s, s % 3, 3) for s in range(6)],
        [(s, b, 1) for s in range(7) for b in range(2 + s % 2)],
        [(s, b, 1 if s else 4) for s in range(7) for b in range(3)],
    ]
    wells, results = [], []
    for case, design in enumerate(designs):
        strain = np.array([s for s, b, n in design for _ in range(n)])
        batch = np.array([b for s, b, n in design for _ in range(n)])
        scatter = rng.uniform(0.5, 2.0, strain.max() + 1)[strain]
        cell_effect = rng.normal(0, 0.8, (strain.max() + 1, batch.max() + 1))[strain, batch]
        y = rng.normal(5, 2, strain.max() + 1)[strain] + cell_effect + scatter * rng.normal(size=len(strain))
        wells += [[str(case), str(s), str(b), v] for s, b, v in zip(strain, batch, y)]
        results += strain_results(case, strain, batch, y)
    write("strain_means_wells.tsv", ["case", "strain", "batch", "value"], wells)
    write("strain_means.tsv", ["case", "strain", "residual", "interaction", "prior_df", "prior_variance",
                               "mean", "standard_error"], results)


def strain_results(case, strain, batch, y):
    per_cell, cells = projection(strain * 100 + batch)
    per_strain, strains = projection(strain)
    within_df = len(y) - cells.shape[1]
    between = per_cell - per_strain
    between_df = cells.shape[1] - strains.shape[1]
    inner = (np.eye(len(y)) - per_cell) if within_df > 0 else between
    residual = y @ inner @ y / max(within_df, between_df if within_df == 0 else within_df)
    interaction = np.nan
    if within_df > 0 and between_df > 0:
        interaction = (y @ between @ y - between_df * residual) / np.trace(cells.T @ between @ cells)
        interaction = max(interaction, 0.0)
    if case == 0:  # balanced: the moments are the restricted maximum likelihood
        assert interaction > 0
        np.testing.assert_allclose(reml(y, strains, cells), [interaction, residual], rtol=1e-6)
    groups = [strain == s for s in np.unique(strain)]
    within = group_variances(y, inner, groups)
    single = np.array([within_df > 0 and (within[1][s] == 0) for s in range(len(groups))])
    by_batches = group_variances(y, between, [g & single[strain] for g in groups])
    if by_batches[1].sum() < 5:  # too few to tell
        single[:] = False
    rows = []
    for s, g in enumerate(groups):
        variance, df, prior_df, prior_variance = (x[s] for x in (by_batches if single[s] else within))
        moderated = prior_variance if np.isinf(prior_df) else (df * variance + prior_df * prior_variance) / (df + prior_df)
        z = cells[g]
        covariance = moderated * np.eye(g.sum()) + (0 if single[s] else np.nan_to_num(interaction)) * z @ z.T
        inverse = np.linalg.inv(covariance)
        rows.append([str(case), str(s), residual, interaction, prior_df, prior_variance,
                     (inverse @ y[g]).sum() / inverse.sum(), 1 / np.sqrt(inverse.sum())])
    return rows


def group_variances(y, projector, groups):
    """Variance and degrees of freedom of each group's part, and the prior's."""
    squares = np.array([y[g] @ projector[np.ix_(g, g)] @ y[g] for g in groups])
    df = np.round([np.trace(projector[np.ix_(g, g)]) for g in groups])
    variance = np.where(df > 0, squares / np.maximum(df, 1), 0.0)
    prior_df, prior_variance = variance_prior(variance, df) if df.any() else (0.0, np.nan)
    return variance, df, np.full(len(groups), prior_df), np.full(len(groups), prior_variance)


def rank_aggregation():
    """Exact probabilities by Steck's determinant, which our counting recursion does not use."""
    rows = []
    for ranks, ranked in [((1, 2, 4), 50), ((10, 3, 40, 7), 60), ((5,), 9), ((30, 29), 30), ((2, 2, 2, 2, 90), 100)]:
        n = len(ranks)
        r = sorted(mp.mpf(x) / ranked for x in ranks)
        rho = min(order_statistic_cdf(k, n, r[k - 1]) for k in range(1, n + 1))
        lower = [bisect(lambda x, k=k: order_statistic_cdf(k, n, x) - rho) for k in range(1, n + 1)]
        product = mp.fprod(mp.mpf(x) for x in ranks)
        gamma = mp.gammainc(n, -mp.log(product / mp.mpf(ranked + 1) ** n), mp.inf, regularized=True)
        rows.append([" ".join(map(str, ranks)), str(ranked), product ** (mp.mpf(1) / n), gamma, rho,
                     1 - ordered_volume(lower, [mp.mpf(1)] * n), ordered_volume([mp.mpf(0)] * n, r)])
    write("rank_aggregation.tsv", ["ranks", "ranked", "rank_product", "rank_product_p", "rho", "robust_p", "stuart_p"],
          rows)


def order_statistic_cdf(k, n, x):
    return sum(mp.binomial(n, j) * x**j * (1 - x) ** (n - j) for j in range(k, n + 1))


def bisect(rising):
    low, high = mp.mpf(0), mp.mpf(1)
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2


def ordered_volume(low, high):
    """P(low_k < U_(k) <= high_k for all k), n uniform values: Steck's determinant (1971), with 50 digits."""
    n = len(low)
    matrix = mp.matrix(n, n)
    for i in range(n):
        for j in range(n):
            if j - i + 1 >= 0:
                gap = max(high[i] - low[j], mp.mpf(0))
                matrix[i, j] = gap ** (j - i + 1) / mp.factorial(j - i + 1)
    return mp.factorial(n) * mp.det(matrix)


def main():
    special_functions()
    distributions()
    t_tests()
    shrinkage()
    effect_mixture()
    strain_means()
    rank_aggregation()


if __name__ == "__main__":
    main()

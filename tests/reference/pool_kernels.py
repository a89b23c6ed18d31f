#!/usr/bin/env python3
"""Writes the reference values of the kernels for pooled counts to tests/data/reference, from NumPy and SciPy alone.

Run again after changing it: python3 tests/reference/pool_kernels.py. Needs the packages of role `reference`.
"""

import pathlib

import numpy as np
from scipy import optimize, stats

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "data" / "reference"


def write(name, columns, rows):
    with open(FOLDER / name, "w", encoding="utf-8") as out:
        out.write("\t".join(columns) + "\n")
        for row in rows:
            out.write("\t".join(cell if isinstance(cell, str) else repr(float(cell)) for cell in row) + "\n")


def centred(values):
    return values - np.nanmedian(values)


def feba_average(start, end, gene, genes):
    """Gene fitness and weighted scatter of the barcodes given (Wetmore 2015, materials and methods)."""
    ratio = end.sum() / start.sum()
    first = centred(np.log2(np.sqrt(ratio) + end) - np.log2(1 / np.sqrt(ratio) + start))
    by_gene = np.full(genes, np.nan)
    size = np.bincount(gene, minlength=genes)
    for g in np.unique(gene):
        by_gene[g] = np.median(first[gene == g])
    by_gene = centred(by_gene)
    psi = np.where(size[gene] >= 3, 2.0 ** by_gene[gene] * ratio, ratio)
    change = np.log2(np.sqrt(psi) + end) - np.log2(1 / np.sqrt(psi) + start)
    weight = 0.5 + np.minimum(20, 2 / (1 / (1 + start) + 1 / (1 + end)))
    fitness, scatter = np.full(genes, np.nan), np.full(genes, np.nan)
    for g in np.unique(gene):
        own = gene == g
        fitness[g] = np.average(change[own], weights=weight[own])
        scatter[g] = np.average((change[own] - fitness[g]) ** 2, weights=weight[own])
    return centred(fitness), scatter


def density_mode(values):
    """The top of the normal kernel density with the width of R's bw.nrd0: SciPy's, then the root of its slope."""
    sd = np.std(values, ddof=1)
    width = 0.9 * min(sd, np.subtract(*np.quantile(values, [0.75, 0.25])) / 1.34) * values.size ** -0.2
    grid = np.linspace(values.min(), values.max(), 2001)
    top = int(np.argmax(stats.gaussian_kde(values, bw_method=width / sd)(grid)))
    return optimize.brentq(lambda x: np.sum((values - x) * np.exp(-((values - x) / width) ** 2 / 2)),
                           grid[max(top - 1, 0)], grid[min(top + 1, 2000)], xtol=1e-15)


def along_genome(values, scaffold, position, window=251, least=10):
    """Wetmore 2015: minus the scaffold's median, the running median of 251 genes in the order of their places, the mode."""
    out = np.full(values.size, np.nan)
    for s in np.unique(scaffold):
        rows = np.flatnonzero((scaffold == s) & ~np.isnan(values))
        if rows.size < least:
            continue
        out[rows] = values[rows] - np.median(values[rows])
        if rows.size >= window:
            rows = rows[np.argsort(position[rows], kind="stable")]
            middle = [np.median(out[rows[i:i + window]]) for i in range(rows.size - window + 1)]
            out[rows] -= np.pad(middle, window // 2, mode="edge")
            out[rows] -= density_mode(out[rows])
    return out


def feba_genes(start, end, gene, half, genes, scaffold=None, position=None):
    """Fitness, t, naive and estimated variance and number of barcodes of each gene, and the fitness of either half."""
    used = start >= 4
    enough = np.bincount(gene[used], weights=start[used], minlength=genes) >= 40
    used &= enough[gene]
    fitness, scatter = feba_average(start[used], end[used], gene[used], genes)
    halves = [used & (half == h) for h in (0, 1)]
    both = np.all([np.bincount(gene[h], weights=start[h], minlength=genes) >= 20 for h in halves], axis=0)
    halves = [h & both[gene] for h in halves]
    one, two = (feba_average(start[h], end[h], gene[h], genes)[0] for h in halves)
    if scaffold is not None:
        raw, fitness = fitness, along_genome(fitness, scaffold, position)
        one, two = one - (raw - fitness), two - (raw - fitness)
    n = np.bincount(gene[used], minlength=genes)
    total0 = np.bincount(gene[used], weights=start[used], minlength=genes)
    total = np.bincount(gene[used], weights=end[used], minlength=genes)
    naive = np.where(n > 0, np.sqrt(1 / (1 + total) + 1 / (1 + total0)) / np.log(2), np.nan)
    pseudo = np.nanmedian(np.abs(one - two)) ** 2 / (2 * stats.norm.ppf(0.75)) ** 2
    pseudo = pseudo * (naive / np.median(naive[~np.isnan(one)])) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        estimated = (pseudo + scatter) / n
    t = fitness / np.sqrt(0.1 ** 2 + np.maximum(naive ** 2, estimated))
    return fitness, t, naive ** 2, estimated, n, total, one, two


def feba():
    rng = np.random.default_rng(2015)
    genes, rows = 150, []
    effect = np.where(rng.random(genes) < 0.2, rng.normal(0, 2, genes), 0)
    gene = np.repeat(np.arange(genes), rng.integers(1, 12, genes))
    start = rng.poisson(rng.lognormal(3, 1.2, gene.size)).astype(float)
    end = rng.poisson(1.4 * start * 2.0 ** effect[gene] * rng.lognormal(0, 0.3, gene.size)).astype(float)
    half = rng.integers(0, 2, gene.size)
    for i in range(gene.size):
        rows.append((start[i], end[i], gene[i], half[i]))
    write("feba_barcodes.tsv", ("start", "end", "gene", "half"), rows)

    fitness, t, naive, estimated, n, total, one, two = feba_genes(start, end, gene, half, genes)
    write("feba_genes.tsv", ("fitness", "t", "naive_variance", "estimated_variance", "barcodes"),
          zip(fitness, t, naive, estimated, n))
    kept = ~np.isnan(one)
    write("feba_quality.tsv", ("median_end_per_gene", "mad_of_halves", "correlation_of_halves"),
          [(np.median(total[n > 0]), np.nanmedian(np.abs(one - two)),
            stats.spearmanr(one[kept], two[kept]).statistic)])


def feba_along_genome():
    """A chromosome whose copies fall away from the origin, a plasmid with copies of its own, and one of few genes."""
    rng = np.random.default_rng(251)
    genes = 700
    scaffold = np.repeat([0, 1, 2], [600, 92, 8])
    order = rng.permutation(genes)
    position = np.where(scaffold == 0, rng.integers(0, 4_000_000, genes), rng.integers(0, 90_000, genes)).astype(float)
    copies = np.select([scaffold == 0, scaffold == 1], [np.abs(position - 1e6) / 2e6, 0.8], -0.5)
    effect = np.where(rng.random(genes) < 0.2, rng.normal(-1.5, 1, genes), 0)
    gene = np.repeat(order, rng.integers(3, 9, genes))
    start = rng.poisson(rng.lognormal(3.5, 1, gene.size)).astype(float)
    end = rng.poisson(1.2 * start * 2.0 ** (effect + copies)[gene] * rng.lognormal(0, 0.2, gene.size)).astype(float)
    half = rng.integers(0, 2, gene.size)
    write("feba_genome_barcodes.tsv", ("start", "end", "gene", "half"), zip(start, end, gene, half))
    fitness, t, *_, one, two = feba_genes(start, end, gene, half, genes, scaffold, position)
    kept = ~np.isnan(one)
    write("feba_genome_genes.tsv", ("scaffold", "position", "fitness", "t"), zip(scaffold, position, fitness, t))
    write("feba_genome_quality.tsv", ("mad_of_halves", "correlation_of_halves"),
          [(np.nanmedian(np.abs(one - two)), stats.spearmanr(one[kept], two[kept]).statistic)])


def weighted_line(x, y, weight):
    """Slope and standard error by the normal equations; statsmodels' WLS has the same."""
    root = np.sqrt(weight)
    design = np.column_stack([np.ones_like(x), x]) * root[:, None]
    beta, *_ = np.linalg.lstsq(design, y * root, rcond=None)
    residual = y * root - design @ beta
    covariance = np.linalg.inv(design.T @ design)
    scale = residual @ residual / (x.size - 2) if x.size > 2 else 1.0
    return beta[1], np.sqrt(scale * covariance[1, 1])


def lines(counts, time, reference, lift):
    out = []
    for c in counts.T:
        y = np.log((c + 0.5) / (reference + 0.5)) + lift
        out.append(weighted_line(time, y, 1 / (1 / (c + 0.5) + 1 / (reference + 0.5))))
    return np.array(out).T


def mean_corrected(counts, time, neutral):
    """Slopes and mean fitness as one root: x = the mean fitness that the slopes given x lead to."""
    total = counts.sum(axis=1)
    share = counts / total[:, None]

    def slopes(mean):
        rise = np.concatenate([[0], np.cumsum(np.diff(time) * (mean[1:] + mean[:-1]) / 2)])
        s, error = lines(counts, time, total, rise)
        return s - (np.median(s[neutral]) if len(neutral) else share[0] @ s), error

    found = optimize.root(lambda mean: share @ slopes(mean)[0] - mean, np.zeros(time.size), tol=1e-14)
    return *slopes(found.x), found.x


def reml(y, se):
    """Random-effects mean by REML: the root of its score, or 0 where the score falls from the start."""
    def score(tau2):
        w = 1 / (se ** 2 + tau2)
        mu = w @ y / w.sum()
        return w ** 2 @ (y - mu) ** 2 - w.sum() + (w ** 2).sum() / w.sum()

    grid = np.concatenate([[0], np.geomspace(1e-8, 1e2, 4000)])
    def log_likelihood(tau2):
        w = 1 / (se ** 2 + tau2)
        mu = w @ y / w.sum()
        return 0.5 * (np.log(w).sum() - np.log(w.sum()) - w @ (y - mu) ** 2)

    best = int(np.argmax([log_likelihood(t) for t in grid]))
    tau2 = 0.0 if best == 0 else optimize.brentq(score, grid[best - 1], grid[best + 1], xtol=1e-16, rtol=1e-14)
    w = 1 / (se ** 2 + tau2)
    return w @ y / w.sum(), np.sqrt(1 / w.sum()), tau2


def barcode_fitness():
    rng = np.random.default_rng(2017)
    features, replicates, neutral = 60, 3, np.arange(10)
    time = np.array([0.0, 2.5, 6.0, 8.0, 12.0])
    truth = np.where(np.arange(features) < 10, 0, rng.normal(0, 0.15, features))
    start = rng.lognormal(0, 1, features)
    rows, joined = [], []
    slopes = np.zeros((2, replicates, features))
    for r in range(replicates):
        own = truth + rng.normal(0, 0.02, features) * (np.arange(features) >= 10)
        share = start * np.exp(np.outer(time, own))
        share /= share.sum(axis=1, keepdims=True)
        counts = rng.poisson(20000 * share).astype(float)
        total = counts.sum(axis=1)
        against_all = lines(counts, time, total, 0)
        against_neutral = lines(counts, time, counts[:, neutral].sum(axis=1), 0)
        fitness, error, mean = mean_corrected(counts, time, neutral)
        ungauged, _, _ = mean_corrected(counts, time, [])
        two, two_error = lines(counts[[0, 4]], time[[0, 4]], total[[0, 4]], 0)
        slopes[:, r] = against_neutral
        for i in range(features):
            rows.append((r, i, *counts[:, i], *against_all[:, i], *against_neutral[:, i], fitness[i], error[i],
                         ungauged[i], two[i], two_error[i]))
        joined.append(mean)
    write("barcode_fitness.tsv",
          ("replicate", "feature", *(f"count_{k}" for k in range(time.size)), "slope", "slope_error",
           "neutral_slope", "neutral_slope_error", "fitness", "fitness_error", "ungauged_fitness",
           "two_point_slope", "two_point_error"), rows)
    write("barcode_mean_fitness.tsv", tuple(f"mean_{k}" for k in range(time.size)), joined)
    write("barcode_fitness_joined.tsv", ("estimate", "standard_error", "between_variance"),
          (reml(slopes[0, :, i], slopes[1, :, i]) for i in range(features)))


def error_model(replicates, features, factors_in, factors_out, additive, seed):
    """Counts whose replicates scatter as told, and the bounded maximum of the gamma quasi-likelihood of the pairs'
    squared differences."""
    rng = np.random.default_rng(seed)
    depth = rng.lognormal(4.5, 1.2, features)
    truth = rng.normal(0, 0.7, features)

    def noisy(mean, factor):
        """Counts of variance factor * mean: negative binomial."""
        return mean if factor == 1 else rng.gamma(mean / (factor - 1), factor - 1)

    rows, pairs = [], []
    inputs, outputs, ratio = [], [], []
    for r in range(replicates):
        own = truth + rng.normal(0, np.sqrt(additive[r]), features)
        c_in = rng.poisson(noisy(depth, factors_in[r])) + 0.5
        c_out = rng.poisson(noisy(1.3 * depth * np.exp(own), factors_out[r])) + 0.5
        inputs.append(c_in), outputs.append(c_out), ratio.append(np.log(c_out / c_in))
        rows += [(replicates, r, i, c_in[i], c_out[i]) for i in range(features)]
    shared = replicates == 2
    parameters = 5 if shared else 3 * replicates
    for r in range(replicates):
        for s in range(r + 1, replicates):
            difference = ratio[r] - ratio[s]
            design = np.zeros((features, parameters))
            for k in (r, s):
                design[:, k] += 1 / inputs[k]
                design[:, replicates + k] += 1 / outputs[k]
                design[:, 2 * replicates + (0 if shared else k)] += 1
            pairs.append((design, (difference - np.median(difference)) ** 2))
    design = np.vstack([d for d, _ in pairs])
    squared = np.concatenate([q for _, q in pairs])

    def deviance(value):
        fitted = design @ value
        return np.sum(np.log(fitted) + squared / fitted), design.T @ (1 / fitted - squared / fitted ** 2)

    lower = [1] * (2 * replicates) + [0] * (parameters - 2 * replicates)
    start = np.array([1.5] * (2 * replicates) + [0.01] * (parameters - 2 * replicates))
    found = start
    for _ in range(20):  # a fresh start each time: its line search stops early on so flat a floor
        found = optimize.minimize(deviance, found, jac=True, method="L-BFGS-B", bounds=[(low, None) for low in lower],
                                  options={"ftol": 0, "gtol": 1e-10, "maxiter": 100000, "maxcor": 30}).x
    value = [(replicates, r, found[r], found[replicates + r], found[2 * replicates + (0 if shared else r)])
             for r in range(replicates)]
    return rows, value


def replicate_error():
    cases = [error_model(2, 400, (1, 2.0), (1.5, 1.5), (0.02, 0.02), 2020),
             error_model(3, 400, (1.5, 1.5, 3.0), (2.0, 2.0, 2.0), (0.01, 0.05, 0.03), 2021)]
    write("replicate_error_counts.tsv", ("replicates", "replicate", "feature", "in", "out"),
          [row for rows, _ in cases for row in rows])
    write("replicate_error_model.tsv", ("replicates", "replicate", "in_factor", "out_factor", "additive"),
          [row for _, value in cases for row in value])


def guide_effects():
    """Genes' effects on guides of which some do not work: the mixture likelihood maximised directly, own
    coefficients of each guide profiled out by their own optimiser."""
    rng = np.random.default_rng(2026)
    own = np.array([[1, 0], [1, 1], [1, 0], [1, 1], [1, 0], [1, 1]], dtype=float)
    shared = np.array([[0, 0], [0, 0], [1, 0], [1, 0], [0, 1], [0, 1]], dtype=float)
    offset = np.log([9e5, 1.1e6, 8e5, 1e6, 1.3e6, 7e5])
    contrast, prior = np.array([-1.0, 1.0]), 0.9
    guide_rows, gene_rows = [], []
    for gene in range(12):
        beta = np.array([0.0, 0.0]) if gene < 3 else rng.normal(0, 1.2, 2)
        size = int(rng.integers(1, 7))
        guides = []
        for _ in range(size):
            base, phi = rng.normal(-8, 0.7), 0.0 if gene == 4 else rng.uniform(0.02, 0.3)
            shift = shared @ beta * (rng.random() < 0.8)
            mean = np.exp(offset + own @ np.array([base, rng.normal(0, 0.1)]) + shift)
            rate = mean if phi == 0 else rng.gamma(1 / phi, phi * mean)
            guides.append((rng.poisson(rate).astype(float), phi))
        if gene == 5:
            guides[0][0][2:] = 0  # one that vanishes

        def log_likelihood(counts, phi, coefficients, effect):
            eta = offset + own @ coefficients + shared @ effect
            mean = np.exp(eta)
            return np.sum(counts * eta - (mean if phi == 0 else (counts + 1 / phi) * np.log1p(phi * mean)))

        def profile(counts, phi, effect):
            start = np.array([np.log((counts.sum() + 0.5) / np.exp(offset).sum()), 0.0])
            for _ in range(100):
                mean = np.exp(offset + own @ start + shared @ effect)
                weight, residual = mean / (1 + phi * mean), (counts - mean) / (1 + phi * mean)
                move = np.linalg.solve(own.T @ (weight[:, None] * own), own.T @ residual)
                while log_likelihood(counts, phi, start + move, effect) < log_likelihood(counts, phi, start, effect) - 1e-9:
                    move /= 2
                start = start + move
                if np.abs(move).max() < 1e-13:
                    break
            return log_likelihood(counts, phi, start, effect), start

        idle = [profile(c, phi, np.zeros(2))[0] for c, phi in guides]

        def loss(effect, mixed):
            active = [profile(c, phi, effect)[0] for c, phi in guides]
            if not mixed:
                return -(sum(active) - sum(idle))
            return -sum(np.logaddexp(np.log(prior) + a - i, np.log(1 - prior)) for a, i in zip(active, idle))

        options = {"xatol": 1e-10, "fatol": 1e-13, "maxiter": 4000}
        found = optimize.minimize(loss, np.zeros(2), args=(False,), method="Nelder-Mead", options=options).x
        found = optimize.minimize(loss, found, args=(True,), method="Nelder-Mead", options=options).x
        information = np.zeros((2, 2))
        for (c, phi), i in zip(guides, idle):
            a, coefficients = profile(c, phi, found)
            works = 1 / (1 + np.exp(-(np.log(prior / (1 - prior)) + a - i)))
            mean = np.exp(offset + own @ coefficients + shared @ found)
            weight = mean / (1 + phi * mean)
            cross = own.T @ (weight[:, None] * shared)
            information += works * (shared.T @ (weight[:, None] * shared)
                                    - cross.T @ np.linalg.solve(own.T @ (weight[:, None] * own), cross))
            guide_rows.append((*c, phi, gene, works))
        gene_rows.append((contrast @ found, np.sqrt(contrast @ np.linalg.solve(information, contrast))))
    write("guide_effects_guides.tsv", (*(f"count_{s}" for s in range(6)), "dispersion", "gene", "works"), guide_rows)
    write("guide_effects_genes.tsv", ("effect", "standard_error"), gene_rows)


if __name__ == "__main__":
    feba()
    feba_along_genome()
    barcode_fitness()
    replicate_error()
    guide_effects()

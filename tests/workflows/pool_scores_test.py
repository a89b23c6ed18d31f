"""The scoring of a pool, run as a user would: a simulated pool's true hits come first, no read and no barcode is lost on
the way, and without replicates no p-value stands anywhere.

usage: pool_scores_test.py WELLSIEVE
"""
import math
import os
import sys
import tempfile

import h5py
import numpy as np
from anndata.experimental import read_elem

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
from pool_kernels import feba_genes
from screen_support import read_csv, run, write, write_csv

SPEC = """[screen]
name = "pool"
seed = 3
[pool]
guides = 840
controls = 40
reads = 600000
read_length = 60
replicates = 3
hit_share = 0.06
compression = "none"
"""


def tables(folder, *names):
    with h5py.File(os.path.join(folder, "results", "result.h5")) as file:
        return [read_elem(file[name]) for name in names]


def simulate(program, folder, spec=SPEC):
    """A pool in folder/pool; the genes that were made to fall, and those made to rise."""
    os.makedirs(folder)
    write(os.path.join(folder, "SPEC.toml"), spec)
    pool = os.path.join(folder, "pool")
    run(program, "simulate", os.path.join(folder, "SPEC.toml"), "-o", pool)
    effects = {row["gene"]: float(row["effect_per_generation"])
               for row in read_csv(os.path.join(pool, "truth_genes.csv"))}
    fall = {gene for gene, effect in effects.items() if effect < 0}
    rise = {gene for gene, effect in effects.items() if effect > 0}
    assert len(fall) > 5 and len(rise) > 0
    return pool, fall, rise


def test_true_hits_come_first(program, folder):
    pool, fall, rise = simulate(program, folder)
    stdout, _ = run(program, "run", os.path.join(pool, "screen.toml"))
    assert "genes move, at a false discovery rate of 5 %" in stdout, stdout
    features, groups = tables(pool, "feature_scores", "group_scores")
    assert list(groups["condition"].unique()) == ["selected"] and len(groups) == 201  # genes, and the controls
    ranked = list(groups.sort_values("z")["group"])
    assert set(ranked[:len(fall)]) == fall and set(ranked[-len(rise):]) == rise
    called = set(groups[groups["q_value"] < 0.05]["group"])
    assert len(called & (fall | rise)) >= 0.9 * len(fall | rise) and len(called - fall - rise) <= 1, called
    truth = {row["id"]: float(row["effect_per_generation"]) for row in
             read_csv(os.path.join(pool, "truth_pool.csv"))}
    found = features.set_index("feature")["log2_fold_change"]
    strong = [guide for guide in found.index if abs(truth[guide]) >= 0.2]  # a fourfold change in 10 generations
    assert len(strong) > 10 and all(found[guide] * truth[guide] > 0 for guide in strong)


def test_fitness_over_time_is_the_truth(program, folder):
    pool, fall, rise = simulate(program, folder, SPEC.replace("600000", "1200000") + "time_points = 4\ngenerations = 12\n")
    with open(os.path.join(pool, "screen.toml"), "a", encoding="utf-8") as file:
        file.write('time = "generations"\ncontrols = ["control"]\n')
    stdout, _ = run(program, "run", os.path.join(pool, "screen.toml"))
    assert "fitness of selected along generations" in stdout, stdout
    features, groups, scores, qc = tables(pool, "feature_fitness", "group_fitness", "feature_scores", "qc")
    assert list(scores["condition"].unique()) == [f"selected at {g}" for g in (4, 8, 12)], scores["condition"].unique()
    truth = {row["id"]: math.log(2) * float(row["effect_per_generation"])
             for row in read_csv(os.path.join(pool, "truth_pool.csv"))}
    error = features["fitness"] - features["feature"].astype(str).map(truth)
    deep = scores[scores["condition"] == "selected at 4"]["average_log2_cpm"].to_numpy() > 10
    assert len(features) == 840 and deep.sum() > 300 and error[deep].abs().median() < 0.02, error[deep].abs().median()
    ranked = list(groups.sort_values("z")["group"])
    assert set(ranked[:len(fall)]) == fall and set(ranked[-len(rise):]) == rise
    called = set(groups[groups["q_value"] < 0.05]["group"])
    assert len(called & (fall | rise)) >= 0.9 * len(fall | rise) and len(called - fall - rise) <= 1, called
    metrics = qc[qc["metric"].isin(["mean_fitness", "bottleneck_size"])]
    assert set(metrics["metric"]) == {"mean_fitness", "bottleneck_size"} and metrics["value"].notna().all()


def test_feba_is_that_of_the_script(program, folder):
    pool, fall, _ = simulate(program, folder, SPEC.replace("guides = 840", "guides = 1240"))
    with open(os.path.join(pool, "screen.toml"), "a", encoding="utf-8") as file:
        file.write('test = "feba"\n')
    library = os.path.join(pool, "library.csv")
    rows = read_csv(library)
    names = list(dict.fromkeys(row["gene"] for row in rows))
    scaffold = ["plasmid" if i < 25 else "lost" if i < 31 else "chromosome" for i in range(len(names))]
    position = np.random.default_rng(5).permutation(len(names)).astype(float)
    write_csv(library, [*rows[0], "scaffold", "pos"],
              [[*row.values(), scaffold[names.index(row["gene"])], position[names.index(row["gene"])]] for row in rows])
    stdout, _ = run(program, "run", os.path.join(pool, "screen.toml"))
    assert "6 genes stand on a chromosome or plasmid of fewer than 10 genes" in stdout, stdout
    feba, counts, samples, features, qc = tables(pool, "feba", "counts", "samples", "features", "qc")
    counts = counts[samples.index, features.index]
    genes = list(dict.fromkeys(features["gene"]))
    gene = np.array([genes.index(g) for g in features["gene"]])
    half = features.groupby("gene", sort=False, observed=True).cumcount().to_numpy() % 2
    start = np.asarray(counts[(samples["condition"] == "start").to_numpy()].X, dtype=float).sum(axis=0)
    selected = samples.index[samples["condition"] == "selected"]
    assert list(feba["sample"].unique()) == list(selected) and len(selected) == 3
    for sample in selected:
        end = np.asarray(counts[sample].X, dtype=float).ravel()
        fitness, t, naive, estimated, n, _, one, two = feba_genes(start, end, gene, half, len(genes), np.array(scaffold),
                                                               position)
        assert np.isnan(fitness).sum() < 20
        ours = feba[feba["sample"] == sample].set_index("group").loc[genes]
        for column, expected in [("fitness", fitness), ("t", t), ("naive_variance", naive),
                                 ("estimated_variance", estimated), ("n_features", n)]:
            assert np.allclose(ours[column], expected, rtol=0, atol=1e-6, equal_nan=True), (sample, column)
        mad, = qc[(qc["subject"] == sample) & (qc["metric"] == "feba_mad_of_halves")]["value"]
        assert abs(mad - np.nanmedian(np.abs(one - two))) < 1e-6
    t = feba.groupby("group", observed=True)["t"].sum()
    fall &= {name for name, where in zip(names, scaffold) if where != "lost"}
    assert len(fall & set(t.nsmallest(len(fall)).index)) >= 0.8 * len(fall)


def test_nothing_is_lost(program, folder):
    pool, _, _ = simulate(program, folder)
    run(program, "run", os.path.join(pool, "screen.toml"))
    counts, samples, inputs, rejects, features, groups, qc = tables(
        pool, "counts", "samples", "inputs", "rejects", "feature_scores", "group_scores", "qc")
    library = read_csv(os.path.join(pool, "library.csv"))
    assert sorted(features["feature"]) == sorted(row["id"] for row in library)
    assert groups["n_features"].sum() == len(library) == 840
    counted = samples[["exact", "one_mismatch", "two_mismatches", "n_rescued", "indel_rescued"]].sum(axis=1)
    assert (counts.X.sum(axis=1) == counted.loc[counts.obs_names]).all()
    mapped = qc[qc["metric"] == "mapped_share"].set_index("subject")["value"]
    assert np.allclose(mapped[samples.index], counted / samples["reads"]) and mapped.min() > 0.5
    reads = inputs[inputs["kind"] == "reads"]
    assert reads["rows_in"].sum() == samples["reads"].sum() == 600000
    assert reads["rows_used"].sum() == counted.sum()
    rejected = rejects[rejects["kind"] == "reads"]
    assert rejected["place"].str.removesuffix(" reads").astype(int).sum() == reads["rows_rejected"].sum() == (
        600000 - counted.sum())


def no_p_values(folder):
    for table in tables(folder, "feature_scores", "group_scores"):
        for column in [c for c in table if c.endswith(("p_value", "q_value", "_fdr"))]:
            assert table[column].isna().all(), column
        assert table["log2_fold_change"].notna().all()


def test_no_replicate_no_p(program, folder):
    pool, fall, _ = simulate(program, folder)
    sheet = os.path.join(pool, "samples.csv")
    run(program, "run", os.path.join(pool, "screen.toml"))
    os.rename(os.path.join(pool, "results", "counts.csv"), os.path.join(pool, "counts.csv"))
    # A count table is told of by names of samples alone.
    write_csv(sheet, ["sample", "condition"], [["t0_r1", "start"], ["t1_r1", "selected"]])
    write(os.path.join(pool, "screen.toml"),
          '[[pools]]\ncounts = "counts.csv"\nsamples = "samples.csv"\ncontrol = "start"\n')
    stdout, stderr = run(program, "run", os.path.join(pool, "screen.toml"), "--force")
    assert "no p-values, for want of replicates or of reads" in stdout, stdout
    assert "no replicates: fold changes are given without p-values" in stdout + stderr
    no_p_values(pool)
    groups, = tables(pool, "group_scores")
    assert len(fall & set(groups.sort_values("z")["group"][:len(fall)])) >= 0.8 * len(fall)
    # A row for each lane of a sample is no replicate of it.
    write_csv(sheet, ["sample", "file", "condition"],
              [["t0_r1", "a_L001.fastq", "start"], ["t0_r1", "a_L002.fastq", "start"],
               ["t1_r1", "b_L001.fastq", "selected"], ["t1_r1", "b_L002.fastq", "selected"]])
    run(program, "run", os.path.join(pool, "screen.toml"), "--force")
    assert list(tables(pool, "samples")[0].index) == ["t0_r1", "t1_r1"]
    no_p_values(pool)


def test_what_does_not_fit_is_told_before_reading(program, folder):
    pool, _, _ = simulate(program, folder)
    screen, sheet = os.path.join(pool, "screen.toml"), os.path.join(pool, "samples.csv")
    rows = read_csv(sheet)
    def refused(what, change):
        changed = [change(dict(row)) for row in rows]
        write_csv(sheet, list(rows[0]), [list(row.values()) for row in changed])
        _, stderr = run(program, "check", screen, expect=3)
        assert what in stderr, stderr
    refused("no sample has the condition 'start'", lambda row: {**row, "condition": "selected"})
    refused("every sample has the condition 'start'", lambda row: {**row, "condition": "start"})
    refused("sample 't0_r2' has no condition",
            lambda row: {**row, "condition": "" if row["sample"] == "t0_r2" else row["condition"]})
    with open(screen, "a", encoding="utf-8") as file:
        file.write('time = "hours"\n')
    refused("no column 'hours'", lambda row: row)
    with open(screen, encoding="utf-8") as file:
        text = file.read()
    write(screen, text.replace('time = "hours"', "paired = true"))
    refused("sample 't1_r3' has no replicate",
            lambda row: {**row, "replicate": "" if row["sample"] == "t1_r3" else row["replicate"]})


def test_amounts_batches_and_outliers(program, folder):
    """Counts of known amounts, two batches, one jackpot: spike-ins give the amounts back, the drug's effect is one of
    amounts, and the jackpot is named."""
    os.makedirs(folder)
    random = np.random.default_rng(5)
    spikes = {f"spike{k}": 1000.0 * 4 ** k for k in range(6)}
    strains = [f"s{i}" for i in range(200)]
    amount = 10 ** random.uniform(3, 5, len(strains))
    samples = [("n1", "none", "x"), ("n2", "none", "y"), ("n3", "none", "x"),
               ("d1", "drug", "y"), ("d2", "drug", "x"), ("d3", "drug", "y")]
    columns, truth = [], {}
    for name, condition, batch in samples:
        own = amount * (0.25 if condition == "drug" else 1.0)  # all but the last twenty fall fourfold
        own[-20:] = amount[-20:]
        truth[name] = dict(zip([*spikes, *strains], [*spikes.values(), *own]))
        depth = {"n1": 0.05, "n2": 0.08, "n3": 0.06, "d1": 0.2, "d2": 0.15, "d3": 0.1}[name]
        columns.append(random.poisson(depth * np.array([*spikes.values(), *own])))
    columns[1][6 + 7] = 60 * columns[1][6 + 7]
    write_csv(os.path.join(folder, "counts.csv"), ["sgRNA", "Gene", *[s[0] for s in samples]],
              [[name, f"g{i // 4}", *[column[i] for column in columns]] for i, name in enumerate([*spikes, *strains])])
    write_csv(os.path.join(folder, "samples.csv"), ["sample", "condition", "run"], samples)
    text = ('[[pools]]\ncounts = "counts.csv"\nsamples = "samples.csv"\ncontrol = "none"\nbatch = "run"\n'
            'normalise = "spike_in"\nspike_ins = { ' + ", ".join(f"{k} = {v}" for k, v in spikes.items()) + " }\n")
    write(os.path.join(folder, "screen.toml"), text)
    run(program, "run", os.path.join(folder, "screen.toml"))
    amounts, qc, features, outlying = tables(folder, "amounts", "qc", "feature_scores", "outlying_counts")
    expected = np.array([truth[s][f] for s, f in zip(amounts["sample"], amounts["feature"])])
    jackpot = (amounts["sample"] == "n2") & (amounts["feature"] == "s7")
    deep = (expected > 5000) & ~jackpot
    assert deep.sum() > 500 and np.all(np.abs(np.log2(amounts["amount"] / expected))[deep] < 0.6)
    assert np.median(np.abs(np.log2(amounts["amount"] / expected))) < 0.1
    slopes = qc[qc["metric"] == "spike_in_slope"]["value"]
    assert len(slopes) == 6 and np.all(np.abs(slopes - 1) < 0.1), slopes
    limits = qc[qc["metric"] == "detection_limit"].set_index("subject")["value"]
    assert limits["d1"] < limits["n1"] < 200, limits
    change = features.set_index("feature")["log2_fold_change"]
    assert np.median(change[strains[:-20]]) < -1.9 and abs(np.median(change[strains[-20:]])) < 0.15
    row, = outlying[(outlying["sample"] == "n2") & (outlying["feature"] == "s7")].to_dict("records")
    assert row["count"] > 20 * row["used"] and row["distance"] > 6 and len(outlying) < 20, outlying
    write(os.path.join(folder, "screen.toml"), text + 'feature_test = "wald"\n')
    run(program, "run", os.path.join(folder, "screen.toml"), "--force")
    wald, = tables(folder, "feature_scores")
    assert np.corrcoef(wald["log2_fold_change"], features["log2_fold_change"])[0, 1] > 0.999
    assert (wald["p_value"] != features["p_value"]).mean() > 0.9 and (wald["q_value"] < 0.05).sum() > 150
    write(os.path.join(folder, "screen.toml"), text.replace('batch = "run"', 'batch = "condition2"'))
    write_csv(os.path.join(folder, "samples.csv"), ["sample", "condition", "condition2"],
              [(s[0], s[1], s[1]) for s in samples])
    _, stderr = run(program, "check", os.path.join(folder, "screen.toml"), expect=3)
    assert "batches of column 'condition2' cannot be told from conditions" in stderr, stderr


if __name__ == "__main__":
    for test in [test_true_hits_come_first, test_fitness_over_time_is_the_truth,
                 test_feba_is_that_of_the_script, test_nothing_is_lost, test_no_replicate_no_p,
                 test_what_does_not_fit_is_told_before_reading, test_amounts_batches_and_outliers]:
        with tempfile.TemporaryDirectory() as place:
            test(sys.argv[1], os.path.join(place, "screen"))
            print(test.__name__, "passed")

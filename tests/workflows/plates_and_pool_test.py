"""Plates and pools in one screen, run as a user would: one ranking, in which the fitness of a strain's barcodes is a
trait beside those of its wells; what only one of both knows is missing and told.

usage: plates_and_pool_test.py WELLSIEVE
"""
import os
import random
import sys
import tempfile

import h5py
import numpy
from anndata.experimental import read_elem

from screen_support import read_csv, run, write

SPEC = """[screen]
name = "both"
seed = 5
[plates]
wells = 96
replicates = 3
parents = 12
vendors = ["tidy"]
[strains]
count = 60
"""
POOL = """
[[pools]]
name = "chemostat"
reads = "fastq/*.fastq"
samples = "samples.csv"
library = "library.csv"
left = "CGAAACACCG"
control = "start"
"""
TRAIT = """
[[traits]]
name = "fitness"
pool = "chemostat"
goal = "maximize"
"""
REPLICATES = 3
ON_PLATES_ALONE = [f"S{i:02d}" for i in range(1, 6)]
IN_POOL_ALONE = [f"X{i}" for i in range(10)]


def make_pool(folder, strains, parent, seed=1):
    """Three barcodes a strain, counted before and after; each strain's true log2 fold change against the parent's."""
    draw = random.Random(seed)
    numbers = numpy.random.default_rng(seed)
    fitness = {strain: float(numbers.normal(0, 1)) for strain in strains}
    fitness[parent] = 0.0
    library = []
    for strain in [*strains, *[parent] * 4]:
        for _ in range(3):
            library.append(("".join(draw.choices("ACGT", k=18)), strain))
    write(os.path.join(folder, "library.csv"), "barcode,strain\n" + "".join(f"{b},{s}\n" for b, s in library))
    start = numbers.lognormal(0, 0.4, len(library))
    clone = numbers.normal(0, 0.15, len(library))  # barcodes of one strain differ a little
    os.makedirs(os.path.join(folder, "fastq"))
    sheet = "file,sample,condition,replicate\n"
    for condition in ("start", "end"):
        for replicate in range(1, REPLICATES + 1):
            change = 0 if condition == "start" else numpy.array([fitness[s] for _, s in library]) + clone
            share = start * 2.0 ** (change + numbers.normal(0, 0.1, len(library)))
            counts = numbers.multinomial(150 * len(library), share / share.sum())
            name = f"{condition}_{replicate}"
            sheet += f"{name}.fastq,{name},{condition},{replicate}\n"
            with open(os.path.join(folder, "fastq", f"{name}.fastq"), "w", encoding="utf-8") as file:
                for (barcode, _), count in zip(library, counts):
                    read = "CGAAACACCG" + barcode + "GTTTTAGAGC"
                    file.write(f"@r\n{read}\n+\n{'F' * len(read)}\n" * count)
    write(os.path.join(folder, "samples.csv"), sheet)
    return fitness, library


def read_text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def make_screen(program, folder):
    """Plates and reads in folder/both; the configuration of plates alone, true products and true fitness."""
    os.makedirs(folder)
    spec = os.path.join(folder, "SPEC.toml")
    write(spec, SPEC)
    both = os.path.join(folder, "both")
    run(program, "simulate", spec, "-o", both)
    product = {row["strain"]: float(row["effect_log2"])
               for row in read_csv(os.path.join(both, "truth.csv"))}
    fitness, library = make_pool(both, [*[s for s in product if s not in (*ON_PLATES_ALONE, "parent")], *IN_POOL_ALONE],
                                 "parent")
    plates = read_text(os.path.join(both, "screen.toml")).replace('by = "product"\n', "")
    return both, plates, product, fitness, library


def results(program, folder, config, *arguments, name="results"):
    write(os.path.join(folder, "screen.toml"), config)
    out = os.path.join(folder, name)
    stdout, _ = run(program, "run", os.path.join(folder, "screen.toml"), "-o", out, *arguments)
    with h5py.File(os.path.join(out, "result.h5")) as file:
        return stdout, read_elem(file["scores"]), read_csv(os.path.join(out, "ranking.csv"))


def of_trait(scores, trait):
    return scores[scores["trait"] == trait].set_index("strain")


def test_fitness_is_a_trait_beside_the_others(program, folder):
    both, plates, product, fitness, _ = make_screen(program, folder)
    stdout, scores, ranking = results(program, both, plates + POOL + TRAIT)
    alone, _, alone_ranking = results(program, both, plates, name="alone")
    for column in alone_ranking[0]:  # the plates' own ranking is what it is without the pool
        assert [row[column] for row in ranking] == [row[column] for row in alone_ranking], column
    assert "5 of 60 strains on plates are in no pool: their pool traits are missing" in stdout
    assert "10 of 65 strains in pools are on no plate: their plate traits are missing" in stdout
    assert "5 of 60 strains on plates" not in alone
    of_pool = of_trait(scores, "fitness")
    assert set(of_pool.index) == set(fitness)
    assert of_pool.loc["parent", "role"] == "parent" and of_pool.loc["parent", "n_features"] == 12
    samples = of_pool[of_pool["role"] == "sample"]
    assert (samples["n_features"] == 3).all() and (samples["n_wells"] == 0).all()
    truth = numpy.array([fitness[strain] for strain in samples.index])
    error = (samples["estimate"] - truth) / samples["standard_error"]
    assert abs(error.mean()) < 1.2 and 0.6 < error.std() < 1.4, (error.mean(), error.std())
    assert numpy.corrcoef(samples["estimate"], truth)[0, 1] > 0.97
    inside = (samples["ci_low"] < truth) & (truth < samples["ci_high"])
    assert inside.mean() > 0.75, inside.mean()
    by_name = {row["strain"]: row for row in ranking}
    assert by_name[ON_PLATES_ALONE[0]]["fitness"] == ""
    known = "S10"
    assert float(by_name[known]["fitness"]) == samples.loc[known, "shrunken"]
    assert float(by_name[known]["fitness_sd"]) == samples.loc[known, "shrunken_sd"]


def test_weights_rank_by_both(program, folder):
    both, plates, product, fitness, _ = make_screen(program, folder)
    assert plates.count("[[traits]]") == 1
    weighted = plates.replace("[[traits]]\n", "[[traits]]\nweight = 1\n") + POOL + TRAIT.replace(
        "maximize", "minimize") + "weight = 0.5\n"
    stdout, scores, ranking = results(program, both, weighted)
    assert "by index (1 product + -0.5 fitness" in stdout, stdout
    assert "index: 5 of 70 strains have no fitness and are not ranked by the index" in stdout, stdout
    assert "index: 10 of 70 strains have no product" in stdout
    both_known = set(product) & set(fitness) - {"parent"}
    assert {row["strain"] for row in ranking} == both_known and len(both_known) == 55
    index, of_plates, of_pool = (of_trait(scores, name) for name in ("index", "product", "fitness"))
    for row in ranking:
        a, b = of_plates.loc[row["strain"]], of_pool.loc[row["strain"]]
        assert row["trait"] == "index"
        assert numpy.isclose(float(row["score"]), a["shrunken"] - 0.5 * b["shrunken"], rtol=1e-12, atol=1e-12)
        assert numpy.isclose(index.loc[row["strain"], "shrunken_sd"],
                             numpy.hypot(a["shrunken_sd"], 0.5 * b["shrunken_sd"]), rtol=1e-12)
    truth = {strain: product[strain] - 0.5 * fitness[strain] for strain in both_known}
    best = sorted(truth, key=truth.get, reverse=True)[:10]
    found = [row["strain"] for row in ranking[:10]]
    assert len(set(best) & set(found)) >= 8, (best, found)
    assert numpy.isclose(sum(float(row["p_top"]) for row in ranking), 10, atol=0.01)


def test_a_pool_ranks_strains_alone(program, folder):
    os.makedirs(folder)
    strains = [f"S{i}" for i in range(40)]
    fitness, library = make_pool(folder, strains, "WT", seed=2)
    _, scores, ranking = results(program, folder, POOL + TRAIT, "--threads", 1)
    order = sorted(strains + ["WT"], key=fitness.get, reverse=True)
    assert set(order[:5]) <= {row["strain"] for row in ranking[:7]}
    assert len(ranking) == 41  # nothing says which is the parent
    # The strain table tells roles, and of a library without strains what its barcodes stand for.
    write(os.path.join(folder, "library.csv"), "barcode\n" + "".join(f"{b}\n" for b, _ in library))
    first = {}
    for barcode, strain in library:
        first.setdefault(strain, barcode)
    write(os.path.join(folder, "strains.csv"), "strain,role,barcode\n" + "".join(
        f"{s},{'parent' if s == 'WT' else 'sample'},{b}\n" for s, b in first.items()))
    stdout, scores, ranking = results(program, folder, POOL + TRAIT + '[strains]\ntable = "strains.csv"\n',
                                      name="by_table")
    assert len(ranking) == 40 and ranking[0]["strain"] in order[:4]
    assert f"fitness: {len(library) - 41} of {len(library)} barcodes stand for no strain and are left out" in stdout
    assert "every strain has one barcode only" in stdout
    assert (of_trait(scores, "fitness")["n_features"] == 1).all()


def test_what_is_simulated_runs(program, folder):
    """Two plates of three vendors, and a pool beside them."""
    os.makedirs(folder)
    write(os.path.join(folder, "SPEC.toml"), """[plates]
wells = 96
replicates = 2
[strains]
count = 20
[pool]
barcodes_per_strain = 0
guides = 100
controls = 10
reads = 20000
""")
    out = os.path.join(folder, "screen")
    run(program, "simulate", os.path.join(folder, "SPEC.toml"), "-o", out)
    run(program, "check", os.path.join(out, "screen.toml"))
    stdout, _ = run(program, "run", os.path.join(out, "screen.toml"))
    assert "by product" in stdout and "no trait is of pool 'pool'" in stdout, stdout


def test_simulated_lanes_share_strains(program, folder):
    """One truth: the traits of both lanes find it, and so does an index of both."""
    os.makedirs(folder)
    write(os.path.join(folder, "SPEC.toml"), """[screen]
seed = 6
[plates]
wells = 96
vendors = ["tidy"]
[strains]
count = 60
growth_sd = 0.15
[pool]
reads = 400000
""")
    out = os.path.join(folder, "screen")
    run(program, "simulate", os.path.join(folder, "SPEC.toml"), "-o", out)
    with open(os.path.join(out, "screen.toml"), encoding="utf-8") as file:
        config = file.read()
    stdout, scores, ranking = results(program, out, config)
    assert "are in no pool" not in stdout and "are on no plate" not in stdout, stdout
    truth = {row["strain"]: row for row in read_csv(os.path.join(out, "truth.csv"))}
    fitness = {row["strain"]: float(row["effect_per_generation"])
               for row in read_csv(os.path.join(out, "truth_fitness.csv"))}
    for strain, row in truth.items():
        assert abs(fitness[strain] - (2 ** float(row["growth_log2"]) - 1)) < 1e-4
    assert len(ranking) == 60 and all(row["fitness"] and row["score"] for row in ranking)
    generations = 10
    found = of_trait(scores, "fitness")
    samples = found.index[found["role"] == "sample"]
    gained = numpy.array([fitness[strain] * generations for strain in samples])
    assert numpy.corrcoef(found.loc[samples, "estimate"], gained)[0, 1] > 0.95
    assert abs(numpy.polyfit(gained, found.loc[samples, "estimate"], 1)[0] - 1) < 0.1
    weighted = config.replace('by = "product"\n', "").replace("[[traits]]\n", "[[traits]]\nweight = 1\n")
    _, scores, ranking = results(program, out, weighted, name="index")
    assert len(ranking) == 60 and ranking[0]["trait"] == "index"
    both = [float(truth[row["strain"]]["effect_log2"]) + generations * fitness[row["strain"]] for row in ranking]
    assert numpy.corrcoef([float(row["score"]) for row in ranking], both)[0, 1] > 0.95


def test_threads_do_not_matter(program, folder):
    both, plates, *_ = make_screen(program, folder)
    config = plates + POOL + TRAIT
    results(program, both, config, "--threads", 1, name="one")
    results(program, both, config, "--threads", 4, name="four")
    with open(os.path.join(both, "one", "result.h5"), "rb") as one, open(
            os.path.join(both, "four", "result.h5"), "rb") as four:
        assert one.read() == four.read()


def test_what_does_not_fit_is_told(program, folder):
    both, plates, *_ = make_screen(program, folder)

    def problem(config):
        write(os.path.join(both, "screen.toml"), config)
        _, stderr = run(program, "check", os.path.join(both, "screen.toml"), expect=3)
        return stderr

    assert "trait 'fitness' is of pool 'chemostat', and no [[pools]] has that name" in problem(plates + TRAIT)
    assert "names no control" in problem(plates + POOL.replace('control = "start"\n', "") + TRAIT)
    assert "no sample has the condition 'stop'; the pool compares end" in problem(
        plates + POOL + TRAIT + 'condition = "stop"\n')
    assert "is no key here" in problem(plates + POOL + TRAIT + 'readout = "od"\n')
    assert '"maximize" or "minimize" is wanted' in problem(plates + POOL + TRAIT.replace('"maximize"', '"target"'))
    assert "two traits are named 'product'" in problem(plates + POOL + TRAIT.replace("fitness", "product"))
    assert "by = 'index' is no trait" in problem(plates.replace("[rank]\n", '[rank]\nby = "index"\n'))
    stdout, _, ranking = results(program, both, plates + POOL)
    assert "no trait is of pool 'chemostat', so it stands beside the ranking" in stdout and "fitness" not in ranking[0]


def main(program):
    tests = [value for name, value in sorted(globals().items()) if name.startswith("test_")]
    with tempfile.TemporaryDirectory() as scratch:
        for test in tests:
            test(program, os.path.join(scratch, test.__name__))
    print(f"{len(tests)} tests passed")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))

"""Barcodes that no library lists: made-up reads of known barcodes give back these barcodes and their counts, and seven
cell lines mixed as a dilution series come out in its order, in each of ten samples.

usage: pool_de_novo_test.py WELLSIEVE
"""
import glob
import os
import random
import sys
import tempfile

from screen_support import need, read_csv, run, write

LEFT, RIGHT = "TTGTGGAAAGGACGAAACACCG", "GTTTTAGAGCTAGAAATAGC"


def screen(folder, reads, left, right, more=""):
    write(os.path.join(folder, "screen.toml"),
          f"[screen]\nname = \"de novo\"\n[[pools]]\nreads = \"{reads}\"\nlibrary = \"de_novo\"\nleft = \"{left}\"\n"
          f"right = \"{right}\"\n{more}\n")
    return os.path.join(folder, "screen.toml")


def counts_of(folder):
    rows = read_csv(os.path.join(folder, "results", "counts.csv"), "\t")
    samples = [key for key in rows[0] if key not in ("sgRNA", "Gene")]
    return {sample: {row["sgRNA"]: int(row[sample]) for row in rows if row[sample] != "0"} for sample in samples}


def make_reads(folder, seed=3):
    """Barcodes of 18 to 24 bases, from 20 to 800 reads of each in two files, a base in a hundred wrong or left out."""
    draw = random.Random(seed)
    bases = lambda n: "".join(draw.choices("ACGT", k=n))
    truth = {"a": {}, "b": {}}
    barcodes = [bases(draw.randrange(18, 25)) for _ in range(60)]
    for sample, counts in truth.items():
        text = []
        for barcode in barcodes:
            counts[barcode] = draw.randrange(20, 800)
            for _ in range(counts[barcode]):
                read = "".join(draw.choice(("", *"ACGT")) if draw.random() < 0.01 else base for base in barcode)
                text.append(bases(draw.randrange(6)) + LEFT + read + RIGHT)
        draw.shuffle(text)
        write(os.path.join(folder, f"{sample}.fastq"),
              "".join(f"@{i}\n{read}\n+\n{'F' * len(read)}\n" for i, read in enumerate(text)))
    return truth


def test_known_barcodes_come_back(program, folder):
    truth = make_reads(folder)
    path = screen(folder, "*.fastq", LEFT, RIGHT, "mismatches = 2\nleast_reads = 5")
    stdout, _ = run(program, "check", path)
    assert "the barcodes will be taken from the reads" in stdout
    run(program, "run", path, "--dry-run")
    stdout, _ = run(program, "run", path, "--threads", "1")
    assert "barcodes are taken from the reads: 60 of" in stdout, stdout
    found = counts_of(folder)
    for sample, wanted in truth.items():
        assert found[sample].keys() == wanted.keys()
        for barcode, reads in wanted.items():
            assert 0.97 * reads - 3 <= found[sample][barcode] <= reads, (barcode, reads, found[sample][barcode])
    run(program, "run", path, "--threads", "4")  # other bytes would be an error
    with open(os.path.join(folder, "b.fastq"), encoding="utf-8") as file:
        lines = file.read().splitlines()
    lines[1::8] = map(str.lower, lines[1::8])
    write(os.path.join(folder, "b.fastq"), "\n".join(lines) + "\n")
    run(program, "run", path, "--force")
    assert counts_of(folder) == found, "lower case is the same bases"
    run(program, "run", screen(folder, "*.fastq", LEFT, RIGHT, "barcode_length = 20\nleast_reads = 5"), "--force")
    assert all(len(barcode) == 20 for barcode in counts_of(folder)["a"])


def test_bad_input_is_named(program, folder):
    make_reads(folder)
    _, stderr = run(program, "run", screen(folder, "*.fastq", "CCCCAAAACCCCAAAA", "GGGGAAAAGGGGAAAA"), expect=3)
    assert "0 reads have anything between 'CCCCAAAACCCCAAAA' and" in stderr, stderr
    for left, right, more, what in ((LEFT, "", "", "barcode_length"), ("", "", "", "left"),
                                    (LEFT, RIGHT, "barcode_length = [9, 4]", "barcode_length"),
                                    (LEFT, RIGHT, "barcode_length = \"x\"", "barcode_length"),
                                    (LEFT, RIGHT, "cluster_distance = 3", "cluster_distance"),
                                    (LEFT, RIGHT, "cluster_ratio = 0.5", "cluster_ratio")):
        _, stderr = run(program, "run", screen(folder, "*.fastq", left, right, more), expect=3)
        assert f"pools.{what}:" in stderr, stderr


def test_dilution_series(program, folder):
    """Ten samples of one mixture of seven lines, of 50,000 cells down to 195 in them (real reads)."""
    data = need("data/pooled/cellbarcode_mef")
    run(program, "run", screen(folder, f"{data}/*.fastq.gz", "CATCGAAGTATCAAG", "CCGTAGCAAGCTCGAG", "mismatches = 2"))
    counts = counts_of(folder)
    assert len(counts) == len(glob.glob(f"{data}/*.fastq.gz")) == 10
    total = {}
    for sample in counts.values():
        for barcode, reads in sample.items():
            total[barcode] = total.get(barcode, 0) + reads
    series = sorted(total, key=total.get, reverse=True)
    assert total[series[6]] > 5 * total[series[7]], "seven lines stand out from all else"
    shares = {}
    for name, sample in counts.items():
        cells = int(name.split("_BCM_")[1].split("_")[0])
        shares.setdefault(cells, []).append([sample.get(line, 0) / sum(sample.values()) for line in series[:7]])
        assert sum(shares[cells][-1]) > 0.97
    for of_sample in shares[50000]:
        assert of_sample == sorted(of_sample, reverse=True), "the series is in order where cells are many"
    ideal = [total[line] / sum(total.values()) for line in series[:7]]
    spread = lambda cells: sum((share - mean) ** 2 / mean for sample in shares[cells]
                               for share, mean in zip(sample, ideal))
    assert spread(195) > 2 * spread(50000), "and few cells are a small sample of it"
    for sample in counts.values():
        for common, rare in zip(series[:7:2], series[2:7:2]):
            assert sample[common] > sample[rare], "and two steps of it always"


if __name__ == "__main__":
    for test in [test_known_barcodes_come_back, test_bad_input_is_named, test_dilution_series]:
        with tempfile.TemporaryDirectory() as place:
            test(sys.argv[1], place)
            print(test.__name__, "passed")

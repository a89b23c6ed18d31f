"""Molecules instead of reads: the counts equal those of the rule that UMI-tools published, written out here anew, for
UMIs at each place, for any number of threads, order of files and share of memory, and PoolQ's counts by UMI.

usage: pool_umi_test.py WELLSIEVE
"""
import collections
import csv
import os
import random
import sys
import tarfile
import tempfile

import h5py
from anndata.experimental import read_elem

from screen_support import need, read_csv, run, write

LEFT, RIGHT = "TTGTGGAAAGGACGAAACACCG", "GTTTTAGAGCTAGAAATAGC"
UMI = 6


def molecules(reads_of_umi):
    """Smith, Heger and Sudbery 2017: an edge leads from a to b where they differ in one base and a has at least 2 b - 1
    reads; from the commonest UMI on, all that can be reached are one molecule."""
    near = lambda a, b: sum(x != y for x, y in zip(a, b)) == 1
    taken, count = set(), 0
    for umi in sorted(reads_of_umi, key=lambda u: -reads_of_umi[u]):
        if umi in taken:
            continue
        count += 1
        todo = [umi]
        while todo:
            here = todo.pop()
            if here not in taken:
                taken.add(here)
                todo += [other for other in reads_of_umi
                         if near(here, other) and reads_of_umi[here] >= 2 * reads_of_umi[other] - 1]
    return count


def make_pool(folder, seed=5):
    """Amplified molecules of 12 barcodes in two samples of two files each, with misread UMIs and barcodes. Gives the
    reads of each UMI of each barcode and sample, and how many UMIs were not whole."""
    draw = random.Random(seed)
    bases = lambda n: "".join(draw.choices("ACGT", k=n))
    library = {f"g{i}": bases(20) for i in range(12)}
    seen = collections.defaultdict(collections.Counter)
    files = {name: [] for name in ("a_1", "a_2", "b_1", "b_2")}
    broken = 0
    for sample in "ab":
        for guide, barcode in library.items():
            for _ in range(draw.randrange(5, 60)):
                umi = bases(UMI)
                for _ in range(draw.choice((1, 1, 2, 5, 20))):
                    read_umi = list(umi)
                    if draw.random() < 0.1:
                        read_umi[draw.randrange(UMI)] = draw.choice("ACGTN")
                    read_umi = "".join(read_umi)
                    read = list(barcode)
                    if draw.random() < 0.1:
                        read[draw.randrange(20)] = draw.choice("ACGT")
                    files[f"{sample}_{draw.randrange(1, 3)}"].append((read_umi, bases(draw.randrange(5)),
                                                                     "".join(read)))
                    if "N" in read_umi:
                        broken += 1
                    else:
                        seen[sample, guide][read_umi] += 1
    for reads in files.values():
        draw.shuffle(reads)
    write(os.path.join(folder, "library.csv"), "guide,barcode\n" + "".join(f"{g},{b}\n" for g, b in library.items()))
    write(os.path.join(folder, "samples.csv"),
          "file,sample\n" + "".join(f"{name}.fastq,{name[0]}\n" for name in files))
    return files, seen, broken


def turned(bases):
    return bases[::-1].translate(str.maketrans("ACGT", "TGCA"))


def write_reads(folder, files, place, strands=(False,)):
    """The UMI `place`: of the read or mate, behind the name, or at a fixed distance from the barcode, before or
    `behind` it. `strands` says in turn which reads are reverse complements."""
    record = lambda name, read: f"@{name}\n{read}\n+\n{'F' * len(read)}\n"
    for name, reads in files.items():
        text, mates = [], []
        for i, (umi, stagger, barcode) in enumerate(reads):
            title = f"{name}.{i}" + (f":{umi}" if place == "header" else "") + " 1:N:0:ACGT"
            before = {"reads": umi + stagger, "barcode": stagger + umi}.get(place, stagger)
            read = before + LEFT + barcode + RIGHT + (umi if place == "behind" else "") + "TTGAC"
            text.append(record(title, turned(read) if strands[i % len(strands)] else read))
            mates.append(record(f"{name}.{i} 2:N:0:ACGT", "ACG" + umi + "TTT"))
        write(os.path.join(folder, f"{name}.fastq"), "".join(text))
        if place == "mates":
            write(os.path.join(folder, f"{name}.mate"), "".join(mates))


def write_screen(folder, umi, more=""):
    write(os.path.join(folder, "screen.toml"),
          f"[screen]\nname = \"molecules\"\n[[pools]]\nreads = \"[ab]_*.fastq\"\nsamples = \"samples.csv\"\n"
          f"library = \"library.csv\"\nleft = \"{LEFT}\"\nright = \"{RIGHT}\"\numi_length = {UMI}\numi = \"{umi}\"\n{more}\n")


def count(program, folder, *options):
    run(program, "run", os.path.join(folder, "screen.toml"), "--force", *options)
    rows = read_csv(os.path.join(folder, "results", "counts.csv"), "\t")
    with open(os.path.join(folder, "results", "result.h5"), "rb") as file:
        whole = file.read()
    return {(sample, row["sgRNA"]): int(row[sample]) for row in rows for sample in "ab"}, whole


def test_molecules_by_the_published_rule(program, folder):
    files, seen, broken = make_pool(folder)
    wanted = {cell: molecules(umis) for cell, umis in seen.items()}
    distinct = {cell: len(umis) for cell, umis in seen.items()}
    assert sum(wanted.values()) < sum(distinct.values())
    reads = sum(map(len, files.values()))
    for place, more in (("reads", ""), ("mates", "umi_at = 3\nmates = \"[ab]_*.mate\""), ("header", ""),
                        ("barcode", f"umi_at = {-UMI - len(LEFT)}")):
        write_reads(folder, files, place)
        write_screen(folder, place, more)
        assert count(program, folder)[0] == wanted, place
        write_screen(folder, place, more + "\numi_mismatches = 0")
        assert count(program, folder)[0] == distinct, place
    with h5py.File(os.path.join(folder, "results", "result.h5")) as file:
        samples, inputs = read_elem(file["samples"]), read_elem(file["inputs"])
    fates = ["exact", "one_mismatch", "two_mismatches", "n_rescued", "indel_rescued", "ambiguous", "no_match",
             "no_anchor", "low_quality", "duplicate", "no_pair"]
    assert (samples[fates].sum(axis=1) == samples["reads"]).all() and samples["reads"].sum() == reads
    assert samples["counted"].sum() == sum(distinct.values()) and samples["low_quality"].sum() == broken
    assert samples["duplicate"].sum() == reads - broken - sum(distinct.values())
    of_reads = inputs[inputs["kind"] == "reads"]
    assert of_reads["rows_used"].sum() == sum(distinct.values()) and of_reads["rows_in"].sum() == reads


def test_molecules_on_either_strand(program, folder):
    files, seen, _ = make_pool(folder, seed=7)
    wanted = {cell: molecules(umis) for cell, umis in seen.items()}
    for strands, orientation in (((True,), "reverse"), ((True, False, True), "either")):
        for place, at in (("barcode", -UMI - len(LEFT)), ("behind", 20 + len(RIGHT))):
            write_reads(folder, files, place, strands)
            write_screen(folder, "barcode", f'umi_at = {at}\norientation = "{orientation}"')
            assert count(program, folder)[0] == wanted, (strands, place)
            screen = os.path.join(folder, "screen.toml")  # and where the direction is found out
            with open(screen, encoding="utf-8") as file:
                lines = [line for line in file if not line.startswith(("left", "right", "orientation"))]
            write(screen, "".join(lines))
            assert count(program, folder)[0] == wanted, (strands, place)


def test_molecules_behind_a_barcode_with_an_indel(program, folder):
    """What stands behind the barcode moves with it."""
    draw = random.Random(8)
    bases = lambda n: "".join(draw.choices("ACGT", k=n))
    barcode = "ACGTTGCAAGGTCCATACGA"
    umis = [bases(UMI) for _ in range(30)]
    distinct = len(set(umis))
    write(os.path.join(folder, "library.csv"), f"guide,barcode\ng0,{barcode}\ng1,TTGACCATGGCAACGTGTCA\n")
    write(os.path.join(folder, "samples.csv"), "file,sample\na_1.fastq,a\n")
    for strands in ((False,), (True,)):
        files = {"a_1": [(umi, bases(3), read) for umi in umis for read in (barcode, barcode[:9] + barcode[10:],
                                                                            barcode[:5] + "T" + barcode[5:])]}
        write_reads(folder, files, "behind", strands)
        orientation = "reverse" if strands[0] else "forward"
        write_screen(folder, "barcode",
                     f'umi_at = {20 + len(RIGHT)}\numi_mismatches = 0\norientation = "{orientation}"')
        run(program, "run", os.path.join(folder, "screen.toml"), "--force")
        rows = read_csv(os.path.join(folder, "results", "counts.csv"), "\t")
        assert [int(row["a"]) for row in rows] == [distinct, 0], (rows, distinct)


def test_any_order_and_memory(program, folder):
    files, seen, _ = make_pool(folder, seed=6)
    write_reads(folder, files, "reads")
    write_screen(folder, "reads")
    counts, whole = count(program, folder, "--threads", "1")
    assert counts == {cell: molecules(umis) for cell, umis in seen.items()}
    assert count(program, folder, "--threads", "4")[1] == whole
    stdout, _ = run(program, "run", os.path.join(folder, "screen.toml"), "--force")
    assert f"counts are molecules: {sum(counts.values())} from" in stdout
    for reads in files.values():
        reads.reverse()
    write_reads(folder, files, "reads")
    assert count(program, folder)[0] == counts


def test_options_are_checked(program, folder):
    for umi, more, what in (("reads", "umi_at = -1", "umi_at"), ("mates", "", "mates"), ("nowhere", "", "umi"),
                            ("reads", "umi_mismatches = 2", "umi_mismatches"),
                            ("header", "umi_at = 3", "umi_at"), ("none", "", "umi")):
        write_screen(folder, umi, more)
        _, stderr = run(program, "run", os.path.join(folder, "screen.toml"), expect=3)
        assert f"pools.{what}:" in stderr, stderr


def test_poolq_by_umi(program, folder):
    """PoolQ splits the counts by a list of UMIs; as many of them as have reads are the molecules here."""
    data = need("data/pooled/poolq")
    with tarfile.open(os.path.join(data, "umi_counts.tar.gz")) as tables:
        tables.extractall(folder)
    wanted = collections.Counter()
    open_cells = set()  # their UMIs are not all of PoolQ's list
    for name in os.listdir(folder):
        if not name.startswith("counts-"):
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                for sample, reads in row.items():
                    if not sample.startswith("Row") and int(reads) > 0:
                        cell = (row["Row Barcode IDs"], sample)
                        if "UNMATCHED" in name:
                            open_cells.add(cell)
                        else:
                            wanted[cell] += 1
    write(os.path.join(folder, "screen.toml"),
          f"[screen]\nname = \"umis\"\n[[pools]]\nreads = \"{data}/umi/umi1.1.fastq\"\n"
          f"index_reads = \"{data}/umi/umi1.barcode_1.fastq\"\nlibrary = \"{data}/Reference.csv\"\n"
          f"samples = \"{data}/Conditions.csv\"\nbarcode = \"PREFIX:CACCG@18\"\nunknown_bases = 1\n"
          "rescue_indels = false\nuse_quality = false\nindex_margin = 1\n"
          f"umi = \"barcode\"\numi_at = 27\numi_length = 5\numi_mismatches = 0\n")
    run(program, "run", os.path.join(folder, "screen.toml"))
    compared = 0
    for row in read_csv(os.path.join(folder, "results", "counts.csv"), "\t"):
        for sample, count_here in row.items():
            cell = (row["sgRNA"], sample)
            if sample not in ("sgRNA", "Gene") and cell not in open_cells:
                assert int(count_here) == wanted[cell], (cell, count_here, wanted[cell])
                compared += wanted[cell]
    assert compared > 0.9 * sum(wanted.values()), compared


if __name__ == "__main__":
    for test in [test_molecules_by_the_published_rule, test_molecules_on_either_strand,
                 test_molecules_behind_a_barcode_with_an_indel, test_any_order_and_memory, test_options_are_checked,
                 test_poolq_by_umi]:
        with tempfile.TemporaryDirectory() as place:
            test(sys.argv[1], place)
            print(test.__name__, "passed")

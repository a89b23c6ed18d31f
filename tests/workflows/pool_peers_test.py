"""Counts of real and made-up pools equal those of the programs that made the reference files: MAGeCK in its exact mode,
PoolQ on each of its layouts.

usage: pool_peers_test.py WELLSIEVE
"""
import csv
import glob
import os
import sys
import tempfile

from screen_support import need, run, write, write_csv

POOLS = need("data/pooled")
POOLQ = os.path.join(POOLS, "poolq")

# As PoolQ matches: one mismatch or one N, in the barcode and in the index; qualities unseen.
LONG_GAP = 194  # bases between the barcodes of the long template
LIKE_POOLQ = """mismatches = 1
unknown_bases = 1
rescue_indels = false
use_quality = false
"""


def count(program, folder, pools):
    screen = os.path.join(folder, "screen.toml")
    out = os.path.join(folder, "out")
    write(screen, "[screen]\nname = \"peer\"\n[[pools]]\n" + pools)
    run(program, "run", screen, "-o", out, "--force")
    with open(os.path.join(out, "counts.csv"), encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def expected_by_poolq(path):
    with open(path, encoding="utf-8") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    return {row[1]: dict(zip(rows[0][2:], map(int, row[2:]))) for row in rows[1:]}


def by_feature(rows):
    return {row["sgRNA"]: {key: int(value) for key, value in row.items() if key not in ("sgRNA", "Gene")}
            for row in rows}


def check_poolq(program, folder, name, expected, *, reads, barcode, library="Reference.csv", samples="Conditions.csv",
                index="index_margin = 1", more=""):
    text = (f"reads = {reads!r}\nbarcode = \"{barcode}\"\n{LIKE_POOLQ}{index}\n{more}\n"
            f"library = \"{os.path.join(POOLQ, library)}\"\nsamples = \"{samples if samples[0] == '/' else POOLQ + '/' + samples}\"\n"
            ).replace("'", '"')
    found = by_feature(count(program, folder, text))
    wanted = expected_by_poolq(os.path.join(POOLQ, expected))
    differing = {feature: (found.get(feature), counts) for feature, counts in wanted.items()
                 if found.get(feature) != counts}
    assert not differing and len(found) == len(wanted), (
        f"{name}: {len(differing)} of {len(wanted)} rows differ, such as {next(iter(differing.items()), None)}")


def with_whole_qualities(folder, path):
    """The long template's reads have two to five qualities too few, which PoolQ does not look at and we refuse."""
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    for i in range(3, len(lines), 4):
        lines[i] = lines[i].ljust(len(lines[i - 2]), "I")
    copy = os.path.join(folder, os.path.basename(path))
    write(copy, "\n".join(lines) + "\n")
    return copy


def test_mageck_exact(program, folder):
    demo = os.path.join(POOLS, "mageck_demo2")
    write_csv(os.path.join(folder, "samples.csv"), ["sample", "file"], [["L1", "test1.fastq"], ["CTRL", "test2.fastq"]])
    found = count(program, folder, f"reads = \"{demo}/test*.fastq\"\nlibrary = \"{demo}/library.txt\"\n"
                                   "samples = \"samples.csv\"\noffsets = [0]\nmismatches = 0\nunknown_bases = 0\n")
    with open(os.path.join(demo, "ref.mageck2.count.txt"), encoding="utf-8") as file:
        wanted = list(csv.DictReader(file, delimiter="\t"))
    key = lambda row: row["sgRNA"]
    assert sorted(found, key=key) == sorted(wanted, key=key)


def test_poolq_layouts(program, folder):
    prefix = "PREFIX:CACCG@18"
    inside = "index = 'inside'\n"
    beside = lambda path: f"index_reads = '{POOLQ}/{path}'\n"
    check_poolq(program, folder, "fixed", "expected-counts.txt", reads=f"{POOLQ}/scenario1/scenario1.fastq",
                barcode="FIXED@30", more=inside)
    check_poolq(program, folder, "prefix", "expected-counts.txt", reads=f"{POOLQ}/scenario2/scenario2.fastq",
                barcode=prefix, more=inside)
    check_poolq(program, folder, "fixed, index reads", "expected-counts.txt",
                reads=f"{POOLQ}/scenario3/scenario3.1.fastq", barcode="FIXED@29",
                more=beside("scenario3/scenario3.barcode_1.fastq"))
    check_poolq(program, folder, "prefix, index reads", "expected-counts.txt",
                reads=f"{POOLQ}/scenario4/scenario4.1.fastq", barcode=prefix,
                more=beside("scenario4/scenario4.barcode_1.fastq"))
    check_poolq(program, folder, "SAM", "expected-counts.txt", reads=f"{POOLQ}/scenario5/scenario5.1.sam",
                barcode=prefix, more=beside("scenario5/scenario5.barcode_1.sam"))
    check_poolq(program, folder, "template", "scenario6/expected-counts.txt",
                reads=f"{POOLQ}/scenario6/scenario6.fastq", barcode="TEMPLATE:caccgNNNNNnnnnnnnnnttacaNNNNN@11",
                library="scenario6/reference.csv", samples="scenario6/conditions.csv",
                more=beside("scenario6/scenario6.barcode_1.fastq"))
    check_poolq(program, folder, "long template", "long-template/expected-counts.txt",
                reads=with_whole_qualities(folder, f"{POOLQ}/long-template/long-template.fastq"),
                barcode="TEMPLATE:caccg" + 20 * "N" + LONG_GAP * "n" + 20 * "N" + "@12",
                library="long-template/reference.csv", samples="long-template/conditions.csv",
                more=beside("long-template/long-template.barcode_1.fastq"))
    check_poolq(program, folder, "several files", "expected-counts.txt",
                reads=f"{POOLQ}/multiple-inputs/scenario4.[1-4].fastq", barcode=prefix,
                more=beside("multiple-inputs/scenario4.barcode_*.fastq"))
    check_poolq(program, folder, "molecules", "umi/counts.txt", reads=f"{POOLQ}/umi/umi1.1.fastq", barcode=prefix,
                more=beside("umi/umi1.barcode_1.fastq"))
    check_poolq(program, folder, "pairs", "paired-end/expected-counts.txt",
                reads=f"{POOLQ}/paired-end/paired-end.f.fastq", barcode="PREFIX:CACCG@11",
                library="paired-end/reference.csv", samples="paired-end/conditions.csv",
                more=f"mates = '{POOLQ}/paired-end/paired-end.r.fastq'\nmate_barcode = 'PREFIX:CGGTG@11'\n" +
                beside("paired-end/paired-end.barcode_1.fastq"))


def test_poolq_phred64(program, folder):
    """Real reads of the first Genome Analyzers, whose qualities begin at '@'. They end one base before
    the barcode does."""
    data = os.path.join(POOLS, "poolq_phred64")
    with open(os.path.join(data, "reference-8.csv"), encoding="utf-8") as file:
        write_csv(os.path.join(folder, "library.csv"), ["barcode", "id"],
                  [[barcode[:20], name] for barcode, name in csv.reader(file)])
    check_poolq(program, folder, "PHRED+64", "../poolq_phred64/counts-10000-8-42.txt",
                reads=f"{data}/reads-10000.fastq", barcode="FIXED@16",
                library=os.path.join(folder, "library.csv"), samples=f"{data}/conditions-42.csv", more="index = 'inside'\n")


def sheet_of_files(folder, conditions, pattern):
    """A sample sheet for files that are called by their index."""
    with open(conditions, encoding="utf-8") as file:
        names = dict(csv.reader(file))
    path = os.path.join(folder, "by_file.csv")
    rows = [[names[os.path.basename(file).split(".")[0]], os.path.basename(file)]
            for file in sorted(glob.glob(pattern)) if os.path.basename(file).split(".")[0] in names]
    write_csv(path, ["sample", "file"], rows)
    return path


def test_poolq_demultiplexed(program, folder):
    sheet = sheet_of_files(folder, f"{POOLQ}/Conditions.csv", f"{POOLQ}/demultiplexed/*.construct.fastq")
    check_poolq(program, folder, "demultiplexed", "expected-counts.txt",
                reads=f"{POOLQ}/demultiplexed/[ACGT]*.construct.fastq", barcode="PREFIX:CACCG@18", samples=sheet,
                index="")
    paired = f"{POOLQ}/demultiplexed-paired-end"
    sheet = sheet_of_files(folder, f"{paired}/conditions.csv", f"{paired}/*.1.construct.fastq")
    check_poolq(program, folder, "demultiplexed pairs", "paired-end/expected-counts.txt",
                reads=f"{paired}/*.1.construct.fastq", barcode="PREFIX:CACCG@11", samples=sheet, index="",
                library="demultiplexed-paired-end/reference.csv",
                more=f"mates = '{paired}/*.2.construct.fastq'\nmate_barcode = 'PREFIX:CGGTG@11'\n")


if __name__ == "__main__":
    for test in [test_mageck_exact, test_poolq_layouts, test_poolq_phred64, test_poolq_demultiplexed]:
        with tempfile.TemporaryDirectory() as place:
            test(sys.argv[1], place)
            print(test.__name__, "passed")

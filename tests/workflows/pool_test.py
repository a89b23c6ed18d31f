"""A pool alone, run as a user would: counts from FASTQ in any packing, the tables that AnnData opens, the account of all
reads, and one clear line for each kind of bad input.

usage: pool_test.py WELLSIEVE
"""
import gzip
import os
import random
import shutil
import sys
import tempfile

import anndata
import h5py
import scipy.sparse
from anndata.experimental import read_elem

from screen_support import read_csv, run, write

LEFT, RIGHT = "TTGTGGAAAGGACGAAACACCG", "GTTTTAGAGCTAGAAATAGC"
SCREEN = f"""[screen]
name = "pool"
[[pools]]
reads = "fastq/*.fastq"
samples = "samples.csv"
library = "library.csv"
left = "{LEFT}"
right = "{RIGHT}"
"""


def make_pool(folder, seed=1, reads=2000):
    """Three files of two samples; how often each barcode was written without an error."""
    draw = random.Random(seed)
    bases = lambda n: "".join(draw.choices("ACGT", k=n))
    library = {f"g{i}": bases(20) for i in range(50)}
    os.makedirs(os.path.join(folder, "fastq"))
    write(os.path.join(folder, "library.csv"),
          "guide,barcode,gene\n" + "".join(f"{g},{b},gene{int(g[1:]) // 5}\n" for g, b in library.items()))
    write(os.path.join(folder, "samples.csv"),
          "file,sample,condition,time_h,replicate,dose\na_1.fastq,a,none,0,1,0.0\na_2.fastq,a,none,0,1,0.0\n"
          "b.fastq,b,drug,24,1,0.5\n")
    truth = {"a": dict.fromkeys(library, 0), "b": dict.fromkeys(library, 0)}
    for file in ("a_1", "a_2", "b"):
        text = []
        for i in range(reads):
            guide = draw.choice(list(library))
            barcode = library[guide] if draw.random() < 0.9 else bases(20)
            truth[file[0]][guide] += barcode == library[guide]
            read = "ACGTACGT"[:draw.randrange(9)] + LEFT + barcode + RIGHT
            text.append(f"@{file}:{i} 1:N:0:ACGT\n{read}\n+\n{'F' * len(read)}\n")
        write(os.path.join(folder, "fastq", f"{file}.fastq"), "".join(text))
    write(os.path.join(folder, "screen.toml"), SCREEN)
    return truth


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def test_counts_are_right(program, folder):
    truth = make_pool(folder)
    stdout, _ = run(program, "run", os.path.join(folder, "screen.toml"))
    assert "a: 4000 reads" in stdout and "commonest sequence that the library lacks" in stdout
    rows = read_csv(os.path.join(folder, "results", "counts.csv"), "\t")
    assert rows[0]["Gene"] == "gene0"
    for sample in truth:
        assert {row["sgRNA"]: int(row[sample]) for row in rows} == truth[sample]
    with h5py.File(os.path.join(folder, "results", "result.h5")) as file:
        counts = read_elem(file["counts"])
        samples = read_elem(file["samples"])
        inputs = read_elem(file["inputs"])
        rejects = read_elem(file["rejects"])
    assert isinstance(counts, anndata.AnnData) and counts.shape == (2, 50)
    assert counts[:, "g7"].X.ravel().tolist() == [truth["a"]["g7"], truth["b"]["g7"]]
    assert list(counts.var["gene"][:2]) == ["gene0", "gene0"]
    assert list(samples["dose"]) == ["0.0", "0.5"] and list(samples["time_h"]) == [0, 24]
    fates = ["exact", "one_mismatch", "two_mismatches", "n_rescued", "indel_rescued", "ambiguous", "no_match",
             "no_anchor", "low_quality", "duplicate", "no_pair"]
    assert (samples[fates].sum(axis=1) == samples["reads"]).all() and samples["reads"].sum() == 6000
    reads = inputs[inputs["kind"] == "reads"]
    assert reads["rows_in"].sum() == 6000 and (reads["rows_used"] + reads["rows_rejected"] == reads["rows_in"]).all()
    assert any("no_match" in reason for reason in rejects["reason"])


def test_any_packing_and_threads(program, folder):
    make_pool(folder)
    screen = os.path.join(folder, "screen.toml")
    run(program, "run", screen, "--threads", "1")
    once = contents(os.path.join(folder, "results", "counts.csv"))
    result = contents(os.path.join(folder, "results", "result.h5"))
    run(program, "run", screen, "--threads", "8")  # the same bytes are no error
    assert contents(os.path.join(folder, "results", "result.h5")) == result
    for name in ("a_1", "a_2", "b"):
        path = os.path.join(folder, "fastq", f"{name}.fastq")
        text = contents(path)
        with open(path, "wb") as file:  # three members
            for begin in range(0, len(text), len(text) // 3 + 1):
                file.write(gzip.compress(text[begin:begin + len(text) // 3 + 1]))
    run(program, "run", screen, "--force", "--threads", "2")
    assert contents(os.path.join(folder, "results", "counts.csv")) == once


def test_check_and_dry_run(program, folder):
    make_pool(folder, reads=10)
    screen = os.path.join(folder, "screen.toml")
    stdout, _ = run(program, "check", screen)
    assert "3 files of reads, 50 barcodes, 2 samples" in stdout
    assert "one mismatch apart" not in stdout, stdout
    rows = contents(os.path.join(folder, "library.csv")).decode().split("\n")
    barcode = rows[1].split(",")[1]
    other = barcode[:7] + {"A": "C", "C": "G", "G": "T", "T": "A"}[barcode[7]] + barcode[8:]
    rows.insert(2, f"near,{other},x\nshifted,{barcode[2:]}GT,x\nrun,{'A' * 7}{barcode[:13][::-1]},x")
    write(os.path.join(folder, "library.csv"), "\n".join(rows))
    stdout, _ = run(program, "check", screen)
    line = lambda what: next(line for line in stdout.splitlines() if what in line)
    assert "2 of 53 barcodes are one mismatch apart: 1 % of their reads are lost" in stdout, stdout
    assert "near" in line("one mismatch apart") and "g0" in line("one mismatch apart")
    assert "g0 and shifted" in line("are shifted by 2") and "run" in line("homopolymers of 5 bases or more")
    stdout, _ = run(program, "run", screen, "--dry-run")
    assert "split reads" in stdout and "find barcodes" in stdout and "3 files, nothing was read" in stdout


def refused(program, folder, what, *options, expect=3):
    _, stderr = run(program, "run", os.path.join(folder, "screen.toml"), "--force", *options, expect=expect)
    assert what in stderr, stderr
    assert len(stderr.strip().splitlines()) == 1, stderr


def edited(path, old, new):
    text = contents(path).decode()
    assert old in text, f"{old} is not in {path}"
    write(path, text.replace(old, new, 1))


def test_bad_input_is_named(program, folder):
    place = lambda *parts: os.path.join(folder, *parts)
    def fresh():
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        make_pool(folder, reads=20)

    fresh()
    edited(place("samples.csv"), "b.fastq", "c.fastq")
    refused(program, folder, "line 4: file 'c.fastq' is not among reads")
    fresh()
    write(place("samples.csv"), "file,sample,index\na_1.fastq,a,ACGTAC\nb.fastq,b,ACGTAC\n")
    edited(place("screen.toml"), "library = ", "index = \"inside\"\nlibrary = ")
    refused(program, folder, "reads: 'fastq/a_2.fastq' is in no row of samples.csv")
    write(place("samples.csv"), "file,sample\na_1.fastq,a\na_2.fastq,a\nb.fastq,b\n")
    refused(program, folder, "pools.index: \"inside\", but samples.csv has no column 'index'")
    fresh()
    edited(place("library.csv"), "g0,", "g0,NNNN")
    refused(program, folder, "line 2: barcode 'NNNN")
    fresh()
    edited(place("screen.toml"), "library = ", "libary = ")
    _, stderr = run(program, "run", place("screen.toml"), expect=3)
    assert "did you mean 'library'" in stderr
    fresh()
    edited(place("fastq", "b.fastq"), "+\nF", "+\nFF")
    refused(program, folder, "b.fastq: record 1, byte 0: has not as many qualities as bases")
    fresh()
    text = contents(place("fastq", "b.fastq"))
    with open(place("fastq", "b.fastq"), "wb") as file:
        file.write(gzip.compress(text)[:-200])
    refused(program, folder, "is cut off")
    stdout, _ = run(program, "run", place("screen.toml"), "--force", "--keep-going", expect=4)
    assert "b: " in stdout
    fresh()
    edited(place("screen.toml"), "library = ", "mates = \"mates/*.fastq\"\numi = \"mates\"\numi_length = 4\nlibrary = ")
    os.makedirs(place("mates"))
    for name, records in (("a_1", 20), ("a_2", 13), ("b", 20)):
        write(place("mates", f"{name}.fastq"),
              "".join(f"@{name}:{i} 2:N:0:ACGT\nACGTAC\n+\nFFFFFF\n" for i in range(records)))
    refused(program, folder, "mates/a_2.fastq: record 14: ends before 'fastq/a_2.fastq'")
    stdout, _ = run(program, "run", place("screen.toml"), "--force", "--keep-going", expect=4)
    assert "a: 33 reads" in stdout and "b: 20 reads" in stdout, stdout
    fresh()
    write(place("fastq", "b.fastq"), "PK\3\4 and so on")
    refused(program, folder, "is a ZIP archive")
    fresh()
    edited(place("screen.toml"), "fastq/*.fastq", "nothing/*.fastq")
    _, stderr = run(program, "run", place("screen.toml"), expect=3)
    assert "reads = \"nothing/*.fastq\": no such file" in stderr


def test_places_are_found_out(program, folder):
    truth = make_pool(folder)
    screen = os.path.join(folder, "screen.toml")
    edited(screen, f'left = "{LEFT}"\nright = "{RIGHT}"\n', "")
    stdout, _ = run(program, "check", screen)
    assert f"barcodes stand between '{LEFT[-16:]}' and '{RIGHT[:16]}', forward direction" in stdout, stdout
    run(program, "run", screen)
    rows = read_csv(os.path.join(folder, "results", "counts.csv"), "\t")
    for sample in truth:
        assert {row["sgRNA"]: int(row[sample]) for row in rows} == truth[sample]
    with h5py.File(os.path.join(folder, "results", "result.h5")) as file:
        assert f'left = "{LEFT[-16:]}"' in read_elem(file["config"])
    write(os.path.join(folder, "fastq", "b.fastq"), "PK\3\4 and so on")
    refused(program, folder, "is a ZIP archive")
    stdout, _ = run(program, "run", screen, "--force", "--keep-going", expect=4)
    assert "a: 4000 reads" in stdout and "b: 0 reads" in stdout, stdout
    shutil.copy(os.path.join(folder, "fastq", "a_1.fastq"), os.path.join(folder, "fastq", "b.fastq"))
    other = random.Random(7)
    write(os.path.join(folder, "library.csv"),
          "guide,barcode\n" + "".join(f"h{i},{''.join(other.choices('ACGT', k=20))}\n" for i in range(50)))
    refused(program, folder, "the place of the barcodes cannot be told from the reads")


def test_counts_of_others(program, folder):
    make_pool(folder)
    run(program, "run", os.path.join(folder, "screen.toml"))
    ours = os.path.join(folder, "results")
    with h5py.File(os.path.join(ours, "result.h5")) as file:
        counts = read_elem(file["counts"])
    counts.write_h5ad(os.path.join(folder, "dense.h5ad"))
    counts.X = scipy.sparse.csr_matrix(counts.X.astype("float32"))
    counts.write_h5ad(os.path.join(folder, "sparse.h5ad"))
    shutil.copy(os.path.join(ours, "counts.csv"), os.path.join(folder, "table.txt"))
    for name in ("table.txt", "dense.h5ad", "sparse.h5ad"):
        write(os.path.join(folder, "screen.toml"), f'[[pools]]\ncounts = "{name}"\n')
        out = os.path.join(folder, "again")
        run(program, "run", os.path.join(folder, "screen.toml"), "-o", out, "--force")
        assert contents(os.path.join(out, "counts.csv")) == contents(os.path.join(ours, "counts.csv")), name
    write(os.path.join(folder, "sheet.csv"), "sample,file,condition\nb,b,drug\n")
    write(os.path.join(folder, "screen.toml"), '[[pools]]\ncounts = "table.txt"\nsamples = "sheet.csv"\n')
    run(program, "run", os.path.join(folder, "screen.toml"), "-o", out, "--force")
    with h5py.File(os.path.join(out, "result.h5")) as file:
        samples = read_elem(file["samples"])
    assert list(samples.index) == ["b"] and list(samples["condition"]) == ["drug"]
    edited(os.path.join(folder, "table.txt"), "\tgene0\t", "\tgene0\t0.5")
    refused(program, folder, "is no count")


def test_inspect_and_init(program, folder):
    make_pool(folder, reads=100)
    stdout, _ = run(program, "inspect", os.path.join(folder, "fastq", "b.fastq"))
    assert "FASTQ, plain: 100 reads" in stdout and "quality (PHRED+33): mean 37.0" in stdout, stdout
    os.remove(os.path.join(folder, "screen.toml"))
    run(program, "init", folder)
    text = contents(os.path.join(folder, "screen.toml")).decode()
    assert '[[pools]]\nname = "pool" ' in text and '\nreads = "fastq/*.fastq"\nsamples = "samples.csv"' in text, text
    run(program, "run", os.path.join(folder, "screen.toml"))


def test_nothing_mapped_is_an_error(program, folder):
    make_pool(folder, reads=50)
    edited(os.path.join(folder, "screen.toml"), LEFT, "CCCCCCCCCCCCAAAAAAAA")
    edited(os.path.join(folder, "screen.toml"), RIGHT, "GGGGGGGGGGGGAAAAAAAA")
    refused(program, folder, "not one of 150 reads has a barcode of the library")


if __name__ == "__main__":
    for test in [test_counts_are_right, test_any_packing_and_threads, test_check_and_dry_run, test_bad_input_is_named,
                 test_places_are_found_out, test_counts_of_others, test_inspect_and_init, test_nothing_mapped_is_an_error]:
        with tempfile.TemporaryDirectory() as place:
            test(sys.argv[1], os.path.join(place, "screen"))
            print(test.__name__, "passed")

"""A pool alone, run as a user would: counts from FASTQ in any packing, the tables that AnnData opens, the account of all
reads, and one clear line for each kind of bad input.

usage: pool_test.py WELLSIEVE
"""
import gzip
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

import anndata
import h5py
import numpy
import pandas
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


def test_a_file_is_read_once(program, folder):
    truth = make_pool(folder, reads=200)
    edited(os.path.join(folder, "screen.toml"), '"fastq/*.fastq"', '["fastq/*.fastq", "fastq/../fastq/a_1.fastq"]')
    run(program, "run", os.path.join(folder, "screen.toml"))
    rows = read_csv(os.path.join(folder, "results", "counts.csv"), "\t")
    assert {row["sgRNA"]: int(row["a"]) for row in rows} == truth["a"]


def test_check_and_dry_run(program, folder):
    make_pool(folder, reads=10)
    screen = os.path.join(folder, "screen.toml")
    stdout, _ = run(program, "check", screen)
    assert "3 files of reads, 50 barcodes, 2 samples" in stdout
    assert "one mismatch apart" not in stdout, stdout
    rows = contents(os.path.join(folder, "library.csv")).decode().split("\n")
    barcode = rows[1].split(",")[1]
    other = barcode[:7] + {"A": "C", "C": "G", "G": "T", "T": "A"}[barcode[7]] + barcode[8:]
    rows.insert(2, f"near,{other},x\nshifted,{barcode[2:]}GT,x\nrun,{'A' * 7}{barcode[:13][::-1]},x\n"
                "own,ACGGTCATTGCAATGACCGT,x")
    write(os.path.join(folder, "library.csv"), "\n".join(rows))
    stdout, _ = run(program, "check", screen)
    line = lambda what: next(line for line in stdout.splitlines() if what in line)
    assert "2 of 54 barcodes are one mismatch apart: 1 % of their reads are lost" in stdout, stdout
    assert "near" in line("one mismatch apart") and "g0" in line("one mismatch apart")
    assert "1 of 54 barcodes is self-complementary: 0 % of its reads are lost (own)" in stdout, stdout
    assert "reverse complements" not in stdout, stdout
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
        effective = read_elem(file["config"])
    assert f'left = "{LEFT[-16:]}"' in effective and 'orientation = "forward"' in effective
    with open(screen, encoding="utf-8") as file:
        as_written = file.read()
    first = contents(os.path.join(folder, "results", "counts.csv"))
    write(screen, effective)  # what was found out, written out, gives the same
    run(program, "run", screen, "--force")
    assert contents(os.path.join(folder, "results", "counts.csv")) == first
    write(screen, as_written.replace("library = ", 'orientation = "reverse"\nlibrary = '))
    refused(program, folder, 'orientation = "reverse" is written, and barcodes of the library are seen as forward')
    write(screen, as_written)
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
    counts.X = scipy.sparse.csc_matrix(counts.X)
    counts.write_h5ad(os.path.join(folder, "columns.h5ad"))
    shutil.copy(os.path.join(ours, "counts.csv"), os.path.join(folder, "table.txt"))
    for name in ("table.txt", "dense.h5ad", "sparse.h5ad", "columns.h5ad"):
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
    stdout, _ = run(program, "run", os.path.join(folder, "screen.toml"), "-o", out, "--force")
    assert "note: table.txt: column 'a' is not used" in stdout, stdout
    write(os.path.join(folder, "screen.toml"), '[[pools]]\ncounts = "table.txt"\n')
    refused(program, folder, "is no count")


def test_every_form_of_a_counts_table(program, folder):
    """What MAGeCK, PoolQ and spreadsheets make of one table, counted by hand: it comes out the same."""
    os.makedirs(folder)
    rows = [("g0", "ACGTACGT", "GENE1", 5, 0), ("g1", "CCGTACGT", "", 7, 4000000000), ("g2", "GGGTACGT", "GENE2", 0, 3)]
    line = lambda delimiter, *cells: delimiter.join(map(str, cells))
    def table(header, pick, delimiter="\t", end="\n"):
        return end.join([line(delimiter, *header), *(line(delimiter, *pick(*row)) for row in rows)]) + end
    mageck = lambda i, b, g, x, y: (i, g, x, y)
    forms = {
        "mageck.txt": table(("sgRNA", "Gene", "A", "B"), mageck),
        "carriage_returns.txt": table(("sgRNA", "Gene", "A", "B"), mageck, end="\r"),
        "crlf_bom.csv": "\ufeff" + table(("sgRNA", "Gene", "A", "B"), mageck, ",", "\r\n"),
        "semicolons.csv": table(("gene", "A", "guide", "B"), lambda i, b, g, x, y: (g, x, i, f"{y}.0"), ";"),
        "poolq.txt": table(("Construct Barcode", "Construct IDs", "A", "B"), lambda i, b, g, x, y: (b, i, x, y)),
    }
    for name, text in forms.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8", newline="") as file:
            file.write(text)
    with open(os.path.join(folder, "packed.txt.gz"), "wb") as file:
        file.write(gzip.compress(forms["mageck.txt"].encode()))
    annotated = anndata.AnnData(numpy.array([[5, 7, 0], [0, 4000000000, 3]], dtype="float64"),
                                obs=pandas.DataFrame(index=["A", "B"]),
                                var=pandas.DataFrame({"gene": ["GENE1", "", "GENE2"]}, index=["g0", "g1", "g2"]))
    annotated.write_h5ad(os.path.join(folder, "table.h5ad"))
    for name in [*forms, "packed.txt.gz", "table.h5ad"]:
        write(os.path.join(folder, "screen.toml"), f'[[pools]]\ncounts = "{name}"\n')
        out = os.path.join(folder, "out_" + name)
        run(program, "check", os.path.join(folder, "screen.toml"))
        run(program, "run", os.path.join(folder, "screen.toml"), "-o", out)
        with h5py.File(os.path.join(out, "result.h5")) as file:
            counts = read_elem(file["counts"])
        assert list(counts.obs_names) == ["A", "B"] and list(counts.var_names) == ["g0", "g1", "g2"], name
        assert counts.X.tolist() == [[5, 7, 0], [0, 4000000000, 3]], name
        genes = counts.var["gene"].astype(object)
        assert genes.isna().all() if name == "poolq.txt" else list(genes.fillna("")) == ["GENE1", "", "GENE2"], name
        # In MAGeCK's layout every row has a gene, or else no program could read it.
        written = contents(os.path.join(out, "counts.csv")).decode().splitlines()
        assert written[0] == "sgRNA\tGene\tA\tB" and written[2] == "g1\tg1\t7\t4000000000", written
    # A library beside counts says what their rows stand for.
    write(os.path.join(folder, "library.csv"), "barcode,id,strain\nACGTACGT,g0,S1\nCCGTACGT,g1,S1\n")
    for name in ("mageck.txt", "poolq.txt"):
        write(os.path.join(folder, "screen.toml"), f'[[pools]]\ncounts = "{name}"\nlibrary = "library.csv"\n')
        run(program, "run", os.path.join(folder, "screen.toml"), "-o", out, "--force")
        with h5py.File(os.path.join(out, "result.h5")) as file:
            features, rejects = read_elem(file["features"]), read_elem(file["rejects"])
        with open(os.path.join(out, "run.json"), encoding="utf-8") as file:
            record = json.load(file)
        assert list(features["strain"].astype(object).fillna("")) == ["S1", "S1", ""]
        assert f"{name}: 1 row is not in library.csv" in record["notes"]
        assert len(rejects) == 0 and record["accounting"]["rejects"] == 0
    write(os.path.join(folder, "library.csv"), "barcode,id,strain\nTTTTTTTT,h0,S1\n")
    refused(program, folder, "knows not one of the rows of poolq.txt")


def test_samples_by_barcodes_for_annotated_data(program, folder):
    truth = make_pool(folder)
    edited(os.path.join(folder, "screen.toml"), "left = ", 'control = "none"\nleft = ')
    run(program, "run", os.path.join(folder, "screen.toml"))
    result, out = (os.path.join(folder, *parts) for parts in (("results", "result.h5"), ("pool.h5ad",)))
    run(program, "export", result, "--to", "h5ad", "-o", out)
    for backed in (None, "r"):
        data = anndata.read_h5ad(out, backed=backed)
        assert data.shape == (2, 50) and list(data.obs_names) == ["a", "b"]
        assert list(data.obs["condition"]) == ["none", "drug"] and data.var.loc["g7", "gene"] == "gene1"
        matrix = data.X[:, :]
        assert [dict(zip(data.var_names, row)) for row in matrix.tolist()] == [truth["a"], truth["b"]]
        assert len(data.uns["feature_scores"]) == 50 and data.uns["config"].startswith("[screen]")
        if backed:
            data.file.close()
    data = anndata.read_h5ad(out)
    data.write_h5ad(os.path.join(folder, "again.h5ad"))
    write(os.path.join(folder, "screen.toml"), '[[pools]]\ncounts = "pool.h5ad"\n')  # and back
    run(program, "run", os.path.join(folder, "screen.toml"), "-o", os.path.join(folder, "back"))
    assert contents(os.path.join(folder, "back", "counts.csv")) == contents(
        os.path.join(folder, "results", "counts.csv"))
    _, stderr = run(program, "export", result, "--to", "h5ad", "--table", "pools/x/counts", "-o", out, expect=3)
    assert "no counts 'pools/x/counts'; there are: counts" in stderr


def test_several_pools(program, folder):
    truth = {}
    for name, seed in (("one", 1), ("two", 2)):
        truth[name] = make_pool(os.path.join(folder, name), seed=seed, reads=500)
    pool = lambda name: f"""[[pools]]
name = "{name}"
reads = "{name}/fastq/*.fastq"
samples = "{name}/samples.csv"
library = "{name}/library.csv"
control = "none"
left = "{LEFT}"
"""
    screen = os.path.join(folder, "screen.toml")
    write(screen, pool("one") + pool("two") + '[[traits]]\nname = "first"\npool = "one"\nweight = 1\n'
          '[[traits]]\nname = "second"\npool = "two"\nweight = 1\n')
    stdout, _ = run(program, "run", screen, "--threads", "1")
    assert "pool one\n" in stdout and "pool two\n" in stdout and "by index (1 first + 1 second" in stdout, stdout
    out = os.path.join(folder, "results")
    with h5py.File(os.path.join(out, "result.h5")) as file:
        assert sorted(file["pools"]) == ["one", "two"] and "samples" not in file
        for name in truth:
            counts = read_elem(file[f"pools/{name}/counts"])
            assert [dict(zip(counts.var_names, row)) for row in counts.X.tolist()] == [truth[name]["a"],
                                                                                       truth[name]["b"]]
            assert len(read_elem(file[f"pools/{name}/group_scores"])) == 10
        subjects = set(read_elem(file["qc"])["subject"])
        assert {"one/a", "one/b", "two/a", "two/b"} <= subjects
        assert len(read_elem(file["ranking"])) == 10
    for name in truth:
        rows = read_csv(os.path.join(out, f"counts_{name}.csv"), "\t")
        assert {row["sgRNA"]: int(row["b"]) for row in rows} == truth[name]["b"]
    stdout, _ = run(program, "export", os.path.join(out, "result.h5"), "--table", "pools/two/samples")
    assert stdout.startswith("sample,condition")
    again = os.path.join(folder, "four")
    run(program, "run", screen, "--threads", "4", "-o", again)
    assert contents(os.path.join(again, "result.h5")) == contents(os.path.join(out, "result.h5"))
    annotated = os.path.join(folder, "two.h5ad")
    _, stderr = run(program, "export", os.path.join(out, "result.h5"), "--to", "h5ad", "-o", annotated, expect=2)
    assert "say which: --table pools/one/counts, or pools/two/counts" in stderr
    run(program, "export", os.path.join(out, "result.h5"), "--to", "h5ad", "--table", "pools/two/counts", "-o", annotated)
    assert anndata.read_h5ad(annotated).shape == (2, 50)
    for wrong, what in ((pool("one") + pool("one"), "two pools are named 'one'"),
                        (pool("one") + pool("two").replace('name = "two"\n', ""), "name is missing"),
                        (pool("one") + pool("two").replace('name = "two"', 'name = "a/b"'), "goes into names of files"),
                        (pool("one") + pool("two").replace('two/library', 'two/libary'), "libary.csv: cannot be opened"),
                        (pool("one") + pool("two").replace(LEFT, "CCCCCCCCCCCCAAAAAAAA"),
                         "pool 'two': not one of 1500 reads has a barcode of the library: 1500 no_anchor")):
        write(screen, wrong)
        _, stderr = run(program, "run", screen, "--force", expect=3)
        assert what in stderr, stderr


def bgzip_block(data):
    """A BGZF block: a gzip member that tells its own length."""
    packed = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = packed.compress(data) + packed.flush()
    return (b"\x1f\x8b\x08\x04" + bytes(4) + b"\x00\xff\x06\x00BC\x02\x00" + struct.pack("<H", len(body) + 25) + body +
            struct.pack("<II", zlib.crc32(data), len(data)))


def bgzip(data):
    """Blocks, and the empty one at the end."""
    return b"".join(bgzip_block(data[i:i + 30000]) for i in range(0, len(data), 30000)) + bgzip_block(b"")


def bam_of(reads):
    """An unaligned BAM file, by hand."""
    header = b"@HD\tVN:1.6\n"
    data = b"BAM\1" + struct.pack("<i", len(header)) + header + struct.pack("<i", 0)
    for i, read in enumerate(reads):
        name = f"r{i}".encode() + b"\0"
        codes = ["=ACMGRSVTWYHKDBN".index(base) for base in read] + [0]
        packed = bytes(codes[k] << 4 | codes[k + 1] for k in range(0, len(read), 2))
        record = struct.pack("<iiBBHHHiiii", -1, -1, len(name), 0, 4680, 0, 4, len(read), -1, -1, 0)
        record += name + packed + bytes([37]) * len(read)
        data += struct.pack("<i", len(record)) + record
    return bgzip(data)


def test_reads_that_are_not_as_they_should_be(program, folder):
    """Each is named as a person would look for it; none is passed off as counts."""
    place = lambda *parts: os.path.join(folder, *parts)
    def fresh(**options):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        return make_pool(folder, reads=100, **options)

    def tables(*names):
        with h5py.File(place("results", "result.h5")) as file:
            return [read_elem(file[name]) for name in names]

    fresh()  # a file that is BAM but is named FASTQ is read as what it is
    library = [row["barcode"] for row in read_csv(place("library.csv"))]
    with open(place("fastq", "b.fastq"), "wb") as file:
        file.write(bam_of([LEFT + barcode + RIGHT for barcode in library * 2]))
    run(program, "run", place("screen.toml"))
    counts, inputs = tables("counts", "inputs")
    assert counts["b"].X.ravel().tolist() == [2] * 50 and inputs.loc["fastq/b.fastq", "reader"] == "BAM"
    fresh()
    write(place("fastq", "b.fastq"), "this is text\nand no reads\n" * 9)
    for command in ("check", "run"):
        _, stderr = run(program, command, place("screen.toml"), expect=3)
        assert "b.fastq: is no FASTQ, FASTA, SAM, BAM or CRAM file: it begins with 'this is text'" in stderr, stderr
    fresh()  # reads that end within the barcode
    text = contents(place("fastq", "b.fastq")).decode().splitlines()
    write(place("fastq", "b.fastq"), "\n".join(line[:12] if i % 4 in (1, 3) else line for i, line in enumerate(text)) + "\n")
    stdout, _ = run(program, "run", place("screen.toml"))
    assert "warning: pools: not one barcode was counted in sample 'b', of 100 reads; its zeros are no measurement" in stdout
    samples, = tables("samples")
    assert samples.loc["b", "counted"] == 0 and samples.loc["b", "no_anchor"] == 100
    write(place("fastq", "b.fastq"), "")  # a file without a read
    stdout, _ = run(program, "run", place("screen.toml"), "--force")
    assert "in sample 'b', of 0 reads" in stdout, stdout
    for name in ("a_1", "a_2"):
        write(place("fastq", f"{name}.fastq"), "")
    refused(program, folder, "pools: the files hold no read")
    fresh()  # lower case, two lengths and twice the same barcode are told
    edited(place("library.csv"), library[0], library[0].lower())
    with open(place("library.csv"), "a", encoding="utf-8") as file:
        file.write(f"h1,ACGTACGTACGT,gene0\nh2,{library[1]},gene9\n")
    stdout, _ = run(program, "check", place("screen.toml"))
    for note in ("library.csv: 1 barcode is in lower case or has U for T",
                 "library.csv: barcodes are of several lengths: 1 of 12 bases, 50 of 20 bases",
                 "library.csv: line 53: 'h2' has the same barcode as line 3: the two are counted as one"):
        assert f"note: {note}\n" in stdout, stdout
    run(program, "run", place("screen.toml"), "--force")  # and are no rejects, for those rows are used
    with h5py.File(place("results", "result.h5")) as file:
        assert "library" not in set(read_elem(file["rejects"])["kind"])
    write(place("library.csv"), "guide,barcode,gene\n")
    refused(program, folder, "library.csv: holds no barcodes")
    fresh()
    edited(place("samples.csv"), "b.fastq", "c.fastq")
    refused(program, folder,
            "line 4: file 'c.fastq' is not among reads = \"fastq/*.fastq\", and there is no such file")


def test_tables_as_spreadsheets_save_them(program, folder):
    """Byte order mark, Windows' line ends and folders, semicolons, blanks around cells, delimiters within quotes."""
    truth = make_pool(folder)
    place = lambda *parts: os.path.join(folder, *parts)
    run(program, "run", place("screen.toml"))
    plain = contents(place("results", "counts.csv"))
    library = read_csv(place("library.csv"))
    write(place("library.csv"), "\ufeff\"Gene; symbol\";gene; Barcode ;guide\r\n" + "".join(
        f"\"x; \"\"y\"\"\";{row['gene']}; {row['barcode']} ;\"{row['guide']}\"\r\n" for row in library))
    write(place("samples.csv"), "".join(f"{line.replace(',', ' ; ').replace('a_1.f', 'C:/reads/a_1.f').replace('/', chr(92))}\r\n"
                                        for line in contents(place("samples.csv")).decode().splitlines()))
    run(program, "run", place("screen.toml"), "--force")
    assert contents(place("results", "counts.csv")) == plain and sum(truth["a"].values()) > 0


def test_reads_from_standard_input(program, folder):
    """Plain, gzip, BGZF or BAM, with line ends of either kind: the counts of the same reads in a file."""
    make_pool(folder)
    place = lambda *parts: os.path.join(folder, *parts)
    reads = contents(place("fastq", "b.fastq"))
    def counts_of(name, text, stdin):
        write(place("screen.toml"), f'[screen]\nname = "x"\n[[pools]]\nreads = "{name}"\nlibrary = "library.csv"\n'
              f'left = "{LEFT}"\nright = "{RIGHT}"\n')
        done = subprocess.run([program, "run", place("screen.toml"), "--force"], input=stdin, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        return [int(row[text]) for row in read_csv(place("results", "counts.csv"), "\t")]
    wanted = counts_of("fastq/b.fastq", "b", b"")
    assert sum(wanted) > 1000
    lines = reads.decode().splitlines()
    for stdin in (reads, gzip.compress(reads), bgzip(reads), reads.replace(b"\n", b"\r\n"), bam_of(lines[1::4])):
        assert counts_of("-", "-", stdin) == wanted
    done = subprocess.run([program, "run", place("screen.toml"), "--force"], input=gzip.compress(reads)[:-900],
                          capture_output=True, text=False, check=False)
    assert done.returncode == 3 and b"-: record" in done.stderr and b"cut off" in done.stderr, done.stderr


def test_two_barcodes_in_one_read(program, folder):
    os.makedirs(folder)
    draw = random.Random(8)
    pairs = [["".join(draw.choices("ACGT", k=20)) for _ in range(2)] for _ in range(20)]
    wanted = dict.fromkeys(range(20), 0)
    write(os.path.join(folder, "library.csv"), "guide,barcode_1,barcode_2,gene\n" + "".join(
        f"p{i},{one},{two},gene{i // 4}\n" for i, (one, two) in enumerate(pairs)))
    text = []
    for n in range(500):
        i, k = draw.randrange(20), draw.randrange(20)
        if n % 10:
            k = i
            wanted[i] += 1
        elif i == k:
            k = (k + 1) % 20
        read = "ACG"[:draw.randrange(4)] + LEFT + pairs[i][0] + RIGHT + pairs[k][1] + "GGCTTACC"
        text.append(f"@r{n}\n{read}\n+\n{'F' * len(read)}\n")
    write(os.path.join(folder, "a.fastq"), "".join(text))
    write(os.path.join(folder, "screen.toml"), "[screen]\nname = \"dual\"\n[[pools]]\nreads = \"a.fastq\"\n"
          "library = \"library.csv\"\n")
    _, stderr = run(program, "run", os.path.join(folder, "screen.toml"), expect=3)
    assert 'pairs in one read are described by barcode = "TEMPLATE:' in stderr, stderr
    with open(os.path.join(folder, "screen.toml"), "a", encoding="utf-8") as file:
        file.write(f'barcode = "TEMPLATE:{LEFT.lower()}{"N" * 20}{RIGHT.lower()}{"N" * 20}@0-3"\n')
    run(program, "run", os.path.join(folder, "screen.toml"))
    rows = read_csv(os.path.join(folder, "results", "counts.csv"), "\t")
    assert {int(row["sgRNA"][1:]): int(row["a"]) for row in rows} == wanted


def test_mates_out_of_step(program, folder):
    os.makedirs(folder)
    draw = random.Random(3)
    pairs = [["".join(draw.choices("ACGT", k=20)) for _ in range(2)] for _ in range(20)]
    write(os.path.join(folder, "library.csv"), "id,barcode1,barcode2\n" + "".join(
        f"p{i},{a},{b}\n" for i, (a, b) in enumerate(pairs)))
    write(os.path.join(folder, "screen.toml"), f'''[[pools]]
reads = "*_R1.fastq"
mates = "*_R2.fastq"
library = "library.csv"
left = "{LEFT}"
mate_left = "{LEFT}"
''')
    chosen = draw.choices(range(20), k=300)
    def write_reads(part, names):
        read = lambda i: LEFT + pairs[chosen[i]][part] + RIGHT
        write(os.path.join(folder, f"s_R{part + 1}.fastq"),
              "".join(f"@r{i}/{part + 1}\n{read(i)}\n+\n{'F' * len(read(i))}\n" for i in names))
    write_reads(0, range(300))
    write_reads(1, range(300))
    run(program, "run", os.path.join(folder, "screen.toml"))
    rows = read_csv(os.path.join(folder, "results", "counts.csv"), "\t")
    assert [int(row["s"]) for row in rows] == [chosen.count(i) for i in range(20)]
    write_reads(1, [i for i in range(300) if i != 100] + [100])
    refused(program, folder, "s_R2.fastq: record 101: is 'r101/2' where 's_R1.fastq' has 'r100/1': the two are out of step")
    def counted(what, names):
        """Those before the first that has no mate, none more and none less."""
        stdout, _ = run(program, "run", os.path.join(folder, "screen.toml"), "--force", "--keep-going", expect=4)
        rows = read_csv(os.path.join(folder, "results", "counts.csv"), "\t")
        assert [int(row["s"]) for row in rows] == [[chosen[i] for i in names].count(p) for p in range(20)]
        with h5py.File(os.path.join(folder, "results", "result.h5")) as file:
            samples, inputs, rejects = (read_elem(file[name]) for name in ("samples", "inputs", "rejects"))
        assert samples.loc["s", "reads"] == len(names), samples
        assert inputs[inputs["kind"] == "reads"]["rows_in"].sum() == len(names), inputs
        assert any(what in reason for reason in rejects[rejects["kind"] == "file"]["reason"]), list(rejects["reason"])
    counted("record 101: is 'r101/2' where 's_R1.fastq' has 'r100/1'", range(100))
    write_reads(1, range(299))
    refused(program, folder, "s_R2.fastq: record 300: ends before 's_R1.fastq' at this record")
    counted("record 300: ends before 's_R1.fastq'", range(299))
    write_reads(1, range(300))
    mates = os.path.join(folder, "s_R2.fastq")
    lines = contents(mates).decode().split("\n")
    for line, text, what in ((4 * 200 + 3, "FFF", "has not as many qualities as bases"),
                             (4 * 150 + 2, "F", "has no '+' in its third line"),
                             (4 * 120, "r", "does not begin with '@'")):
        lines[line] = text
        write(mates, "\n".join(lines))
        record = line // 4
        place = f"record {record + 1}, byte {sum(len(before) + 1 for before in lines[:4 * record])}: {what}"
        refused(program, folder, place)
        counted(place, range(record))


def test_keys_that_nothing_looks_at(program, folder):
    """Each is named, before anything is read."""
    make_pool(folder, reads=50)
    screen = os.path.join(folder, "screen.toml")
    whole = SCREEN + 'control = "none"\n'
    place = f'left = "{LEFT}"\nright = "{RIGHT}"\n'
    table = '[[pools]]\ncounts = "results/counts.csv"\n'
    run(program, "run", screen)
    counts = lambda more: table + more
    reads = lambda more: whole + more
    unsheeted = lambda more: whole.replace('samples = "samples.csv"\n', "").replace('control = "none"\n', "") + more
    for text, key in (
            *((counts(f"{key} = {value}"), key) for key, value in (
                ("mates", '"x"'), ("index_reads", '"x"'), ("reference", '"x"'), ("barcode", '"FIXED@3"'), ("left", '"ACGT"'),
                ("right", '"ACGT"'), ("offsets", "[1]"), ("begins", "[1, 2]"), ("orientation", '"reverse"'),
                ("mate_left", '"ACGT"'), ("index", '"inside"'), ("index_at", 1), ("index_mismatches", 0), ("index_margin", 1),
                ("mismatches", 0), ("unknown_bases", 1), ("rescue_indels", "false"), ("use_quality", "false"),
                ("least_posterior", 0.9), ("umi_at", 2), ("umi_mismatches", 0), ("barcode_length", 20))),
            *((reads(f"{key} = {value}"), key) for key, value in (
                ("barcode_length", 20), ("barcode_length", "[10, 20]"), ("cluster_distance", 1), ("cluster_ratio", 3),
                ("least_reads", 3), ("umi_at", 3), ("umi_mismatches", 0), ("mate_left", '"ACGT"'), ("mate_barcode", '"FIXED@3"'),
                ("mate_orientation", '"reverse"'), ("index_at", 3), ("index_mismatches", 0), ("index_margin", 1),
                ("index_reads", '"fastq/*.fastq"'))),
            *((SCREEN + f"{key} = {value}", key) for key, value in (
                ("paired", "true"), ("controls", '["gene1"]'), ("normalise", '"total"'), ("test", '"rra"'))),
            *((SCREEN + more, "control") for more in ('time = "time_h"', "spike_ins = { g1 = 10 }")),
            (unsheeted('index = "inside"'), "index"),
            (reads('barcode = "FIXED@3"'), "left"), (reads("begins = [5, 3]"), "begins"),
            (whole.replace(place, "begins = [3, 5]\n"), "begins"),
            (whole.replace("library.csv", "de_novo") + "offsets = [22]", "offsets"),
            (counts('library = "de_novo"'), "library")):
        write(screen, text)
        _, stderr = run(program, "run", screen, "--force", expect=3)
        assert f"pools.{key}:" in stderr or f"toml: {key} would be ignored" in stderr, (key, stderr)
    write(screen, whole + "begins = [22, 30]\noffsets = [22]\n")
    run(program, "run", screen, "--force")


def test_pairs_of_indices(program, folder):
    """Samples by i7 and i5, in headers or in index reads; pairs that hop are none's, and are counted."""
    os.makedirs(folder)
    place = lambda name: os.path.join(folder, name)
    draw = random.Random(9)
    library = ["".join(draw.choices("ACGT", k=20)) for _ in range(30)]
    write(place("library.csv"), "id,barcode\n" + "".join(f"g{i},{b}\n" for i, b in enumerate(library)))
    firsts, seconds = ["ACGTACGT", "TTGCAAGC", "GGATCCTA"], ["CATGCATG", "AGCTTGGA", "TCCGATAC"]
    rows = "".join(f"s{i},{a}+{b}\n" for i, (a, b) in enumerate(zip(firsts, seconds)))
    write(place("samples.csv"), "sample,index\n" + rows)
    truth = {f"s{i}": [0] * 30 for i in range(3)}
    pairs = {}
    text = {"R1": [], "I1": [], "I2": []}
    for n in range(3000):
        i = draw.randrange(3)
        k = i if draw.random() < 0.98 else draw.randrange(3)
        barcode = draw.randrange(30)
        first, second = list(firsts[i]), list(seconds[k])
        if draw.random() < 0.1:
            first[draw.randrange(8)] = "N"
        if draw.random() < 0.1:
            second[draw.randrange(8)] = draw.choice("ACGT")
        if draw.random() < 0.02:
            second = "A" * 8  # nobody's
        else:
            pairs[i, k] = pairs.get((i, k), 0) + 1
            if i == k:
                truth[f"s{i}"][barcode] += 1
        first, second = "".join(first), "".join(second)
        name, read = f"@r:{n} 1:N:0:{first}+{second}", LEFT + library[barcode] + RIGHT
        for part, bases in (("R1", read), ("I1", first), ("I2", second)):
            text[part].append(f"{name}\n{bases}\n+\n{'F' * len(bases)}\n")
    for part in text:
        write(place(f"{part}.fastq"), "".join(text[part]))
    common = f'[[pools]]\nreads = "R1.fastq"\nlibrary = "library.csv"\nsamples = "samples.csv"\nleft = "{LEFT}"\n'
    hopped = {f"{firsts[i]}+{seconds[k]}": reads for (i, k), reads in pairs.items() if i != k}
    assert len(hopped) == 6
    for more in ('index = "header"', 'index_reads = "I1.fastq"\nsecond_index_reads = "I2.fastq"'):
        write(place("screen.toml"), common + more + "\n")
        stdout, _ = run(program, "run", place("screen.toml"), "--force")
        counts = read_csv(place("results/counts.csv"), "\t")
        assert {s: [int(row[s]) for row in counts] for s in truth} == truth
        share = 100 * sum(hopped.values()) / sum(pairs.values())
        assert f"{share:.3g} % of {sum(pairs.values())} reads with two known indices" in stdout, (share, stdout)
        with h5py.File(place("results/result.h5")) as file:
            suspects = read_elem(file["suspects"])
        seen = suspects[suspects["kind"] == "index_pair"]
        assert dict(zip(seen["bases"], seen["reads"])) == hopped, seen
        for _, row in seen.iterrows():
            i, k = firsts.index(row["bases"][:8]), seconds.index(row["bases"][9:])
            assert (row["sample"], row["other"]) == (f"s{i}", f"s{k}") and row["other_reads"] == min(
                pairs[i, i], pairs[k, k])
    write(place("screen.toml"), common + 'index_reads = "I1.fastq"\n')
    refused(program, folder, "second_index_reads: is missing")
    write(place("screen.toml"), common + 'index = "inside"\n')
    refused(program, folder, "pairs of indices are looked for in headers or in index reads")
    write(place("samples.csv"), "sample,index\n" + "".join(f"s{i},{a}\n" for i, a in enumerate(firsts)))
    write(place("screen.toml"), common + 'index_reads = "I1.fastq"\nsecond_index_reads = "I2.fastq"\n')
    refused(program, folder, "second_index_reads would be ignored")


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


def test_reads_that_are_too_short_are_an_error(program, folder):
    make_pool(folder, reads=50)
    for name in ("a_1", "a_2", "b"):
        path = os.path.join(folder, "fastq", f"{name}.fastq")
        lines = contents(path).decode().splitlines()
        write(path, "".join(line[:40] + "\n" if i % 4 % 2 else line + "\n" for i, line in enumerate(lines)))
    refused(program, folder, "reads end within a barcode")
    write(os.path.join(folder, "screen.toml"), SCREEN.replace(f'left = "{LEFT}"\nright = "{RIGHT}"\n', ""))
    refused(program, folder, "reads end within a barcode")


if __name__ == "__main__":
    for test in [test_counts_are_right, test_any_packing_and_threads, test_a_file_is_read_once, test_check_and_dry_run, test_bad_input_is_named,
                 test_places_are_found_out, test_counts_of_others, test_every_form_of_a_counts_table,
                 test_samples_by_barcodes_for_annotated_data, test_several_pools,
                 test_reads_that_are_not_as_they_should_be, test_tables_as_spreadsheets_save_them,
                 test_reads_from_standard_input, test_two_barcodes_in_one_read,
                 test_mates_out_of_step, test_keys_that_nothing_looks_at,
                 test_pairs_of_indices, test_inspect_and_init,
                 test_nothing_mapped_is_an_error, test_reads_that_are_too_short_are_an_error]:
        with tempfile.TemporaryDirectory() as place:
            test(sys.argv[1], os.path.join(place, "screen"))
            print(test.__name__, "passed")

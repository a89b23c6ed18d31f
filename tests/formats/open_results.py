"""open_results.py MAKE_RESULT: a result opens table by table in h5py and AnnData and equals its CSV export."""

import csv
import math
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
try:
    import anndata
    import h5py
    import numpy
    from anndata.experimental import read_elem
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

TABLES = ["inputs", "strains", "plates", "wells", "readouts", "measurements", "curves", "traits", "scores", "ranking",
          "rejects", "qc"]


def agrees(value, text):
    """Whether a value of a data frame is what a cell of the CSV says."""
    if isinstance(value, (bool, numpy.bool_)):
        return text == ("true" if value else "false")
    if isinstance(value, str):
        return text == value
    if isinstance(value, (float, numpy.floating)):
        return text == "" if math.isnan(value) else type(value)(text) == value
    return int(text) == value


def check_table(frame, path):
    with open(path, newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    if frame.index.name:
        frame = frame.reset_index()
    assert list(frame.columns) == header, (path, list(frame.columns), header)
    assert len(frame) == len(rows), (path, len(frame), len(rows))
    for column, name in enumerate(header):
        for row, value in enumerate(frame[name].to_numpy()):
            assert agrees(value, rows[row][column]), (path, name, row, value, rows[row][column])


def check_result(folder):
    with h5py.File(folder / "result.h5") as file:
        assert file.attrs["schema_name"] == "wellsieve"
        assert file.attrs["schema_version"] == "1.1"
        assert read_elem(file["config"]) == '[screen]\nname = "caf\u00e9"\n'
        assert sorted(file) == sorted(TABLES + ["config"])
        for table in TABLES:
            check_table(read_elem(file[table]), folder / f"{table}.csv")
        assert file["measurements/time_s"].attrs["units"] == "s"
        assert list(read_elem(file["strains"]).index) == ["WT", "\u0394adhE", 'x, "y"']
        assert read_elem(file["wells"])["masked"].isna().sum() == 11
        assert read_elem(file["ranking"])["picked"].dtype == bool


def check_annotated(path):
    for backed in (None, "r"):
        data = anndata.read_h5ad(path, backed=backed)
        assert data.shape == (12, 2)
        assert list(data.var_names) == ["product", "growth"]
        assert list(data.obs_names[:2]) == ["P1:A1", "P1:A2"] and data.obs_names[11] == "P\u00e92:B3"
        assert data.obs["strain"].iloc[1] == "\u0394adhE" and data.obs["strain"].isna().sum() == 2
        normalised = numpy.full((12, 2), numpy.nan)
        normalised[0, 0], normalised[1, 0], normalised[1, 1] = 0, 0.75, -0.5
        normalised[8, 1], normalised[10, 0] = 0.25, 123456789.123
        assert numpy.array_equal(numpy.asarray(data.X[:, :]), normalised, equal_nan=True)
        assert data.layers["raw"][10, 0] == 1e-7 and data.layers["corrected"][8, 1] == 0.2
        assert data.uns["config"].startswith("[screen]")
        assert list(data.uns["ranking"]["rank"]) == [1, 2]
        assert data.uns["flags"].values.tolist() == [["P\u00e92", "A1", "product", "overflow"]]
        if backed:
            data.file.close()


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.argv[1], name], check=True)
        check_result(folder)
        check_annotated(folder / "result.h5ad")
        anndata.read_h5ad(folder / "result.h5ad").write(folder / "again.h5ad")
    print("every table equals its CSV; the .h5ad opens eager and backed")


main()

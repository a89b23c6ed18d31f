"""What a user who may not read or write something is told: one line, exit code 3, nothing half written. Root may do
everything, so root runs it as nobody.

usage: bad_permissions_test.py WELLSIEVE
"""
import os
import subprocess
import sys
import tempfile

from screen_support import run, write

SPEC = """[plates]
wells = 96
vendors = ["tidy"]
[strains]
count = 50
"""
NOBODY = 65534


def as_nobody():
    if os.getuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def refused(program, message, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False, preexec_fn=as_nobody)
    assert done.returncode == 3, (arguments, done.returncode, done.stdout, done.stderr)
    assert len(done.stderr.splitlines()) == 1 and message in done.stderr, (message, done.stderr)


def main(program, scratch):
    os.chmod(scratch, 0o755)
    installed = os.path.join(scratch, "wellsieve")  # where nobody may run it
    with open(program, "rb") as source, open(installed, "wb") as target:
        target.write(source.read())
    os.chmod(installed, 0o755)
    write(os.path.join(scratch, "SPEC.toml"), SPEC)
    for number, (name, mode, message) in enumerate((
            ("raw/P2.csv", 0, "raw/P2.csv: cannot be opened: Permission denied"),
            ("layout.csv", 0, "layout.csv: cannot be opened: Permission denied"),
            ("strains.csv", 0, "strains.csv: cannot be opened: Permission denied"),
            ("screen.toml", 0, "screen.toml: cannot be opened: Permission denied"),
            ("raw", 0, "a folder on the way cannot be read: Permission denied"),
            (".", 0o555, "results: cannot be made: Permission denied"),
            ("results", 0o555, "result.h5: cannot create: Permission denied"))):
        folder = os.path.join(scratch, f"screen{number}")
        run(program, "simulate", os.path.join(scratch, "SPEC.toml"), "-o", folder)
        if name == "results":
            os.mkdir(os.path.join(folder, name))
        os.chmod(os.path.join(folder, name), mode)
        refused(installed, message, "run", os.path.join(folder, "screen.toml"))
        results = os.path.join(folder, "results")
        assert not os.path.exists(results) or not os.listdir(results)
        os.chmod(os.path.join(folder, name), 0o755)
    os.remove(os.path.join(folder, "screen.toml"))
    refused(installed, "screen.toml: cannot create: Permission denied", "init", folder)
    os.mkdir(os.path.join(folder, "closed"), 0)
    refused(installed, "it, or a folder in it, cannot be read: Permission denied", "init", folder)
    os.rmdir(os.path.join(folder, "closed"))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        main(os.path.abspath(sys.argv[1]), directory)

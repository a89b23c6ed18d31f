"""mirror.py ROOT | --self-test: every kernel has its contract, its reference, its test and its benchmark.

A kernel is a source in a folder of kernels/ that is compiled once for each SIMD target. It needs a public header of
the same stem that declares a function and its `…_reference`, a test that runs on every target, and a benchmark of the
same stem. Any other source with a public header needs a test that includes that header.
"""

import re
import sys
import tempfile
from pathlib import Path

REFERENCE = re.compile(r"\b(\w+)_reference\(")


def texts(root, folder, pattern):
    return {path: path.read_text(encoding="utf-8") for path in (root / folder).rglob(pattern)}


def kernel_complaints(name, stem, header, tests, benches):
    """What a kernel lacks."""
    functions = REFERENCE.findall(header or "")
    if not functions:
        yield f"{name}: no reference function in its header"
    if not all(re.search(rf"\b{function}\(", header) for function in functions):
        yield f"{name}: a reference without its function"
    own_tests = [text for path, text in tests.items() if path.stem == f"{stem}_test"]
    if not any("for_each_target" in text for text in own_tests):
        yield f"{name}: no {stem}_test.cpp that runs on each target"
    if not any(path.stem == f"{stem}_bench" for path in benches):
        yield f"{name}: no {stem}_bench.cpp"


def complaints(root):
    tests = texts(root, "tests/kernels", "*.cpp")
    benches = texts(root, "bench/kernels", "*.cpp")
    for source in sorted((root / "kernels").glob("*/*.cpp")):
        name = source.relative_to(root)
        header = source.with_suffix(".hpp")
        if "foreach_target.h" in source.read_text(encoding="utf-8"):
            text = header.read_text(encoding="utf-8") if header.exists() else None
            yield from kernel_complaints(name, source.stem, text, tests, benches)
        elif header.exists():
            include = f'"{header.relative_to(root).as_posix()}"'
            if not any(include in text for text in tests.values()):
                yield f"{name}: no test includes {include}"


def self_test():
    """Each of the files of a kernel is missed when it is not there."""
    whole = {
        "kernels/plate/a.hpp": "void a();\nvoid a_reference();\n",
        "kernels/plate/a.cpp": "#include <hwy/foreach_target.h>\n",
        "kernels/plate/b.hpp": "void b();\n",
        "kernels/plate/b.cpp": "",
        "kernels/plate/c_reference.cpp": "",
        "tests/kernels/plate/a_test.cpp": "for_each_target\n",
        "tests/kernels/b_test.cpp": '#include "kernels/plate/b.hpp"\n',
        "bench/kernels/a_bench.cpp": "",
    }
    spoilt = [("kernels/plate/a.hpp", None), ("kernels/plate/a.hpp", "void a();\n"),
              ("kernels/plate/a.hpp", "void a_reference();\n"), ("tests/kernels/plate/a_test.cpp", ""),
              ("tests/kernels/b_test.cpp", None), ("bench/kernels/a_bench.cpp", None)]
    for name, text in [(None, None), *spoilt]:
        files = {**whole, **({name: text} if name else {})}
        with tempfile.TemporaryDirectory() as folder:
            for path, content in files.items():
                if content is not None:
                    (Path(folder) / path).parent.mkdir(parents=True, exist_ok=True)
                    (Path(folder) / path).write_text(content, encoding="utf-8")
            found = list(complaints(Path(folder)))
            assert len(found) == (1 if name else 0), f"{name}: {found}"


if sys.argv[1] == "--self-test":
    self_test()
else:
    found = list(complaints(Path(sys.argv[1])))
    print("\n".join(found))
    sys.exit(1 if found else 0)

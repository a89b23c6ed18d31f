"""layering.py ROOT | --self-test: includes keep to the direction of the layers, libraries to their places.

The compiler cannot see this, because every layer is included from the same root. See CONTRIBUTING.md.
"""

import re
import sys
import tempfile
from pathlib import Path

TOP = {"pipeline", "kernels", "formats", "workflows", "bench", "tests", "examples"}
MAY_INCLUDE = {
    "formats": {"formats"},
    "kernels": {"kernels"},
    "pipeline": {"pipeline", "formats", "kernels"},
    "workflows": {"workflows", "pipeline", "formats", "kernels"},
    "bench": TOP - {"examples"},
    "tests": TOP - {"bench", "examples"},
    "examples": TOP - {"tests", "bench", "workflows"},
}
# Where a library may appear outside tests, benchmarks and examples.
PLACES = {
    r"hwy/": {"kernels"},
    r"seqan3/": {"kernels/sequence", "formats/reads"},
    r"(oneapi/)?tbb/": {"pipeline"},
    r"(hdf5|H5\w*)\.h": {"formats/results"},
    r"htslib/": {"formats/reads"},
    r"pugixml\.hpp": {"formats"},
    r"nlohmann/": {"formats", "workflows"},
    r"zip\.h": {"formats"},
    r"fast_float/": {"formats"},
    r"libdeflate\.h|isa-l/": {"formats"},
    r"nettle/": {"formats"},
    r"Eigen/": {"kernels"},
    r"CLI/|toml\+\+/|spdlog/": {"workflows"},
    r"fmt/": {"formats", "kernels", "pipeline", "workflows"},
}
FREE = {"tests", "bench", "examples"}
PRIVATE = re.compile(r"(_internal|-inl)\.hpp$")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def quoted_complaints(root, file, name):
    """What is wrong with `#include "name"` in `file`."""
    here, there = file.parts[0], name.split("/")[0]
    if there not in TOP:
        yield f'{file}: "{name}" does not start from the repository root'
    elif not (root / name).is_file():
        yield f'{file}: "{name}" does not exist'
    elif there not in MAY_INCLUDE[here]:
        yield f'{file}: {here} must not include {there} ("{name}")'
    elif PRIVATE.search(name) and here not in FREE and there != here:
        yield f'{file}: "{name}" is private to {there}'


def library_complaints(file, name):
    """What is wrong with `#include <name>` in `file`."""
    if name.split("/")[0] in TOP:
        yield f"{file}: <{name}> is ours and belongs in quotes"
    for pattern, places in PLACES.items():
        if file.parts[0] in FREE or not re.match(pattern, name):
            continue
        if not any(file.is_relative_to(place) for place in places):
            yield f"{file}: <{name}> belongs in {', '.join(sorted(places))} only"
        elif file.suffix == ".hpp" and not PRIVATE.search(file.name):
            yield f"{file}: <{name}> in a public header"


def complaints(root):
    for entry in sorted(root.iterdir()):
        if entry.is_dir() and entry.name not in TOP | {"build"} and not entry.name.startswith("."):
            yield f"{entry.name}/: no such folder at the top; there are {', '.join(sorted(TOP))}"
    for top in sorted(TOP):
        for path in sorted(p for p in (root / top).rglob("*") if p.suffix in {".hpp", ".cpp", ".h", ".inc"}):
            file = path.relative_to(root)
            for quote, name in INCLUDE.findall(path.read_text(encoding="utf-8")):
                yield from quoted_complaints(root, file, name) if quote == '"' else library_complaints(file, name)


def self_test():
    """Every rule fails where it should, and nothing else does."""
    right = {
        "formats/a.hpp": "#include <string>\n",
        "formats/a_internal.hpp": "#include <pugixml.hpp>\n",
        "formats/results/b.cpp": '#include <hdf5.h>\n#include "formats/a.hpp"\n#include "formats/a_internal.hpp"\n',
        "kernels/c-inl.hpp": "#include <hwy/highway.h>\n",
        "pipeline/d.cpp": '#include <tbb/flow_graph.h>\n#include "formats/a.hpp"\n#include "kernels/c-inl.hpp"\n',
        "tests/e.cpp": '#include "formats/a_internal.hpp"\n#include <hdf5.h>\n',
    }
    wrong = {
        "formats/1.cpp": '#include "kernels/c-inl.hpp"\n',
        "kernels/2.cpp": '#include "formats/a.hpp"\n',
        "pipeline/3.cpp": '#include "workflows/x.hpp"\n',
        "formats/4.cpp": '#include "a.hpp"\n',
        "formats/5.cpp": '#include "formats/none.hpp"\n',
        "workflows/6.cpp": '#include "formats/a_internal.hpp"\n',
        "formats/7.cpp": "# include <tbb/flow_graph.h>\n",
        "formats/plates/8.cpp": "#include <hdf5.h>\n",
        "formats/9.hpp": "#include <fmt/format.h>\n",
        "kernels/10.cpp": "  #include <formats/a.hpp>\n",
        "lib/11.cpp": "",
    }
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in {**right, **wrong, "workflows/x.hpp": ""}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        found = list(complaints(root))
        accused = [line.split(":")[0] for line in found]
        expected = ["lib/" if name.startswith("lib/") else name for name in wrong] + ["pipeline/d.cpp"]
        assert sorted(accused) == sorted(expected), "\n".join(found)


if sys.argv[1] == "--self-test":
    self_test()
else:
    found = list(complaints(Path(sys.argv[1])))
    print("\n".join(found))
    sys.exit(1 if found else 0)

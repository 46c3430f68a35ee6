"""The distribution as a user gets it: built, installed in an environment of its own elsewhere, and used there.

    python tests/packaging/installed.py

Builds the source distribution and, from it, the wheel; installs the wheel with the pinned versions in a new virtual
environment in an empty folder; runs the command and a program there, and has the program's types checked.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
# What a source distribution must hold besides the packages.
SOURCES = (
    "tests/unit/test_regimes.py",
    "tests/oracle/line.json",
    "docs/index.md",
    "notebooks/01_pipeline.py",
    "theory/README.md",
    "theory/geometry/line/level.py",
    "figures/noisewise.mplstyle",
    "Makefile",
    "constraints.txt",
    "mkdocs.yml",
    "CITATION.cff",
    "CHANGELOG.md",
    "LICENSE",
)
PROGRAM = """
import noisewise as nw

problem: nw.MixtureProblem = nw.regimes.concentric(dim=20)
found: nw.Estimate = nw.gain(problem, alpha=0.4, beta=0.5)
optimum: nw.Optimum = nw.best_alpha(problem, beta=0.5)
route: str = found.route
print(route, nw.__version__)
"""
COMMANDS = (
    ("--version",),
    ("risk", "concentric", "--alpha", "0.4", "--beta", "0.5"),
    ("mc", "bumps", "--alpha", "0.3", "--beta", "0.5", "--votes", "11", "--samples", "500", "--seed", "1"),
    ("phase", "bumps", "--x", "beta=0.2:0.8:5", "--y", "alpha=0:0.6:4", "--out", "map.nc", "--figure", "map.png"),
)
# A search path of the caller's would put the checkout in place of what is installed, and pip would install nothing.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def run(*words: str | Path, cwd: Path) -> str:
    """Run to the end and give what was printed; a failure ends everything."""
    line = [str(word) for word in words]
    done = subprocess.run(line, cwd=cwd, env=ENVIRONMENT, text=True, capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, words))} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        run(sys.executable, "-m", "build", "--outdir", place / "dist", ROOT, cwd=place)
        (source,), (wheel,) = (list((place / "dist").glob(kind)) for kind in ("*.tar.gz", "*.whl"))
        with tarfile.open(source) as archive:
            held = {name.partition("/")[2] for name in archive.getnames()}
        if lost := [name for name in SOURCES if name not in held]:
            sys.exit(f"the source distribution lacks {', '.join(lost)}")
        run(sys.executable, "-m", "venv", place / "venv", cwd=place)
        python = place / "venv" / "bin" / "python"
        pip = (python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
        run(*pip, "--constraint", ROOT / "constraints.txt", wheel, cwd=place)
        work = place / "work"
        work.mkdir()
        for words in COMMANDS:
            run(python.with_name("noisewise"), *words, cwd=work)
        run(python, "-m", "noisewise", "regimes", cwd=work)
        (work / "program.py").write_text(PROGRAM, encoding="utf-8")
        said = run(python, "program.py", cwd=work)
        strict = ("--strict", "--python-executable", python, "program.py")
        checked = run(sys.executable, "-m", "mypy", *strict, cwd=work)
        print(f"{wheel.name}: {len(COMMANDS) + 2} commands ran; the program printed {said.strip()!r}; mypy: {checked}")


if __name__ == "__main__":
    main()

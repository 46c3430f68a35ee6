"""The ends of what the distribution says it runs with: the lowest versions of its dependencies, or the newest Python.

    python tests/packaging/bounds.py lowest
    python tests/packaging/bounds.py newest

lowest: this Python, and of each direct dependency, and each of the extra for networks, the very version that its lower
bound names. newest: the newest Python of this machine that the pinned versions install on, with these. Either way a
new virtual environment elsewhere runs the tests of the command line and of the core.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = ("python3.15", "python3.14", "python3.13", "python3.12", "python3.11")
EXTRA = "train"
TOOLS = ("pytest", "hypothesis", "mpmath", "shapely")
TESTS = (
    "tests/cli/test_commands.py",
    "tests/cli/test_words.py",
    "tests/cli/test_phase.py",
    "tests/cli/test_figures.py",
    "tests/cli/test_train.py",
    "tests/unit/test_data.py",
    "tests/unit/test_fit.py",
    "tests/unit/test_storage.py",
    "tests/unit/test_sweep.py",
    "tests/unit/test_montecarlo_options.py",
    "tests/unit/test_line_oracle.py",
    "tests/unit/test_proof_line.py",
)
# A search path of the caller's would put other packages in place of what is installed.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def lowest() -> Iterator[str]:
    """Each direct dependency, and each of the extra, at the version that its lower bound names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for requirement in [*project["dependencies"], *project["optional-dependencies"][EXTRA]]:
        name, version = re.fullmatch(r"([^>]+)>=([\d.]+)", requirement).groups()
        yield f"{name}=={version}"


def pythons() -> Iterator[str]:
    """The Pythons of this machine, the newest first; this one in any case."""
    for name in PYTHONS:
        for folder in os.get_exec_path():
            if path := shutil.which(name, path=folder):
                yield path
    yield sys.executable


def installed(python: str, wanted: list[str], pins: list[str], folder: str) -> str | None:
    """The Python of a new environment in a folder that has what is wanted and this project; None where that fails."""
    own = str(Path(folder) / "bin" / "python")
    install = [own, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    steps = (
        [python, "-m", "venv", "--clear", folder],
        [*install, *pins, *wanted, *TOOLS],
        [*install, "--no-deps", "--editable", str(ROOT)],
    )
    for step in steps:
        if subprocess.run(step, check=False, env=ENVIRONMENT).returncode:
            print(f"{python}: {step[1:4]} failed", file=sys.stderr)
            return None
    return own


def main(kind: str) -> int:
    wanted = list(lowest()) if kind == "lowest" else [f"{ROOT}[{EXTRA}]"]
    pins = [] if kind == "lowest" else ["--constraint", str(ROOT / "constraints.txt")]
    with tempfile.TemporaryDirectory() as folder:
        tried = [sys.executable] if kind == "lowest" else pythons()
        own = next((own for python in tried if (own := installed(python, wanted, pins, folder))), None)
        if own is None:
            print("no environment could be made", file=sys.stderr)
            return 1
        print(subprocess.run([own, "-VV"], check=True, text=True, capture_output=True).stdout, *wanted, sep="\n")
        # What newer versions deprecate is the business of the pinned environment, where warnings are errors.
        words = ["-m", "pytest", "-q", "-W", "ignore", "-p", "no:cacheprovider", "-m", "not slow", *TESTS]
        return subprocess.run([own, *words], cwd=ROOT, env=ENVIRONMENT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

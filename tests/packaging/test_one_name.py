"""`import noisewise as nw`: every public name, at no cost, and a clear word where something hides our packages."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from importlib import import_module, metadata
from pathlib import Path

import pytest

import noisewise as nw
import theory

ROOT = Path(__file__).parents[2]
HEAVY = ("numpy", "scipy", "sympy", "jax", "matplotlib", "xarray", "flint")
SLOW = (
    *("sympy", "flint", "jax", "matplotlib", "xarray", "pandas", "shapely", "multiprocessing"),
    *("scipy.stats", "scipy.optimize", "scipy.spatial", "scipy.linalg", "scipy.sparse", "scipy.integrate"),
    *("theory.geometry.plane", "theory.proof", "theory.theorems", "simulate.commands.mc", "simulate.commands.phase"),
)
SCRIPT = "import noisewise as nw\nprint(nw.gain.__name__)\n"
# As an editable install does it: our code is found only after the whole path has been searched.
LATE = f"""
import sys
from importlib.machinery import PathFinder
class Late:
    def find_spec(name, path=None, target=None):
        return PathFinder.find_spec(name, [{str(ROOT)!r}]) if path is None else None
sys.meta_path.insert(sys.meta_path.index(PathFinder) + 1, Late)
"""


def python(*words: str, cwd: Path, path: str = str(ROOT)) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder to its end, with our code on its path."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": path},
        text=True,
        capture_output=True,
        check=False,
        timeout=60,
    )


def hide(folder: Path, name: str) -> Path:
    """Put a file, or a folder where the name ends in a slash, in place of a package; gives its path."""
    place = folder / name
    if name.endswith("/"):
        place.mkdir()
        (place / "__init__.py").touch()
    else:
        place.touch()
    return place.resolve()


def test_importing_loads_nothing(tmp_path: Path) -> None:
    found = python("-c", f"import noisewise, sys; print([m for m in {HEAVY} if m in sys.modules])", cwd=tmp_path)
    assert found.stdout == "[]\n"


def test_listing_the_names_loads_nothing(tmp_path: Path) -> None:
    program = f"import noisewise, sys; dir(noisewise); print([m for m in {HEAVY} if m in sys.modules])"
    assert python("-c", program, cwd=tmp_path).stdout == "[]\n"


def test_the_line_does_without_the_other_geometries(tmp_path: Path) -> None:
    program = "import sys; from theory import clean_risk, regimes; clean_risk(regimes.bumps(), 0.4, 0.5)"
    others = '[m for m in sys.modules if m.startswith(("theory.geometry.radial", "theory.geometry.plane"))]'
    assert python("-c", f"{program}; print({others})", cwd=tmp_path).stdout == "[]\n"


@pytest.mark.parametrize(
    "words", ["risk bumps --alpha 0.4 --beta 0.5", "optimum concentric --beta 0.5", "law concentric"]
)
def test_exact_answers_do_without_what_is_slow_to_import(words: str, tmp_path: Path) -> None:
    """Each of the libraries takes as long to import as the answer, and none of them has a part in it."""
    program = f"""
import sys
from simulate.cli import main
sys.argv = "noisewise {words}".split()
assert main() == 0
print([m for m in {SLOW} if m in sys.modules])
"""
    assert python("-c", program, cwd=tmp_path).stdout.splitlines()[-1] == "[]"


def test_names_of_the_exact_side_are_those_of_theory() -> None:
    public = [name for name in dir(theory) if getattr(nw, name, None) is not None and not name.startswith("_")]
    assert {"gain", "clean_risk", "best_alpha", "regimes", "train", "smooth", "load_problem"} <= set(public)
    assert all(getattr(nw, name) is getattr(theory, name) for name in public)


@pytest.mark.parametrize("name", ["phase", "sweep", "monte_carlo", "Sampling", "Prover", "falsify", "LAWS"])
def test_names_of_other_rooms(name: str) -> None:
    assert name in dir(nw)
    assert getattr(nw, name) is not None


def test_type_checkers_see_the_same_names() -> None:
    (stub,) = (path for path in (ROOT / "noisewise-stubs", ROOT / "noisewise") if (path / "__init__.pyi").is_file())
    body = ast.parse((stub / "__init__.pyi").read_text(encoding="utf-8")).body
    homes = {alias.name: line.module for line in body if isinstance(line, ast.ImportFrom) for alias in line.names}
    assert set(homes) == set(dir(nw)) - {"__version__"}
    for name, home in homes.items():
        seen = import_module(f"{home}.{name}") if name == "regimes" else getattr(import_module(str(home)), name)
        assert getattr(nw, name) is seen


def test_version_is_that_of_the_distribution() -> None:
    assert nw.__version__ == metadata.version("noisewise")


def test_a_mistyped_name_is_told_the_nearest() -> None:
    with pytest.raises(AttributeError, match=r"'noisewise' has no attribute 'best_alpa'.*did you mean 'best_alpha'"):
        nw.__getattr__("best_alpa")


def test_names_that_python_asks_for_get_no_suggestion() -> None:
    with pytest.raises(AttributeError, match=r"has no attribute '__path_'$"):
        nw.__getattr__("__path_")


@pytest.mark.parametrize("name", ["figures.py", "simulate/", "theory/"])
def test_a_script_beside_something_of_the_same_name(name: str, tmp_path: Path) -> None:
    place = hide(tmp_path, name)
    (tmp_path / "script.py").write_text(SCRIPT)
    done = python("script.py", cwd=tmp_path)
    last = done.stderr.splitlines()[-1]
    assert done.returncode == 1
    assert last.startswith("ImportError: noisewise needs its package")
    assert f"Python finds {place} first" in last


@pytest.mark.parametrize("name", ["figures.py", "simulate/"])
def test_the_command_in_a_folder_with_something_of_the_same_name(name: str, tmp_path: Path) -> None:
    place = hide(tmp_path, name)
    done = python("-m", "noisewise", "--version", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert f"Python finds {place} first" in done.stderr


def test_a_folder_that_is_no_package_hides_an_editable_install(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "script.py").write_text(LATE + SCRIPT)
    done = python("script.py", cwd=tmp_path, path="")
    assert f"Python finds {(tmp_path / 'figures').resolve()} first" in done.stderr.splitlines()[-1]


def test_a_folder_that_is_no_package_hides_nothing_on_the_path(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "script.py").write_text(SCRIPT)
    assert python("script.py", cwd=tmp_path).stdout == "gain\n"

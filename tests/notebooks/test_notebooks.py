"""Every notebook: text and calls only, and it runs from top to bottom as a notebook does."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import jupytext
import nbclient
import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "notebooks").glob("*.py"))
TIMEOUT = 120  # seconds for one cell; a whole notebook takes a few
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def read(script: Path) -> Any:
    return jupytext.read(script, fmt="py:percent")


def test_there_are_notebooks() -> None:
    assert SCRIPTS


@pytest.mark.parametrize("script", SCRIPTS, ids=[path.stem for path in SCRIPTS])
def test_has_text_and_no_definitions_of_its_own(script: Path) -> None:
    assert not [node for node in ast.walk(ast.parse(script.read_text())) if isinstance(node, DEFINITIONS)]
    kinds = [cell.cell_type for cell in read(script).cells]
    assert kinds[0] == "markdown"
    assert kinds.count("markdown") >= kinds.count("code") / 3


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS, ids=[path.stem for path in SCRIPTS])
# The client of the kernel leaves sockets to the collector; none of it is the notebook's doing.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_runs_and_shows_its_figures(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = read(script)
    nbclient.NotebookClient(notebook, timeout=TIMEOUT, kernel_name="python3").execute(cwd=str(ROOT))
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(output.output_type != "stream" for cell in code for output in cell.outputs)
    drawn = [cell for cell in code if cell.source.rstrip().endswith(".figure")]
    assert drawn
    assert all(any("image/png" in output.get("data", {}) for output in cell.outputs) for cell in drawn)

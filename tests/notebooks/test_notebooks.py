"""Every notebook: text and calls only, and it runs from top to bottom as a notebook does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupytext
import nbclient
import nbformat
import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "notebooks").glob("*.py"))
TIMEOUT = 120  # seconds for one cell; a whole notebook takes a few
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def read(script: Path) -> Any:
    return jupytext.read(script, fmt="py:percent")


def asks_for_pictures(script: Path) -> bool:
    return "%matplotlib" in script.read_text()


def test_there_are_notebooks() -> None:
    assert SCRIPTS


@pytest.mark.parametrize("script", SCRIPTS, ids=[path.stem for path in SCRIPTS])
def test_has_text_and_no_definitions_of_its_own(script: Path) -> None:
    assert not [node for node in ast.walk(ast.parse(script.read_text())) if isinstance(node, DEFINITIONS)]
    kinds = [cell.cell_type for cell in read(script).cells]
    assert kinds[0] == "markdown"
    assert kinds.count("markdown") >= kinds.count("code") / 3


@pytest.fixture(scope="module")
def kernel() -> Iterator[Any]:
    """One kernel for all, for what notebooks import takes longer than much of what they do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        client = nbclient.NotebookClient(nbformat.v4.new_notebook(), kernel_name="python3")
        client.create_kernel_manager()
        client.start_new_kernel(cwd=str(ROOT))
        yield client.km
        client._cleanup_kernel()


@pytest.mark.slow
# What draws without asking for a way to show it comes first, while nothing has asked.
@pytest.mark.parametrize("script", sorted(SCRIPTS, key=asks_for_pictures), ids=lambda path: path.stem)
# The client of the kernel leaves sockets to the collector; none of it is the notebook's doing.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_runs_and_shows_its_figures(script: Path, kernel: Any) -> None:
    notebook = read(script)
    notebook.cells.insert(0, nbformat.v4.new_code_cell("%reset -f"))
    nbclient.NotebookClient(notebook, km=kernel, timeout=TIMEOUT).execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(output.output_type != "stream" for cell in code for output in cell.outputs)
    drawn = [cell for cell in code if cell.source.rstrip().endswith(".figure")]
    assert drawn
    assert all(any("image/png" in output.get("data", {}) for output in cell.outputs) for cell in drawn)

"""Pages of notebooks: formulas without a script, pictures for sliders, nothing to load."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import nbformat
import pytest

SCRIPT = Path(__file__).parents[2] / "notebooks" / "html" / "render.py"


@pytest.fixture(scope="module")
def render() -> ModuleType:
    found = importlib.util.spec_from_file_location("render", SCRIPT)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_formulas_become_mathml_and_code_stays(render: ModuleType) -> None:
    made = render.formulas(r"A $\frac12$ and" + "\n$$a^2\n= b$$\nbut `$HOME` and 5 dollars.")
    assert made.count("<math") == 2
    assert made.count('display="block"') == 1
    assert "\\" not in made
    assert "`$HOME` and 5 dollars." in made
    assert "http" not in made


def test_an_unknown_command_is_refused(render: ModuleType) -> None:
    with pytest.raises(ValueError, match="nosuchthing"):
        render.formulas(r"$\nosuchthing x$")


def test_a_page_loads_nothing(render: ModuleType) -> None:
    data = {"image/png": "iVBORw0KGgo=", render.LIVE[0]: "", "text/html": "<script>alert(1)</script>"}
    code = nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("display_data", data)])
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(r"# A $\beta$"), code])
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    page = render.page(notebook, "a title")
    assert "<title>a title</title>" in page
    assert re.search(r"<math[^>]*>\s*<mrow>\s*<mi>", page)
    assert "data:image/png;base64," in page
    assert "<script" not in page
    assert not re.search(r'(src|href)="https?:', page)

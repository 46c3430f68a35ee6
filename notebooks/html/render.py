"""Run every notebook and write it as a page that needs neither a network nor a kernel: `make notebooks`.

Formulas become MathML, pictures are part of the page, and of sliders the picture of their map is shown.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

from simulate.extras import missing

try:
    import jupytext
    import nbclient
    from latex2mathml.converter import convert
    from nbconvert import HTMLExporter
except ModuleNotFoundError as error:
    raise missing(str(error.name), "notebook") from error

ROOT = Path(__file__).parents[2]
# A page loads nothing: no scripts, for there is no formula or widget left that would ask for one.
TEMPLATE = """
{%- extends "lab/index.html.j2" -%}
{%- block html_head_js -%}{%- endblock -%}
{%- block jupyter_widgets -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
"""
# What of an output needs a kernel, or a script; HTML with one does too.
LIVE = ("application/vnd.holoviews_exec.v0+json", "application/vnd.holoviews_load.v0+json", "application/javascript")
FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<![\\$])\$(.+?)(?<!\\)\$", re.DOTALL)
CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
# Bars of absolute values are no operators with room around them.
BAR = re.compile(r"<mo\b[^>]*>(&#x0007C;|&#x02016;)</mo>")
# The name space of MathML looks like an address; within HTML it is implied.
NAMESPACE = re.compile(r'\s+xmlns(:\w+)?="[^"]*"')


def mathml(found: re.Match[str]) -> str:
    """One formula. Raises `ValueError` on a command that MathML does not get."""
    latex, display = (found[1], "block") if found[1] else (found[2], "inline")
    made = NAMESPACE.sub("", convert(latex.strip(), display=display))
    if "\\" in made:
        raise ValueError(f"no MathML for the formula {latex}")
    return BAR.sub(r'<mo stretchy="false" lspace="0" rspace="0">\1</mo>', " ".join(made.split()))


def formulas(text: str) -> str:
    """Markdown with its formulas as MathML; code stays as it is."""
    parts = CODE.split(text)
    return "".join(part if place % 2 else FORMULA.sub(mathml, part) for place, part in enumerate(parts))


def executed(script: Path) -> Any:
    """The notebook with its outputs, run from the root of the project."""
    notebook = jupytext.read(script, fmt="py:percent")
    nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3").execute(cwd=str(ROOT))
    return notebook


def page(notebook: Any, title: str) -> str:
    """The notebook as one HTML file."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = formulas(cell.source)
            continue
        cell.outputs = [output for output in cell.get("outputs", []) if _still(output)]
    notebook.metadata.pop("widgets", None)
    notebook.metadata["title"] = title
    body, _resources = HTMLExporter(raw_template=TEMPLATE).from_notebook_node(notebook)
    return str(body)


def _still(output: Any) -> bool:
    """Leave of an output what a page without scripts can show; whether that is anything."""
    data = output.get("data")
    if data is None:
        return True
    for kind in (*LIVE, *(["text/html"] if "<script" in data.get("text/html", "") else [])):
        data.pop(kind, None)
    return bool(set(data) - {"text/plain"}) or output["output_type"] != "display_data"


def main(folder: Path, names: list[str]) -> None:
    """Write the named notebooks, or all, into a folder."""
    os.environ["PYTHONPATH"] = str(ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    for script in sorted((ROOT / "notebooks").glob("*.py")):
        if names and script.stem not in names:
            continue
        path = folder / f"{script.stem}.html"
        path.write_text(page(executed(script), script.stem.replace("_", " ")), encoding="utf-8")
        print(f"wrote {path}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])

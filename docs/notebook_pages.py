"""The notebooks as pages: their text and calls, and below each call what it answered.

Answers are those that notebooks/html/kept.py keeps; a notebook not run since something changed is shown without them.
"""

from __future__ import annotations

import base64
import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import jupytext
from mkdocs.structure.files import File

HOME = Path(__file__).parents[1] / "notebooks" / "html"
UNRUN = "*Shown without its answers: `make docs` runs the notebook first.*"
WIDGET = "application/vnd.jupyter.widget-view+json"


def load(path: Path) -> ModuleType:
    """A module by its file: notebooks are no package."""
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


KEPT = load(HOME / "kept.py")


def on_files(files: Any, config: Any) -> Any:
    """A page for each notebook, and its pictures."""
    for script in KEPT.scripts():
        text, pictures = page(script)
        files.append(File.generated(config, f"notebooks/{script.stem}.md", content=text))
        for name, content in pictures.items():
            files.append(File.generated(config, f"notebooks/{name}", content=content))
    return files


def page(script: Path) -> tuple[str, dict[str, bytes]]:
    """The Markdown of a notebook, and the pictures in it by name."""
    notebook = KEPT.kept(script)
    unrun = notebook is None
    notebook = jupytext.read(script, fmt="py:percent") if unrun else notebook
    parts: list[str] = []
    pictures: dict[str, bytes] = {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append(cell.source)
        elif cell.source.strip():
            code = re.sub(r"^%.*\n", "", cell.source, flags=re.MULTILINE)
            parts.append(f"```python\n{code}\n```")
            parts += [answer(output, script.stem, pictures) for output in cell.get("outputs", [])]
    title, *rest = parts
    name = f"`notebooks/{script.name}`, a notebook that `make lab` opens."
    return "\n\n".join([title, name, *[UNRUN] * unrun, *rest]), pictures


def answer(output: Any, stem: str, pictures: dict[str, bytes]) -> str:
    """One output: its picture, else its HTML, else its text. Sliders need a kernel and are left out."""
    data = output.get("data", {})
    if "image/png" in data:
        name = f"{stem}-{len(pictures) + 1}.png"
        pictures[name] = base64.b64decode(data["image/png"])
        return f"![Figure {len(pictures)}]({name})"
    if "text/html" in data:
        # A blank line would end the HTML.
        return '<div class="answer">\n' + re.sub(r"\n\s*\n", "\n", data["text/html"]) + "\n</div>"
    if WIDGET in data:
        return ""
    text = data.get("text/plain", output.get("text", ""))
    return f"```text\n{text.rstrip()}\n```" if text else ""

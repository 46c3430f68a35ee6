"""The pages of the documentation: what they tell a reader to type runs, and answers what they say it answers.

In order on each page, in an empty folder: a block with a title is written to that file, `sh` blocks are commands of
noisewise, `python` blocks share one namespace, and a `text` block right after one of these is its output, with `...`
for what is left out. `console` blocks set the project up and are not run.
"""

from __future__ import annotations

import contextlib
import doctest
import importlib.util
import io
import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pytest

import theory
from simulate.cli import main

DOCS = Path(__file__).parents[2] / "docs"
README = DOCS.parent / "README.md"
PAGES = [README, *sorted(DOCS.rglob("*.md"))]
FENCE = re.compile(r'^```(?P<kind>\w+)(?P<options>(?: \w+="[^"]*")*)\n(?P<body>.*?)^```$', re.MULTILINE | re.DOTALL)
KINDS = {"console", "python", "sh", "text", "toml"}
SETUP = {"$ make demo", "$ make test", "$ pip install .", "$ source .venv/bin/activate"}
LOOSE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True)
class Block:
    """Fenced text; `answer` is the output that the page shows for it, None where it shows none."""

    kind: str
    options: dict[str, str]
    body: str
    answer: str | None

    @property
    def runs(self) -> bool:
        return self.kind in ("python", "sh")


def blocks(page: Path) -> list[Block]:
    text = page.read_text()
    found = list(FENCE.finditer(text))
    result = []
    for k, match in enumerate(found):
        after = found[k + 1] if k + 1 < len(found) else None
        shown = after is not None and after["kind"] == "text" and not text[match.end() : after.start()].strip()
        options = dict(re.findall(r'(\w+)="([^"]*)"', match["options"]))
        result.append(Block(match["kind"], options, match["body"], after["body"] if after and shown else None))
    return result


RUNNING = [page for page in PAGES if any(block.runs for block in blocks(page))]
SLOW = {
    "certified",
    "check",
    "cluster",
    "cores",
    "diagram",
    "falsify",
    "own-data",
    "sampling",
    "tutorial",
}  # more than a few seconds each


def command(line: str) -> None:
    """A line of a shell that is a command of noisewise, in this process; it must succeed."""
    program, *words = shlex.split(line)
    assert program == "noisewise"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["noisewise", *words])
        assert main() == 0


def run(block: Block, space: dict[str, Any]) -> str:
    """The standard output of a block."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        if block.kind == "python":
            exec(compile(block.body, "<documentation>", "exec"), space)
        else:
            for line in block.body.splitlines():
                command(line)
    return out.getvalue()


@pytest.mark.parametrize(
    "page", [pytest.param(page, id=page.stem, marks=[pytest.mark.slow] * (page.stem in SLOW)) for page in RUNNING]
)
# Clusters and drawings leave sockets and files to the collector; none of it is the page's doing.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_what_a_page_says_to_type_does_what_it_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    space: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks(page):
        if "title" in block.options:
            (tmp_path / block.options["title"]).write_text(block.body)
        needed = block.options.get("requires")
        if not block.runs or (needed and importlib.util.find_spec(needed) is None):
            continue
        found = run(block, space)
        if block.answer is not None:
            same = doctest.OutputChecker().check_output(block.answer, found, LOOSE)
            assert same, f"{block.body}\nanswers\n{found}\nand the page says\n{block.answer}"
    for name in ("my.png",):
        if (tmp_path / name).exists():
            drawn, kept = (matplotlib.image.imread(folder / name) for folder in (tmp_path, DOCS / "img"))
            assert drawn.shape == kept.shape
            assert np.abs(drawn - kept).mean() < 0.01


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(DOCS.parent)) for page in PAGES])
def test_fences_are_closed_and_of_known_kinds(page: Path) -> None:
    found = blocks(page)
    assert {block.kind for block in found} <= KINDS
    assert page.read_text().count("```") == 2 * len(found)
    for block in found:
        if block.kind == "sh":
            assert all(line.startswith("noisewise ") for line in block.body.splitlines())
        if block.kind == "console":
            assert set(block.body.splitlines()) <= SETUP


def test_the_readme_fits_on_two_screens() -> None:
    assert len(README.read_text().splitlines()) <= 120


def test_no_page_names_a_host() -> None:
    sources = [path for path in DOCS.rglob("*") if path.suffix in (".md", ".css", ".html", ".py", ".js")]
    assert not [path for path in sources if re.search(r"https?:|//\w+[.]\w", path.read_text())]


def test_every_public_name_has_its_reference() -> None:
    text = "\n".join(path.read_text() for path in (DOCS / "reference").glob("*.md"))
    for name, module in theory._HOME.items():
        place = module if module.endswith(f".{name}") else f"{module}.{name}"
        assert re.search(rf"^::: {re.escape(place)}$", text, re.MULTILINE), place

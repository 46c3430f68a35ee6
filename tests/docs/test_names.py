"""Files and rooms that the documentation names exist, and every room is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "theory" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
NAMED = re.compile(r"`([\w./]*(?:\w/|\.py|\.md))`")
ROW = re.compile(r"^\| `([\w/]+)/` \|", re.MULTILINE)
MADE = {"build/", "demo/"}  # folders that commands write


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_files_that_a_page_names_exist(page: Path) -> None:
    bases = [ROOT, page.parent]
    named = {name for name in NAMED.findall(page.read_text()) if name not in MADE}
    assert not [name for name in named if not any((base / name).exists() for base in bases)]


def test_the_house_has_exactly_the_rooms_on_disk() -> None:
    sources = [path for top in ("theory", "figures", "simulate", "notebooks") for path in (ROOT / top).rglob("*.py")]
    rooms = {str(path.parent.relative_to(ROOT)) for path in sources}
    rows = ROW.findall((ROOT / "docs" / "house.md").read_text())
    assert len(rows) == len(set(rows))
    assert set(rows) == rooms

"""The built site: complete, and nothing on it needs a network."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from simulate.experiments.recipes import RECIPES

ROOT = Path(__file__).parents[2]
LINK = re.compile(r'(?:href|src)="([^"]+)"')

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    words = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return folder


def test_every_page_is_built_and_every_link_leads_somewhere(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) == len(list((ROOT / "docs").rglob("*.md")))
    for page in pages:
        text = page.read_text()
        for target in LINK.findall(text):
            path, _, anchor = target.partition("#")
            other = (page.parent / path) if path else page
            assert other.is_file(), f"{page}: {target}"
            assert not anchor or f'id="{anchor}"' in other.read_text(), f"{page}: {target}"


def test_no_file_names_a_host_or_holds_a_script(site: Path) -> None:
    for path in site.rglob("*"):
        if path.suffix in (".html", ".css", ".xml", ".js", ".json"):
            text = path.read_text()
            assert not re.search(r"https?:|<script|@import|url\(|=[\"']//", text), path
    assert {path.suffix for path in site.rglob("*") if path.is_file()} == {".html", ".css", ".png"}


def test_formulas_are_mathematics(site: Path) -> None:
    text = "".join(page.read_text() for page in (site / "mathematics").glob("*.html"))
    assert text.count("<math") > 300
    assert "arithmatex" not in text
    assert "$" not in re.sub(r"<pre>.*?</pre>", "", text, flags=re.DOTALL)


def test_the_gallery_shows_every_figure_with_its_words_and_command(site: Path) -> None:
    text = (site / "gallery.html").read_text()
    plain = re.sub("<[^>]+>", "", text)
    for name, recipe in RECIPES.items():
        assert recipe.words.split(".")[0] in text
        assert f"noisewise figures {name}\n" in plain
        for stem in recipe.drawn or recipe.sources:
            assert f'src="gallery/{stem}.png"' in text

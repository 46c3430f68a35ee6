"""The built site: complete, and nothing on it needs a network."""

from __future__ import annotations

import json
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
    notebooks = list((ROOT / "notebooks").glob("*.py"))
    assert len(pages) == len(list((ROOT / "docs").rglob("*.md"))) + len(notebooks)
    for page in pages:
        text = page.read_text()
        for target in LINK.findall(text):
            path, _, anchor = target.partition("#")
            other = (page.parent / path) if path else page
            assert other.is_file(), f"{page}: {target}"
            assert not anchor or f'id="{anchor}"' in other.read_text(), f"{page}: {target}"


def test_no_file_names_a_host_and_scripts_are_those_of_the_search(site: Path) -> None:
    for path in site.rglob("*"):
        if path.suffix in (".html", ".css", ".xml", ".js", ".json"):
            text = path.read_text()
            assert not re.search(r"https?:|@import|url\(|=[\"']//|fetch\(|XMLHttpRequest", text), path
            scripts = re.findall(r"<script.*?>", text)
            names = [] if path.suffix != ".html" else ["search-index.js", "search.js"]
            assert [re.fullmatch(r'<script src="(?:[.]{1,2}/)*js/([\w.-]+)">', tag)[1] for tag in scripts] == names, (
                path
            )
    assert {path.suffix for path in site.rglob("*") if path.is_file()} == {".html", ".css", ".png", ".gif", ".js"}


def test_the_search_knows_every_section(site: Path) -> None:
    text = (site / "js" / "search-index.js").read_text()
    sections = json.loads(text.removeprefix("window.sections = ").removesuffix(";\n"))
    places = {section["place"] for section in sections}
    assert len(places) == len(sections)
    for page in site.rglob("*.html"):
        main = page.read_text().split("<main", 1)[1].split("</main>")[0]
        for anchor in re.findall(r'<h[1-4] id="([^"]+)"', main):
            assert f"{page.relative_to(site).as_posix()}#{anchor}" in places
    found = [section for section in sections if section["heading"] == "falsify"]
    assert len(found) == 1
    assert "does not hold" in found[0]["text"]
    assert not any("<" in section["heading"] or "¶" in section["heading"] for section in sections)


def test_the_reference_lists_every_object_of_a_page_at_its_top(site: Path) -> None:
    for page in (site / "reference").glob("*.html"):
        text = page.read_text()
        top = text[text.index('<ul class="contents"') : text.index("<h2")]
        objects = re.findall(r'<h[34] id="([^"]+)" class="doc doc-heading">', text)
        assert objects
        assert [place for place in re.findall(r'href="#([^"]+)"', top) if "." in place] == objects


def test_fields_of_docstrings_are_lists_of_one_item_each(site: Path) -> None:
    text = (site / "reference" / "laws.html").read_text()
    falsify = text.split('<h3 id="theory.claims.falsify.falsify"')[1].split("<h3 ")[0]
    assert re.findall(r"<b><code>(\w+)</code></b>", falsify) == ["claim", "family", "budget", "proved"]
    exact = (site / "reference" / "exact.html").read_text()
    estimate = exact.split('<h3 id="theory.estimate.Estimate"')[1].split("<h4 ")[0]
    assert re.findall(r'<li class="doc-section-item"><b><code>(\w+)</code></b>', estimate) == [
        "value",
        "error",
        "route",
        "status",
    ]


def test_the_menu_folds_without_a_script(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text()
        folded = text[text.index('<details class="tree">') : text.index("</details>")]
        assert folded.count("<a ") == len(list(site.rglob("*.html")))
        assert folded.count('aria-current="page"') == 1


def test_notebooks_are_pages_with_their_text_and_calls(site: Path) -> None:
    for script in (ROOT / "notebooks").glob("*.py"):
        text = (site / "notebooks" / f"{script.stem}.html").read_text()
        title = re.search("^# # (.*)$", script.read_text(), re.MULTILINE)
        assert title
        assert f">{title[1]}<a " in text
        calls = script.read_text().count("\n# %%\n")
        assert text.count('<div class="language-python highlight">') == calls


def test_formulas_are_mathematics(site: Path) -> None:
    text = "".join(page.read_text() for page in (site / "mathematics").glob("*.html"))
    assert text.count("<math") > 300
    assert "arithmatex" not in text
    assert "$" not in re.sub(r"<pre>.*?</pre>", "", text, flags=re.DOTALL)


def test_no_fence_is_left_as_text(site: Path) -> None:
    assert not [page for page in site.rglob("*.html") if "```" in page.read_text()]


def test_the_gallery_shows_every_figure_with_its_words_and_command(site: Path) -> None:
    text = (site / "gallery.html").read_text()
    plain = re.sub("<[^>]+>", "", text)
    for name, recipe in RECIPES.items():
        assert recipe.words.split(".")[0] in text
        assert f"noisewise figures {name}\n" in plain
        for stem in recipe.drawn or recipe.sources:
            shown = "png" if ".png" in recipe.medium.suffixes else "gif"
            assert f'src="gallery/{stem}.{shown}"' in text

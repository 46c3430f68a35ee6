"""What the documentation needs while it is built: formulas as MathML, the gallery, and the pictures of the project.

MkDocs calls the functions named `on_...`. Nothing on a built page comes from another host: formulas need no script.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

from latex2mathml.converter import convert
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

ROOT = Path(__file__).parents[1]
GALLERY = ROOT / "figures" / "gallery"
PICTURES = "gallery"
# What a page can show.
SHOWN = (".png", ".gif")
MARK = "<!-- recipes -->"

# What a fence needs to be run is for the tests; a fence with a word that pymdownx does not know is none.
NEEDED = re.compile(r'^(```\w+) requires="[^"]*"$', re.MULTILINE)
# What pymdownx.arithmatex leaves of a formula, inline and set apart.
INLINE = re.compile(r'<span class="arithmatex">\\\((.*?)\\\)</span>', re.DOTALL)
BLOCK = re.compile(r'<div class="arithmatex">\s*\\\[(.*?)\\\]\s*</div>', re.DOTALL)
# The name space of MathML looks like an address; within HTML it is implied.
NAMESPACE = re.compile(r'\s+xmlns(:\w+)?="[^"]*"')
# Single and double bars are brackets here, between which and their content there is no space.
BAR = re.compile(r"<mo\b[^>]*>(&#x0007C;|&#x02016;)</mo>")
# A style sheet for another theme, and a map of the site for search engines.
UNWANTED = ("assets/_mkdocstrings.css", "sitemap.xml", "sitemap.xml.gz")


def on_files(files: Any, config: Any) -> Any:
    """The pictures in figures/gallery are files of the site."""
    for path in sorted(path for path in GALLERY.iterdir() if path.suffix in SHOWN):
        files.append(File.generated(config, f"{PICTURES}/{path.name}", abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """The gallery takes the place of its mark, and fences are what they are."""
    markdown = NEEDED.sub(r"\1", markdown)
    return markdown.replace(MARK, gallery()) if MARK in markdown else markdown


def on_page_content(content: str, page: Any, **_: Any) -> str:
    """Formulas become MathML."""
    return formulas(content, page.file.src_path)


def on_post_build(config: Any) -> None:
    """The site is what a reader opens, and nothing else."""
    for name in UNWANTED:
        (Path(config.site_dir) / name).unlink(missing_ok=True)
    assets = Path(config.site_dir) / "assets"
    if assets.is_dir() and not any(assets.iterdir()):
        assets.rmdir()


def formulas(content: str, source: str = "") -> str:
    """HTML with its formulas as MathML. Raises `PluginError` on a command that MathML does not get."""

    def inline(found: re.Match[str]) -> str:
        return mathml(found[1], "inline", source)

    def block(found: re.Match[str]) -> str:
        return mathml(found[1], "block", source)

    return INLINE.sub(inline, BLOCK.sub(block, content))


def mathml(latex: str, display: str, source: str = "") -> str:
    """One formula. Commands that are not known would come out as their names; here they stop the build."""
    latex = html.unescape(latex).strip()
    made = NAMESPACE.sub("", convert(latex, display=display))
    if "\\" in made or "&</mi>" in made or "#x00026;" in made:
        raise PluginError(f"{source}: no MathML for the formula {latex}")
    return BAR.sub(r'<mo stretchy="false" lspace="0" rspace="0">\1</mo>', made)


def gallery() -> str:
    """One section for each recipe whose pictures are there: what it shows, its pictures, its command."""
    from simulate.experiments.recipes import RECIPES

    sections = []
    for name, recipe in RECIPES.items():
        (suffix,) = set(SHOWN) & set(recipe.medium.suffixes)
        stems = [stem for stem in recipe.drawn or recipe.sources if (GALLERY / f"{stem}{suffix}").exists()]
        if stems:
            pictures = "\n\n".join(f"![{stem}]({PICTURES}/{stem}{suffix})" for stem in stems)
            title = name.replace("-", " ").capitalize()
            sections.append(f"## {title}\n\n{recipe.words}\n\n{pictures}\n\n```sh\nnoisewise figures {name}\n```\n")
    return "\n".join(sections)

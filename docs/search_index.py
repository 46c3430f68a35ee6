"""The index that the search on the pages reads: every section with its title, its place and its words.

It is a script that sets one variable, for a page opened from the file system may not read other files.
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

INDEX = "js/search-index.js"
HEADING = re.compile(r'<h([1-4]) id="([^"]+)"[^>]*>(.*?)</h\1>', re.DOTALL)
# Links to the heading itself, labels of an object's kind and drawings hold no words to search for.
WORDLESS = re.compile(
    r'<a [^>]*class="headerlink".*?</a>|<small class="doc .*?</small>|<(svg|style)\b.*?</\1>', re.DOTALL
)
TAG = re.compile(r"<[^>]+>")
# An address in a picture's metadata or the like is nothing to search for.
ADDRESS = re.compile(r"\w+://\S+")

_sections: list[dict[str, str]] = []


def on_pre_build(**_: Any) -> None:
    """A build starts with an empty index."""
    _sections.clear()


def on_page_content(content: str, page: Any, **_: Any) -> None:
    """The sections of a page enter the index."""
    _sections.extend(sections(content, page.url, page.title))


def on_post_build(config: Any) -> None:
    """The index is written."""
    path = Path(config.site_dir) / INDEX
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(_sections, ensure_ascii=False, separators=(",", ":"))
    path.write_text(f"window.sections = {text};\n", encoding="utf-8")


def sections(content: str, url: str, title: str) -> list[dict[str, str]]:
    """A section reaches from its heading to the next, whatever the level of that."""
    found = list(HEADING.finditer(content))
    ends = [match.start() for match in found[1:]] + [len(content)]
    return [
        {
            "page": title,
            "place": f"{url}#{match[2]}",
            "heading": words(match[3]),
            "text": words(content[match.end() : end]),
        }
        for match, end in zip(found, ends, strict=True)
    ]


def words(content: str) -> str:
    """HTML without its tags, on one line."""
    bare = TAG.sub("", re.sub(r"</(p|li|td|th|h\d|div|pre)>", " ", WORDLESS.sub("", content)))
    return " ".join(ADDRESS.sub("", html.unescape(bare)).split())

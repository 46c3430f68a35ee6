"""The list of contents at the top of each page of the reference: every object with the first sentence said of it."""

from __future__ import annotations

import re
from typing import Any

# Headings of sections, of objects and of their members, with the first paragraph that follows an object's heading.
SECTION = re.compile(r'<h2 id="([^"]+)">(.*?)<a ', re.DOTALL)
OBJECT = re.compile(r'<h([34]) id="([^"]+)" class="doc doc-heading">.*?doc-object-name[^>]*>(.*?)</span>', re.DOTALL)
FIRST = re.compile(r'<div class="doc doc-contents[^"]*">\s*(?:<p class="doc[^>]*>.*?</p>\s*)*<p>(.*?)</p>', re.DOTALL)
SENTENCE = re.compile(r"(.*?[.])(?:\s|$)", re.DOTALL)
LINK = re.compile(r"</?a\b[^>]*>")


def on_page_content(content: str, page: Any, **_: Any) -> str:
    """Pages of the reference get their list below the title."""
    if not page.file.src_path.startswith("reference/"):
        return content
    title, end, rest = content.partition("</h1>")
    return title + end + contents(rest) + rest


def contents(content: str) -> str:
    """The objects of each section, and their members below them."""
    starts = [*SECTION.finditer(content)]
    ends = [start.start() for start in starts[1:]] + [len(content)]
    lists = []
    for start, end in zip(starts, ends, strict=True):
        section = f'<a href="#{start[1]}">{start[2]}</a>'
        lists.append(f"<li>{section}<ul>{entries(content[start.end() : end])}</ul></li>")
    return f'\n<ul class="contents" aria-label="Contents">{"".join(lists)}</ul>\n'


def entries(section: str) -> str:
    """One line for each object, and under it one line with the names of its members."""
    lines: list[str] = []
    members: list[str] = []
    found = [*OBJECT.finditer(section)]
    ends = [match.start() for match in found[1:]] + [len(section)]
    for match, end in zip(found, ends, strict=True):
        link = f'<a href="#{match[2]}"><code>{match[3]}</code></a>'
        if match[1] == "4":
            members.append(link)
            continue
        lines.append(below(members) + f"<li>{link} {summary(section[match.end() : end])}</li>")
        members = []
    return "".join(lines) + below(members)


def below(members: list[str]) -> str:
    return f'<li class="members">{", ".join(members)}</li>' if members else ""


def summary(content: str) -> str:
    """The first sentence of the first paragraph; a link within it leads away, and is left out."""
    paragraph = FIRST.search(content)
    if paragraph is None:
        return ""
    sentence = SENTENCE.match(paragraph[1])
    return LINK.sub("", sentence[1] if sentence else paragraph[1])

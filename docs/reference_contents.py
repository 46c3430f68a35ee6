"""The reference: a list of contents at the top of each page, and fields of classes as lists.

The list has every object with the first sentence said of it.
"""

from __future__ import annotations

import re
from typing import Any

# Headings of sections, of objects and of their members, with the first paragraph that follows an object's heading.
SECTION = re.compile(r'<h2 id="([^"]+)">(.*?)<a ', re.DOTALL)
OBJECT = re.compile(r'<h([34]) id="([^"]+)" class="doc doc-heading">.*?doc-object-name[^>]*>(.*?)</span>', re.DOTALL)
FIRST = re.compile(r'<div class="doc doc-contents[^"]*">\s*(?:<p class="doc[^>]*>.*?</p>\s*)*<p>(.*?)</p>', re.DOTALL)
SENTENCE = re.compile(r"(.*?[.])(?:\s|$)", re.DOTALL)
LINK = re.compile(r"</?a\b[^>]*>")
# A paragraph of a docstring that says "name: what it is", a field from each line or sentence that starts so.
PARAGRAPH = re.compile(r"<p>([a-z]\w+(?:, [a-z]\w+)*: .*?)</p>", re.DOTALL)
FIELD = re.compile(r"(?:^|(?<=[.)] ))([a-z]\w+(?:, [a-z]\w+)*): ", re.MULTILINE)

# What the reader of docstrings makes of a field whose text goes on in an indented line.
FOLDED = re.compile(
    r'<details class="([a-z]\w+)" open>\s*<summary>(.*?)</summary>\s*<p>(.*?)</p>\s*</details>', re.DOTALL
)


def on_page_content(content: str, page: Any, **_: Any) -> str:
    """Pages of the reference get their list of contents below the title."""
    if not page.file.src_path.startswith("reference/"):
        return content
    title, end, rest = content.partition("</h1>")
    return title + end + contents(rest) + PARAGRAPH.sub(fields, FOLDED.sub(r"<p>\1: \2 \3</p>", rest))


def fields(paragraph: re.Match[str]) -> str:
    """The fields of a class as a list in the form that arguments have."""
    _, *parts = FIELD.split(paragraph[1])
    items = (
        f'<li class="doc-section-item"><b><code>{name}</code></b> &#8211; <span>{text.strip()}</span></li>'
        for name, text in zip(parts[::2], parts[1::2], strict=True)
    )
    return f'<ul class="fields">{"".join(items)}</ul>'


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

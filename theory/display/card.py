"""The one form that everything displayed is brought into: a title, facts, a table, a picture; as text or as HTML."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from theory.errors import one_line

# Rows of a table that are shown; of longer tables the first ones.
MOST_ROWS = 12
CELL = "text-align:left;padding:1px 10px 1px 0"


def no_picture() -> str:
    """Nothing to draw."""
    return ""


@dataclass(frozen=True)
class Card:
    """What is known of an object, before it is laid out.

    title: one line. facts: (name, what) pairs. header, rows: a table, of which `total` rows exist.
    picture: makes the inline SVG, or "" where nothing can be drawn; called for HTML only.
    """

    title: str
    facts: Sequence[tuple[str, str]] = ()
    header: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    total: int = 0
    picture: Callable[[], str] = no_picture

    @property
    def rest(self) -> str:
        """How many rows of the table are left out, if any are."""
        left = self.total - len(self.rows)
        return f"... and {left} more" if left > 0 else ""

    def text(self) -> str:
        """Lines: the title, the facts, and the table in aligned columns."""
        lines = [one_line(self.title)]
        width = max((len(name) for name, _what in self.facts), default=0)
        lines += [f"  {name:<{width}}  {one_line(what)}" for name, what in self.facts]
        if self.rows:
            table = [list(self.header), *(list(map(one_line, row)) for row in self.rows)]
            widths = [max(map(len, column)) for column in zip(*table, strict=True)]
            lines += ["  " + "  ".join(f"{c:<{w}}" for c, w in zip(row, widths, strict=True)).rstrip() for row in table]
        if self.rest:
            lines.append(f"  {self.rest}")
        return "\n".join(lines)

    def html(self) -> str:
        """The same as HTML, with the picture."""
        parts = [f"<div><strong>{clean(self.title)}</strong></div>"]
        if self.facts:
            parts.append(table((), self.facts))
        if self.rows:
            parts.append(table(self.header, self.rows))
        if self.rest:
            parts.append(f"<div>{clean(self.rest)}</div>")
        return f'<div class="noisewise">{"".join(parts)}{self.picture()}</div>'


def clean(text: str) -> str:
    """Text as it may stand in HTML: on one line, printable, escaped."""
    return escape(one_line(text))


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """An HTML table; without a header the first column names what the second holds."""
    head = "".join(f'<th style="{CELL}">{clean(name)}</th>' for name in header)
    lines = []
    for row in rows:
        cells = [f'<td style="{CELL}">{clean(cell)}</td>' for cell in row]
        if not header:
            cells[0] = f'<th style="{CELL}">{clean(row[0])}</th>'
        lines.append(f"<tr>{''.join(cells)}</tr>")
    top = f"<thead><tr>{head}</tr></thead>" if header else ""
    return f"<table>{top}<tbody>{''.join(lines)}</tbody></table>"

"""HTML pages as the tests of the display read them: tables, pictures, and the axes of those."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np

from theory.problems.problem import Component, MixtureProblem

EMPTY_TAGS = {"br", "hr", "img"}
PICTURE = re.compile(r"<svg width=.*</svg>", re.DOTALL)


@dataclass
class Reader(HTMLParser):
    """Tables of an HTML text as rows of cells; fails on a tag that is not closed in its turn."""

    rows: list[list[str]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        assert tag not in EMPTY_TAGS | {"script"}
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        assert "svg" in self.open

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


def read(page: str) -> Reader:
    """The page, which must be well formed as HTML and as XML, and name no address."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    ElementTree.fromstring(page)
    assert "://" not in page
    return reader


def picture(page: str) -> ElementTree.Element:
    found = PICTURE.search(page)
    assert found is not None
    return ElementTree.fromstring(found.group(0))


def scale(drawn: ElementTree.Element, anchor: str, factor: float = 1.0) -> tuple[float, float]:
    """(pixel of 0, pixels per unit) of an axis, from the places and the labels of its ticks."""
    ticks = []
    for word in drawn.iter("text"):
        assert word.text is not None
        if word.get("text-anchor") == anchor and re.fullmatch(r"-?[\d.]+", word.text):
            at = float(word.get("x", "")) if anchor == "middle" else float(word.get("y", "")) - 4
            ticks.append((float(word.text) * factor, at))
    (a, first), (b, last) = ticks[0], ticks[-1]
    per_unit = (last - first) / (b - a)
    return first - a * per_unit, per_unit


def curve(drawn: ElementTree.Element, label: int) -> np.ndarray:
    """The density of a class in the units of the axes."""
    line = next(item for item in drawn.iter("polyline") if item.get("class") == f"class{label}")
    pixels = np.array([[float(c) for c in pair.split(",")] for pair in line.get("points", "").split()])
    origin = np.array([scale(drawn, "middle"), scale(drawn, "end")])
    return (pixels - origin[:, 0]) / origin[:, 1]


def mixture(class0: list[Component], class1: list[Component], dim: int = 1, prior: float = 0.25) -> MixtureProblem:
    return MixtureProblem(prior, dim, tuple(class0), tuple(class1))

"""Regions as intervals, shells or closed curves, and the classifiers whose regions they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from theory.arrays import Array
from theory.display.card import MOST_ROWS, Card
from theory.display.digits import DIGITS, largest, number, vector, with_error
from theory.display.sketch import around, region_picture, strips_picture
from theory.geometry.axial.region import AxialRegion
from theory.geometry.halfplane.region import HalfPlaneRegion
from theory.geometry.plane.region import PlaneRegion
from theory.geometry.plane.shapes import Still, Voted
from theory.geometry.region import Region
from theory.risks.pipeline import BaseClassifier, SmoothedClassifier

# Intervals of one region that are written out.
MOST_INTERVALS = 6
# A reference distance more than so many times the coordinates would take their digits, and is left out of them.
FAR = 1e6
# The level of refinement at which curves are drawn, that of `PlaneRegion.curves`.
LEVEL = 1


@dataclass(frozen=True)
class _Row:
    """One row of a region as it is shown: its boundaries, what is added to them, and what they are positions of."""

    ends: Array
    error: Array
    pairs: list[tuple[float, float]]
    name: str

    @property
    def intervals(self) -> str:
        """All intervals, or the first few and how many are left out."""
        if not self.pairs:
            return "nothing"
        shown = [self._interval(*pair) for pair in self.pairs[:MOST_INTERVALS]]
        left = len(self.pairs) - len(shown)
        return " u ".join(shown) + (f" u ... ({left} more)" if left else "")

    def _interval(self, low: float, high: float) -> str:
        before, after = "(" if np.isneginf(low) else "[", ")" if np.isposinf(high) else "]"
        return f"{before}{self._place(low)}, {self._place(high)}{after}"

    def _place(self, place: float) -> str:
        """A boundary with six digits, and as many more as its neighbours have in common."""
        with np.errstate(invalid="ignore"):  # beyond the range of floats all ends are one
            sizes, gaps = np.maximum(*np.abs([self.ends[1:], self.ends[:-1]])), np.diff(self.ends)
        apart = (gaps > 0) & np.isfinite(gaps)
        alike = np.log10(np.where(apart, sizes / np.where(apart, gaps, 1.0), 1.0)).max(initial=0.0)
        return f"{place:.{int(min(6 + alike, DIGITS))}g}"


def _row(region: Region, row: int) -> _Row:
    finite = np.isfinite(region.ends[row])
    ends, error, floor = region.ends[row][finite], region.error[row][finite], float(region.floor[row])
    shift, name = 0.0, "x"
    if region.reference is not None:
        reference = float(region.reference[row])
        near = reference <= FAR * np.abs(ends).max(initial=0.0) or not len(ends)
        shift, name = (reference, "distance") if near else (0.0, f"distance - {number(reference)}")
        error = error + (np.spacing(np.abs(ends + shift)) if near and reference else 0.0)
    pairs = [(shift + max(low, floor), shift + high) for low, high in region.intervals(row)]
    return _Row(ends + shift, error, [(low, high) for low, high in pairs if low < high], name)


def region_card(region: Region, title: str = "region", facts: Sequence[tuple[str, str]] = ()) -> Card:
    """Intervals of class 1 with the errors of their boundaries; several regions as a table, one a row."""
    if len(region.first) != 1:
        return _rows_card(region, title, facts)
    held = _row(region, 0)
    where = f"{held.name} in {held.intervals}" if len(held.ends) else "everywhere" if held.pairs else "nowhere"
    rows = [with_error(float(at), float(e)) for at, e in zip(held.ends, held.error, strict=True)]
    header = (f"boundary ({held.name})", "error")
    facts = [*facts, ("class 1", where), *_atoms(region)]
    return Card(title, facts, header, rows[:MOST_ROWS], len(rows), partial(_strips, region))


def _rows_card(region: Region, title: str, facts: Sequence[tuple[str, str]]) -> Card:
    count = len(region.first)
    shown = [_row(region, k) for k in range(min(count, MOST_ROWS))]
    rows = [(str(k), held.name, held.intervals, largest(held.error)) for k, held in enumerate(shown)]
    header = ("row", "of", "class 1", "error")
    return Card(f"{title}: {count} rows of intervals", facts, header, rows, count, partial(_strips, region))


def _atoms(region: Region) -> list[tuple[str, str]]:
    """Classes at point masses, which the intervals around them do not decide."""
    if region.atoms is None:
        return []
    places, labels = region.atoms
    shown = [f"{number(float(x))} in class {int(c)}" for x, c in zip(places, labels[0], strict=True)]
    left = len(shown) - MOST_INTERVALS
    return [("points", ", ".join(shown[:MOST_INTERVALS]) + (f", ... ({left} more)" if left > 0 else ""))]


def _strips(region: Region) -> str:
    shown = [_row(region, k) for k in range(min(len(region.first), MOST_ROWS))]
    names = {held.name for held in shown}
    places = np.concatenate([held.ends for held in shown]) if shown else np.empty(0)
    if not len(places) or len(names) > 1:
        return ""
    low, high = around(places)
    # No distance is negative.
    window = max(low, 0.0) if "distance" in names else low, high
    return strips_picture([held.pairs for held in shown], window, names.pop())


def plane_card(region: PlaneRegion, title: str = "region of the plane", facts: Sequence[tuple[str, str]] = ()) -> Card:
    """The number of closed curves that bound the first region, and where they lie."""
    shape = region.shapes[0] if region.shapes else None
    count = len(region.shapes)
    several = [("rows", f"{count}, of which the first is shown")] if count > 1 else []
    if not isinstance(shape, Still | Voted):
        return Card(title, [*facts, *several, ("boundary", "not asked for")])
    held = shape.outline(LEVEL)
    found = region.curves(LEVEL)
    outside = bool(held.outside) ^ bool(region.flipped[0])
    middle, half = region.origin + region.unit * shape.window.center, np.full(2, region.unit * shape.window.half)
    window = middle - half, middle + half
    where = f"{_window(*window)}; its edge closes curves that leave it"
    facts = [*facts, *several, ("boundary", _boundary(found, outside)), ("window", where)]
    return Card(title, facts, picture=partial(region_picture, found, outside, window))


def axial_card(region: AxialRegion, title: str = "region about an axis", facts: Sequence[tuple[str, str]] = ()) -> Card:
    """Where on the axis the first body is, and which class it has."""
    count = len(region.bodies)
    several = [("rows", f"{count}, of which the first is shown")] if count > 1 else []
    graph = region.graph() if count else None
    if graph is None:
        return Card(title, [*facts, *several, ("boundary", "not asked for")])
    parts = " u ".join(f"[{number(a)}, {number(b)}]" for a, b in (region.unit * graph.islands).tolist())
    inside = bool(region.inside[0])
    where = f"surface of revolution about the axis in {parts}, class 1 {'inside' if inside else 'outside'}"
    if not parts:
        where = f"none: class 1 is {'nothing' if inside else 'everything'}"
    return Card(title, [*facts, *several, ("boundary", where)])


def halfplane_card(
    region: HalfPlaneRegion, title: str = "region about an axis", facts: Sequence[tuple[str, str]] = ()
) -> Card:
    """The number of closed curves that bound the first region in the half-plane of the axis."""
    count = len(region.shapes)
    several = [("rows", f"{count}, of which the first is shown")] if count > 1 else []
    shape = region.shapes[0] if count else None
    if shape is None:
        return Card(title, [*facts, *several, ("boundary", "not asked for")])
    outside = bool(shape.outline().outside) ^ bool(region.flipped[0])
    where = f"about the axis {_boundary(region.curves(), outside)}; the edge of what is looked at closes curves"
    return Card(title, [*facts, *several, ("boundary", where)])


def _boundary(found: list[Array], outside: bool) -> str:
    if not found:
        return f"none: class 1 is {'everything' if outside else 'nothing'}"
    return f"{len(found)} closed curve{'s' if len(found) > 1 else ''}, class 1 {'outside' if outside else 'inside'}"


def _window(low: Array, high: Array) -> str:
    return f"[{number(float(low[0]))}, {number(float(high[0]))}] x [{number(float(low[1]))}, {number(float(high[1]))}]"


def base_card(classifier: BaseClassifier) -> Card:
    """f: its problem, training noise, route, and its region."""
    facts = [("alpha", number(classifier.alpha)), *_place(classifier)]
    return _region_card(classifier.region, f"base classifier of {_named(classifier)}", facts)


def smoothed_card(classifier: SmoothedClassifier) -> Card:
    """g: both noises, route, and its region."""
    base = classifier.classifier
    facts = [("alpha", number(base.alpha)), ("beta", number(classifier.beta)), *_place(base)]
    return _region_card(classifier.region, f"smoothed classifier of {_named(base)}", facts)


def _region_card(region: Any, title: str, facts: list[tuple[str, str]]) -> Card:
    cards = (
        (Region, region_card),
        (AxialRegion, axial_card),
        (HalfPlaneRegion, halfplane_card),
        (PlaneRegion, plane_card),
    )
    return next(make for kind, make in cards if isinstance(region, kind))(region, title, facts)


def _named(classifier: BaseClassifier) -> str:
    return classifier.problem.name or "a problem without a name"


def _place(classifier: BaseClassifier) -> list[tuple[str, str]]:
    """The rule and route, and what the coordinate is measured along and from."""
    facts = [("rule", classifier.problem.training.rule), ("route", classifier.geometry.route)]
    center = classifier.center
    if center is None or classifier.geometry.route == "plane":
        return facts
    name = "axis" if isinstance(classifier.region, AxialRegion | HalfPlaneRegion) else "x"
    if name == "x" and classifier.region.reference is not None:
        return [*facts, ("distance from", vector(center))]
    return [*facts, (name, f"along {vector(classifier.base.axis[0])} from {vector(center)}")]

"""What may be chosen about a phase diagram: colours and their limits, levels, curves, hatching, where colour bar and
legend go. Choices are checked here, once; nothing is drawn."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, ListedColormap

from figures.diagram import CURVES
from theory.errors import ProblemError, one_of, shown

# Contours of the gain unless asked otherwise, in units of the limit of the colours; and how many there can be.
CONTOURS = (-0.75, -0.5, -0.25, 0.25, 0.5, 0.75)
MOST_LEVELS = 100
# Places, the usual one first.
BARS, LEGENDS = ("beside", "below"), ("below", "beside", "inside")
HATCHED = {"constant": "/////", "undecided": "xxxxx"}
PATTERNS = r"/\|-+xoO.*"
# Shades of a scale of colours.
SHADES = 256


@dataclass(frozen=True)
class Look:
    """Choices that make sense, in one form; `chosen` makes one of what was asked.

    limits: the gains at the ends of the colours; by the data if None. bar, legend: a side, axes, or None.
    levels: how many contours there are, or at which gains; six if None. patterns: of the hatching, by name of the set.
    """

    cmap: str | Colormap = "RdBu"
    limits: tuple[float, float] | None = None
    bar: str | Axes | None = "beside"
    legend: str | Axes | None = "below"
    levels: int | tuple[float, ...] | None = None
    curves: tuple[str, ...] = CURVES
    patterns: Mapping[str, str] = field(default_factory=HATCHED.copy)

    def contours(self, low: float, high: float) -> list[float]:
        """Gains of the contours between the ends of the colours."""
        if self.levels is None:
            return [max(-low, high) * part for part in CONTOURS]
        if isinstance(self.levels, int):
            return [float(level) for level in np.linspace(low, high, self.levels + 2)[1:-1]]
        return list(self.levels)


def chosen(
    *,
    cmap: str | Colormap = "RdBu",
    limits: float | tuple[float, float] | None = None,
    colorbar: bool | str | Axes = True,
    legend: bool | str | Axes = True,
    levels: bool | int | Sequence[float] | None = None,
    curves: bool | str | Iterable[str] = True,
    hatch: bool | str | Mapping[str, str] = True,
) -> Look:
    """The choices about a diagram.

    Args:
        cmap: of Matplotlib, a name or a map; its middle is a gain of 0.
        limits: the gains at the ends of the colours, a number for both or a pair (low, high); by the data if None. Of
            an uneven pair the longer side has all colours: equal gains and losses have colours of equal strength.
        colorbar: "beside" (or True), "below", axes that are to hold it, or False for none.
        legend: "below" (or True), "beside", "inside", axes that are to hold it, or False for none.
        levels: of the contours: a number of them, the gains themselves, or False for none; six if None or True.
        curves: names of the curves to draw (`figures.diagram.CURVES`); True for all, False for none.
        hatch: whether sets of cells are hatched; or patterns of Matplotlib, one for all or by name of the set.

    Raises:
        ProblemError: something else.
    """
    return Look(
        cmap=named_colours(cmap),
        limits=None if limits is None else limits_of(limits),
        bar=_place("colorbar", colorbar, BARS),
        legend=_place("legend", legend, LEGENDS),
        levels=_levels(levels),
        curves=curves_named(curves),
        patterns=_patterns(hatch),
    )


def limits_of(limits: object) -> tuple[float, float]:
    """Ends (low, high) of colours. Raises `ProblemError` where they are no such ends."""
    expected = "a number above 0, or a pair (low, high) with low below high"
    try:
        values = np.asarray(limits)
        kind = values.dtype.kind
    except ValueError:
        raise ProblemError("limits", shown(limits), expected) from None
    if kind not in "iuf" or values.shape not in ((), (2,)) or not np.isfinite(values).all():
        raise ProblemError("limits", shown(limits), expected)
    low, high = (-float(values), float(values)) if values.shape == () else map(float, values)
    if not low < high:
        raise ProblemError("limits", shown(limits), expected)
    return low, high


def curves_named(curves: object) -> tuple[str, ...]:
    """Names of curves. Raises `ProblemError` where there is no such curve."""
    if isinstance(curves, bool | np.bool_):
        return CURVES if curves else ()
    names = [curves] if isinstance(curves, str) else list(curves) if isinstance(curves, Iterable) else None
    if names is None:
        raise ProblemError("curves", shown(curves), f"True, False or names, {one_of(CURVES, '')}")
    for name in names:
        if name not in CURVES:
            raise ProblemError("curves", shown(name), one_of(CURVES, name))
    return tuple(names)


def shades(cmap: str | Colormap, low: float, high: float) -> Colormap:
    """The part of a scale of colours from a gain to another, where the whole is even about 0."""
    colours = named_colours(cmap)
    if low == -high:
        return colours
    most = max(abs(low), abs(high))
    picked = ListedColormap(colours(np.linspace((1 + low / most) / 2, (1 + high / most) / 2, SHADES)))
    return picked.with_extremes(under=picked(0.0), over=picked(1.0))


def named_colours(cmap: object) -> Colormap:
    """A map of colours by its name. Raises `ProblemError` where there is none."""
    if isinstance(cmap, Colormap):
        return cmap
    if isinstance(cmap, str) and cmap in colormaps:
        return colormaps[cmap]
    near = difflib.get_close_matches(cmap, list(colormaps), n=1) if isinstance(cmap, str) else []
    hint = f" (did you mean {near[0]}?)" if near else ""
    raise ProblemError("cmap", shown(cmap), f"a map of colours of Matplotlib or its name, as in RdBu or PuOr{hint}")


def _place(name: str, place: object, places: Sequence[str]) -> str | Axes | None:
    if isinstance(place, bool | np.bool_):
        return places[0] if place else None
    if isinstance(place, Axes) or place is None or (isinstance(place, str) and place in places):
        return place
    raise ProblemError(name, shown(place), f"True, False, axes, or {one_of(places, place)}")


def _levels(levels: object) -> int | tuple[float, ...] | None:
    expected = f"True, False, a number up to {MOST_LEVELS}, or gains in increasing order"
    if levels is None or isinstance(levels, bool | np.bool_):
        return None if levels is None or levels else ()
    if isinstance(levels, int | np.integer):
        if not 0 <= levels <= MOST_LEVELS:
            raise ProblemError("levels", shown(levels), expected)
        return int(levels) or ()
    try:
        values = np.asarray(levels)
        fits = values.ndim == 1 and (values.dtype.kind in "iuf" or not values.size)
    except ValueError:
        fits = False
    if not fits or values.size > MOST_LEVELS or not np.isfinite(values).all() or not (np.diff(values) > 0).all():
        raise ProblemError("levels", shown(levels), expected)
    return tuple(map(float, values))


def _patterns(hatch: object) -> dict[str, str]:
    if isinstance(hatch, bool | np.bool_):
        return HATCHED if hatch else {}
    given = dict.fromkeys(HATCHED, hatch) if isinstance(hatch, str) else hatch
    expected = f"True, False, or patterns of {PATTERNS}, one for all or by name, {one_of(HATCHED, '')}"
    if not isinstance(given, Mapping):
        raise ProblemError("hatch", shown(hatch), expected)
    for name, pattern in given.items():
        if name not in HATCHED or not isinstance(pattern, str) or not pattern or set(pattern) - set(PATTERNS):
            raise ProblemError("hatch", shown(hatch), expected)
    return dict(given)


USUAL = Look()

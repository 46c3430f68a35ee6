"""What of a dataset a phase diagram shows, as arrays: cells, sets of cells, limits of the colours, curves, checks, and
where words go. How it is drawn is decided elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray
from numpy.typing import NDArray
from scipy import ndimage

from figures.cells import edges, nearest, roomiest
from theory.arrays import Array, Flags

# Limits of the colours reach to this percentile of |gain|: a few extreme cells do not bleach the rest.
ROBUST = 99.0
# A word needs this much room around its middle (points), and its set this share of the map.
ROOM, SHARE = 15.0, 0.02

# Names of the curves that a dataset may have, by `curves_of`.
CURVES = ("zero", "jump", "best", "least", "alike", "bridge", "window")

Points = tuple[Array, Array]


@dataclass(frozen=True)
class MapCells:
    """The part of a dataset that lies on the grid, rows along y. scales: "linear" or "log", of x and of y."""

    x_key: str
    y_key: str
    x: Array
    y: Array
    gain: Array
    label: NDArray[np.str_]
    scales: tuple[str, str] = ("linear", "linear")

    @property
    def edges(self) -> tuple[Array, Array]:
        """The edges of the cells along x and along y."""
        return edges(self.x, self.scales[0]), edges(self.y, self.scales[1])


def keys_of(dataset: xarray.Dataset) -> tuple[str, str]:
    """The keys (x, y) of a map.

    Raises:
        ValueError: a needed variable is missing, or has not two dimensions.
    """
    for name in ("gain", "label"):
        if name not in dataset:
            raise ValueError(f"dataset: found no variable {name!r}, expected the result of a sweep")
    dims = [str(d) for d in dataset["gain"].dims]
    if len(dims) != 2:
        found = f"dataset: found gain over {len(dims)} dimensions, expected two swept keys"
        more = "; cut it with dataset.sel(KEY=VALUE), or draw its planes with nw.facet(dataset, KEY)"
        raise ValueError(found + (more if len(dims) > 2 else ""))
    usual = ("alpha", "beta") if set(dims) == {"alpha", "beta"} else dims
    x_key, y_key = str(dataset.attrs.get("x_key", usual[1])), str(dataset.attrs.get("y_key", usual[0]))
    if {x_key, y_key} != set(dims):
        raise ValueError(f"dataset: found gain over {', '.join(dims)}, expected {y_key}, {x_key}")
    return x_key, y_key


def map_of(dataset: xarray.Dataset) -> MapCells:
    """The cells of a map, in increasing order of both keys. Raises `ValueError` as `keys_of`."""
    x_key, y_key = keys_of(dataset)
    grid = ordered(dataset[["gain", "label"]], x_key, y_key)
    x, y = (grid[key].to_numpy().astype(float) for key in (x_key, y_key))
    scales = str(dataset[x_key].attrs.get("scale", "linear")), str(dataset[y_key].attrs.get("scale", "linear"))
    return MapCells(
        x_key, y_key, x, y, grid["gain"].to_numpy().astype(float), grid["label"].to_numpy().astype(str), scales
    )


def ordered(dataset: xarray.Dataset, x_key: str, y_key: str) -> xarray.Dataset:
    """Rows along y and columns along x, both increasing."""
    mixed = [key for key in (x_key, y_key) if not (np.diff(dataset[key].to_numpy()) > 0).all()]
    return (dataset.sortby(mixed) if mixed else dataset).transpose(y_key, x_key, ...)


def sets_of(label: NDArray[np.str_], gain: Array) -> dict[str, Flags]:
    """Sets of cells by name, and "help" and "hurt": what the labels say, whatever their grade."""
    defined = np.isfinite(gain)
    words, place = np.unique(label, return_inverse=True)  # a few words of thousands of cells

    def where(says: Callable[[str], bool]) -> Flags:
        return np.array([says(word) for word in words.tolist()], bool)[place].reshape(label.shape)

    sets = {name: where(name.__eq__) & defined for name in ("constant", "undecided")}
    sets |= {"undefined": ~defined, "proved": where(lambda word: word.startswith("proved-"))}
    ends = {end: where(partial(_ends, end)) & defined for end in ("help", "hurt")}
    return sets | ends


def _ends(end: str, word: str) -> bool:
    return word.endswith(f"-{end}")


def coloured(held: MapCells, sets: dict[str, Flags]) -> np.ma.MaskedArray[tuple[int, ...], np.dtype[np.float64]]:
    """Gains that take a colour; cells where the comparison says nothing take none."""
    return np.ma.masked_array(held.gain, sets["constant"] | sets["undefined"])


def colour_limit(*gains: np.ma.MaskedArray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    """The gain at the end of the colours of some maps: a high percentile of its size, above 0."""
    size = np.abs(np.concatenate([np.ma.compressed(gain) for gain in gains]))
    limit = float(np.percentile(size, ROBUST)) if size.size else 0.0
    return limit or float(size.max(initial=0.0)) or 1.0


def even(limit: float) -> tuple[float, float]:
    """Ends of the colours as far from 0 on either side."""
    return -limit, limit


def curves_of(dataset: xarray.Dataset) -> dict[str, Points]:
    """The curves that a dataset has, by name, with NaN where they are interrupted.

    "zero" (gain = 0), "jump" (the gain jumps across 0), "best" (least risk), "bridge" and "window" (what laws predict);
    where risks were measured "least" (the alpha of least risk at each beta), points, and "alike" (those that cannot be
    told from the best), upright segments.
    """
    found: dict[str, Points | None] = {
        "zero": _signs(dataset, jump=False),
        "jump": _signs(dataset, jump=True),
        "best": points(dataset, "best"),
    }
    if "best_alpha" in dataset:
        found["least"] = dataset["beta"].to_numpy(), dataset["best_alpha"].to_numpy()
    found["alike"] = segments(dataset) if "best" in dataset else None
    found |= {name: points(dataset, name) for name in ("bridge", "window")}
    return {name: at for name, at in found.items() if at is not None}


def points(dataset: xarray.Dataset, stem: str) -> Points | None:
    """The variables `stem`_x and `stem`_y, None where there are none or no finite point in them."""
    if f"{stem}_x" not in dataset or f"{stem}_y" not in dataset:
        return None
    x, y = (dataset[f"{stem}_{axis}"].to_numpy().astype(float) for axis in "xy")
    return (x, y) if (np.isfinite(x) & np.isfinite(y)).any() else None


def segments(dataset: xarray.Dataset) -> Points:
    """The set `best` (alpha, beta) as upright lines over each beta, one through each cell, NaN between them."""
    held = dataset["best"].sortby(["alpha", "beta"]).transpose("beta", "alpha")
    column, row = np.nonzero(held.to_numpy())
    ends, x = edges(held["alpha"].to_numpy()), held["beta"].to_numpy()[column]
    nothing = np.full(len(row), np.nan)
    return np.stack([x, x, nothing], 1).ravel(), np.stack([ends[row], ends[row + 1], nothing], 1).ravel()


def _signs(dataset: xarray.Dataset, *, jump: bool) -> Points | None:
    """The pieces on which the gain changes sign by a jump, or those on which it does not; None where there are none.

    A step from a point of the one kind to a point of the other belongs to the jump: no hole is left between them.
    """
    at = points(dataset, "zero_gain")
    if at is None:
        return None
    marked = dataset["zero_gain_jump"].to_numpy() == 1 if "zero_gain_jump" in dataset else np.zeros(len(at[0]), bool)
    known = np.isfinite(at[0]) & np.isfinite(at[1])
    if jump:
        ends = marked & known
        kept = ends | (known & (np.append(ends[1:], False) | np.append(False, ends[:-1])))
    else:
        kept = ~marked
    x = np.where(kept, at[0], np.nan)
    return (x, at[1]) if np.isfinite(x).any() else None


def checks_of(dataset: xarray.Dataset) -> dict[str, Points]:
    """Monte Carlo points, "agree" and "disagree", those that there are."""
    at = points(dataset, "check")
    if at is None or "check_agrees" not in dataset:
        return {}
    agrees = dataset["check_agrees"].to_numpy().astype(bool)
    parts = {"agree": agrees, "disagree": ~agrees}
    return {name: (at[0][chosen], at[1][chosen]) for name, chosen in parts.items() if chosen.any()}


def word_places(
    held: MapCells, sets: dict[str, Flags], size: tuple[float, float], taken: Iterable[Points]
) -> list[tuple[float, float, str]]:
    """Where "help" and "hurt" are written, (x, y, word): in every part of the map with room for it.

    size: (height, width) of the map in points. taken: curves and points that words stay clear of.
    """
    free = np.ones(held.gain.shape, bool)
    for x, y in taken:
        inside = np.isfinite(x) & np.isfinite(y)
        free[nearest(held.y, y[inside]), nearest(held.x, x[inside])] = False
    places = []
    for name in ("help", "hurt"):
        parts, count = ndimage.label(sets[name])
        shares = np.bincount(parts.ravel(), minlength=count + 1) / parts.size
        for part in range(1, count + 1):
            place = roomiest((parts == part) & free, size, ROOM) if shares[part] >= SHARE else None
            if place is not None:
                places.append((float(held.x[place[1]]), float(held.y[place[0]]), name))
    return places

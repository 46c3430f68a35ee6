"""Where the votes go without training noise: the share of the largest class against the smoothing noise.

A panel for each data set, a line for each classifier with the band of its interval over seeds, and the share 1/K that
no largest class of K can be below.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
import xarray as xr

from figures.curves import CurvesArtists, draw_panels
from figures.style import check_suffix, literal, write

VARIABLES = ("largest", "low", "high")
LEAST = "$1/K$"


def draw(datasets: Sequence[xr.Dataset], *, columns: int = 2) -> list[CurvesArtists]:
    """Draw one panel for each data set: side by side over two columns of a paper, below each other over one.

    Args:
        datasets: `largest`, `low` and `high` over (classifier, beta), with the number of classes as attribute `classes`
            and, if wanted, a `title`. A classifier that panels share should have the same place in each of them.

    Raises:
        ValueError: a variable or the number of classes is missing, or columns is neither 1 nor 2.
    """
    for held in datasets:
        if missing := [name for name in VARIABLES if name not in held]:
            raise ValueError(f"dataset: found no variable {missing[0]!r}, expected shares of votes")
        if "classes" not in held.attrs:
            raise ValueError("dataset: found no attribute 'classes', expected the number of classes")
    last = len(datasets) - 1
    panels = [
        _series(held, first=columns == 1 or k == 0, last=columns == 2 or k == last) for k, held in enumerate(datasets)
    ]
    return draw_panels(panels, columns=columns, rows=len(panels) if columns == 1 else 1)


def save(datasets: Sequence[xr.Dataset], path: str | os.PathLike[str], *, columns: int = 2) -> None:
    """Draw the panels and write them as PNG, PDF or SVG, by the suffix of `path`. Raises as `draw`, and `OSError`."""
    check_suffix(path)
    write(draw(datasets, columns=columns)[0].figure, path)


def _series(held: xr.Dataset, *, first: bool, last: bool) -> xr.Dataset:
    """The shares as named series, labels only at the rim of the figure."""
    names = [*held["classifier"].to_numpy().astype(str).tolist(), LEAST]
    least = np.full((1, held.sizes["beta"]), 1 / float(held.attrs["classes"]))
    values = {
        name: np.concatenate([held[key].transpose("classifier", "beta").to_numpy(), least])
        for name, key in (("value", "largest"), ("low", "low"), ("high", "high"))
    }
    variables = {name: (("series", "beta"), value) for name, value in values.items()}
    attrs = {
        "title": literal(str(held.attrs.get("title", ""))),
        "x_label": r"smoothing noise $\beta$" if last else "",
        "y_label": r"largest share of votes, $\alpha=0$" if first else "",
        "y_low": 0.0,
        "y_high": 1.0,
    }
    kinds = {"kind": ("series", ["curve"] * (len(names) - 1) + ["guide"])}
    return xr.Dataset(variables | kinds, {"series": names, "beta": held["beta"].to_numpy()}, attrs)

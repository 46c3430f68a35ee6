"""Networks against exact rules: risk over the training noise, problems side by side, few samples above many.

Exact rules are lines, classifiers trained on samples are points with bars; a panel has the look of `figures.curves`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
import xarray as xr

from figures import curves
from figures.style import check_suffix, literal, write

VARIABLES = ("exact", "risk", "low", "high", "differs")
SAMPLES = (1000, 100_000)
NAMES = {"mlp": "MLP", "linear": "linear network", "parzen": "Parzen rule"}
TITLES = {
    "two-gaussians": "two Gaussians, $d=20$",
    "bumps": "bumps",
    "concentric": "concentric, $d=10$",
    "stripes": "stripes with gaps",
}
# Rules that differ from another one at a single noise are left to the table.
RULES = ("posterior", "regression")
# Beside the least and the greatest number on an axis there is room for bars: so much of what lies between.
MARGIN = 0.07
# Classifiers of one noise stand so far from each other, in parts of the greatest noise.
APART = 0.025


def draw(datasets: Sequence[xr.Dataset], *, samples: Sequence[int] = SAMPLES) -> list[curves.CurvesArtists]:
    """Draw a column for each problem and a row for each number of samples, over two columns of a paper.

    Args:
        datasets: `exact` (rule, noise); `risk`, `low` and `high` (classifier, samples, alpha), NaN where there is no
            such classifier; `limit` (linear, samples, noise) where there is one. Attributes: problem, beta.
        samples: of each row.

    Raises:
        ValueError: a variable is missing, or there are no classifiers on so many samples.
    """
    for held in datasets:
        if missing := [name for name in VARIABLES if name not in held]:
            raise ValueError(f"dataset: found no variable {missing[0]!r}, expected networks beside exact rules")
        if strange := [count for count in samples if count not in held["samples"]]:
            raise ValueError(f"samples: found {strange[0]}, expected some of {held['samples'].to_numpy().tolist()}")
    panels = [
        _panel(held, count, k == 0, count == samples[0]).assign_attrs(_frame(held, samples))
        for count in samples
        for k, held in enumerate(datasets)
    ]
    return curves.draw_panels(panels, columns=2, rows=len(samples))


def save(datasets: Sequence[xr.Dataset], path: str | os.PathLike[str]) -> None:
    """Draw the panels and write them as PNG, PDF or SVG, by the suffix of `path`. Raises as `draw`, and `OSError`."""
    check_suffix(path)
    write(draw(datasets)[0].figure, path)


def _panel(held: xr.Dataset, samples: int, first: bool, top: bool) -> xr.Dataset:
    """The series of one panel; only the first of a row and those at the top say what they have in common."""
    here = held.sel(samples=samples)
    lines = {f"{rule} rule": (here["exact"].sel(rule=rule), "curve") for rule in RULES}
    if "limit" in here:
        lines |= {f"{rule} on $n/d$": (here["limit"].sel(linear=rule), "guide") for rule in here["linear"].to_numpy()}
    values = np.stack([line.to_numpy() for line, _kind in lines.values()])
    variables = {"value": (("series", "noise"), values), "kind": ("series", [kind for _line, kind in lines.values()])}
    name = held.attrs["problem"]
    attrs = {
        "x_label": r"training noise $\alpha$" if not top else "",
        "y_label": f"risk, $n={samples}$" if first else "",
        "title": f"{TITLES.get(name, literal(name))}\n$\\beta={held.attrs['beta']:g}$" if top else "",
    }
    made = xr.Dataset(variables, {"series": list(lines), "noise": here["noise"].to_numpy()}, attrs)
    return made.assign({f"point_{key}": ("point", list(held)) for key, held in _points(here).items()})


def _frame(held: xr.Dataset, samples: Sequence[int]) -> dict[str, float]:
    """The ends of both axes, the same in every row."""
    shown, exact = held.sel(samples=list(samples)), held["exact"].sel(rule=list(RULES))
    low, high = min(float(exact.min()), float(shown["low"].min())), max(float(exact.max()), float(shown["high"].max()))
    room, noise = MARGIN * (high - low), float(held["noise"].max())
    return {"x_low": -MARGIN * noise, "x_high": (1 + MARGIN) * noise, "y_low": low - room, "y_high": high + room}


def _points(here: xr.Dataset) -> dict[str, tuple[object, ...]]:
    """Places and intervals of all classifiers that there are."""
    step = APART * float(here["noise"].max())
    names = here["classifier"].to_numpy().tolist()
    rows = [
        (NAMES[name], alpha + step * (k - 1), *(float(own[key].sel(alpha=alpha)) for key in ("risk", "low", "high")))
        for k, name in enumerate(names)
        for own in (here.sel(classifier=name),)
        for alpha in here["alpha"].to_numpy()
        if np.isfinite(own["risk"].sel(alpha=alpha))
    ]
    return dict(zip(("of", "x", "y", "low", "high"), zip(*rows, strict=True), strict=True))

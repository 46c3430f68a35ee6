"""A phase diagram in one call: `phase`, `measured_map`, `open_dataset`. What its dataset can do is in accessor.py."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from concurrent.futures import Executor
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

import simulate.sweep.accessor  # noqa: F401 - datasets can do what is said there from now on
from simulate import storage
from simulate.progress import Progress
from simulate.sweep.adaptive import sweep_adaptive
from simulate.sweep.axes import Axis, Family
from simulate.sweep.curves import add_curves
from simulate.sweep.measured import gains, least, measured_labels, not_worse, ordered, risks
from simulate.sweep.sweep import sweep
from simulate.version import software_version
from theory import regimes
from theory.errors import ProblemError, one_of, shown
from theory.problems.problem import Problem
from theory.problems.problem_file import load_problem
from theory.problems.validation import label, probability

# Cells that a picture can show.
MOST_DRAWN = 1 << 20
MEASURED = {
    "risk": "risk",
    "baseline": "risk without training noise",
    "gain": "gain",
    "gain_low": "lower end of the interval of the gain",
    "gain_high": "upper end of the interval of the gain",
}


def phase(  # noqa: PLR0913 - all but three have usual values
    problem: Problem | Family | str,
    x: Axis | str,
    y: Axis | str,
    *,
    settings: Mapping[str, Any] | None = None,
    curves: bool = True,
    adaptive: bool = False,
    tolerance: float | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    **fixed: float,
) -> xr.Dataset:
    """A phase diagram: risk, baseline, gain and label over a plane of two keys, with its curves.

    Args:
        problem: a problem, a family of them, the name of a regime, or the path of a problem file.
        x, y: the swept keys, `Axis("beta", 0.1, 2, 65)` or "beta=0.1:2:65": noises, parameters of the regime, or keys
            of the problem file.
        settings: other values for parameters of the regime or keys of the file.
        curves: whether gain = 0 and the best training noise are traced as well.
        adaptive, tolerance: whether cells are interpolated where little happens, and how far their gains may be off; as
            for `simulate.sweep.adaptive.sweep_adaptive`.
        executor, progress: as for `sweep`.
        fixed: `alpha`, `beta` and `eps` where they are not swept (0.5, 0.5 and 0 if not given).

    Returns:
        The dataset of `sweep`, or of `sweep_adaptive`, with `dataset.noisewise.plot()`, `.table()` and `.save(path)`.

    Raises:
        NoExactRoute: no cell has an exact route.
        ProblemError: a key is unknown or given twice, a value makes no sense, or a file cannot be read.

    Examples:
        >>> dataset = phase("bumps", "beta=0.2:0.8:4", "alpha=0:0.6:3", curves=False)
        >>> dataset.noisewise.table()[["beta", "alpha", "label"]].head(2).values.tolist()
        [[0.2, 0.0, 'neutral'], [0.4, 0.0, 'neutral']]
    """
    family = _family(problem)
    family = Family(family.source, {**family.settings, **(settings or {})})
    across, up = (axis if isinstance(axis, Axis) else Axis.parse(axis) for axis in (x, y))
    if adaptive:
        dataset = sweep_adaptive(family, across, up, fixed, tolerance, executor, progress)
    elif tolerance is None:
        dataset = sweep(family, across, up, fixed, executor, progress)
    else:
        raise ProblemError("tolerance", shown(tolerance), "adaptive=True beside it")
    return add_curves(dataset, family, across, up) if curves else dataset


def _family(problem: Problem | Family | str) -> Family:
    if isinstance(problem, Family):
        return problem
    if isinstance(problem, str) and problem not in regimes.REGIMES:
        return Family(load_problem(problem))
    return Family(problem)


def measured_map(
    risk: ArrayLike, alpha: ArrayLike, beta: ArrayLike, *, confidence: float = 0.95, name: str = ""
) -> xr.Dataset:
    """The phase diagram of measured risks: gain = risk at alpha = 0 less risk at alpha, both at the same beta.

    Args:
        risk: risks in [0, 1], (alpha, beta) or (seed, alpha, beta). Risks of one seed are compared with each other:
            what they share, such as the training set, then cancels.
        alpha, beta: the noises of training and of smoothing, in increasing order; the first alpha is 0.
        confidence: of intervals, for each cell by itself, and of sets of best alphas, for each beta by itself.
        name: the title of the diagram.

    Returns:
        risk (the mean over seeds), baseline, gain and label over (alpha, beta), and best_alpha (beta), the least alpha
        of least risk. From two seeds on also gain_low and gain_high, Student's interval of the mean difference, exact
        where differences are normal from seed to seed; and best (alpha, beta), the alphas that no other is
        significantly better than: the alpha of least expected risk is among them with probability `confidence` or more.

        Labels with seeds: significant-help, significant-hurt, and undecided where the interval holds 0. Seeds that all
        tell the same difference tell nothing of its spread: undecided, and the interval is all that a gain can be.
        neutral: alpha = 0. Labels without seeds: measured-help, measured-hurt and neutral, the sign of the difference,
        which may be chance.

    Raises:
        ProblemError: something is no number, a risk is outside [0, 1], shapes do not fit, noises are negative or not in
            order, or the first alpha is not 0.

    Examples:
        >>> dataset = measured_map([[[0.2], [0.10]], [[0.3], [0.21]], [[0.25], [0.14]]], alpha=[0, 1], beta=[0.5])
        >>> dataset["label"].values.tolist()
        [['neutral'], ['significant-help']]
    """
    error = 1 - probability(confidence, "confidence")
    up, across = ordered(alpha, "alpha"), ordered(beta, "beta")
    if up[0] != 0:
        raise ProblemError("alpha", f"{up[0]:g} in the first row", "alpha = 0 there, the baseline of every gain")
    table = risks(risk, (len(up), len(across)))
    found = gains(table, error)
    cells, unit = ("alpha", "beta"), {"units": "units of x"}
    variables = {key: (cells, value, {"units": "1", "long_name": MEASURED[key]}) for key, value in found.items()}
    dataset = xr.Dataset(variables, {"alpha": ("alpha", up, unit), "beta": ("beta", across, unit)})
    dataset["label"] = (cells, measured_labels(found), {"units": "1", "long_name": "what training noise does"})
    dataset["best_alpha"] = ("beta", least(up, found["risk"]), unit | {"long_name": "training noise of least risk"})
    dataset.attrs = {"name": label(name, "name") or "", "x_key": "beta", "y_key": "alpha", "seeds": len(table)}
    if len(table) > 1:
        dataset["best"] = (cells, not_worse(table, error), {"units": "1", "long_name": "may be the best"})
        dataset.attrs["confidence"] = float(confidence)
    return dataset.assign_attrs(version=software_version())


def open_dataset(path: str | os.PathLike[str], chosen: Mapping[str, float] | None = None) -> xr.Dataset:
    """The dataset of a phase diagram from a netCDF file or a Zarr store: of a sweep, of trained networks, or of a
    `measured_map`. Of a store of more cells than a picture can show, every so-manieth along each axis.

    chosen: values of keys at which a sweep over more than two is cut; the nearest value there is.

    Raises:
        ProblemError: as `simulate.storage.open_dataset`, or the gains are no cells of a plane of two keys; one line.
    """
    dataset = storage.open_dataset(path, ("gain", "label"), "phase` or `noisewise train", MOST_DRAWN)
    dataset = sliced(dataset, chosen or {}, str(path))
    keys = [str(dataset.attrs.get(f"{axis}_key", "")) for axis in "yx"]
    if len(set(keys)) < 2 or any(set(dataset[name].dims) != set(keys) for name in ("gain", "label")):
        found = f"dimensions {', '.join(map(str, dataset['gain'].dims))}, y_key {keys[0]!r} and x_key {keys[1]!r}"
        raise ProblemError("gain", found, "gain and label over its y_key and x_key", str(path))
    for name in ("gain", *keys):
        held = dataset[name].to_numpy()
        if held.dtype.kind not in "iuf" or np.isinf(held).any() or (name != "gain" and np.isnan(held).any()):
            raise ProblemError(name, "infinite values, or no numbers", "finite numbers", str(path))
    return dataset


def drawn(dataset: xr.Dataset, path: str | None) -> xr.Dataset:
    """What of a dataset that was written a picture can show."""
    stored = path is not None and path.rstrip("/").lower().endswith(storage.STORE)
    return open_dataset(path) if path is not None and stored and dataset["gain"].size > MOST_DRAWN else dataset


def sliced(dataset: xr.Dataset, chosen: Mapping[str, float], source: str = "") -> xr.Dataset:
    """A plane of a sweep: cut at values of keys, the nearest that there are, which become attributes.

    The last two keys that are left, in the order of the sweep, are y and x.

    Raises:
        ProblemError: a key is not swept, a value lies beyond its ends, or other than two keys are left.
    """
    keys = storage.cell_dims(dataset)
    for key, value in chosen.items():
        if key not in keys:
            raise ProblemError("--sel", shown(key), one_of(keys, key), source)
        low, high = float(dataset[key].min()), float(dataset[key].max())
        if not low <= value <= high:
            raise ProblemError("--sel", f"{key}={value:g}", f"a value from {low:g} to {high:g}", source)
    left = [key for key in keys if key not in chosen]
    if "axes" not in dataset.attrs and not chosen:
        return dataset
    if len(left) != len("yx"):
        told = "two of them, and a value of each other"
        raise ProblemError("--sel", f"{len(left)} keys are left: {', '.join(left)}", told, source)
    cut = dataset.sel(dict(chosen), method="nearest")
    cut = cut.assign_attrs({key: float(cut[key]) for key in chosen}).drop_vars(list(chosen))
    cut.attrs.pop("axes", None)
    cut.attrs["cut"] = json.dumps({key: cut.attrs[key] for key in chosen})
    return cut.assign_attrs(y_key=left[0], x_key=left[1])

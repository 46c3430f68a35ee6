"""Several diagrams at once: what tells them apart, and the planes of one sweep over three keys."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray

from figures import wording
from figures.style import literal
from figures.wording import NOISES
from theory.errors import ProblemError, one_of, shown

# Planes of a sweep that are shown unless some are asked for.
MOST = 12

Several = xarray.Dataset | Sequence[xarray.Dataset] | Mapping[str, xarray.Dataset]


def told_apart(
    datasets: Several, key: str | None = None, at: Sequence[float] | None = None
) -> dict[str, xarray.Dataset]:
    """Maps by the words that tell one from the others.

    Args:
        datasets: several maps; maps by their names; or one sweep over three keys.
        key, at: of a sweep, the key that has one value in each map, and values of it, the nearest that there are.

    Raises:
        ProblemError: there are none, or key and values do not fit.
    """
    if isinstance(datasets, xarray.Dataset):
        return planes(datasets, key, at)
    if key is not None or at is not None:
        raise ProblemError("key" if key is not None else "at", shown(key or at), "one sweep over three keys beside it")
    named = isinstance(datasets, Mapping)
    each: list[Any] = list(datasets.values()) if isinstance(datasets, Mapping) else _listed(datasets)
    if not each or not all(isinstance(dataset, xarray.Dataset) for dataset in each):
        expected = "datasets of diagrams in a list, or by name in a dict, or the dataset of a sweep over three keys"
        raise ProblemError("datasets", shown(datasets), expected)
    names = [literal(str(name)) for name in datasets] if named else differences(each)
    return dict(zip(names, each, strict=True))


def _listed(datasets: object) -> list[Any]:
    return list(datasets) if isinstance(datasets, Sequence) and not isinstance(datasets, str) else []


def planes(dataset: xarray.Dataset, key: str | None, at: Sequence[float] | None) -> dict[str, xarray.Dataset]:
    """The planes of a sweep over three keys, by the value of one of them."""
    keys = [str(dim) for dim in dataset["gain"].dims] if "gain" in dataset else []
    if len(keys) != 3:
        told = f"a sweep over {', '.join(keys) or 'nothing'}"
        raise ProblemError("datasets", told, "a sweep over three keys, or several maps in a list")
    if key not in keys:
        raise ProblemError("key", shown(key), one_of(keys, key))
    values = dataset[key].to_numpy()
    if at is None and len(values) > MOST:
        raise ProblemError("at", f"{len(values)} values of {key}", f"some of them, {MOST} at most")
    picked = values if at is None else nearest(values, at, key)
    rest = [name for name in keys if name != key]
    found = {}
    for value, words in zip(picked.tolist(), wording.named_values(key, picked.tolist()), strict=True):
        plane = dataset.sel({key: value})
        plane.attrs = {name: held for name, held in dataset.attrs.items() if name not in ("axes", "x_key", "y_key")}
        found[words] = plane.transpose(*rest, ...)
    return found


def nearest(values: np.ndarray, at: object, key: str) -> np.ndarray:
    """For each of some numbers the nearest of the values of a key. Raises `ProblemError` beyond their ends."""
    low, high = float(values.min()), float(values.max())
    try:
        asked = np.atleast_1d(np.asarray(at))
    except ValueError:
        asked = np.empty((0, 0))
    fits = asked.ndim == 1 and asked.size and asked.dtype.kind in "iuf"
    if not fits or not ((asked >= low) & (asked <= high)).all():
        raise ProblemError("at", shown(at), f"values of {key} from {low:g} to {high:g}")
    return np.array(list(dict.fromkeys(values[np.abs(values[:, None] - asked).argmin(axis=0)].tolist())))


def differences(datasets: Sequence[xarray.Dataset]) -> list[str]:
    """What each of some maps has that is not the same in all, in words; their places where that tells nothing."""
    known = [described(dataset) for dataset in datasets]
    keys = dict.fromkeys(key for held in known for key in held)
    shared = {key for key in keys if all(key in held for held in known)}
    one_family = len({str(held.get("name")) for held in known}) == 1
    telling = [
        key for key in keys if (one_family or key in shared) and len({repr(held.get(key)) for held in known}) > 1
    ]
    words = [", ".join(_said(key, held[key]) for key in telling if key in held) for held in known]
    return [word if words.count(word) == 1 and word else f"{word or 'map'} {k + 1}" for k, word in enumerate(words)]


def described(dataset: xarray.Dataset) -> dict[str, Any]:
    """What is known of a map besides its cells."""
    attrs = dataset.attrs
    found = {key: attrs[key] for key in ("name", "data", "model") if attrs.get(key)}
    for key in ("regime_parameters", "settings"):
        found |= json.loads(attrs.get(key, "{}"))
    swept = dataset["gain"].dims if "gain" in dataset else ()
    found |= {key: attrs[key] for key in (*NOISES, "votes", "seeds", "samples") if key in attrs}
    return {key: value for key, value in (found | wording.cuts(dataset)).items() if key not in swept}


def _said(key: str, value: Any) -> str:
    if key in ("name", "data", "model"):
        return literal(str(value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return wording.named_value(key, value)
    return literal(f"{key} = {value}")

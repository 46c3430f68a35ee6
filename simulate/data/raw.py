"""What a reader hands over, and the checks that every source has to pass: `Raw`, arrays as they were found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.errors import ProblemError, shown

Pixels = NDArray[np.uint8]
Inputs = NDArray[np.float32]
Labels = NDArray[np.int64]

BRIGHTEST = np.float32(255)
# The largest rounding to single precision, relative to the range of an axis.
COARSEST = 1e-4
# What noise of scale 1 is as large as.
PIXEL, PLAIN = "units of the pixel range", "units of x"
SHAPES = "(n, d), (n, height, width) or (n, channels, height, width)"


@dataclass(frozen=True, eq=False)
class Part:
    """Inputs (n, *shape) with labels (n,) 0 ... K - 1."""

    x: Inputs
    y: Labels

    def at(self, places: NDArray[np.int64]) -> Part:
        """The points at some places, in their order."""
        return Part(self.x[places], self.y[places])


@dataclass(frozen=True, eq=False)
class Raw:
    """A data set as it was found, all classes and all points; `test` is None where nothing was set apart.

    name: what errors call it. classes: the name of each label. unit: what inputs are measured in.
    """

    name: str
    train: Part
    test: Part | None
    classes: tuple[str, ...]
    unit: str


def part(x: np.ndarray, y: np.ndarray, source: str, keys: tuple[str, str] = ("x", "y")) -> Part:
    """Inputs and labels that belong together: numbers (n, ...) and as many whole numbers of at least 0.

    uint8 are pixels and divided by 255, all others stay as they are; images without channels get one.

    Raises:
        ProblemError: they are something else; one line with source and key, what was found and what was expected.
    """
    held, labels = _inputs(x, source, keys[0]), _labels(y, source, keys[1])
    if len(held) != len(labels):
        raise ProblemError(keys[1], f"{len(labels)} labels of {len(held)} inputs", "one label for each input", source)
    return Part(held, labels)


def same_kind(train: np.ndarray, test: np.ndarray, source: str) -> None:
    """Refuse inputs to test that are not of the shape, or not in the unit, of those to train."""
    if train.shape[1:] != test.shape[1:]:
        raise ProblemError("x_test", f"inputs of shape {test.shape[1:]}", f"{train.shape[1:]} as in x", source)
    if (train.dtype == np.uint8) != (test.dtype == np.uint8):
        raise ProblemError("x_test", f"{test.dtype}", f"{train.dtype} as in x: uint8 is divided by 255", source)


def named(train: Part, test: Part | None, source: str, unit: str, names: Iterable[str] = ()) -> Raw:
    """Labels counted through. Where no names are given the classes are the labels that occur, named by their number.

    Raises:
        ProblemError: one class only; a label without a name; a label to test that was not there to train.
    """
    known = tuple(names)
    found = np.unique(train.y)
    if known and found[-1] >= len(known):
        raise ProblemError("labels", str(found[-1]), f"labels from 0 to {len(known) - 1}", source)
    if len(found) < 2:
        raise ProblemError("y", f"the one class {found[0]}", "at least two classes", source)
    if test is not None:
        strange = np.setdiff1d(test.y, found)
        if len(strange):
            raise ProblemError("y_test", f"the class {strange[0]}", "classes that occur in y", source)
    classes = tuple(known[label] if known else str(label) for label in found.tolist())
    return Raw(source, _counted(train, found), None if test is None else _counted(test, found), classes, unit)


def _counted(held: Part, labels: Labels) -> Part:
    return Part(held.x, np.searchsorted(labels, held.y))


def _inputs(x: np.ndarray, source: str, key: str) -> Inputs:
    if x.dtype.kind not in "buif":
        raise ProblemError(key, f"an array of type {shown(str(x.dtype))}", "real numbers", source)
    if x.ndim not in (2, 3, 4) or not x.size:
        raise ProblemError(key, f"an array of shape {x.shape}", f"{SHAPES}, not empty", source)
    if x.dtype == np.uint8:
        held: Inputs = np.divide(x, BRIGHTEST, dtype=np.float32)
    else:
        with np.errstate(over="ignore"):
            held = x.astype(np.float32)
        _finite(held, x, source, key)
        _resolved(held, x, source, key)
    return held[:, None] if x.ndim == 3 else held


def _finite(held: Inputs, x: np.ndarray, source: str, key: str) -> None:
    good = np.isfinite(held)
    if not good.all():
        place = tuple(int(i) for i in np.argwhere(~good)[0])
        at = f"{key}[{', '.join(map(str, place))}]"
        raise ProblemError(at, str(x[place]), "finite numbers that single precision can hold", source)


def _resolved(held: Inputs, x: np.ndarray, source: str, key: str) -> None:
    """Refuse an axis that lies so far from 0 that single precision merges what differs on it."""
    flat = x.reshape(len(x), -1).astype(float)
    low, high = flat.min(axis=0), flat.max(axis=0)
    lost = (np.abs(held.reshape(flat.shape) - flat).max(axis=0) > COARSEST * (high - low)) & (high > low)
    if lost.any():
        axis = int(np.argmax(lost))
        expected = "a range that single precision resolves: take off its mean"
        raise ProblemError(f"{key}[:, {axis}]", f"numbers from {low[axis]} to {high[axis]}", expected, source)


def _labels(y: np.ndarray, source: str, key: str) -> Labels:
    if y.dtype.kind not in "ui" or y.ndim != 1:
        found = f"an array of type {shown(str(y.dtype))} and shape {y.shape}"
        raise ProblemError(key, found, "labels (n,) of an integer type", source)
    wrong = (y < 0) | (y > np.iinfo(np.int64).max)
    if wrong.any():
        raise ProblemError(key, str(y[wrong][0]), "labels of at least 0", source)
    return y.astype(np.int64)

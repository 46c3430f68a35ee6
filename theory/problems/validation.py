"""Checks of single values in a problem description: each returns the normalised value or raises `ProblemError`.

What may stand beside what is decided by the descriptions themselves (problem.py). Scalars are checked in constant
time whatever the dimension, and numpy is imported only when a matrix is checked.
"""

from __future__ import annotations

import math
import operator
import re
import sys
from collections.abc import Iterable, Sized
from itertools import repeat
from numbers import Real
from types import UnionType
from typing import Any, get_args

from theory.errors import ProblemError, one_of, shown

# R diag R^T computed in floating point differs from its transpose by a few units in the last place.
SYMMETRY_TOLERANCE = 1e-12
# Characters that no netCDF attribute or no XML, and so no SVG, can hold.
UNWRITABLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]")
# What others call the words of a problem file: said in hints, not understood.
SYNONYMS = {"normal": "gaussian", "exponential": "laplace", "double-exponential": "laplace", "laplacian": "laplace"}
SYNONYMS |= {"box": "uniform", "dirac": "point", "delta": "point"}


def _plain(value: Any) -> Any:
    """Arrays and array scalars as Python lists and numbers."""
    return value.tolist() if hasattr(value, "tolist") else value


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def number(value: Any, key: str) -> float:
    """A finite float. Booleans are not numbers."""
    value = _plain(value)
    if not _is_number(value):
        raise ProblemError(key, shown(value), "a number")
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise ProblemError(key, shown(value), "a finite number")
    return result


def positive(value: Any, key: str) -> float:
    """A finite float above 0."""
    result = number(value, key)
    if result <= 0:
        raise ProblemError(key, shown(result), "a positive number")
    return result


def nonnegative(value: Any, key: str) -> float:
    """A finite float of at least 0."""
    result = number(value, key)
    if result < 0:
        raise ProblemError(key, shown(result), "a number of at least 0")
    return result


def probability(value: Any, key: str) -> float:
    """A float strictly between 0 and 1."""
    result = number(value, key)
    if not 0 < result < 1:
        raise ProblemError(key, shown(result), "a number strictly between 0 and 1")
    return result


def whole(value: Any, key: str, minimum: int = 1) -> int:
    """An integer from `minimum` up to the largest index of the machine. Booleans and floats are not integers."""
    expected = f"a whole number of at least {minimum}"
    value = _plain(value)
    try:
        result = operator.index(value)
    except TypeError:
        raise ProblemError(key, shown(value), expected) from None
    if isinstance(value, bool) or result < minimum:
        raise ProblemError(key, shown(value), expected)
    if result > sys.maxsize:
        raise ProblemError(key, shown(value), f"a whole number of at most {sys.maxsize}")
    return result


def vector(value: Any, key: str) -> float | tuple[float, ...]:
    """A float, which stands for every axis, or a non-empty tuple of one finite float per axis."""
    value = _plain(value)
    if _is_number(value):
        return number(value, key)
    if not isinstance(value, list | tuple) or not value:
        raise ProblemError(key, shown(value), "a number or a non-empty list of numbers")
    if all(type(item) is float for item in value) and all(map(math.isfinite, value)):
        return tuple(value)
    return tuple(number(item, f"{key}[{axis}]") for axis, item in enumerate(value))


def positive_vector(value: Any, key: str) -> float | tuple[float, ...]:
    """As `vector`, and every number above 0."""
    result = vector(value, key)
    if isinstance(result, float):
        return positive(result, key)
    if min(result) <= 0:
        axis = next(axis for axis, item in enumerate(result) if item <= 0)
        raise ProblemError(f"{key}[{axis}]", shown(result[axis]), "a positive number")
    return result


def covariance(value: Any, key: str) -> tuple[tuple[float, ...], ...]:
    """A symmetric positive definite matrix as a tuple of rows. An asymmetry of rounding size is averaged out."""
    value = _plain(value)
    if not isinstance(value, list | tuple) or not all(isinstance(row, list | tuple) for row in map(_plain, value)):
        raise ProblemError(key, shown(value), "a square matrix [[...], ...]")
    rows = [[number(item, f"{key}[{i}][{j}]") for j, item in enumerate(_plain(row))] for i, row in enumerate(value)]
    if not rows or any(len(row) != len(rows) for row in rows):
        shape = f"{len(rows)} rows of lengths {shown([len(row) for row in rows])}"
        raise ProblemError(key, shape, "a square matrix [[...], ...]")
    return _symmetric_positive_definite(rows, key)


def _symmetric_positive_definite(rows: list[list[float]], key: str) -> tuple[tuple[float, ...], ...]:
    import numpy as np

    matrix = np.array(rows)
    expected = "a symmetric positive definite matrix"
    for axis, variance in enumerate(matrix.diagonal()):
        if variance <= 0:
            raise ProblemError(f"{key}[{axis}][{axis}]", shown(float(variance)), f"a positive variance in {expected}")
    deviations = np.sqrt(matrix.diagonal())
    correlations = matrix / deviations[:, None] / deviations  # of order 1, so no product overflows
    skew = np.abs(correlations - correlations.T) > SYMMETRY_TOLERANCE
    if skew.any():
        i, j = (int(index) for index in np.argwhere(skew)[0])
        raise ProblemError(key, f"[{i}][{j}] = {rows[i][j]!r} but [{j}][{i}] = {rows[j][i]!r}", expected)
    try:
        np.linalg.cholesky(correlations)
    except np.linalg.LinAlgError:
        raise ProblemError(key, shown(rows), expected) from None
    mean = matrix / 2 + matrix.T / 2
    exact = np.where(matrix == matrix.T, matrix, mean)
    return tuple(tuple(row) for row in exact.tolist())


def choice(value: object, key: str, allowed: Iterable[str]) -> Any:
    """One word out of `allowed`."""
    names = tuple(allowed)
    if not isinstance(value, str) or value not in names:
        meant = SYNONYMS.get(value.lower(), value) if isinstance(value, str) else value
        raise ProblemError(key, shown(value), one_of(names, meant))
    return value


def flag(value: object, key: str) -> bool:
    """True or False, and not what passes for them."""
    if not isinstance(value, bool):
        raise ProblemError(key, shown(value), "True or False")
    return value


def instance(value: Any, key: str, kind: type | UnionType) -> Any:
    """An instance of a class or of a union of classes."""
    if not isinstance(value, kind):
        names = " or ".join(f"a {part.__name__}" for part in get_args(kind) or (kind,))
        raise ProblemError(key, shown(value), names.replace("a str", "a text"))
    return value


def label(value: object, key: str) -> str | None:
    """A string that can be written to a file, or None."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise ProblemError(key, shown(value), "a string")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise ProblemError(key, shown(value), "a string that UTF-8 can encode") from None
    if UNWRITABLE.search(value):
        raise ProblemError(key, shown(value), "a string without control characters")
    return value


def members(value: Any, key: str, kind: Any) -> tuple[Any, ...]:
    """A non-empty tuple of instances of a class or of a union of classes."""
    noun = " or ".join(part.__name__ for part in get_args(kind) or (kind,))
    if not isinstance(value, list | tuple) or not value:
        raise ProblemError(key, shown(value), f"a non-empty tuple of {noun}")
    for i, part in enumerate(value):
        if not isinstance(part, kind):
            raise ProblemError(f"{key}[{i}]", shown(part), f"a {noun}")
    return tuple(value)


def axes(*values: float | tuple[float, ...]) -> Iterable[tuple[float, ...]]:
    """The numbers of `values` axis by axis; a single axis, standing for all, where every value is a scalar."""
    numbers = tuple(value for value in values if isinstance(value, float))
    if len(numbers) == len(values):
        return [numbers]
    return zip(*(value if isinstance(value, tuple) else repeat(value) for value in values), strict=False)


def ordered(low: float | tuple[float, ...], high: float | tuple[float, ...]) -> None:
    """Refuse a box that is empty along some axis."""
    for axis, (below, above) in enumerate(axes(low, high)):
        if below >= above:
            key = f"high[{axis}]" if isinstance(high, tuple) else "high"
            raise ProblemError(key, shown(above), f"more than the low of {below!r}")


def common_dim(parts: Iterable[tuple[str, object]], dim: int = 0, fixed_by: str = "dim") -> int:
    """The dimension that all (key, value) pairs agree on, 0 where only scalars occur. A given `dim` takes part."""
    for key, value in parts:
        if not isinstance(value, Sized) or len(value) == dim:
            continue
        if dim:
            raise ProblemError(key, f"{len(value)} axes", f"{dim} as fixed by {fixed_by}")
        dim, fixed_by = len(value), key
    return dim

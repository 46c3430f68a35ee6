"""The noises of a question: their names, in the order in which they are asked for, and the check of their scales."""

from __future__ import annotations

from typing import TYPE_CHECKING

from theory.errors import ProblemError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from theory.arrays import Array

# Of training, of smoothing, and the radius that is certified or attacked.
NOISES = ("alpha", "beta", "eps")


def noises(value: ArrayLike, key: str) -> Array:
    """A finite, non-negative array.

    Raises:
        ProblemError: naming the key and the first offending value.
    """
    import numpy as np

    array = np.asarray(value, float)
    bad = ~(np.isfinite(array) & (array >= 0))
    if bad.any():
        raise ProblemError(key, repr(float(array[bad].ravel()[0])), "a finite number >= 0")
    return array


def listed_noises(value: ArrayLike, key: str) -> list[float]:
    """A number or numbers as a list of at least one finite float >= 0.

    Raises:
        ProblemError: naming the key and the first offending value.
    """
    found: list[float] = noises(value, key).ravel().tolist()
    if not found:
        raise ProblemError(key, "no value", "at least one finite number >= 0")
    return found

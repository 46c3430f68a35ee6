"""The numbers of a question: the noises, in the order in which they are asked for, and the checks of what is passed.

What a problem consists of is checked in validation.py; here live the checks of arrays. NumPy turns many things into
numbers without a word: masks are dropped, True becomes 1, "0.5" becomes 0.5, None becomes NaN. None of them is meant.
"""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, Any

from theory.errors import ProblemError, shown

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from theory.arrays import Array

# Of training, of smoothing, and the radius that is certified or attacked.
NOISES = ("alpha", "beta", "eps")
# Samples per dimension, n/d, a further number of a question. Beyond these bounds its powers leave the floats.
RATIO = "ratio"
LEAST_RATIO, MOST_RATIO = 1e-50, 1e50


def numbers(value: ArrayLike, key: str, expected: str = "a finite number") -> Array:
    """An array of finite floats that were numbers before.

    Raises:
        ProblemError: naming the key and what is no number, or no array.
    """
    import numpy as np

    if _masked(value):
        raise ProblemError(key, "a masked array", "numbers without a mask: fill it in, or leave out what it hides")
    try:
        # An array of objects keeps what is no number; arrays that have a kind of number are not looked through.
        array = np.asarray(value) if hasattr(value, "dtype") else np.asarray(value, object)
        if array.dtype.kind not in "iuf":
            for item in array.astype(object).ravel().tolist():
                if not isinstance(item, Real) or isinstance(item, bool | np.bool_):
                    raise ProblemError(key, shown(item), "a number or an array of numbers")
        array = np.asarray(array, float)
    except OverflowError:
        raise ProblemError(key, shown(value), expected) from None
    except (TypeError, ValueError) as error:
        if isinstance(error, ProblemError):
            raise
        raise ProblemError(key, shown(value), "a number or an array of numbers") from None
    bad = ~np.isfinite(array)
    if bad.any():
        raise ProblemError(key, repr(float(array[bad].ravel()[0])), expected)
    return array


def _masked(value: Any) -> bool:
    """Whether a mask hides a number of an array, or of one in a list."""
    import numpy as np

    if isinstance(value, list | tuple):
        return any(_masked(item) for item in value if not isinstance(item, float))
    return bool(np.ma.is_masked(value))


def noises(value: ArrayLike, key: str) -> Array:
    """A finite, non-negative array.

    Raises:
        ProblemError: naming the key and the first offending value.
    """
    array = numbers(value, key, "a finite number >= 0")
    if (array < 0).any():
        raise ProblemError(key, repr(float(array[array < 0].ravel()[0])), "a finite number >= 0")
    return array


def noise(value: ArrayLike, key: str) -> float:
    """One finite float >= 0; raises as `noises`, and where there are several."""
    array = noises(value, key)
    if array.ndim:
        raise ProblemError(key, f"an array of shape {array.shape}", "one finite number >= 0")
    return float(array)


def listed_noises(value: ArrayLike, key: str) -> list[float]:
    """A number or numbers as a list of at least one finite float >= 0.

    Raises:
        ProblemError: naming the key and the first offending value.
    """
    found: list[float] = noises(value, key).ravel().tolist()
    if not found:
        raise ProblemError(key, "no value", "at least one finite number >= 0")
    return found


def ratios(value: ArrayLike) -> Array:
    """Samples per dimension: an array of numbers > 0.

    Raises:
        ProblemError: naming the first offending value.
    """
    expected = f"samples per dimension n/d, a number > 0 from {LEAST_RATIO:g} to {MOST_RATIO:g}"
    array = numbers(value, RATIO, expected)
    bad = ~((array >= LEAST_RATIO) & (array <= MOST_RATIO))
    if bad.any():
        raise ProblemError(RATIO, repr(float(array[bad].ravel()[0])), expected)
    return array


def samples(value: ArrayLike) -> float:
    """One number of samples per dimension; raises as `ratios`, and where there are several."""
    array = ratios(value)
    if array.ndim:
        raise ProblemError(RATIO, f"an array of shape {array.shape}", "one number > 0")
    return float(array)


def together(
    alpha: ArrayLike, beta: ArrayLike, eps: ArrayLike = 0.0, ratio: ArrayLike | None = None
) -> tuple[Array, ...]:
    """Checked noises, broadcast against each other; with the ratio as a fourth where it is given.

    Raises:
        ProblemError: as `noises` and `ratios`, and where the shapes do not fit.
    """
    import numpy as np

    held = [noises(value, key) for key, value in zip(NOISES, (alpha, beta, eps), strict=True)]
    held += [] if ratio is None else [ratios(ratio)]
    try:
        return tuple(np.broadcast_arrays(*held))
    except ValueError:
        shapes = ", ".join(str(array.shape) for array in held)
        names = ", ".join((*NOISES, RATIO)[: len(held)])
        raise ProblemError(names, f"shapes {shapes}", "shapes that broadcast") from None

"""Covariances of many dimensions that are a diagonal and a few directions more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from theory.errors import ProblemError, UnsupportedError, one_of, shown
from theory.problems import validation as check

if TYPE_CHECKING:
    import numpy as np

# A matrix of more rows than this is not made of it.
MOST_ROWS = 4096


@dataclass(frozen=True)
class LowRank:
    """diag(diagonal) + sum of f f' over the rows f of `factor` (r, d): variances of axes, and directions in
    which there is more, each as long as a standard deviation.

    Where a matrix is needed, numpy.array(...) makes it; `len` is the dimension.
    """

    diagonal: float | tuple[float, ...]
    factor: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        diagonal = check.positive_vector(self.diagonal, "diagonal")
        rows = self.factor.tolist() if hasattr(self.factor, "tolist") else self.factor
        if not isinstance(rows, list | tuple) or not rows:
            raise ProblemError("factor", shown(self.factor), "a list of directions [[...], ...]")
        held = tuple(check.vector(row, f"factor[{k}]") for k, row in enumerate(rows))
        for k, row in enumerate(held):
            if isinstance(row, float):
                raise ProblemError(f"factor[{k}]", shown(row), "a direction, one number for each axis")
        check.common_dim([("diagonal", diagonal), *((f"factor[{k}]", row) for k, row in enumerate(held))])
        object.__setattr__(self, "diagonal", diagonal)
        object.__setattr__(self, "factor", held)

    def __len__(self) -> int:
        """The dimension."""
        return len(self.factor[0])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """The matrix.

        Raises:
            UnsupportedError: it would have more than MOST_ROWS rows.
        """
        import numpy as np

        if len(self) > MOST_ROWS:
            raise UnsupportedError(f"a covariance of {len(self)} dimensions as a matrix; at most {MOST_ROWS}")
        factor = np.array(self.factor)
        return np.asarray(np.diag(np.broadcast_to(self.diagonal, len(self))) + factor.T @ factor, dtype)

    @property
    def variances(self) -> np.ndarray:
        """Of the axes (d,)."""
        import numpy as np

        return np.asarray(np.broadcast_to(self.diagonal, len(self)) + (np.array(self.factor) ** 2).sum(axis=0))


def low_rank(value: object, key: str) -> LowRank | None:
    """The covariance that a table {diagonal, factor} describes; None for what is no table."""
    if isinstance(value, LowRank):
        return value
    if not isinstance(value, Mapping):
        return None
    names = ("diagonal", "factor")
    for name in value:
        if name not in names:
            raise ProblemError(f"{key}.{name}", "an unknown key", one_of(names, name))
    for name in names:
        if name not in value:
            raise ProblemError(f"{key}.{name}", "nothing", "a value: the key is required")
    try:
        return LowRank(**value)
    except ProblemError as error:
        raise error.within(key) from None

"""Fewer dimensions that keep most of the variance: an orthogonal projection, without rescaling any of them.

Isotropic Gaussian noise of a scale stays isotropic Gaussian noise of that scale under an orthogonal projection, so
that alpha and beta mean the same before and after. Whitening would stretch them along each axis by another factor.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from simulate.data import Data
from simulate.extras import missing
from theory.arrays import Array
from theory.errors import ProblemError

# What is projected to where nothing is said: of the plane every Gaussian mixture is exact.
USUAL = 2


@dataclass(frozen=True, eq=False)
class Projected:
    """Points (n, D) to fit and to hold out, and the share of the variance kept, None where nothing was projected."""

    x: Array
    held: Array
    kept: float | None


def projected(data: Data, dim: int | None) -> Projected:
    """The points of both classes, flattened, projected to the `dim` directions in which all of them vary most.

    Where no dim is given: to a plane where there are more dimensions. The directions are those of the points to fit.

    Raises:
        ProblemError: more dimensions than there are, or than points less one span.
        MissingExtraError: scikit-learn is not installed.
    """
    x, held = (part.reshape(len(part), -1).astype(float) for part in (data.x, data.x_test))
    count = x.shape[1]
    dim = min(USUAL, count) if dim is None else dim
    if dim > count:
        raise ProblemError("project", str(dim), f"at most the {count} dimensions of the data", data.name)
    if dim == count:
        return Projected(x, held, None)
    if dim >= len(x):
        raise ProblemError("project", str(dim), f"fewer than the {len(x)} points", data.name)
    try:
        from sklearn.decomposition import PCA
    except ImportError:
        raise missing("scikit-learn", "train") from None
    found = PCA(dim, svd_solver="full").fit(x)
    move: Callable[[Array], Array] = found.transform
    return Projected(move(x), move(held), float(np.sum(found.explained_variance_ratio_)))

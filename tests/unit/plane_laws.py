"""Gaussian components in the plane as the tests look at them."""

from __future__ import annotations

import numpy as np

from theory.arrays import Array
from theory.problems.problem import Gaussian, Law, as_vector


def moments(law: Law) -> tuple[Array, Array]:
    """Mean and covariance of a Gaussian law in the plane."""
    assert isinstance(law, Gaussian)
    if law.cov is not None:
        return as_vector(law.mean, 2), np.array(law.cov)
    assert law.scale is not None
    return as_vector(law.mean, 2), np.diag(as_vector(law.scale, 2) ** 2)

"""Types that signatures of the Monte Carlo side share."""

from __future__ import annotations

from typing import Any

Numbers = Any  # a NumPy array on the host, a JAX array of the same shape in compiled code
NoiseTriple = tuple[float, float, float]  # alpha, beta, eps

"""The laws of a signed density along the one axis on which they differ: what `plateaus` compares. Host side (NumPy)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from simulate.montecarlo.arrays import Numbers

# Heights are rational numbers; they are kept to 2 LIMB bits of the highest, in two whole numbers of LIMB bits.
LIMB = 40


class Flats(NamedTuple):
    """K laws of one kind along one axis; `mass` is positive for class 1 and negative for class 0.

    limbs: signed heights of the plateaus without training noise and with each of A, as whole numbers (1 + A, 2, K):
    in units of 2^-LIMB and of 2^-2 LIMB of the highest.
    """

    center: Numbers  # (K,)
    scale: Numbers  # (K,)
    mass: Numbers  # (K,)
    limbs: Numbers


class AxisLaws(NamedTuple):
    """Laws of each kind that vary along one axis only; noises (A,), and the highest plateau of each (1 + A,)."""

    axis: Numbers
    kinds: dict[str, Flats]
    alphas: Numbers
    top: Numbers


class Flat(NamedTuple):
    """One law: kind, place and scale along the axis, signed mass."""

    kind: str
    center: float
    scale: float
    mass: Fraction

    def height(self, noise: str, alpha: float) -> Fraction:
        """The signed height of its plateau after noise; 0 where it has none."""
        uniform, noisy = self.kind == "uniform", noise == "uniform" and alpha > 0
        wide = Fraction(max(self.scale if uniform else 0.0, alpha if noisy else 0.0))
        return self.mass / (2 * wide) if wide else Fraction(0)


def level_of(axis: int, laws: Sequence[Flat], noise: str, alphas: np.ndarray) -> AxisLaws | None:
    """The laws stacked; None where one class has none of them."""
    if len({law.mass > 0 for law in laws}) < 2:
        return None
    kinds = {}
    grid = [0.0, *np.asarray(alphas, float).tolist()]
    heights = [[law.height(noise, alpha) for law in laws] for alpha in grid]
    tops = [max(map(abs, row)) or Fraction(1) for row in heights]
    shares = [[_limbs(value / top) for value in row] for row, top in zip(heights, tops, strict=True)]
    table = np.array(shares, np.int64).transpose(0, 2, 1)
    for kind in sorted({law.kind for law in laws}):
        chosen = [k for k, law in enumerate(laws) if law.kind == kind]
        center, scale, mass = np.array([[float(v) for v in laws[k][1:]] for k in chosen]).T
        kinds[kind] = Flats(center, scale, mass, table[:, :, chosen])
    return AxisLaws(np.int64(axis), kinds, np.array(grid[1:]), np.array([float(top) for top in tops]))


def _limbs(share: Fraction) -> tuple[int, int]:
    whole = round(abs(share) * 4**LIMB)
    sign = 1 if share > 0 else -1
    return sign * (whole >> LIMB), sign * (whole & (2**LIMB - 1))

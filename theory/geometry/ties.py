"""Point masses that lie on a boundary: decided on paper where the boundary is exact, else said to be undecided.

In normal form numbers with few decimals are exact, and so are sums and differences of them: an atom that lies on a
boundary on paper has its very coordinate. One that only lies within the error of a boundary is on no side for sure.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from theory.arrays import Array, Flags
from theory.geometry.piece import Piece
from theory.geometry.region import Region


def with_ties(
    region: Region, pieces: tuple[Piece, ...], held: Flags, closed: Flags, ajar: Flags
) -> tuple[Region, Array]:
    """The region with the class of every point mass, and the mass (R,) of those within the error of a boundary.

    held: rows (R,) in which the region knows its point masses already. closed: rows in which its boundary belongs to
    it, whatever its class: the certificate at u = tau, and a point whose distance is the radius itself. ajar: rows in
    which it belongs to the complement: that of the class to which the tie does not go.
    """
    weights: dict[float, float] = {}
    for item in pieces:
        if item.law == "point":
            at = float(np.ravel(item.center)[0])
            weights[at] = weights.get(at, 0.0) + float(item.weight)
    if not weights or region.reference is not None:
        return region, np.zeros(len(region.first))
    positions = np.array(list(weights))
    finite = np.isfinite(region.ends)
    gap = np.abs(positions[None, :, None] - np.where(finite, region.ends, np.inf)[:, None, :])
    near, sure = (gap <= region.error[:, None, :]) & finite[:, None, :], (gap == 0).any(axis=2)
    labels = np.where(ajar[:, None], ~region.complement().labelled(positions), region.labelled(positions))
    labels = labels | (near.any(axis=2) & closed[:, None])
    if region.atoms is not None:
        labels = np.where(held[:, None], region.contains(positions[None, :]), labels)
    doubt = near.any(axis=2) & ~sure & ~held[:, None]
    return replace(region, atoms=(positions, labels)), doubt @ np.array(list(weights.values()))


def antisymmetric(net: tuple[Piece, ...]) -> float | None:
    """The point about which the signed density of components is odd, so that it is 0 there; None if it is not."""
    if not net:
        return None
    table = {(p.label, p.law, float(p.center), float(p.scale), p.rational[0]) for p in net}
    centers = [float(p.center) for p in net]
    twice = min(centers) + max(centers)
    mirrored = {(1 - label, law, twice - center, scale, weight) for label, law, center, scale, weight in table}
    return 0.5 * twice if len(table) == len(net) and table == mirrored else None


def snapped(region: Region, at: float | None) -> Region:
    """The region with the one boundary that lies within its error of a known one put onto that."""
    if at is None:
        return region
    near = np.isfinite(region.ends) & (np.abs(region.ends - at) <= region.error)
    near &= near.sum(axis=1, keepdims=True) == 1
    return replace(region, ends=np.where(near, at, region.ends))

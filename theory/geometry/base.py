"""What the rest of the package asks of a geometry; nothing above this layer knows which one answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.geometry.curvature import SmallNoise
from theory.geometry.piece import Piece
from theory.geometry.region import Region
from theory.problems.normal import Normal


@dataclass(frozen=True)
class Base:
    """Base classifiers for R training noises: regions of the coordinate, and the components as seen along it.

    `axis` and `origin` turn a point of R^d into the coordinate: (R, d) or (1, d) arrays, or None where d = 1.
    """

    pieces: tuple[Piece, ...]
    region: Region
    axis: Array | None = None
    origin: Array | None = None

    def take(self, rows: Index) -> Base:
        """The given rows."""
        axis, origin = (v if v is None or len(v) == 1 else v[rows] for v in (self.axis, self.origin))
        return Base(tuple(p.at(rows) for p in self.pieces), self.region.take(rows), axis, origin)

    def outward(self, normal: Normal) -> Base:
        """The same in the problem's place and units."""
        along = float(np.ravel(normal.center)[0]) if self.axis is None else 0.0
        origin = None if self.origin is None else normal.center + normal.outward(self.origin)
        pieces = tuple(_outward(p, normal, along) for p in self.pieces)
        return Base(pieces, self.region.outward(normal, along), self.axis, origin)


def _outward(item: Piece, normal: Normal, along: float) -> Piece:
    center, scale = along + normal.outward(item.center), normal.outward(item.scale)
    return replace(item, center=center, scale=scale, weight=normal.volume * item.weight, exact=None)


@dataclass(frozen=True)
class Drift:
    """How base classifiers move with their training noise: the derivatives in alpha of what a `Base` holds.

    ends, error: (R, n) of the boundaries, NaN where there is no derivative, and the errors of these.
    centers, scales: of the components along the coordinate, one (R,) array per component, or None where they stay.
    reference: (R,) of the reference distance of shells, None where it stays.
    """

    ends: Array
    error: Array
    centers: tuple[Array, ...] | None = None
    scales: tuple[Array, ...] | None = None
    reference: Array | None = None

    def take(self, rows: Index) -> Drift:
        """The given rows."""
        centers, scales = (None if v is None else tuple(a[rows] for a in v) for v in (self.centers, self.scales))
        reference = None if self.reference is None else self.reference[rows]
        return Drift(self.ends[rows], self.error[rows], centers, scales, reference)


class Trainer(Protocol):
    """Gives the base classifiers of training noises, and how these move."""

    def __call__(self, alpha: Array) -> Base:
        """The base classifiers of noises (R,)."""
        ...

    def drift(self, alpha: Array, base: Base) -> Drift:
        """How they move."""
        ...


@dataclass(frozen=True)
class VoteRequest:
    """N smoothed classifiers that take votes: rows `trained` of the base classifiers, noises beta, and how many of the
    `votes` each needs (N,)."""

    trained: Index
    beta: Array
    votes: int
    need: Array


class AnyRegion(Protocol):
    """What is asked of regions in rows, whatever they are made of: intervals, shells, closed curves."""

    @property
    def first(self) -> Flags:
        """(R,), one entry for each region."""
        ...

    def complement(self) -> Any:
        """The regions of the other class."""
        ...

    def take(self, rows: Index) -> Any:
        """The given rows."""
        ...

    def merged(self, where: Flags, other: Any) -> Any:
        """Row by row this region where `where`, else the other."""
        ...

    def contains(self, x: Array) -> Flags:
        """(R, m) whether coordinates (1, m) or (1, m, 2) lie in the regions."""
        ...


class AnyPiece(Protocol):
    """What is asked of a component: label, weight with the prior, name of the law, and its view from rows."""

    @property
    def label(self) -> int: ...

    @property
    def weight(self) -> float: ...

    @property
    def law(self) -> str: ...

    def at(self, rows: Index) -> Any: ...


R = TypeVar("R", bound=AnyRegion)
P_contra = TypeVar("P_contra", bound=AnyPiece, contravariant=True)


class Geometry(Protocol[R, P_contra]):
    """Three operations: positive region, vote level set, mass; and what follows from them.

    route: the name that estimates carry.
    fixed: whether the coordinate and the components along it are the same for every training noise.
    smooth_motion: whether the derivatives of boundaries are known: geometries of one coordinate, which have `drift`
        and `kernel` (`theory.geometry.motion`).
    """

    @property
    def route(self) -> str: ...

    @property
    def fixed(self) -> bool: ...

    @property
    def smooth_motion(self) -> bool: ...

    def train(self, alpha: Array) -> Any:
        """The base classifiers for training noises alpha (R,)."""
        ...

    def smooth(self, region: R, beta: Array, eps: Array | None = None) -> R:
        """{u >= tau(eps)} for noises beta and radii eps (R, M): R * M regions; {u >= 1/2} without radii."""
        ...

    def vote(self, region: R, row: Index, beta: Array, x: Array) -> tuple[Array, Array]:
        """Vote probabilities u(x) and 1 - u(x) at coordinates x (N,), each with full relative precision."""
        ...

    def mass(self, pieces: tuple[P_contra, ...], region: R, label: int) -> tuple[Array, Array]:
        """Mass of the class-`label` components where the region says the other class, and its rounding error."""
        ...

    def uncertainty(self, pieces: tuple[P_contra, ...], region: R) -> Array:
        """(R,) what the errors of its boundaries can do to the mass of a region."""
        ...

    def erode(self, region: R, eps: Array) -> R:
        """Points of each region farther than eps (R,) from its complement, in the norm that smoothing certifies.

        Raises:
            NoExactRoute: the geometry does not know.
        """
        ...

    def expected(self, base: Any, label: int, request: VoteRequest) -> tuple[Array, Array]:
        """Chance to fail, (N,) with errors: int q(x) P(fewer than `need` of `votes` votes for the class) dx.

        Raises:
            NoExactRoute: it cannot be computed; the message says why.
        """
        ...

    def curvature(self) -> SmallNoise:
        """What small noise sees of the Bayes region: slope, curvature and Laplacian of s along its boundary.

        Raises:
            NoExactRoute: the signed density is not smooth, or its boundary is not known here.
        """
        ...

    def coordinate(self, base: Any, points: Array) -> Array:
        """The coordinate (R, m) of points (m, d)."""
        ...

    def center(self, base: Any) -> Array | None:
        """The point (d,) from which the first row's coordinate is measured; None on the line itself."""
        ...

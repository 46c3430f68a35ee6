"""What the rest of the package asks of a geometry; nothing above this layer knows which one answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from theory.mixture import Piece
from theory.region import Region
from theory.terms import Array, Index


class NoExactRoute(ValueError):
    """The problem, or the quantity, has no exact answer here; the message says why and what to do instead."""


@dataclass(frozen=True)
class Base:
    """Base classifiers for R training noises: regions of the coordinate, and the components as seen along it.

    `axis` and `origin` turn a point of R^d into the coordinate: (R, d) or (1, d) arrays, or None where d = 1.
    """

    pieces: tuple[Piece, ...]
    region: Region
    axis: Array | None = None
    origin: Array | None = None


class Geometry(Protocol):
    """Three operations on one coordinate: positive region, vote level set, mass.

    route: the name that estimates carry.
    fixed: whether the coordinate and the components along it are the same for every training noise.
    """

    @property
    def route(self) -> str: ...

    @property
    def fixed(self) -> bool: ...

    def train(self, alpha: Array) -> Base:
        """The base classifiers for training noises alpha (R,)."""
        ...

    def smooth(self, region: Region, beta: Array, log_tail: Array | None = None) -> Region:
        """{u >= tau} for noises beta (R, M): R * M regions; log_tail = log(1 - tau), None for tau = 1/2."""
        ...

    def vote(self, region: Region, row: Index, beta: Array, x: Array) -> tuple[Array, Array]:
        """Vote probabilities u(x) and 1 - u(x) at coordinates x (N,), each with full relative precision."""
        ...

    def mass(self, pieces: tuple[Piece, ...], region: Region, label: int) -> tuple[Array, Array]:
        """Mass of the class-`label` components where the region says the other class, and its rounding error."""
        ...

    def density(self, pieces: tuple[Piece, ...], region: Region) -> Array:
        """Sum over the components of weight times density of the coordinate at the boundaries (R, n) of a region."""
        ...

    def marks(self, pieces: tuple[Piece, ...], region: Region) -> Array:
        """Coordinates (R, m) between which each component's density is smooth; the outermost hold all but 1e-300."""
        ...

    def coordinate(self, base: Base, points: Array) -> Array:
        """The coordinate (R, m) of points (m, d)."""
        ...

    def center(self, base: Base) -> Array | None:
        """The point (d,) from which the first row's coordinate is measured; None on the line itself."""
        ...

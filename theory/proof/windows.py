"""Shapes that a uniform law makes: windows with soft ends, those ends alone, and trapezoids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flint import arb

from theory.proof.balls import Arb, Rational, hull
from theory.proof.noise import interval, pdf, upper
from theory.proof.shapes import ExponentialTail, NormalTail, Tail


@dataclass(frozen=True)
class SoftWindow:
    """Uniform on [-h, h] plus a law of scale s: (F((z + h)/s) - F((z - h)/s))/2h, F normal or Laplace."""

    law: str
    scale: Arb
    half: Arb
    rate: Rational
    linear: ClassVar[bool] = False
    straight: ClassVar[bool] = False

    @property
    def tail(self) -> Tail:
        """A mixture of normal laws at -h to h, or exponential with amplitude sinh(h/s)/2h; rate: s."""
        if self.law == "gaussian":
            return NormalTail(self.rate * self.rate, self.scale * self.scale, self.half)
        return ExponentialTail(self.rate, self.scale, (self.half / self.scale).sinh() / (2 * self.half))

    def score(self, z: Arb) -> Arb:
        """That of the law, at any place of the window."""
        if self.law == "laplace":
            return arb(0, 1) / self.scale
        return -hull(z - self.half, z + self.half) / (self.scale * self.scale)

    def both(self, z: Arb, side: int) -> tuple[Arb, Arb]:
        """Density, and slope (p((z + h)/s) - p((z - h)/s))/2hs."""
        low, high = (z - self.half) / self.scale, (z + self.half) / self.scale
        slope = (pdf(self.law, high) - pdf(self.law, low)) / (2 * self.half * self.scale)
        return interval(self.law, low, high) / (2 * self.half), slope


@dataclass(frozen=True)
class Edge:
    """What a `SoftWindow` lacks of its plateau beyond one end: P(V > (h - toward z)/s)/2h, log-concave and monotone."""

    law: str
    scale: Arb
    half: Arb
    toward: int
    linear: ClassVar[bool] = False
    straight: ClassVar[bool] = False

    @property
    def tail(self) -> Tail:
        """None: windows end before the line does."""
        return None

    def score(self, z: Arb) -> Arb:
        """toward p(x)/(s P(V > x)) at x = (h - toward z)/s > 0: between x/s and (x + 1/x)/s if normal (Mills 1926)."""
        if self.law == "laplace":
            return self.toward * hull(arb(0), arb(1)) / self.scale
        depth = (self.half - self.toward * z) / self.scale
        return self.toward * hull(depth, depth + 1 / depth) / self.scale

    def both(self, z: Arb, side: int) -> tuple[Arb, Arb]:
        """Value and slope."""
        depth = (self.half - self.toward * z) / self.scale
        slope = self.toward * pdf(self.law, depth) / (2 * self.half * self.scale)
        return upper(self.law, depth) / (2 * self.half), slope


@dataclass(frozen=True)
class Trapezoid:
    """Uniform on [-a, a] plus uniform on [-b, b], a >= b >= 0: flat between +-(a - b), 0 beyond +-(a + b)."""

    wide: Arb
    narrow: Arb
    linear: ClassVar[bool] = True
    straight: ClassVar[bool] = True

    @property
    def tail(self) -> Tail:
        """None: the support ends."""
        return None

    def score(self, z: Arb) -> Arb:
        """Not bounded at the end of the support."""
        return arb("nan")

    def both(self, z: Arb, side: int) -> tuple[Arb, Arb]:
        """Density and slope: those of the ramp on the given side where z is beyond the flat part."""
        flat = 1 / (2 * self.wide)
        size = side * z
        if size <= self.wide - self.narrow:
            return flat, arb(0)
        return flat * (self.wide + self.narrow - size) / (2 * self.narrow), -side * flat / (2 * self.narrow)

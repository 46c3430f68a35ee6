"""Centred densities after training noise in balls: the table law * noise once more, independent of the float one.

Every density is symmetric and log-concave on its support, so that its score (slope over density) decreases: that is
what encloses it over intervals. Kinks and ends of supports are cut points of the line, never inside an interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

from flint import arb

from theory.proof.balls import Arb, Rational


@dataclass(frozen=True)
class NormalTail:
    """A mixture of normal laws of one variance v: the score is -(z - e(z))/v, where e rises to `edge`.

    square: v as the exact number that tells equal variances from unequal ones.
    """

    square: Rational
    variance: Arb
    edge: Arb


@dataclass(frozen=True)
class ExponentialTail:
    """p(z) exp(z/scale) rises to `amplitude` (None: without bound), and the score falls to -1/scale.

    `rate` tells equal scales from unequal ones exactly.
    """

    rate: Rational
    scale: Arb
    amplitude: Arb | None


Tail = NormalTail | ExponentialTail | None


class BallProfile(Protocol):
    """A density on the line, centred at 0.

    linear: whether the score is a linear function between kinks. straight: whether the density itself is one, in which
    case it may vanish at the end of an interval. tail: how it falls off at +infinity.
    """

    linear: ClassVar[bool]
    straight: ClassVar[bool]

    @property
    def tail(self) -> Tail: ...

    def score(self, z: Arb) -> Arb:
        """An enclosure of the score at z that holds however small the density is."""
        ...

    def both(self, z: Arb, side: int) -> tuple[Arb, Arb]:
        """Density and slope at z; side: the side of 0, 1 or -1, on which the interval in question lies."""
        ...


@dataclass(frozen=True)
class Normal:
    """exp(-z^2/2v)/sqrt(2 pi v)."""

    variance: Arb
    square: Rational
    linear: ClassVar[bool] = True
    straight: ClassVar[bool] = False

    @property
    def tail(self) -> Tail:
        """Its own."""
        return NormalTail(self.square, self.variance, arb(0))

    def score(self, z: Arb) -> Arb:
        """-z/v."""
        return -z / self.variance

    def both(self, z: Arb, side: int) -> tuple[Arb, Arb]:
        """Density p and slope -p z/v."""
        score = -z / self.variance
        density = (score * z / 2).exp() / (2 * arb.pi() * self.variance).sqrt()
        return density, density * score


@dataclass(frozen=True)
class Exponential:
    """Laplace: exp(-|z|/b)/2b, with a kink at 0."""

    scale: Arb
    rate: Rational
    linear: ClassVar[bool] = True
    straight: ClassVar[bool] = False

    @property
    def tail(self) -> Tail:
        """Its own."""
        return ExponentialTail(self.rate, self.scale, 1 / (2 * self.scale))

    def score(self, z: Arb) -> Arb:
        """Between -1/b and 1/b."""
        return arb(0, 1) / self.scale

    def both(self, z: Arb, side: int) -> tuple[Arb, Arb]:
        """Density p and slope -+p/b."""
        score = -side / self.scale
        density = (score * z).exp() / (2 * self.scale)
        return density, density * score


@dataclass(frozen=True)
class NormalLaplace:
    """Normal (standard deviation s) plus Laplace (diversity b): (A + B)/2b with
    A = exp(s^2/2b^2 - z/b) Phi(z/s - s/b) and B = A(-z); slope (B - A)/2b^2 (Reed 2006)."""

    deviation: Arb
    scale: Arb
    rate: Rational
    linear: ClassVar[bool] = False
    straight: ClassVar[bool] = False

    @property
    def tail(self) -> Tail:
        """Amplitude exp(s^2/2b^2)/2b."""
        return ExponentialTail(self.rate, self.scale, ((self.deviation / self.scale) ** 2 / 2).exp() / (2 * self.scale))

    def score(self, z: Arb) -> Arb:
        """Between -1/b and 1/b."""
        return arb(0, 1) / self.scale

    def both(self, z: Arb, side: int) -> tuple[Arb, Arb]:
        """Density and slope."""
        s, b = self.deviation, self.scale
        half, root = (s / b) ** 2 / 2, arb(2).sqrt()
        first = (half - z / b).exp() * ((s / b - z / s) / root).erfc()
        second = (half + z / b).exp() * ((s / b + z / s) / root).erfc()
        return (first + second) / (4 * b), (second - first) / (4 * b * b)


@dataclass(frozen=True)
class TwoLaplace:
    """Laplace plus Laplace: (a exp(-|z|/a) - b exp(-|z|/b))/(2 (a^2 - b^2)); a = b: (1 + |z|/a) exp(-|z|/a)/4a."""

    first: Arb
    second: Arb
    rates: tuple[Rational, Rational]
    linear: ClassVar[bool] = False
    straight: ClassVar[bool] = False

    @property
    def equal(self) -> bool:
        """Whether the two scales are the same."""
        return bool(self.rates[0] == self.rates[1])

    @property
    def tail(self) -> Tail:
        """Amplitude a/(2 (a^2 - b^2)), a > b."""
        wide, narrow = self.first.max(self.second), self.first.min(self.second)
        amplitude = None if self.equal else wide / (2 * (wide * wide - narrow * narrow))
        return ExponentialTail(max(self.rates), wide, amplitude)

    def score(self, z: Arb) -> Arb:
        """Between -1/a and 1/a."""
        return arb(0, 1) / self.first.max(self.second)

    def both(self, z: Arb, side: int) -> tuple[Arb, Arb]:
        """Density and slope."""
        size, a, b = abs(z), self.first, self.second
        if self.equal:
            tail = (-size / a).exp() / (4 * a)
            return (1 + size / a) * tail, -z / (a * a) * tail
        side = z.sgn()
        first, second, scale = (-size / a).exp(), (-size / b).exp(), 2 * (a * a - b * b)
        return (a * first - b * second) / scale, -side * (first - second) / scale

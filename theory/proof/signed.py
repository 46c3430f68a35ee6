"""The signed density of noised components on one cell of the line, as `theory.proof.isolate` wants it.

Over an interval every term is compared with one reference term t: log-concavity encloses the difference of the
scores, and so the ratio r_k = t_k/t and its slope r_k (s_k - s). Dividing by t > 0 changes no sign and leaves numbers
of ordinary size wherever on the line the interval lies.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb

from theory.proof.balls import Arb, hull, sign
from theory.proof.isolate import Bounds
from theory.proof.shapes import BallProfile, ExponentialTail, NormalTail


@dataclass(frozen=True)
class Term:
    """One weighted component on a cell: sign +-1, weight, centre, density, and the side of its centre."""

    sign: int
    weight: Arb
    center: Arb
    shape: BallProfile
    side: int


@dataclass(frozen=True)
class SignedPlace:
    """The terms at a point: weighted densities, their slopes, and the scores of those that do not vanish."""

    x: Arb
    sign: int
    values: list[Arb]
    slopes: list[Arb]
    scores: list[Arb]


class SignedDensity:
    """sum_k sign_k weight_k p_k(x - center_k) on a cell without kinks."""

    def __init__(self, terms: list[Term]) -> None:
        self.terms = terms
        self._straight = any(term.shape.straight for term in terms)

    def at(self, x: Arb) -> SignedPlace:
        """All terms at x."""
        values, slopes = [], []
        for term in self.terms:
            value, slope = term.shape.both(x - term.center, term.side)
            values.append(term.weight * value)
            slopes.append(term.weight * slope)
        scores = [] if self._straight else [self._score(k, x, values[k], slopes[k]) for k in range(len(values))]
        total = sum((v if t.sign > 0 else -v for t, v in zip(self.terms, values, strict=True)), arb(0))
        return SignedPlace(x, sign(total), values, slopes, scores)

    def _score(self, k: int, x: Arb, value: Arb, slope: Arb) -> Arb:
        quotient = slope / value
        return quotient if quotient.is_finite() else self.terms[k].shape.score(x - self.terms[k].center)

    def over(self, left: SignedPlace, right: SignedPlace) -> Bounds:
        """Range and slope of the density, divided by a reference term where none may vanish."""
        length = right.x - left.x
        step = hull(arb(0), length)
        parts = self._plain(left, right, length) if self._straight else self._ratios(left, right, step)
        first, last, spread, slope = arb(0), arb(0), arb(0), arb(0)
        for term, (at_left, at_right, everywhere, by_x) in zip(self.terms, parts, strict=True):
            first, last = first + term.sign * at_left, last + term.sign * at_right
            spread, slope = spread + term.sign * everywhere, slope + term.sign * by_x
        for end in (first + slope * step, last - slope * step):
            spread = spread.intersection(end) if end.is_finite() else spread
        return Bounds(sign(spread), slope, first, last)

    def _ratios(self, left: SignedPlace, right: SignedPlace, step: Arb) -> list[tuple[Arb, Arb, Arb, Arb]]:
        sizes = [(a * b).mid() for a, b in zip(left.values, right.values, strict=True)]
        chosen = max(range(len(sizes)), key=lambda k: sizes[k])
        reference = self.terms[chosen].shape
        result = []
        for k, term in enumerate(self.terms):
            if k == chosen:
                result.append((arb(1), arb(1), arb(1), arb(0)))
                continue
            ends = left.values[k] / left.values[chosen], right.values[k] / right.values[chosen]
            before, after = left.scores[k] - left.scores[chosen], right.scores[k] - right.scores[chosen]
            if term.shape.linear and reference.linear:
                difference = hull(before, after)
            else:
                difference = hull(left.scores[k], right.scores[k]) - hull(left.scores[chosen], right.scores[chosen])
            everywhere = _spread(ends, difference, step)
            result.append((*ends, everywhere, everywhere * difference))
        return result

    def _plain(self, left: SignedPlace, right: SignedPlace, length: Arb) -> list[tuple[Arb, Arb, Arb, Arb]]:
        step = hull(arb(0), length)
        result = []
        for k, term in enumerate(self.terms):
            ends = left.values[k], right.values[k]
            if term.shape.straight:
                result.append((*ends, hull(*ends), (ends[1] - ends[0]) / length))
                continue
            score = hull(
                self._score(k, left.x, ends[0], left.slopes[k]), self._score(k, right.x, ends[1], right.slopes[k])
            )
            everywhere = _spread(ends, score, step)
            result.append((*ends, everywhere, everywhere * score))
        return result

    def tail(self, place: SignedPlace, side: int) -> int:
        """The sign proved for everything beyond a place on the given side of all centres, or 0.

        One term is followed outward, or all those that fall off exponentially at one rate; the others fall off faster
        or are bounded by their amplitudes, and their sum is smaller.
        """
        chosen = max(range(len(self.terms)), key=lambda k: place.values[k].mid())
        top = self.terms[chosen]
        law = top.shape.tail
        if isinstance(law, ExponentialTail):
            return next((won for won in (1, -1) if self._beyond_exponential(place, side, won, law)), 0)
        total = arb(0)
        for k, term in enumerate(self.terms):
            if k == chosen:
                total += place.values[k]
            elif term.sign != top.sign:
                if not self._falls(place, k, chosen, side):
                    return 0
                total -= place.values[k]
        return top.sign if total > 0 else 0

    def _beyond_exponential(self, place: SignedPlace, side: int, winner: int, law: ExponentialTail) -> bool:
        """Whether the terms of sign `winner` prevail beyond a place: every term is taken relative to exp(-|x|/scale),
        where those of that rate rise to their amplitudes."""
        total = arb(0)
        for k, term in enumerate(self.terms):
            own = term.shape.tail
            alike = isinstance(own, ExponentialTail) and own.rate == law.rate
            if term.sign == winner:
                total += place.values[k] if alike else 0
            elif isinstance(own, ExponentialTail) and alike:
                if own.amplitude is None:
                    return False
                total -= term.weight * own.amplitude * (-side * (place.x - term.center) / own.scale).exp()
            elif bool(side * place.scores[k] <= -1 / law.scale):
                total -= place.values[k]
            else:
                return False
        return bool(total > 0)

    def _falls(self, place: SignedPlace, k: int, chosen: int, side: int) -> bool:
        """Whether the score of term k is below that of the chosen one from the place on.

        For mixtures of normals of one variance v it is -(z - e(z))/v, with e between its value at the place and its
        limit.
        """
        first, second = self.terms[k].shape.tail, self.terms[chosen].shape.tail
        if not (isinstance(first, NormalTail) and isinstance(second, NormalTail)):
            return False
        if first.square > second.square:
            return False
        edge = side * self.terms[k].center + first.edge
        return bool((edge - side * place.x) / first.variance <= side * place.scores[chosen])


def _spread(ends: tuple[Arb, Arb], score: Arb, step: Arb) -> Arb:
    """All values of a positive function between two ends, where its logarithmic slope lies in a ball."""
    if sign(score):
        return hull(*ends)
    return (ends[0] * (score * step).exp()).intersection(ends[1] * (-score * step).exp())

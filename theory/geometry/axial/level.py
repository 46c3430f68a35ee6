"""Level sets of the votes of a body of revolution: they fall with the distance from the axis, so that these are bodies
of revolution as well, found place by place."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import gammainccinv, gammaincinv

from theory.arrays import Array, Flags
from theory.geometry.axial.graph import Graph, panels, resolved
from theory.geometry.axial.neighbours import neighbours
from theory.geometry.axial.sections import Noise
from theory.geometry.axial.votes import RULES, votes
from theory.geometry.axial.weights import Weights
from theory.numerics.bracketing import find_roots

# Noise rarer than the level by this in a logarithm does not count.
RARE = 27.0
# Places on the axis, in noise scales, at which ends of a level set are looked for, and logarithms of votes so near to
# the level that an extremum is looked for between; how often it is closed in on.
STEP, NEAR, CLOSER = 0.5, 0.25, 9
# Rule for the first steps of Newton's method, in noise scales when they are small enough; steps without a bracket,
# which can go to and fro where votes are saturated on both sides, and most steps within one.
ROUGH, SETTLED, QUICK_STEPS, MOST_STEPS = 0.6, 2e-5, 3, 60
# The last step of a search that need not be exact.
ROUGHLY = 0.05
# The least distance, in noise scales, at which a derivative is asked for.
NARROWEST = 1e-9
# Down to this logarithm of a level masses need not be accurate relative to themselves.
PLAIN = -6.0
# Rounding of logarithms of votes, in units of their sizes and of one.
ROUNDING = 4e-15
# What the shape of a panel may do to a risk; panels begin at such a share of the extent of the data.
GOAL, SHARE = 1e-11, 0.125


@dataclass(frozen=True)
class Level:
    """{1 - u <= exp(log_tail)} where `held`, else {u > exp(log_tail)}, u the votes of a body under noise of one scale.

    The excess is log_tail - log(1 - u), or log(u) - log_tail: positive inside, falling with the distance.
    """

    graph: Graph
    dim: int
    beta: float
    log_tail: float
    held: bool

    @cached_property
    def reach(self) -> float:
        """How many noise scales count."""
        return math.sqrt(2 * (RARE - self.log_tail))

    def excess(self, t: Array, height: Array, rule: tuple[float, float] = (1.0, 0.0)) -> tuple[Array, Array]:
        """The excess at t (N,), and its derivative by the distance."""
        scale = np.full(len(t), self.beta)
        noise = Noise(t, height, scale, scale, np.full(len(t), self.reach), self.dim)
        found = votes(self.graph, noise, *rule, plain=self.log_tail > PLAIN, slope=bool(height.any()))
        own = found.outside if self.held else found.inside
        value = self.log_tail - own if self.held else own - self.log_tail
        with np.errstate(over="ignore", invalid="ignore"):
            return value, -np.exp(found.rate - own) / self.beta

    def radius(self, t: Array, guess: Array, most: float) -> tuple[Array, Array]:
        """R at t (N,) where the excess on the axis is positive, up to `most`, and its error."""
        known = np.isfinite(guess)
        r = guess.copy()
        r[~known] = self._start(t[~known])
        r = np.clip(r, 0.3 * self.beta, most)
        r[~known] = self._newton(t[~known], r[~known], most, (ROUGH, 0.0))
        first = self._change(t, r, RULES[0], most)
        for quick in [True] * QUICK_STEPS + [False]:
            far = np.flatnonzero(np.abs(first) > SETTLED * self.beta)
            if not len(far):
                break
            moved = np.clip(r[far] + first[far], NARROWEST * self.beta, most)
            r[far] = moved if quick else self._newton(t[far], moved, most, RULES[0])
            first[far] = self._change(t[far], r[far], RULES[0], most)
        second = self._change(t, r, RULES[1], most)
        error = np.abs(second - first) + second**2 / self.beta + ROUNDING * (2 + abs(self.log_tail)) * self.beta
        return np.clip(r + second, 0.0, most), np.fmin(error, most)

    def roughly(self, t: Array, most: float) -> Array:
        """R at t (N,) to a small share of the noise scale, 0 where there is nothing."""
        some = np.flatnonzero(self._on_axis(t) > 0)
        found = np.zeros(len(t))
        start = np.clip(self._start(t[some]), 0.3 * self.beta, most)
        found[some] = self._newton(t[some], start, most, (ROUGH, 0.0), ROUGHLY)
        return found

    def _start(self, t: Array) -> Array:
        """Where to begin at t (N,): what is left of R when noise across it is as large as usual."""
        return np.asarray(np.sqrt(np.maximum(np.maximum(self.graph.at(t), 0.0) ** 2 - self.dim * self.beta**2, 0.0)))

    def _change(self, t: Array, r: Array, rule: tuple[float, float], most: float) -> Array:
        """Newton's step from r, in the square of the distance; not beyond `most`."""
        value, slope = self.excess(t, r, rule)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            aim = np.sqrt(np.maximum(r * r - 2 * r * value / slope, 0.0))
        return np.where(np.isfinite(aim), np.minimum(aim, most), np.where(value >= 0, most, 0.0)) - r

    def _newton(self, t: Array, r: Array, most: float, rule: tuple[float, float], settled: float = SETTLED) -> Array:
        """Roots by a rule, in brackets that begin without bounds."""
        r, low, high = r.copy(), np.zeros(len(t)), np.full(len(t), most)
        active = np.arange(len(t))
        for step in range(MOST_STEPS):
            if not len(active):
                break
            at, longest = r[active], 3 * self.beta * 2.0**step
            value, slope = self.excess(t[active], at, rule)
            inside = value >= 0
            low[active], high[active] = np.where(inside, at, low[active]), np.where(inside, high[active], at)
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                square = at * at - 2 * at * value / slope
                aim = np.minimum(np.sqrt(np.maximum(square, 0.0)), at + longest)
            slack = SETTLED * self.beta
            bad = ~(square >= 0) | (aim < low[active] - slack) | (aim > high[active] + slack)
            middle = 0.5 * (low[active] + np.minimum(high[active], low[active] + longest))
            r[active] = np.clip(np.where(bad, middle, aim), NARROWEST * self.beta, most)
            active = active[np.abs(r[active] - at) > settled * self.beta]
        return r

    def _on_axis(self, t: Array) -> Array:
        return self.excess(t, np.zeros(len(t)))[0]

    def islands(self, first: float, last: float) -> list[tuple[float, float]]:
        """Where the level set holds the axis, between two places."""
        if not len(self.graph.low):
            return []
        grid = self._places(first, last)
        value = self._on_axis(grid)
        extra = self._extrema(grid, value)
        grid, where = np.unique(np.concatenate([grid, extra]), return_index=True)
        value = np.concatenate([value, self._on_axis(extra)])[where]
        change = np.flatnonzero((value[1:] >= 0) != (value[:-1] >= 0))
        low, high = grid[change], grid[change + 1]
        floor = -1e300
        found = find_roots(
            lambda _rows, x: (np.maximum(self._on_axis(x), floor), np.zeros(len(x))),
            low, high, np.maximum(value[change], floor), np.maximum(value[change + 1], floor), 1e-14 * self.beta,
        ).at  # fmt: skip
        ends = np.concatenate([[first] if value[0] >= 0 else [], found, [last] if value[-1] >= 0 else []])
        return [(float(a), float(b)) for a, b in zip(ends[::2], ends[1::2], strict=True) if a < b]

    def _places(self, first: float, last: float) -> Array:
        """Places that tell where the excess changes sign: it does only within reach of where R passes the radius of
        the central ball that noise is in with the probability of the level."""
        chance = math.exp(self.log_tail)
        inverse = gammainccinv if self.held else gammaincinv
        radius = self.beta * math.sqrt(2 * float(inverse(0.5 * self.dim, chance)))
        if not 0 < radius < np.inf:
            radius = self.beta * (math.sqrt(self.dim) + math.sqrt(-2 * self.log_tail)) if self.held else 0.0
        v = np.linspace(0.0, 1.0, 33)
        every = np.arange(len(self.graph.low))
        radii, t = (part(every, np.broadcast_to(v, (len(every), 33))) for part in (self.graph.radius, self.graph.place))
        above = radii >= radius
        near = t[np.abs(radii - radius) <= 0.1 * self.beta]
        panel, column = np.nonzero(above[:, 1:] != above[:, :-1])
        low, high = v[column].copy(), v[column + 1].copy()
        for _ in range(40):
            middle = 0.5 * (low + high)
            same = (self.graph.radius(panel, middle) >= radius) == above[panel, column]
            low, high = np.where(same, middle, low), np.where(same, high, middle)
        crossings = self.graph.place(panel, low[:, None])[:, 0] if len(panel) else np.empty(0)
        middles = np.concatenate([near, crossings, self.graph.islands.ravel()])
        steps = np.arange(-math.ceil(self.reach / STEP), math.ceil(self.reach / STEP) + 1)
        keys = np.unique(np.rint(middles / (STEP * self.beta))[:, None] + steps)
        grid = STEP * self.beta * keys
        return np.unique(np.concatenate([[first], grid[(grid > first) & (grid < last)], [last]]))

    def _extrema(self, grid: Array, value: Array) -> Array:
        """Where the excess comes near to 0 between places and may pass it twice."""
        size = np.abs(value)
        same = (np.sign(value[:-2]) == np.sign(value[1:-1])) & (np.sign(value[2:]) == np.sign(value[1:-1]))
        least = (size[1:-1] <= size[:-2]) & (size[1:-1] <= size[2:])
        rows = 1 + np.flatnonzero(same & least & (size[1:-1] < NEAR))
        if not len(rows):
            return np.empty(0)
        low, high, sign = grid[rows - 1], grid[rows + 1], np.sign(value[rows])
        shares = np.linspace(0.0, 1.0, 9)
        for _ in range(CLOSER):
            x = low[:, None] + (high - low)[:, None] * shares
            held = sign[:, None] * self._on_axis(x.ravel()).reshape(x.shape)
            best = np.clip(held.argmin(axis=1), 1, 7)
            every = np.arange(len(rows))
            low, high = x[every, best - 1], x[every, best + 1]
        return 0.5 * (low + high)


def level_graph(
    level: Level, weights: Weights, margin: float, symmetric: bool, known: list[tuple[float, Graph]]
) -> Graph:
    """The level set where the data are and to a margin around, panels halved until what is left out matters no more
    than GOAL; only beyond the place 0 where body and data are symmetric about it.

    known: other noises, nearest first, and the same for these.
    """
    first, last = weights.extent
    first, last = 0.0 if symmetric else first - margin, last + margin
    start, islands = [], level.islands(first, last)
    for a, b in islands:
        count = max(2, math.ceil((b - a) / max(SHARE * (last - first), 3 * level.beta)))
        start.append(panels(np.linspace(a, b, count + 1), a > first, b < last))

    def fine(graph: Graph, rounding: Array) -> Flags:
        return weights.doubt(replace(graph, error=graph.error - rounding), margin) <= GOAL

    near = neighbours(known, level.beta, np.array(islands).reshape(-1, 2))
    if near is not None and start:
        start = near.panels(start, fine)
    return resolved(start, lambda t, guess: level.radius(t, guess, weights.radius + margin), fine)

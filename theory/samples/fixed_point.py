r"""The four equations of logistic training on noisy copies, in the limit n, d -> inf at fixed delta = n/d.

Training minimises the mean of l_s(r T_i) over weights of length r, l_s(t) = E log(1 + exp(-(t + s xi))), s = alpha r,
T_i the margin of sample i over r. By the convex Gaussian min-max theorem (docs/mathematics/logistic.md) the margins are

    T - G(T) = c_y + g,   g ~ N(0, 1),   c_y = m cos + y shift,   y = 1 with probability prior, else -1,

with cos that of the angle between w and mu, shift = b/r, and G the multiple exp(height) S(T)/S(place) of the noised
slope S (`noised_slope`). With H = -G' and v = r (T + alpha xi) the four equations are

    E G^2 = (1 - cos^2)/delta,   E G <v> = 0,   2 m delta P(y) E_y G = cos for y = 1 and for y = -1.

The second says that the loss is stationary in r. Given the others it is equivalent to E H/(1 + H) + alpha^2 E H =
1/delta by Stein's lemma, but keeps its digits where walls are hard. Expectations are integrals over T, where everything
is explicit: g = T - G(T) - c_y has the density phi(g) (1 + H) dT. Unknown are log tan of the angle, shift, log r and
height; place is where T is measured from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Index
from theory.samples.noised_slope import WIDEST, noised_slope

# exp of what is larger is beyond all that counts.
LARGEST = 300.0
SIGNS = np.array([1.0, -1.0])


@dataclass(frozen=True)
class Training:
    """Settings (n,): noises alpha and samples per dimension delta, of two classes N(+-mu, I), |mu| = m."""

    m: float
    prior: float
    alpha: Array
    delta: Array

    def take(self, rows: Index) -> Training:
        """Some of the rows."""
        return Training(self.m, self.prior, self.alpha[rows], self.delta[rows])

    @property
    def shares(self) -> Array:
        """Of class 1 and of class 0."""
        return np.array([self.prior, 1 - self.prior])


@dataclass(frozen=True)
class State:
    """Unknowns (n, 4): log tan of the angle between w and mu, b/r, log r and log G(place); and place (n,)."""

    unknowns: Array
    place: Array

    def take(self, rows: Index) -> State:
        """Some of the rows."""
        return State(self.unknowns[rows], self.place[rows])

    @property
    def cosine(self) -> Array:
        """Cosine of the angle."""
        return 1 / np.hypot(1, np.exp(self.unknowns[:, 0]))

    @property
    def size(self) -> Array:
        """r."""
        return np.exp(self.unknowns[:, 2])

    def centers(self, m: float) -> Array:
        """c_y (n, 2)."""
        return (m * self.cosine)[:, None] + self.unknowns[:, 1:2] * SIGNS

    def weights(self, alpha: Array, offset: Array) -> tuple[Array, Array]:
        """log G and -d log G/dT = H/G at T = place + offset (n, q)."""
        held = np.concatenate([np.zeros((len(offset), 1)), offset], axis=1)
        slope = noised_slope(self.size, alpha, self.place, held)
        log = self.unknowns[:, 3:4] + slope.log[:, 1:] - slope.log[:, :1]
        return log, self.size[:, None] * slope.fall[:, 1:]


@dataclass(frozen=True)
class Nodes:
    """Nodes of T for each class (n, 2, q): offsets from place, from c_y, and weights."""

    offset: Array
    above: Array
    weight: Array


def system(training: Training, state: State, nodes: Nodes, fine: float = 1.0) -> tuple[Array, Array]:
    """The residuals (n, 4) of the equations and their derivatives (n, 4, 4) by the unknowns.

    Those of the first, third and fourth are logarithms of the ratio of both sides, that of the second is E G<v>/E G.
    """
    sums = _sums(training, state, nodes, fine)
    cosine, lift = state.cosine, training.m * training.delta / state.cosine
    (one, d_one), (square, d_square), (pull, d_pull) = sums
    whole, second, third = one.sum(axis=1), square.sum(axis=1), pull.sum(axis=1)
    slopes = np.empty((len(cosine), 4, 4))
    slopes[:, 0] = d_square.sum(axis=1) / second[:, None]
    slopes[:, 1] = (d_pull.sum(axis=1) - (third / whole)[:, None] * d_one.sum(axis=1)) / whole[:, None]
    slopes[:, 2:] = d_one / one[:, :, None]
    slopes[:, 0, 0] -= 2 * cosine**2
    slopes[:, 2:, 0] += (1 - cosine**2)[:, None]
    tangent = state.unknowns[:, 0]
    first = np.log(training.delta * second) - 2 * tangent - 2 * np.log(cosine)
    ratios = np.log(2 * lift[:, None] * one)
    return np.stack([first, third / whole, ratios[:, 0], ratios[:, 1]], axis=1), slopes


def _sums(training: Training, state: State, nodes: Nodes, fine: float) -> list[tuple[Array, Array]]:
    """P(y) E_y of G, G^2 and G <v> (n, 2), each with its derivatives (n, 2, 4) by the unknowns.

    At fixed g a function f of T and a parameter moves by f_p + f_T (c_p + G_p)/(1 + H), and 1 + H is a factor of the
    density. Where r alpha is small <v> is taken from y b, which changes nothing at the solution, as E y G = 0 there,
    and keeps digits where b is large.
    """
    shape = nodes.offset.shape
    held = np.concatenate([np.zeros((shape[0], 1)), nodes.offset.reshape(shape[0], -1)], axis=1)
    slope = noised_slope(state.size, training.alpha, state.place, held, fine)
    log, fall, pull, mean, bend, lean = (part[:, 1:].reshape(shape) for part in vars(slope).values())
    height = (state.unknowns[:, 3] - slope.log[:, 0])[:, None, None]
    weight = np.exp(np.minimum(log + height, LARGEST))
    size, cosine = state.size[:, None, None], state.cosine[:, None, None]
    steep = size * fall * weight
    density = np.exp(-0.5 * (nodes.above - weight) ** 2) / np.sqrt(2 * np.pi) * nodes.weight
    density = density * training.shares[:, None]
    near = (size * training.alpha[:, None, None]) <= WIDEST
    away = np.where(near, size * state.unknowns[:, 1, None, None] * SIGNS[:, None], 0.0)
    centred = np.where(near, size * (training.m * cosine + nodes.above) + lean, mean)
    ratio = slope.pull[:, :1, None] - pull
    turn = (-training.m * cosine * (1 - cosine**2))[:, :, 0] * np.ones(2)
    sign = np.broadcast_to(SIGNS, turn.shape)

    def by(change: Array, kept: Array, direct: tuple[Array, Array, Array]) -> Array:
        """Derivatives of E f: f_T + `change` is that by c_y, f_T by G; `direct` by shift, log r and height."""
        moved = density * change
        centre, grown = moved.sum(axis=2), (density * kept)
        parts = [turn * centre, sign * centre + direct[0], (grown * ratio).sum(axis=2) + direct[1]]
        return np.stack([*parts, grown.sum(axis=2) + direct[2]], axis=2)

    none = np.zeros(turn.shape)
    whole = density * (1 + steep)
    one, square, third = ((whole * f).sum(axis=2) for f in (weight, weight**2, weight * centred))
    d_one = by(-steep, weight, (none, none, none))
    d_square = by(-2 * weight * steep, 2 * weight**2, (none, none, none))
    motion = weight * size * (1 - pull) + away * steep
    grown = whole * weight * (centred * (1 + slope.pull[:, :1, None]) - (bend - away * pull))
    shifted = np.where(near[:, :, 0], -size[:, :, 0] * sign * one, 0.0)
    d_third = by(motion, motion * weight, (shifted, grown.sum(axis=2), third))
    return [(one, d_one), (square, d_square), (third, d_third)]

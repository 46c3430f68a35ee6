"""How noise changes the number of decision boundaries on the line.

Proof. Gaussian and Laplace densities are totally positive kernels: convolution with one does not increase the number of
sign changes (Karlin; Schoenberg). Applied to the signed density that bounds the boundaries of f_alpha, and applied to
F = 2 f - 1 those of g. Gaussian noise composes, so with it the number never grows; Laplace noise does not.

Uniform smoothing noise: let x_1 < ... < x_{k+1} be points where W(x), the integral of F over [x - beta, x + beta], has
alternating signs s_i. The piece [x_i - beta, x_{i+1} - beta] holds a point where F = s_i: if it is longer than the
window of x_i it contains that; if not, s_i times its integral exceeds that over [x_i + beta, x_{i+1} + beta], which is
of equal length and at least minus that length, because F is +-1. The window of x_{k+1} holds a point where F = s_{k+1}.
These k + 1 points are in order and alternate, so f has k boundaries or more. The same holds at every other vote level.

Uniform training noise: while a window holds all mass of class 1, s * p_alpha has the sign of that mass less the mass of
class 0 in the window. Lumps of class 0 on either side of class 1 (two sign changes) that leave and enter by turns make
it change its sign 2 n times, for any n.
"""

from __future__ import annotations

from functools import partial

from theory.claims.falsify import CaseFamily, CaseNoises, Choice, Range
from theory.claims.sides import Side
from theory.estimate import Estimate
from theory.problems.problem import Component, MixtureProblem, Training, Uniform
from theory.theorems.cases import FAMILIES, MIXTURES, SMALL_MIXTURES, SMOOTHING_NOISE, TRAINING_NOISE, mixture, worst
from theory.theorems.law import Theorem

SOURCE = "variation diminishing kernels: Karlin 1968, Schoenberg 1951"
SOME_NOISE = Range(1e-3, 20.0, log=True)
# Half-width of the window in `lumps`, and half of the distance along which it moves there.
WINDOW, PATH = 4.0, 1.0


def lumps(count: int = 2) -> MixtureProblem:
    """Class 1 is one box in the middle, class 0 has `count` narrow boxes on either side; uniform training noise.

    As the window of half-width 4 moves from -1 to 1, lumps on the left leave it and lumps on the right enter it by
    turns, the left first, so that it holds `count` and `count` - 1 of them alternately; the prior lies between.
    """
    width = 0.1 / count
    step = 2 * PATH / (2 * count - 1)
    turns = [(step * k - PATH) + (WINDOW if k % 2 else -WINDOW) for k in range(2 * count)]
    zero = tuple(Component(Uniform(at - width, at + width)) for at in turns)
    prior = (count - 0.5) / (3 * count - 0.5)
    return MixtureProblem(prior, 1, zero, (Component(Uniform(-0.5, 0.5)),), Training(noise="uniform"))


def _fewer(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Estimate:
    """No more at the greater noise."""
    return exact.boundaries(problem, at.alpha) - exact.boundaries(problem, at.alpha * at.factor)


def _fewer_than_signs(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Estimate:
    """No more than sign changes of the signed density."""
    return exact.boundaries(problem, 0.0) - exact.boundaries(problem, at.alpha)


def _fewer_votes(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Estimate:
    """No more of g than of f."""
    return exact.boundaries(problem, at.alpha) - exact.boundaries(problem, at.alpha, at.beta)


def _created(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Estimate | float:
    """Two without noise, at least `wanted` with it."""
    none, some = (exact.boundaries(problem, alpha) for alpha in (0.0, at.alpha))
    return worst(0.5 - abs(none - 2), some - at.wanted + 0.5)


def _down_and_up(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Estimate | float:
    """Fewer at alpha than without noise, more again at a greater noise."""
    none, some, more = (exact.boundaries(problem, alpha) for alpha in (0.0, at.alpha, at.alpha * at.factor))
    return worst(none - some - 0.5, more - some - 0.5)


NOISY = MIXTURES | {"alpha": SOME_NOISE}
FACTOR = {"factor": Range(1.0, 20.0, log=True)}

LAWS = (
    Theorem(
        "gaussian-boundaries",
        "Gaussian training noise on the line: the number of decision boundaries never grows with alpha.",
        r"\alpha < \alpha' \;\Rightarrow\; \#\partial\{f_{\alpha'} = 1\} \le \#\partial\{f_\alpha = 1\}",
        SOURCE,
        _fewer,
        CaseFamily(mixture, SMALL_MIXTURES | FACTOR | {"alpha": Range(1e-3, 20.0, log=True, zero=0.2)}, ("factor",)),
    ),
    Theorem(
        "laplace-boundaries",
        "Laplace training noise on the line: f has no more boundaries than the signed density has sign changes.",
        r"\#\partial\{f_\alpha = 1\} \le \#\partial\{f_0 = 1\}",
        SOURCE,
        _fewer_than_signs,
        CaseFamily(partial(mixture, training="laplace"), NOISY),
    ),
    Theorem(
        "smoothing-boundaries",
        "Gaussian, Laplace or uniform smoothing noise on the line: g has no more boundaries than f.",
        r"\#\partial\{g_{\alpha,\beta} = 1\} \le \#\partial\{f_\alpha = 1\}",
        "Karlin 1968, Schoenberg 1951; uniform noise: derived here",
        _fewer_votes,
        CaseFamily(
            mixture, SMALL_MIXTURES | {"votes": Choice(FAMILIES), "alpha": TRAINING_NOISE, "beta": SMOOTHING_NOISE}
        ),
    ),
    Theorem(
        "uniform-training-creates",
        "Uniform training noise creates boundaries: for every n there is a signed density with two sign changes and a "
        "noise after which there are 2 n.",
        r"\forall n\ \exists s, \alpha:\ \#\partial\{f_0 = 1\} = 2,\ \#\partial\{f_\alpha = 1\} \ge 2n",
        "derived here",
        _created,
        CaseFamily(
            lumps, {"count": Range(2, 50, whole=True), "alpha": SOME_NOISE, "wanted": Range(2, 100)}, ("wanted",)
        ),
        examples=tuple({"count": n, "alpha": WINDOW, "wanted": 2 * n} for n in (2, 3, 5, 10)),
    ),
    Theorem(
        "laplace-down-and-up",
        "Laplace training noise can lower the number of boundaries and raise it again as it grows.",
        r"\alpha < \alpha':\quad \#\partial\{f_0 = 1\} > \#\partial\{f_\alpha = 1\} < \#\partial\{f_{\alpha'} = 1\}",
        "found by falsify",
        _down_and_up,
        CaseFamily(partial(mixture, training="laplace"), NOISY | FACTOR, ("factor",)),
        examples=(
            {
                "prior": 0.63, "at0": -0.6, "scale0": 0.2, "share0": 0.8, "at1": 0, "scale1": 2,
                "at2": 0, "scale2": 0.03, "share1": 0.07, "at3": -1.75, "scale3": 0.4, "alpha": 0.85, "factor": 1.8,
            },
        ),
    ),
)  # fmt: skip

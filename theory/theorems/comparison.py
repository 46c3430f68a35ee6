"""Comparison: smoothing is monotone, and what follows for the gain.

Proof. u = f * p_beta is an average of f, so f <= f' implies u <= u' and g <= g'. Write Omega for the Bayes region. If
f_alpha contains f_0, then g_{alpha,beta} contains g_{0,beta}: if the latter already contains Omega, the larger region
errs on more of what is outside, and if the former is still within Omega, it errs on less of what is inside. The same
holds with all inclusions reversed.
"""

from __future__ import annotations

from itertools import pairwise

from theory.claims.falsify import CaseFamily, CaseNoises, Choice, Range
from theory.claims.sides import Side
from theory.estimate import Estimate
from theory.problems.problem import Box, DomainProblem, MixtureProblem, NoiseFamily, Problem
from theory.problems.regimes import bumps, concentric, stripes
from theory.theorems.cases import FAMILIES, PRIORS, TRAINING_NOISE, Number, best, number, row, worst
from theory.theorems.law import Theorem

SOURCE = "votes are averages"
Intervals = list[tuple[Estimate, Estimate]]


def rows(
    width0: float = 1.0, width1: float = 1.0, width2: float = 1.0, gap: float = 0.5, votes: NoiseFamily = "gaussian"
) -> DomainProblem:
    """Three intervals with equal gaps."""
    return row([width0, width1, width2], gap, votes=votes)


def crowd(kind: str, count: int, gap: float, scale: float, dim: int, prior: float) -> Problem:
    """Intervals of width 1; or bumps with such gaps in a background of scale 1; or a concentric pair."""
    if kind == "stripes":
        return stripes(count, 1.0, gap)
    if kind == "bumps":
        return bumps(count, gap + 2 * scale, scale, 1.0)
    return concentric(dim, scale, 1.0, prior)


def intervals(places: list[Estimate]) -> Intervals | None:
    """Pairs of boundaries, of the class that does not reach out to infinity; a radius stands for both of its ends."""
    if len(places) == 1:
        return [(-places[0], places[0])]
    if len(places) % 2:
        return None
    return list(zip(places[::2], places[1::2], strict=True))


def within(inner: Intervals, outer: Intervals) -> Estimate | float:
    """Signed: by how much every interval of `inner` lies inside one of `outer`; +1 where `inner` is empty."""
    margins = []
    for low, high in inner:
        rooms = [worst(low - left, right - high) for left, right in outer]
        margins.append(best(*rooms) if rooms else -1.0)
    return worst(*margins) if margins else 1.0


def _surely(margin: Estimate | float) -> bool:
    return float(margin.value - margin.error) >= 0 if isinstance(margin, Estimate) else margin >= 0


def _monotone(problem: DomainProblem, at: CaseNoises, exact: Side) -> Number | None:
    """Every interval grows to the left and to the right, and the smoothed region with them."""
    boxes = [box for box in problem.inside if isinstance(box, Box)]
    ends = [(number(box.low) - at.left, number(box.high) + at.right) for box in boxes]
    if any(high >= low for (_, high), (low, _) in pairwise(ends)):
        return None
    grown = DomainProblem(1, tuple(Box(*pair) for pair in ends), training=problem.training, smoothing=problem.smoothing)
    small, large = (intervals(exact.cuts(p, 0.0, at.beta)) for p in (problem, grown))
    return None if small is None or large is None else within(small, large)


def _gains(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number | None:
    """The sign of the gain where the boundaries say it."""
    base, noisy = (intervals(exact.cuts(problem, alpha)) for alpha in (0.0, at.alpha))
    if base is None or noisy is None:
        return None
    grows = _surely(within(base, noisy))
    if not grows and not _surely(within(noisy, base)):
        return None
    voted, both = (intervals(exact.cuts(problem, alpha, at.beta)) for alpha in (0.0, at.alpha))
    if voted is None or both is None:
        return None
    small, large = (voted, both) if grows else (both, voted)
    if _surely(within(base, small)):
        sign = -1
    elif _surely(within(large, base)):
        sign = 1
    else:
        return None
    return (sign if grows else -sign) * exact.gain(problem, at.alpha, at.beta)


SPREADS = {"left": Range(0.0, 1.0), "right": Range(0.0, 1.0)}
WIDTHS = Range(0.02, 5.0, log=True)

LAWS = (
    Theorem(
        "monotone-smoothing",
        "Smoothing is monotone: f <= f' implies g <= g'.",
        r"f \le f' \;\Rightarrow\; g_\beta \le g'_\beta",
        SOURCE,
        _monotone,
        CaseFamily(
            rows,
            {
                "width0": WIDTHS,
                "width1": WIDTHS,
                "width2": WIDTHS,
                "gap": Range(0.02, 5.0, log=True),
                "votes": Choice(FAMILIES),
                "beta": TRAINING_NOISE,
                **SPREADS,
            },
            tuple(SPREADS),
            held=tuple(SPREADS),
        ),
    ),
    Theorem(
        "comparison",
        "If f_alpha contains f_0, training noise cannot help where g_{0,beta} already contains the Bayes region, and "
        "cannot hurt where g_{alpha,beta} is still within it; the same with all inclusions reversed.",
        r"f_\alpha \supset f_0:\quad g_{0,\beta} \supset \Omega \Rightarrow R(0,\beta) \le R(\alpha,\beta), \quad "
        r"g_{\alpha,\beta} \subset \Omega \Rightarrow R(0,\beta) \ge R(\alpha,\beta)",
        SOURCE,
        _gains,
        CaseFamily(
            crowd,
            {
                "kind": Choice(("concentric", "concentric", "stripes", "bumps")),
                "count": Range(1, 2, whole=True),
                "gap": Range(0.05, 3.0, log=True),
                "scale": Range(0.1, 0.95),
                "dim": Range(2, 1000, log=True, whole=True),
                "prior": PRIORS,
                "alpha": Range(0.05, 3.0, log=True),
                "beta": Range(0.05, 3.0, log=True),
            },
        ),
    ),
)

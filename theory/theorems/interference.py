"""Rows of intervals: training noise can help exactly where gaps are narrower than the intervals are wide.

Proof. First that it cannot where they are not. Blur the square wave of period 2w that is 1 on every other interval of
width w. By symmetry the blur is 1/2 at every edge, and a variation diminishing kernel makes no further crossing (Karlin
1968), so that it stays at most 1/2 in the gaps. A point x of a gap sees no more than that of intervals whose gaps are
at least w: move all of them towards x until every gap is w; a symmetric unimodal kernel gives each at least the mass it
had. So f_alpha is within f_0 and, votes being monotone, g_{alpha,beta} within g_{0,beta}; the same argument for beta
puts g_{0,beta} within f_0, where losing points only costs. For unequal widths each interval is first widened to the
largest width, away from x: starts, and ends, have to be 2 w_max apart.

Now that it can. Let gap < w, so that the intervals cover more than half of the row. With many of them, alpha large
against w and small against the row, f_alpha is one interval [-A', A'], hardly shorter than the row [-A, A]. A beta at
which the row has less than half of the votes everywhere and [-A', A'] has more than half of them at 0 then makes
g_{0,beta} empty and g_{alpha,beta} a part of the row that is more than half covered: the gain is positive.
"""

from __future__ import annotations

from theory.claims.falsify import CaseFamily, CaseNoises, Choice, Range
from theory.claims.sides import Side
from theory.problems.problem import Box, DomainProblem, NoiseFamily, Smoothing, Training
from theory.theorems.cases import SMOOTHING_NOISE, TRAINING_NOISE, Number, row
from theory.theorems.law import Theorem

# Families whose densities are variation diminishing kernels.
DIMINISHING: tuple[NoiseFamily, ...] = ("gaussian", "laplace")
MOST_INTERVALS = 6


def apart(
    count: int = 3,
    equal: bool = True,
    training: NoiseFamily = "gaussian",
    votes: NoiseFamily = "gaussian",
    **sizes: float,
) -> DomainProblem:
    """Intervals whose starts, and whose ends, are at least twice the largest width apart.

    width0, width1, ...: the widths, all 1 where they are `equal`. spare0, ...: what is added to the least distances.
    """
    widths = [1.0 if equal else sizes.get(f"width{k}", 1.0) for k in range(count)]
    most, low, boxes = max(widths), 0.0, []
    for k, width in enumerate(widths):
        boxes.append(Box(low, low + width))
        following = widths[min(k + 1, count - 1)]
        low += 2 * most + max(0.0, width - following) + sizes.get(f"spare{k}", 0.0)
    return DomainProblem(1, tuple(boxes), training=Training("regression", training), smoothing=Smoothing(votes))


def close(count: int = 4, gap: float = 0.99) -> DomainProblem:
    """Intervals of width 1 with equal gaps."""
    return row([1.0] * count, gap)


def _never_helps(problem: DomainProblem, at: CaseNoises, exact: Side) -> Number:
    return -exact.gain(problem, at.alpha, at.beta)


def _helps(problem: DomainProblem, at: CaseNoises, exact: Side) -> Number:
    return exact.gain(problem, at.alpha, at.beta) - at.least


_WIDTHS = {f"width{k}": Range(0.05, 1.0, log=True) for k in range(MOST_INTERVALS)}
_SPARES = {f"spare{k}": Range(1e-9, 2.0, log=True, zero=0.5) for k in range(MOST_INTERVALS - 1)}

LAWS = (
    Theorem(
        "interference-width",
        "Intervals of one width in an infinite background, all gaps at least as wide, regression rule, Gaussian or "
        "Laplace noises: training noise never helps; of unequal widths if starts, and ends, are 2 w_max apart. The "
        "distance is exact: see interference-below-width.",
        r"\zeta \ge w \;\Rightarrow\; R(0,\beta) - R(\alpha,\beta) \le 0",
        "derived here; variation diminishing kernels: Karlin 1968",
        _never_helps,
        CaseFamily(
            apart,
            {
                "count": Range(1, MOST_INTERVALS, whole=True),
                "equal": Choice((True, False)),
                "training": Choice(DIMINISHING),
                "votes": Choice(DIMINISHING),
                **_WIDTHS,
                **_SPARES,
                "alpha": TRAINING_NOISE,
                "beta": SMOOTHING_NOISE,
            },
        ),
    ),
    Theorem(
        "interference-below-width",
        "For every gap below the width some number of intervals, alpha and beta have a positive gain: gaps of .9 (two "
        "intervals), .95 (three), .99 (four), .999 (six), .9999 (eight), each by at least the width of an interval.",
        r"\forall\, \zeta < w\ \exists\, K, \alpha, \beta:\ R(0,\beta) - R(\alpha,\beta) > 0",
        "derived here",
        _helps,
        CaseFamily(
            close,
            {
                "count": Range(2, 20, whole=True),
                "gap": Range(0.1, 0.99999),
                "alpha": TRAINING_NOISE,
                "beta": SMOOTHING_NOISE,
                "least": Range(0.0, 2.0),
            },
            ("least",),
        ),
        examples=(
            {"count": 2, "gap": 0.9, "alpha": 0.775, "beta": 0.9725, "least": 1.0},
            {"count": 3, "gap": 0.95, "alpha": 1.215, "beta": 0.94, "least": 1.0},
            {"count": 4, "gap": 0.99, "alpha": 1.068, "beta": 1.433, "least": 1.7311},
            {"count": 6, "gap": 0.999, "alpha": 1.363, "beta": 1.749, "least": 1.5},
            {"count": 8, "gap": 0.9999, "alpha": 0.822, "beta": 1.4745, "least": 1.7},
        ),
    ),
)

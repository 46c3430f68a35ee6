"""The datasets behind the figures of training on n samples: each function computes one, from exact limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from simulate.experiments.series import Series
from simulate.sweep.held import labels
from theory import best_alpha, clean_risk, compare, regimes, with_overrides
from theory.problems.problem import Problem
from theory.samples.window import least_squares_window
from theory.symbolic.samples import noisy_copies

RATIO = {"x_label": "samples per dimension $n/d$", "x_scale": "log"}
ALPHA = r"best $\alpha$"
# Clean and certified risks of half-spaces do not depend on it; the latter needs one.
BETA = 0.5


def pair(rule: str, m: float, prior: float, copies: int | None = None) -> Problem:
    """Two Gaussians of scale 1 at -+m, and how a linear classifier is trained on them."""
    problem = regimes.two_gaussians(dim=1, separation=2 * m, prior=prior)
    return with_overrides(problem, {"training.rule": rule, "training.copies": copies})


def _title(rule: str, m: float, prior: float) -> str:
    words = rule.replace("-", " ")
    return rf"{words}, $m={m:g}$, $\pi={prior:g}$"


def samples_phase(m: float, prior: float, low: float, high: float, top: float, count: int) -> xr.Dataset:
    """The gain of least squares over n/d, evenly in its logarithm, and the training noise; the curve gain = 0, the best
    noise and the ends of the window of the law."""
    problem = pair("least-squares", m, prior)
    ratio, alpha = np.geomspace(low, high, count), np.linspace(0.0, top, count)
    found = compare(problem, alpha[:, None], BETA, ratio=ratio)
    values = {"gain": found.gain.value, "gain_error": found.gain.error, "baseline": found.baseline.value}
    label = labels({**values, "constant": found.constant.astype(float)})
    ends = np.array([end.value for end in least_squares_window(m, prior)])
    inside = ratio[(ratio > ends[0]) & (ratio < ends[1])]
    optima = [best_alpha(problem, BETA, ratio=at) for at in inside]
    places = np.array([ends[0], *inside, ends[1]])
    curves = {
        "zero_gain": (places, np.array([0.0, *(optimum.helps[-1][1] for optimum in optima), 0.0])),
        "best": (places, np.array([0.0, *(optimum.alpha for optimum in optima), 0.0])),
        "window": (np.repeat(ends, count + 1), np.tile([*alpha, np.nan], 2)),  # a point a row: words keep clear of it
    }
    cells = {**values, "risk": found.risk.value, "risk_error": found.risk.error, "label": label}
    variables: dict[str, Any] = {key: (("alpha", "ratio"), value) for key, value in cells.items()}
    for name, (x, y) in curves.items():
        variables |= {f"{name}_x": (f"{name}_point", x), f"{name}_y": (f"{name}_point", y)}
    about = {"units": "1", "long_name": RATIO["x_label"], "scale": "log"}
    coords = {"ratio": ("ratio", ratio, about), "alpha": alpha}
    return xr.Dataset(
        variables, coords, {"x_key": "ratio", "y_key": "alpha", "title": _title("least-squares", m, prior)}
    )


def double_descent(
    rule: str, m: float, prior: float, alphas: Sequence[float], low: float, high: float, count: int
) -> xr.Dataset:
    """Clean risk against n/d at several training noises, and at the best of each n/d."""
    problem = pair(rule, m, prior)
    # Ever closer to the peak, on both sides.
    near = np.geomspace(1e-4, 0.5, count)
    ratio = np.unique(np.concatenate([np.geomspace(low, high, count), 1 - near, [1.0], 1 + near]))
    made = Series("ratio", ratio, {**RATIO, "y_label": "clean risk", "title": _title(rule, m, prior)})
    for alpha in alphas:
        name = r"$\alpha \to 0$" if alpha == 0 else rf"$\alpha={alpha:g}$"
        made.curve(name, clean_risk(problem, alpha, BETA, ratio=ratio).value)
    made.curve(r"best $\alpha$", [best_alpha(problem, BETA, ratio=at).risk.value for at in ratio])
    made.curve("infinite data, no noise", float(clean_risk(problem, 0.0, BETA).value), "guide")
    return made.dataset()


def samples_best(
    rule: str, m: float, prior: float, radii: Sequence[float], low: float, high: float, top: float, count: int
) -> xr.Dataset:
    """The best training noise against n/d, for the clean risk and the certified one at several radii."""
    problem = pair(rule, m, prior)
    ratio = np.geomspace(low, high, count)
    about = {**RATIO, "y_label": ALPHA, "title": _title(rule, m, prior), "y_low": 0.0, "y_high": top}
    made = Series("ratio", ratio, about)
    for eps in radii:
        name = "clean risk" if eps == 0 else rf"certified, $\epsilon={eps:g}$"
        made.curve(name, [best_alpha(problem, BETA, eps, ratio=at).alpha for at in ratio])
    return made.dataset()


def copies_best(cases: Sequence[tuple[float, float]], most: int, count: int) -> xr.Dataset:
    """The best training noise against the number of noisy copies of a sample, for equal priors and several (m, n/d).

    The number of copies above which small noise helps is marked, by the law.
    """
    copies = np.unique(np.geomspace(1, most, count).round().astype(int))
    about = {
        "x_label": "noisy copies of each sample $M$",
        "x_scale": "log",
        "y_label": ALPHA,
        "dots": 1,
        "title": "lda, equal priors",
    }
    made = Series("copies", copies.astype(float), about)
    for m, ratio in cases:
        optima = [best_alpha(pair("lda", m, 0.5, int(held)), BETA, ratio=ratio) for held in copies]
        made.curve(rf"$m={m:g}$, $n/d={ratio:g}$", [optimum.alpha for optimum in optima])
    bounds = [noisy_copies().at(m=m, gamma=1 / ratio) for m, ratio in cases]
    made.measured("bound of the law", bounds, [0.0] * len(bounds))
    return made.dataset()

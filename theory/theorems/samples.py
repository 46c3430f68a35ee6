r"""Samples: lda and least squares on n samples of two Gaussians N(+-mu, s^2 I) in d dimensions, n/d fixed.

Each sample comes in infinitely many noisy copies, or in M. m = |mu|/s, gamma = d/n, q = log((1 - prior)/prior) > 0, and
z, A, B, t as in `theory.samples.isotropic`; the risk is prior Phi(t - B) + (1 - prior) Phi(-t - B). In full in
docs/mathematics/finite-samples.md.

Proof. z rises with alpha, from max(1, gamma). As phi(t - B)/phi(t + B) = exp(2 t B), the slope of the risk in z has
the sign of F = 2 t B - q - 2 artanh a, a = B'/t' (-1 where a >= 1). For both rules 2 t B rises in z and a falls, so the
risk falls, and then rises: noise helps if and only if F < 0 where it begins.

Least squares: a = 4 m^2 gamma/(omega z^3), 2 t B = 2 m^2 omega (z - gamma/z)/(4 m^2 + v gamma). At z = 1 F falls in
gamma from sinh q - q > 0 to where it is negative; at z = gamma > 1 it rises in gamma to 2 m^2 (1 - 2 prior) - q. Hence
the window. lda: with alpha^2 = c gamma and gamma -> 0, F = q (c - C) gamma + O(gamma^2).

Equal priors: t = 0, and B = m^2 sqrt((1 - gamma/z^2)/(m^2 + gamma)) rises. For another covariance the risk is
Phi(-rho^1/2), and log rho, expanded in gamma at alpha^2 = c gamma, has its maximum at the c of the law. M copies: rho
is a constant times (theta^2/theta')/(m^2 + gamma a), whose logarithm begins with
2 alpha^2 (gamma/M) ((M - 1)/(1 - gamma)^2 - 1/(2 (m^2 + gamma))). With M = 1 it is (1 - gamma)/(m^2 + gamma a).
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from scipy.special import ndtr

from theory.claims.falsify import CaseFamily, CaseNoises, Choice, Range
from theory.claims.sides import Side
from theory.problems.problem import Component, Gaussian, MixtureProblem, TrainingRule
from theory.samples.window import least_squares_window, turning_noise
from theory.symbolic.samples import (
    equal_priors,
    equal_priors_many_samples,
    lda_large_samples,
    noisy_copies,
    window_equation,
)
from theory.theorems.cases import Number, facing, gaussians, number, worst
from theory.theorems.law import Theorem

SOURCE = "derived here; noise as ridge: Bishop 1995; spectra: Marchenko and Pastur 1967, deterministic equivalents"
# A leading order must say something clear: its terms may not cancel to less than this share.
CLEAR = 0.2

DISTANCE = Range(0.1, 5.0, log=True)
SCALE = Range(0.1, 10.0, log=True)
RARE = Range(0.01, 0.49)
RATIO = Range(0.05, 500.0, log=True)
NOISE = Range(1e-2, 50.0, log=True)
SHARE, PART = Range(0.1, 1.6), Range(1e-4, 1e-2, log=True)


def pair(
    rule: TrainingRule = "lda", m: float = 1.5, scale: float = 1.0, prior: float = 0.5, copies: int | None = None
) -> MixtureProblem:
    """N(+-m scale, scale^2): of the dimension only n/d counts."""
    problem = facing(rule=rule, separation=2 * m * scale, scale=scale, prior=prior)
    return replace(problem, training=replace(problem.training, copies=copies))


def oval(narrow: int, wide: int, spread: float, across: float, along: float) -> MixtureProblem:
    """Axes of scale 1 and `spread`, so many of each; the parts of |mu| in their spaces are `across` and `along`."""
    mean = (across, *[0.0] * (narrow - 1), along, *[0.0] * (wide - 1))
    scale = (1.0,) * narrow + (spread,) * wide
    zero, one = (Component(Gaussian(tuple(side * part for part in mean), scale)) for side in (-1.0, 1.0))
    return replace(pair(), dim=narrow + wide, class0=(zero,), class1=(one,))


def _place(problem: MixtureProblem) -> tuple[float, float]:
    """m and the scale."""
    _zero, one = gaussians(problem)
    scale = number(one.scale)
    return number(one.mean) / scale, scale


def _window(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number:
    """Outside of the window the risk rises; inside it falls to its turning noise and then rises."""
    (m, scale), prior = _place(problem), problem.prior
    low, high = least_squares_window(m, prior)
    threshold = (1 - 2 * prior) / (2 * prior * (1 - prior))
    inside = low.value < at.ratio < high.value
    turn = scale * turning_noise(m, prior, threshold, at.ratio) if inside else 0.0
    places = sorted({0.0, turn, *(scale * at.alpha * factor for factor in (1.0, at.factor))})
    risks = [exact.risk(problem, alpha, at.beta, ratio=at.ratio) for alpha in places]
    steps = [risks[k + 1] - risks[k] if places[k] >= turn else risks[k] - risks[k + 1] for k in range(len(risks) - 1)]
    return worst(*steps)


def _terms(m: float, prior: float) -> tuple[float, ...]:
    """The terms of C."""
    shift = math.log((1 - prior) / prior)
    inverse = 1 / (prior * (1 - prior))
    return 2.0, inverse / (4 * m**2), -(1 - 2 * prior) * inverse / (2 * shift), 4 * m**2 / shift**2


def _large_samples(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number | None:
    """At gamma = `part` over the sum of all terms' sizes: noise of alpha^2 = `share` C gamma helps, or any hurts."""
    m, scale = _place(problem)
    terms = _terms(m, problem.prior)
    size, total = sum(map(abs, terms)), sum(terms)
    if abs(total) < CLEAR * size:
        return None
    gamma = at.part / size
    if total < 0:
        return -exact.gain(problem, scale * at.alpha, at.beta, ratio=1 / gamma)
    return exact.gain(problem, scale * math.sqrt(at.share * total * gamma), at.beta, ratio=1 / gamma)


def _infinite_noise(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number:
    """It falls, and not below its limit."""
    m, scale = _place(problem)
    limit = float(ndtr(at.eps - m**2 / math.sqrt(m**2 + 1 / at.ratio)))
    alphas = (scale * at.alpha, scale * at.alpha * at.factor)
    before, after = (exact.certified_risk(problem, alpha, at.beta, at.eps * scale, ratio=at.ratio) for alpha in alphas)
    return worst(before - after, after - limit)


def _many_samples(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number | None:
    """At small gamma the gain at alpha^2 = `share` |c| gamma has the sign of c."""
    _zero, one = gaussians(problem)
    variance, mean = np.square(np.asarray(one.scale, float)), np.asarray(one.mean, float)
    first, second, third = (float((mean**2 / variance**k).sum()) for k in (1, 2, 3))
    x, y, tau = second / first, third / first, float((1 / variance).mean())
    help_, hurt = tau + tau / first, x / first
    if abs(help_ - hurt) < CLEAR * (help_ + hurt):
        return None
    c = (help_ - hurt) / (y - x**2)
    gamma = at.part / (1 + 1 / first + abs(c) * (x + tau + math.sqrt(y)))
    found = exact.gain(problem, math.sqrt(at.share * abs(c) * gamma), at.beta, ratio=1 / gamma)
    return found if c > 0 else -found


def _copies(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number | None:
    """Small noise helps above the bound and hurts below; with one copy per sample any noise hurts."""
    m, scale = _place(problem)
    copies, gamma = problem.training.copies, at.gamma
    assert copies is not None
    if copies == 1:
        return -exact.gain(problem, scale * at.alpha, at.beta, ratio=1 / gamma)
    above, needed = copies - 1, (1 - gamma) ** 2 / (2 * (m**2 + gamma))
    if abs(above - needed) < CLEAR * (above + needed):
        return None
    found = exact.gain(problem, scale * (1 - gamma) * math.sqrt(at.part), at.beta, ratio=1 / gamma)
    return found if above > needed else -found


SETTING: dict[str, Range | Choice] = {"m": DISTANCE, "scale": SCALE, "beta": NOISE}
LAWS = (
    Theorem(
        "least-squares-window",
        "Least squares on n samples, prior < 1/2: the clean risk falls and then rises with alpha, or rises throughout. "
        "It falls first, and noise helps, if and only if n/d lies in a window about the peak n = d, "
        "delta_low < n/d < delta_c.",
        r"\tfrac1{\delta_c} = \gamma:\ \tfrac{2m^2\omega(1-\gamma)}{4m^2+v\gamma} - q = "
        r"2\,\mathrm{artanh}\tfrac{4m^2\gamma}{\omega},\quad \tfrac1{\delta_{low}} = \gamma:\ "
        r"\tfrac{2m^2\omega(\gamma-1)}{4m^2+v\gamma} - q = 2\,\mathrm{artanh}\tfrac{4m^2}{\omega\gamma^2}",
        SOURCE,
        _window,
        CaseFamily(
            pair,
            SETTING
            | {"rule": Choice(("least-squares",)), "prior": RARE, "alpha": NOISE}
            | {"ratio": RATIO, "factor": Range(1.01, 10.0, log=True)},
            ("ratio", "factor"),
        ),
        derivation=window_equation,
    ),
    Theorem(
        "lda-large-samples",
        "lda on n samples, prior < 1/2, n/d large: training noise helps the clean risk if and only if C > 0, "
        "alpha*^2 = C s^2 d/n to leading order, although on infinite data it always hurts.",
        r"\alpha_*^2 = C\,s^2\,\tfrac dn\,(1+o(1)),\quad C = 2 + \tfrac v{4m^2} - \tfrac\omega{2q} + \tfrac{4m^2}{q^2}",
        SOURCE,
        _large_samples,
        CaseFamily(pair, SETTING | {"prior": RARE, "alpha": NOISE, "share": SHARE, "part": PART}, ("share", "part")),
        derivation=lda_large_samples,
    ),
    Theorem(
        "equal-priors-infinite-noise",
        "lda and least squares on n samples, equal priors: the risk, clean or certified, falls in alpha at every n/d, "
        "to that of the nearest sample mean.",
        r"R_\epsilon(\alpha) \downarrow \Phi\left(\epsilon - m^2/\sqrt{m^2+\gamma}\right) \quad (\alpha \to \infty)",
        SOURCE,
        _infinite_noise,
        CaseFamily(
            pair,
            SETTING
            | {"rule": Choice(("lda", "least-squares")), "alpha": NOISE, "eps": Range(0.0, 3.0)}
            | {"ratio": RATIO, "factor": Range(1.01, 10.0, log=True)},
            ("ratio", "factor"),
        ),
        derivation=equal_priors,
    ),
    Theorem(
        "equal-priors-many-samples",
        "Equal priors, any common covariance, n/d large: the best noise has alpha*^2 = c d/n to leading order where "
        "c > 0, and small noise hurts where c < 0. S_k = mu' Sigma^-k mu, x = S_2/S_1, y = S_3/S_1, tau the mean "
        "eigenvalue of Sigma^-1.",
        r"\alpha_*^2 = c\,\tfrac dn\,(1+o(1)),\quad c = \frac{\tau + (\tau - x)/S_1}{y - x^2}",
        SOURCE,
        _many_samples,
        CaseFamily(
            oval,
            {
                "narrow": Range(1, 4, whole=True),
                "wide": Range(1, 10, whole=True),
                "spread": Range(1.2, 5.0, log=True),
                "across": Range(0.1, 3.0, log=True),
                "along": Range(0.1, 3.0, log=True),
                "beta": NOISE,
                "share": SHARE,
                "part": PART,
            },
            ("share", "part"),
        ),
        derivation=equal_priors_many_samples,
    ),
    Theorem(
        "noisy-copies",
        "M noisy copies of each of n > d samples, equal priors: small noise helps if and only if M exceeds "
        "1 + (1 - gamma)^2/(2 (m^2 + gamma)); one copy of each always hurts.",
        r"M > 1 + \frac{(1-\gamma)^2}{2(m^2+\gamma)}",
        SOURCE,
        _copies,
        CaseFamily(
            pair,
            SETTING
            | {"copies": Range(1, 12, log=True, whole=True), "alpha": NOISE}
            | {"gamma": Range(0.02, 0.98), "part": PART},
            ("gamma", "part"),
        ),
        derivation=noisy_copies,
    ),
)

"""Several problems asked together: the numbers of each alone, whatever they are and whoever has no answer."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from simulate.sweep.axes import Axis, Family
from simulate.sweep.cells import compared, evaluate, pieces
from tests.unit.typed_problems import SHIFTS, draw
from theory import NoExactRoute, Problem, best_alphas, compare, regimes, with_overrides
from theory.arrays import Array
from theory.reduction.stack import Stack
from theory.risks.derivatives import scaled_slopes
from theory.risks.logs import log_risks
from theory.risks.optimum import best_along
from theory.risks.panel import Noises, Panel, compare_each

# In other company layouts differ, and boundaries are interpolated between others: results may differ by their errors.
AGREEMENT = 1.0
# Places of smooth peaks agree to this, kinks to the width of the last bracket.
PEAK = 3e-8
REQUESTS = 60


def spread(name: str, key: str, *values: float, **settings: object) -> list[Problem]:
    return [with_overrides(regimes.build(name, **{key: value}), settings) for value in values]


LAPLACE = {"training.noise": "laplace", "smoothing.noise": "laplace"}
FAMILIES: dict[str, Callable[[], list[Problem]]] = {
    "labelled sets": lambda: spread("stripes", "gap", 0.1, 0.3, 0.47, 1.0),
    "of a domain": lambda: spread("intervals", "width", 0.1, 0.3, 0.47),
    "posterior of a domain": lambda: spread("intervals", "gap", 0.2, 0.4, **{"training.rule": "posterior"}),
    "mixtures": lambda: spread("bumps", "spacing", 1.0, 1.5, 2.2),
    "a coin": lambda: spread("bumps", "spacing", 1.0, 1.5, **{"smoothing.ties": "coin"}),
    "laplace": lambda: spread("stripes", "gap", 0.2, 0.3, **LAPLACE),
    "half-spaces": lambda: spread("two-gaussians", "separation", 1.0, 3.0, **{"class0.0.scale": 0.5}),
    "turning": lambda: [regimes.anisotropic(ratio=1.0, prior=prior) for prior in (0.2, 0.4)],
    "concentric": lambda: [regimes.concentric(dim=20, outer=outer) for outer in (1.2, 1.5, 2.0)],
    "two centres": lambda: spread("two-scales", "scale1", 1.2, 2.0),
    "balls": lambda: [regimes.ball(dim=3, radius=radius) for radius in (0.5, 1.0)],
}


def asked(count: int, eps: float, unit: float = 1.0) -> tuple[Array, Noises]:
    """Noises at random, some of them 0, and whom they are asked of."""
    rng = np.random.default_rng(count)
    alpha = unit * rng.uniform(0, 1.5, REQUESTS) * (rng.random(REQUESTS) > 0.2)
    radius = np.full(REQUESTS, unit * eps) * (rng.random(REQUESTS) > 0.5)
    return alpha, Noises(rng.integers(0, count, REQUESTS), unit * rng.uniform(0.05, 1.5, REQUESTS), radius)


def agrees(panel: Panel, alpha: Array, at: Noises) -> None:
    found = panel.compare(alpha, at)
    for k, problem in enumerate(panel.problems):
        rows = np.flatnonzero(at.own == k)
        alone = compare(problem, alpha[rows], at.beta[rows], at.eps[rows])
        for key in ("risk", "baseline", "gain"):
            (value, error), (expected, more) = getattr(found, key).at(rows).arrays(), getattr(alone, key).arrays()
            assert (np.isfinite(value) == np.isfinite(expected)).all()
            known = np.isfinite(expected)
            assert (np.abs(value - expected) <= AGREEMENT * (error + more))[known].all()
        assert (found.constant[rows] == alone.constant).all()
        assert found.share[rows] == pytest.approx(alone.share, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("eps", [0.0, 0.03])
@pytest.mark.parametrize("name", FAMILIES)
def test_problems_that_differ_in_numbers_are_one_call(name: str, eps: float) -> None:
    problems = FAMILIES[name]()
    panel = Panel(problems)
    assert [type(held) for held, _members in panel._groups] == [Stack]
    alpha, at = asked(len(problems), eps)
    agrees(panel, alpha, at)
    slope, doubt = panel.slopes(alpha, at)
    logs = panel.log_risks(alpha, at)
    for k, problem in enumerate(problems):
        rows = np.flatnonzero(at.own == k)
        noises = alpha[rows], at.beta[rows], at.eps[rows]
        expected, more = scaled_slopes(problem, *noises)
        known = np.isfinite(slope[rows]) & np.isfinite(expected)
        assert known.mean() > 0.5
        assert (np.abs(slope[rows] - expected) <= doubt[rows] + more)[known].all()
        log = log_risks(problem, *noises)
        assert (np.abs(logs.value[rows] - log.value) <= logs.error[rows] + log.error)[np.isfinite(log.value)].all()


@pytest.mark.parametrize("seed", range(6))
def test_what_people_type_side_by_side(seed: int) -> None:
    """Boxes, atoms, domains and all noises, in two units and places, in one panel."""
    rng = np.random.default_rng(seed)
    scales = [Fraction(1), Fraction("1e-6")]
    typed = [draw(rng)[0] for _ in range(3)]
    problems = [held.written(scale, SHIFTS[seed]) for held in typed for scale in scales]
    alpha, at = asked(len(problems), 0.5 if seed % 2 else 0.0)
    unit = np.array([float(scale) for _held in typed for scale in scales])[at.own]
    try:
        agrees(Panel(problems), alpha * unit, Noises(at.own, at.beta * unit, at.eps * unit))
    except NoExactRoute:
        pytest.skip("one of them has no exact route")


def test_problems_of_all_kinds_side_by_side() -> None:
    problems = [problem for name in ("mixtures", "concentric", "labelled sets") for problem in FAMILIES[name]()]
    panel = Panel([*problems, regimes.anisotropic()])
    assert not panel.smooth.all()
    agrees(panel, *asked(len(panel.problems), 0.0))


def test_a_problem_without_an_answer_costs_no_other_its_own() -> None:
    settings = {"class0.0.scale": [1.0, 2.0, 3.0], "training.noise": "laplace"}
    lost = with_overrides(regimes.two_gaussians(dim=3), settings)
    problems = [regimes.bumps(spacing=1.5), lost, regimes.bumps(spacing=2.0)]
    alpha, at = asked(3, 0.0)
    reasons: list[NoExactRoute] = []
    found = compare_each(problems, alpha, at, reasons)
    assert len(reasons) == 1
    assert (np.isnan(found.gain.value) == (at.own == 1)).all()
    assert set(np.asarray(found.gain.status)[at.own == 1].tolist()) == {"no-exact-route"}
    for k in (0, 2):
        rows = np.flatnonzero(at.own == k)
        assert found.gain.at(rows).value == pytest.approx(compare(problems[k], alpha[rows], at.beta[rows]).gain.value)


@pytest.mark.parametrize("name", ["labelled sets", "mixtures", "half-spaces", "concentric", "two centres"])
@pytest.mark.parametrize("eps", [0.0, 0.1])
def test_the_best_noises_of_many_problems(name: str, eps: float) -> None:
    problems = FAMILIES[name]()
    betas = np.array([0.2, 0.7])
    own = np.repeat(np.arange(len(problems)), len(betas))
    rows = Noises(own, np.tile(betas, len(problems)), np.full(len(own), eps))
    found = best_along(problems, rows, 1.5)
    expected = [held.alpha for problem in problems for held in best_alphas(problem, betas, eps, upper=1.5)]
    assert found == pytest.approx(expected, rel=PEAK, abs=1e-12)


def test_every_radius_of_one_problem() -> None:
    problem, radii = regimes.two_gaussians(separation=4.0, prior=0.2), np.linspace(0.1, 1.5, 8)
    found = best_along([problem], Noises(np.zeros(8, np.intp), np.full(8, 0.5), radii), 3.0)
    assert found == pytest.approx(np.sqrt(radii / (2 - radii)), rel=1e-9)


def test_cells_of_two_parameters_are_those_of_each_problem() -> None:
    family, axes = Family("stripes"), (Axis("gap", 0.1, 1.0, 4), Axis("width", 0.5, 1.5, 3))
    held = {"alpha": 0.3, "beta": 0.5, "eps": 0.0}
    (piece,) = pieces(family, axes[::-1], held)
    results, reasons = evaluate(piece)
    assert reasons == []
    for batch, fields in zip(piece.batches, results, strict=True):
        alone = compared(family, batch.values, batch.noises)
        assert fields == pytest.approx(alone, rel=1e-9, abs=1e-13)


@pytest.mark.parametrize(("beta", "eps", "gap", "start"), [(0.05, 0.2, 0.3, 0.222390382), (0.8, 0.1, 0.1, 0.074130110)])
def test_the_least_noise_of_a_plateau(beta: float, eps: float, gap: float, start: float) -> None:
    """All noises from the one on at which the gaps close have one risk: what is just behind it is not the least."""
    (found,) = best_alphas(regimes.stripes(gap=gap), [beta], eps, upper=1.5)
    assert found.alpha == pytest.approx(start, rel=1e-7)
    before = compare(regimes.stripes(gap=gap), found.alpha * (1 - 1e-6), beta, eps)
    assert before.risk.value > found.risk.value + found.risk.error + before.risk.error

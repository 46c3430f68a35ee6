"""Radial risks against radial.json, which tests/oracle/make_radial.py wrote by the definition in ball arithmetic."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import arb, ctx

from tests.oracle import reference_radial as reference
from tests.oracle.reference_radial_mass import BITS, by_poisson, by_quadrature
from theory import adversarial_risk, certified_gain, certified_risk, clean_risk, loads_problem, train
from theory.problems.problem import Component, Gaussian, MixtureProblem

ROWS: list[dict[str, Any]] = json.loads(Path(__file__).parents[1].joinpath("oracle/radial.json").read_text("utf-8"))

# Absolute accuracy promised for probabilities, relative accuracy for risks down to SMALLEST; both hold but for balls
# at the edge of vanishing, whose radius is the square root of what is left of the vote.
ABSOLUTE, RELATIVE, SMALLEST = 1e-12, 1e-8, 1e-40
# An error estimate larger than this would be of no use.
USEFUL = 1e-10
# Smaller values are 0 in the table.
RESOLVED = 1e-48
# Prior weights (1 - prior, normalised) are doubles: a reference cannot know their last place, nor is it an error.
WEIGHT_ULPS = 2 * np.finfo(float).eps


def answers(row: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Value and reported error of every kind."""
    problem = loads_problem(row["problem"])
    noises, eps = (row["alpha"], row["beta"]), row["eps"]
    found = {
        "clean": clean_risk(problem, *noises),
        "certified": certified_risk(problem, *noises, eps),
        "adversarial": adversarial_risk(problem, *noises, eps),
    }
    single = {kind: (float(result.value), float(result.error)) for kind, result in found.items()}
    # A radius of 0 takes the place of no radius.
    value, error = certified_gain(problem, *noises, [0.0, eps]).arrays()
    return single | {"gain": (value[0], error[0]), "certified_gain": (value[1], error[1])}


def scale_of(row: dict[str, Any]) -> float:
    """1 for probabilities; in an infinite background the measure at stake, whose logarithm is in the thousands."""
    if "inside" not in row["problem"]:
        return 1.0
    return 10 * max(1.0, *(abs(float(row[k])) for k in ("clean", "certified", "adversarial", "gain") if row[k]))


def label(row: dict[str, Any]) -> str:
    return f"{row['row']}-{row['kind']}"


@pytest.mark.parametrize("row", ROWS, ids=label)
def test_values_and_errors_against_the_reference(row: dict[str, Any]) -> None:
    scale = scale_of(row)
    for kind, (value, error) in answers(row).items():
        if row[kind] is None:
            assert np.isnan(value), kind
            assert np.isnan(error), kind
            continue
        truth = float(row[kind])
        off = abs(float(arb(row[kind]) - arb(value)))
        about = f"{kind}: {value!r} against {truth!r}, off by {off:.3g}, reported {error:.3g}"
        weights = WEIGHT_ULPS * (abs(truth) if "gain" not in kind else 1.0)
        assert off <= error + weights + RESOLVED, f"error understated, {about}"
        if row["kind"] == "vanishing":
            continue
        assert off <= ABSOLUTE * scale, about
        assert error <= USEFUL * scale, about
        if "gain" not in kind and truth >= SMALLEST:
            assert off <= RELATIVE * truth, about


def test_the_table_is_wide() -> None:
    assert len(ROWS) >= 300
    least = min(float(r["clean"]) for r in ROWS if float(r["clean"]) > 0)
    assert least < 1e-30
    assert {loads_problem(r["problem"]).dim for r in ROWS} == {2, 3, 10, 100, 784, 3072, 10**5, 10**6}


@pytest.mark.parametrize(
    ("dim", "ell", "rho"), [(2, 3.0, 4.0), (3, 0.001, 1.0), (10, 30.0, 28.5), (784, 1.0, 28.0), (10**5, 10.0, 316.0)]
)
def test_the_two_routes_of_the_reference_agree(dim: int, ell: float, rho: float) -> None:
    ctx.prec = BITS
    one, other = (f(dim, arb(ell), arb(rho)) for f in (by_quadrature, by_poisson))
    assert abs(one - other) < arb(10) ** -45


def posterior(problem: MixtureProblem, alpha: float, points: np.ndarray) -> np.ndarray:
    """log of the class-1 density less that of class 0, in R^d, for isotropic Gaussians."""
    sums = []
    for side, share in ((problem.class1, problem.prior), (problem.class0, 1 - problem.prior)):
        logs = []
        for part in side:
            law = part.law
            assert isinstance(law, Gaussian)
            variance = law.scale**2 + alpha**2
            square = ((points - np.array(law.mean)) ** 2).sum(axis=1)
            logs.append(np.log(share / len(side)) - 0.5 * points.shape[1] * np.log(variance) - square / (2 * variance))
        sums.append(np.logaddexp.reduce(logs, axis=0))
    return sums[0] - sums[1]


@pytest.mark.parametrize("dim", [2, 3, 10])
@pytest.mark.parametrize("ratio", [0.7, 1.001, 1 + 1e-9, 2.0])
def test_the_base_classifier_is_the_sign_of_the_posterior_in_space(dim: int, ratio: float) -> None:
    rng = np.random.default_rng(dim)
    means = [tuple(rng.normal(0, 1, dim).tolist()) for _ in range(2)]
    parts = [(Component(Gaussian(m, s)),) for m, s in zip(means, (0.8, 0.8 * ratio), strict=True)]
    problem = MixtureProblem(0.4, dim, parts[0], parts[1])
    points = rng.normal(0, 2, (4000, dim))
    for alpha in (0.0, 0.5):
        ratio_at = posterior(problem, alpha, points)
        clear = np.abs(ratio_at) > 1e-6
        assert (train(problem, alpha)(points)[clear] == (ratio_at > 0)[clear]).all()


def test_errors_cover_differences_between_precisions_of_the_description() -> None:
    """A distance of means summed over a million axes is only as good as its summation."""
    dim = 10**6
    problem = MixtureProblem(0.3, dim, (Component(Gaussian(0.1, 1.0)),), (Component(Gaussian(0.1031, 1.00001)),))
    truth = reference.answer(problem, 0.3, 0.2, 0.05)
    result = clean_risk(problem, 0.3, 0.2)
    assert truth["clean"] is not None
    assert abs(float(truth["clean"] - arb(float(result.value)))) <= result.error

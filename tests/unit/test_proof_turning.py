"""Proofs of Gaussians of one full covariance with means on a line, against the exact side and arguments."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from theory import certified_risk, clean_risk, gain
from theory.errors import NoProof
from theory.problems.problem import Component, Gaussian, MixtureProblem
from theory.proof import Prover

TILTED = ((1.0, 0.3, 0.0), (0.3, 2.0, 0.1), (0.0, 0.1, 0.5))


def on_a_line(
    places: list[list[float]], toward: tuple[float, ...], cov: tuple[tuple[float, ...], ...]
) -> MixtureProblem:
    """Means at decimal multiples of a direction."""
    zero, one = (
        tuple(Component(Gaussian(tuple(round(p * v, 6) for v in toward), cov=cov), 1.0 + k) for k, p in enumerate(side))
        for side in places
    )
    return MixtureProblem(0.4, len(toward), zero, one)


@pytest.mark.parametrize("seed", range(12))
def test_the_exact_side_lies_in_the_enclosures(seed: int) -> None:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(3, 3)).round(1)
    sigma = root @ root.T + np.diag(rng.choice([0.1, 1.0], 3))
    cov = tuple(tuple(row) for row in (0.5 * (sigma + sigma.T)).round(2).tolist())
    sides = [rng.uniform(-2, 2, int(rng.integers(1, 4))).round(1).tolist() for _ in range(2)]
    problem = on_a_line(sides, (0.1, -0.3, 0.2), cov)
    alpha, beta, eps = (float(v) for v in (rng.choice([0.1, 0.5, 3.0]), rng.choice([0.05, 0.5, 2.0]), 0.1))
    prover = Prover(problem, eps)
    for found, proved in (
        (clean_risk(problem, alpha, beta), prover.risk(alpha, beta)),
        (certified_risk(problem, alpha, beta, eps), prover.risk(alpha, beta, eps)),
        (gain(problem, alpha, beta), prover.gain(alpha, beta).gain),
    ):
        assert abs(found.value - proved.value) <= found.error + proved.error
        assert proved.error <= 1e-15


def test_mirrored_classes_are_neutral_only_along_a_direction_that_stays() -> None:
    straight = ((2.0, 0.0, 0.0), (0.0, 1.0, 0.5), (0.0, 0.5, 1.0))
    stays = replace(on_a_line([[-1.0, -2.0], [1.0, 2.0]], (1.0, 0.0, 0.0), straight), prior=0.5)
    turns = replace(on_a_line([[-1.0, -2.0], [1.0, 2.0]], (0.5, 0.5, 0.2), TILTED), prior=0.5)
    assert Prover(stays).gain(0.5, 0.5).verdict == "neutral"
    assert Prover(turns).gain(0.5, 0.5).verdict in ("help", "hurt")


def test_what_is_not_exactly_on_a_line_has_no_proof() -> None:
    parts = [
        Component(Gaussian(mean, cov=TILTED)) for mean in ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (2.0, 2.0, 2.0000001))
    ]
    with pytest.raises(NoProof, match="do not lie exactly on one line"):
        Prover(MixtureProblem(0.5, 3, tuple(parts[:1]), tuple(parts[1:])))
    others = parts[0], Component(Gaussian((1.0, 1.0, 1.0), 1.0)), Component(Gaussian((2.0, 2.0, 2.0), cov=TILTED))
    with pytest.raises(NoProof, match="not exactly equal"):
        Prover(MixtureProblem(0.5, 3, others[:1], others[1:]))

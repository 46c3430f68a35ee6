"""What `noisewise risk` costs without a radius: its one question asked once, against the three that records hold."""

from __future__ import annotations

import numpy as np
import pytest

from simulate.commands.risk import Asked, exact_risks
from tests.benchmarks.timing import best, sized
from theory import adversarial_risk, compare, regimes
from theory.problems.problem import Problem

PROBLEMS: dict[str, Problem] = {
    "three bumps on a line": regimes.bumps(),
    "concentric shells in 784 dimensions": regimes.concentric(dim=784),
}
COUNT = sized(33, 3)


@pytest.mark.parametrize("name", PROBLEMS)
def test_without_a_radius(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    problem = PROBLEMS[name]
    alpha, beta, eps = np.meshgrid(np.linspace(0, 1, COUNT), np.linspace(0.1, 1, COUNT), [0.0], indexing="ij")

    def thrice() -> None:
        compare(problem, alpha, beta)
        compare(problem, alpha, beta, eps)
        adversarial_risk(problem, alpha, beta, eps)

    once, before = best(lambda: exact_risks(problem, Asked(alpha, beta, eps))), best(thrice)
    with capsys.disabled():
        print(f"\n  {name}, {alpha.size} cells: {once:.3f} s once, {before:.3f} s thrice, {before / once:.2f} times")

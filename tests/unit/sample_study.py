"""How far rules trained on samples are from their limit: error times dimension, at growing dimensions.

    python -m tests.unit.sample_study [--draws K] [--rule RULE]

prints for every setting and every d the mean over K * d draws of the risk, less the limit, times d, with the standard
error of the mean times d. A column that stays as it is says that the remainder is of order 1/d, and is its coefficient.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace

from simulate.montecarlo import Level
from simulate.trained import TrainingSets, train_on_samples
from theory import compare, regimes
from theory.problems.problem import MixtureProblem, Training

DIMS = (50, 100, 200, 400)


@dataclass(frozen=True)
class Setting:
    """Two isotropic Gaussians N(+-m e1, I), and what is trained on them."""

    rule: str
    m: float
    prior: float
    ratio: float
    alpha: float
    eps: float = 0.0
    copies: int | None = None

    def problem(self, dim: int) -> MixtureProblem:
        """In so many dimensions."""
        training = Training(self.rule, copies=self.copies)
        return replace(regimes.two_gaussians(dim, 2 * self.m, prior=self.prior), training=training)


SETTINGS = (
    Setting("least-squares", 1.5, 0.2, 2, 0.3),
    Setting("lda", 1.5, 0.2, 2, 0.3),
    Setting("lda", 1.5, 0.2, 2, 0.0),
    Setting("lda", 2.0, 0.1, 0.75, 0.6, 0.3),
    Setting("least-squares", 1.0, 0.4, 1.5, 1.0, 0.2),
    Setting("least-squares", 1.5, 0.2, 0.5, 0.0),
    Setting("lda", 1.5, 0.5, 10, 0.3),
    Setting("lda", 1.5, 0.5, 1, 0.3),
    Setting("lda", 1.5, 0.5, 2, 0.5, 0.0, 1),
    Setting("lda", 1.5, 0.5, 2, 0.5, 0.0, 2),
    Setting("least-squares", 1.5, 0.2, 2, 0.5, 0.3, 5),
    Setting("logistic", 1.5, 0.5, 1, 0.3),
    Setting("logistic", 1.5, 0.5, 1, 0.7, 0.3),
    Setting("logistic", 1.5, 0.5, 1, 1.5),
    Setting("logistic", 1.5, 0.2, 3, 0.3, 0.3),
    Setting("logistic", 1.5, 0.2, 3, 0.7),
)


def remainder(setting: Setting, dim: int, draws: int) -> tuple[float, float]:
    """Mean risk less the limit, and its standard error."""
    asked = {"alpha": setting.alpha, "beta": 0.5, "eps": setting.eps, "ratio": setting.ratio}
    sets = TrainingSets(draws, 1)
    (found,) = train_on_samples(setting.problem(dim), **asked, sets=sets, level=Level(STANDARD))
    limit = compare(setting.problem(dim), setting.alpha, 0.5, setting.eps, ratio=setting.ratio).risk.value
    assert found.certified is not None
    return found.certified.estimate - float(limit), found.certified.high - found.certified.estimate


# What an interval of one standard error to either side covers, with many draws.
STANDARD = 0.6826894921370859


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--draws", type=float, default=6.0, help="training sets for each dimension, K d in all")
    parser.add_argument("--rule", default="", help="only this rule")
    asked = parser.parse_args()
    for setting in SETTINGS:
        if asked.rule not in ("", setting.rule):
            continue
        cells = []
        for dim in DIMS:
            error, deviation = remainder(setting, dim, max(2, int(asked.draws * dim)))
            cells.append(f"{dim * error:+.3f} +- {dim * deviation:.3f}")
        fixed = " ".join(f"{key}={value}" for key, value in vars(setting).items())
        print(f"{fixed}: {', '.join(cells)}", flush=True)


if __name__ == "__main__":
    main()

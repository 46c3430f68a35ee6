"""How often intervals and sets for networks hold, where the truth is known: networks crossed with test points.

    python -m tests.unit.network_coverage [--draws R] [--confidence C]

prints for every design how often, of R experiments drawn anew, the interval of a mean risk, of a difference of risks
and of a ratio of two differences contains the truth, how often the set of alphas contains the best one, and the mean
widths. It fails where the misses are more than a coin of their chance gives in all but 1e-4 of such runs.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr
from scipy.stats import binom

from simulate.networks.statistics import cannot_be_told, mean_difference, mean_risk, ratio_of_means

# A correct method fails one check with at most this chance.
FALSE_ALARM = 1e-4


@dataclass(frozen=True)
class Crossed:
    """Network s at alpha a errs on point x where levels[a] + S_s + T_sa + P_x + Q_ax + E_sax > 0, all normal.

    E has unit spread; seed is the spread of S and of T, point that of P, and own that of Q. Then the risk at alpha a
    is Phi(levels[a]/sqrt(1 + 2 seed^2 + point^2 + own^2)).
    """

    levels: tuple[float, ...]
    seed: float
    point: float
    own: float

    def risks(self) -> np.ndarray:
        """(alphas,) over new networks and new points."""
        return np.asarray(ndtr(np.array(self.levels) / np.sqrt(1 + 2 * self.seed**2 + self.point**2 + self.own**2)))

    def draw(self, seeds: int, points: int, draws: int, random: np.random.Generator) -> np.ndarray:
        """Errors (seeds, alphas, draws, points)."""

        def normal(spread: float, *shape: int) -> np.ndarray:
            return spread * random.standard_normal(shape)

        alphas = len(self.levels)
        by_seed = normal(self.seed, seeds, 1, draws, 1) + normal(self.seed, seeds, alphas, draws, 1)
        by_point = normal(self.point, 1, 1, draws, points) + normal(self.own, 1, alphas, draws, points)
        level = np.array(self.levels)[:, None, None] + by_seed + by_point
        return random.random(level.shape) < ndtr(level)


# Few errors and many; seeds that agree and that differ; points that all networks find hard, and none in particular.
# In the fifth hardly a network disagrees with another; the last two have equal risks at all alphas.
DESIGNS = (
    Crossed((-1.0, -1.5, -1.3), 0.0, 2.0, 0.5),
    Crossed((-2.2, -2.5, -2.4), 0.0, 0.0, 0.0),
    Crossed((-1.0, -1.6, -1.4), 0.2, 1.5, 0.3),
    Crossed((0.3, -0.7, -0.2), 0.5, 0.5, 0.0),
    Crossed((-40.0, -44.0, -42.0), 0.0, 20.0, 0.0),
    Crossed((-4.0, -6.0, -5.0), 0.3, 3.0, 1.0),
    Crossed((-1.2, -1.5, -1.3), 0.3, 1.0, 0.5),
    Crossed((-1.0, -1.0, -1.0), 0.2, 1.5, 0.5),
    Crossed((-4.0, -4.0, -4.0), 0.0, 3.0, 0.5),
)
SEEDS, POINTS = (1, 3, 5, 10), (100, 400)


@dataclass(frozen=True)
class Held:
    """Whether each statement held in each experiment, (draws,), and how wide it was."""

    held: np.ndarray
    width: float

    def fails(self, confidence: float) -> bool:
        """Whether it missed more often than a method of this confidence does in all but FALSE_ALARM of such studies."""
        return bool(np.sum(~self.held) > binom.isf(FALSE_ALARM, self.held.size, 1 - confidence))


def study(design: Crossed, seeds: int, points: int, draws: int, confidence: float, random: int) -> dict[str, Held]:
    """All statements about one design. With one seed the truth is that of the very networks: no seed effects."""
    if seeds == 1:
        design = Crossed(design.levels, 0.0, design.point, design.own)
    wrong = design.draw(seeds, points, draws, np.random.default_rng(random))
    risks = design.risks()
    found = {}
    for name, means, truth in (
        ("risk", mean_risk(wrong, confidence), risks[:, None]),
        ("gain", mean_difference(wrong[:, :1], wrong[:, 1:], confidence), (risks[0] - risks[1:])[:, None]),
    ):
        held = (means.low <= truth) & (truth <= means.high)
        found[name] = Held(held[0], float((means.high - means.low).mean()))
    sets = np.array([cannot_be_told(wrong[:, :, i], confidence) for i in range(draws)])
    found["set"] = Held(sets[:, risks.argmin()], float(sets.sum(axis=1).mean()))
    if risks[0] > risks[1]:
        found["ratio"] = _ratio(wrong, float((risks[0] - risks[2]) / (risks[0] - risks[1])), confidence)
    return found


def _ratio(wrong: np.ndarray, truth: float, confidence: float) -> Held:
    """The share of the gain of alpha 1 that alpha 2 has too; its width is the share of intervals that are bounded."""
    first, best, other = (wrong[:, a].astype(float) for a in range(3))
    parts = [ratio_of_means((first - other)[:, i], (first - best)[:, i], confidence) for i in range(wrong.shape[2])]
    held = np.array([part.low <= truth <= part.high for part in parts])
    return Held(held, float(np.mean([part.determined for part in parts])))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--confidence", type=float, default=0.95)
    asked = parser.parse_args()
    failed = 0
    print("held, and width (risk, gain), size (set), share bounded (ratio)")
    for place, design in enumerate(DESIGNS):
        print(design)
        for seeds in SEEDS:
            for points in POINTS:
                found = study(design, seeds, points, asked.draws, asked.confidence, place)
                bad = [name for name, held in found.items() if held.fails(asked.confidence)]
                failed += len(bad)
                row = "  ".join(f"{name} {h.held.mean():.3f} {h.width:.3f}" for name, h in found.items())
                print(f"  K {seeds:2} n {points}  {row}  {'MISSED ' + ' '.join(bad) if bad else ''}", flush=True)
    raise SystemExit(failed > 0)


if __name__ == "__main__":
    main()

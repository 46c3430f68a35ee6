"""`noisewise law`: the small-noise law of a problem, and how exact risks approach it as the noise halves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from simulate.commands.law_budget import budget_rows, counts, print_budget
from simulate.commands.options import Json, Name, Settings, arg
from simulate.commands.output import note, number, print_json, print_table
from simulate.commands.places import check_places
from simulate.commands.remedy import USUAL, mc_command, suggesting
from simulate.sweep.families import family
from theory.errors import ProblemError
from theory.problems import validation
from theory.problems.noises import noise
from theory.problems.problem import Problem

if TYPE_CHECKING:
    from theory import Estimate
    from theory.geometry.curvature import SmallNoise

# Where the noise begins if nothing is said, in units of the least scale of the problem.
START = 0.4
MOST_STEPS, MOST_PANELS = 20, 4
# An order is told where the distance to the law is so many times the error of the exact risks.
NOISE_FREE = 10.0

Beta = Annotated[float | None, arg(metavar="B", help="Smoothing noise to begin with (0.4 of the least scale).")]
Steps = Annotated[int, arg(metavar="N", help="How often it is halved.")]
Eps = Annotated[
    float, arg(metavar="E", help="Radius to certify at the first smoothing noise; it falls as the square of that.")
]
SampleNumbers = Annotated[
    tuple[int, ...], arg(metavar="n...", help="Samples that a flexible classifier is trained on, for an error budget.")
]
VoteNumbers = Annotated[
    tuple[int, ...], arg(metavar="N...", help="Votes that the smoothed classifier takes, for an error budget.")
]
FigurePath = Annotated[
    str | None, arg(metavar="F", help="Draw the error budget against alpha, for every number of samples.")
]


@dataclass(frozen=True)
class LawCommand:
    """The curvature-diffusion law: alpha*/beta, its two integrals, and exact against predicted excess risk.

    noisewise law concentric --set dim=10 --beta 0.1 --eps 0.01

    noisewise law concentric --set dim=2 --beta 0.3 --samples 1000 10000 --votes 11 --figure budget.pdf
    """

    problem: Name
    beta: Beta = None
    steps: Steps = 5
    eps: Eps = 0.0
    samples: SampleNumbers = ()
    votes: VoteNumbers = ()
    figure: FigurePath = None
    settings: Settings = ()
    json: Json = False

    def run(self) -> None:
        if validation.whole(self.steps, "steps") > MOST_STEPS:
            raise ProblemError("steps", str(self.steps), f"at most {MOST_STEPS}")
        start = None if self.beta is None else validation.positive(self.beta, "beta")
        eps = noise(self.eps, "eps")
        asked = counts(self.samples, "samples"), counts(self.votes, "votes")
        self._check_figure()
        problem = family(self.problem, self.settings).at()
        from theory import bayes_risk
        from theory.risks.budget import error_budget

        with suggesting(self._instead(start)):
            budget, bayes = error_budget(problem), bayes_risk(problem)
            data, begin = budget.boundary, START * _least_scale(problem) if start is None else start
            wanted = bool(self.samples or self.votes)
            spent = budget_rows(problem, budget, float(bayes.value), begin, asked) if wanted else []
        said: dict[str, Any] = {"ratio": data.ratio, "curvature_diffusion": data.curvature_diffusion}
        said |= {"diffusion_diffusion": data.diffusion_diffusion, "curvature_curvature": data.curvature_curvature}
        said |= {"bayes_risk": {"value": bayes.value, "error": bayes.error, "route": bayes.route}}
        halved = [begin / 2**k for k in range(self.steps + 1)]
        rows = _compared(problem, data, bayes, halved)
        certified = _certified(problem, data, eps, halved) if eps > 0 else []
        if self.json:
            print_json(said | {"table": rows, "certified": certified} | ({"budget": spent} if wanted else {}))
        else:
            _print(said, rows)
            _print_certified(certified)
            if wanted:
                print_budget(spent)
        if self.figure is not None:
            self._draw(problem, begin)

    def _check_figure(self) -> None:
        """Before anything is computed: the suffix, and what is to be drawn."""
        if self.figure is None:
            return
        check_places(None, self.figure)
        if not self.samples:
            raise ProblemError("--figure", "no number of samples", "--samples n..., for which the budget is drawn")
        if len(self.votes) > 1 or len(self.samples) > MOST_PANELS:
            raise ProblemError("--figure", "too many numbers", f"one number of votes, at most {MOST_PANELS} of samples")

    def _instead(self, start: float | None) -> str:
        """What to simulate where there is no law."""
        beta = USUAL if start is None else f"{start!r}"
        if not self.samples:
            return mc_command(self.problem, self.settings, {"alpha": ("0", beta), "beta": (beta,)})
        noises = {"alpha": (beta,), "beta": (beta,)}
        return mc_command(self.problem, self.settings, noises, "--parzen", "--samples", str(self.samples[0]))

    def _draw(self, problem: Problem, beta: float) -> None:
        from figures import budget
        from simulate.commands.places import naming
        from simulate.experiments.budget import budget_against_alpha

        votes = self.votes[0] if self.votes else math.inf
        with naming(str(self.figure)):
            budget.save(budget_against_alpha(problem, beta, votes, self.samples), str(self.figure))
        note(f"wrote {self.figure}")


def _least_scale(problem: Problem) -> float:
    """Of the components: the least standard deviation of an axis."""
    from theory.problems.components import marginal, weighted
    from theory.problems.problem import MixtureProblem

    assert isinstance(problem, MixtureProblem)  # others have no small-noise data
    return min(float(marginal(law, problem.dim)[2].min()) for _label, _weight, law in weighted(problem))


def _compared(problem: Problem, data: SmallNoise, least: Estimate, betas: list[float]) -> list[dict[str, Any]]:
    """Exact and predicted excess risk at alpha = 0, alpha = beta and the best ratio, with the order of convergence."""
    from theory import clean_risk

    rows: list[dict[str, Any]] = []
    bayes, bayes_error = float(least.value), float(least.error)
    before: dict[float, float] = {}
    for beta in betas:
        for share in dict.fromkeys((0.0, data.ratio, 1.0)):
            exact = clean_risk(problem, share * beta, beta)
            excess, predicted = float(exact.value) - bayes, data.excess(share * beta, beta)
            away = abs(excess / predicted - 1) if predicted > 0 else math.nan
            known = away > NOISE_FREE * (float(exact.error) + bayes_error) / predicted if predicted > 0 else False
            order = math.log2(before[share] / away) if known and before.get(share, 0.0) > 0 else math.nan
            before[share] = away
            row = {"beta": beta, "alpha": share * beta, "exact": excess, "error": float(exact.error) + bayes_error}
            rows.append(row | {"predicted": predicted, "order": order})
    return rows


def _certified(problem: Problem, data: SmallNoise, eps: float, betas: list[float]) -> list[dict[str, Any]]:
    """The best training noise of the certified risk to leading order, and what it gains."""
    from theory import certified_gain

    rows: list[dict[str, Any]] = []
    for beta in betas:
        radius = eps * (beta / betas[0]) ** 2
        alpha = data.best_alpha(beta, radius)
        exact = certified_gain(problem, alpha, beta, radius)
        row = {"beta": beta, "eps": radius, "alpha": alpha, "ratio": alpha / beta, "exact": float(exact.value)}
        rows.append(row | {"error": float(exact.error), "predicted": data.gain(alpha, beta, radius)})
    return rows


def _print_certified(rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    print()
    shown = [
        [f"{row['beta']:g}", f"{row['eps']:g}", number(row["alpha"]), number(row["ratio"]),
         number(row["exact"], row["error"]), number(row["predicted"])]
        for row in rows
    ]  # fmt: skip
    print_table(["beta", "eps", "alpha*", "alpha*/beta", "certified gain", "predicted"], shown)


def _print(said: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    print_table(
        ["quantity", "value"],
        [
            ["alpha*/beta", number(said["ratio"])],
            ["integral of H Lap(s)", number(said["curvature_diffusion"])],
            ["integral of Lap(s)^2/|grad s|", number(said["diffusion_diffusion"])],
            ["integral of |grad s| H^2", number(said["curvature_curvature"])],
            ["Bayes risk", number(said["bayes_risk"]["value"], said["bayes_risk"]["error"])],
        ],
    )
    print()
    shown = [
        [f"{row['beta']:g}", f"{row['alpha']:.6g}", number(row["exact"], row["error"]), number(row["predicted"]),
         "-" if math.isnan(row["order"]) else f"{row['order']:.2f}"]
        for row in rows
    ]  # fmt: skip
    print_table(["beta", "alpha", "excess risk", "predicted", "order"], shown)

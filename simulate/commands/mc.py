"""`noisewise mc`: Monte Carlo risks and paired gains, with the exact values of the same number of votes beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import tyro

from simulate.commands.mc_parzen import run_parzen
from simulate.commands.options import (
    DRAWS,
    SAMPLES,
    SEED,
    VOTES,
    Alphas,
    Betas,
    Draws,
    Failure,
    Json,
    Name,
    Radii,
    Ratios,
    Samples,
    Seed,
    Settings,
    Votes,
    arg,
    sample_ratios,
    scales,
)
from simulate.commands.output import interval, number, print_json, print_table
from simulate.sweep.families import family
from theory.errors import ProblemError, shown
from theory.problems.noises import NOISES
from theory.problems.problem import Problem

if TYPE_CHECKING:
    from simulate.montecarlo import Interval, Record
    from theory import Estimate

QUANTITIES = ("clean", "certified", "gain", "certified_gain", "limit")
# What is shown of each, beside its exact value.
SHOWN = ("estimate", "low", "high", "confidence", "samples")

Confidence = Annotated[float, arg(metavar="P", help="Confidence of each interval on its own, or of all together.")]
Simultaneous = Annotated[tyro.conf.FlagCreatePairsOff[bool], arg(help="All intervals hold together.")]
HalfWidth = Annotated[
    float | None, arg(metavar="W", help="Stop once no interval is wider to either side; M is then the most samples.")
]
SchemeOption = Annotated[
    Literal["independent", "stratified", "sobol"],
    arg(help="How X is drawn; spread points have approximate intervals, from 32 replicates."),
]
Antithetic = Annotated[
    tyro.conf.FlagCreatePairsOff[bool], arg(help="Votes in pairs of opposite noise: another classifier, see the docs.")
]
Parzen = Annotated[
    tyro.conf.FlagCreatePairsOff[bool],
    arg(help="Train the Parzen rule with kernels of scale A on K sets of M samples, and take the mean of its risk."),
]


@dataclass(frozen=True)
class MonteCarloCommand:
    """Monte Carlo risks and paired gains, with the exact value for the same number of votes beside them.

    noisewise mc bumps --alpha 0.3 --beta 0.3:0.9:4

    noisewise mc concentric --parzen --samples 5000 --alpha 0.2 0.3 --beta 0 0.3 --votes 11 --draws 20

    noisewise mc two-gaussians --set training.rule=lda --set dim=100 --alpha 0 0.5 --beta 0.5 --ratio 0.5 2 --draws 50
    """

    problem: Name
    alpha: Alphas
    beta: Betas
    eps: Radii = ("0",)
    ratio: Ratios = ()
    votes: Votes = VOTES
    samples: Samples = SAMPLES
    seed: Seed = SEED
    confidence: Confidence = 0.99
    failure: Failure = 1e-3
    simultaneous: Simultaneous = False
    half_width: HalfWidth = None
    sampling: SchemeOption = "independent"
    antithetic: Antithetic = False
    parzen: Parzen = False
    draws: Draws = DRAWS
    settings: Settings = ()
    json: Json = False

    def run(self) -> None:
        grid = {key: scales(getattr(self, key), key) for key in NOISES}
        problem = family(self.problem, self.settings).at()
        if self.parzen and self.ratio:
            raise ProblemError("--ratio", shown(self.ratio), "none with --parzen")
        if self.draws != DRAWS and not (self.parzen or self.ratio):
            raise ProblemError("--draws", shown(self.draws), "none without --ratio or --parzen")
        if self.parzen:
            run_parzen(problem, self)
            return
        if self.ratio:
            self._trained(problem, grid)
            return
        found = self._simulated(problem, grid)
        exact = _exact(problem, found, self)
        records = [_record(record, exact, i) for i, record in enumerate(found)]
        if self.json:
            print_json(records)
        else:
            _print(records, any(grid["eps"]))

    def _trained(self, problem: Problem, grid: dict[str, list[float]]) -> None:
        """Rules trained on samples: nothing is voted on, since smoothing leaves their half-spaces as they are."""
        from simulate.commands.mc_samples import print_records, simulated
        from simulate.montecarlo import Level
        from simulate.trained import TrainingSets

        for name in ("votes", "samples", "failure", "half_width", "sampling", "antithetic"):
            if (value := getattr(self, name)) != getattr(MonteCarloCommand, name):
                raise ProblemError(f"--{name.replace('_', '-')}", shown(value), "none with --ratio")
        sets = TrainingSets(self.draws, self.seed)
        ratios = [ratio for ratio in sample_ratios(self.ratio) if ratio is not None]
        records = simulated(problem, grid, ratios, sets, Level(self.confidence, self.simultaneous))
        if self.json:
            print_json(records)
        else:
            print_records(records, any(grid["eps"]))

    def _simulated(self, problem: Problem, grid: dict[str, list[float]]) -> list[Record]:
        from simulate.montecarlo import Level, Sampling, monte_carlo
        from simulate.progress import Meter

        sampling = Sampling(self.samples, self.seed, self.sampling, self.antithetic, self.half_width)
        level = Level(self.confidence, self.simultaneous, self.failure)
        with Meter("simulating") as meter:
            return monte_carlo(problem, **grid, votes=self.votes, sampling=sampling, level=level, progress=meter)


def _exact(problem: Problem, found: list[Record], asked: MonteCarloCommand) -> dict[str, Estimate]:
    """The exact counterparts of the records in order, those that have one.

    Antithetic votes make another classifier, with the same limit of infinitely many votes.
    """
    from simulate.sweep.deployed import deployed
    from theory import NoExactRoute, clean_risk

    alpha, beta, eps = zip(*((record.alpha, record.beta, record.eps) for record in found), strict=True)
    exact: dict[str, Estimate] = {}
    try:
        exact["limit"] = clean_risk(problem, alpha, beta)
        if not asked.antithetic:
            exact |= vars(deployed(problem, alpha, beta, eps, asked.votes, asked.failure))
    except NoExactRoute:
        pass
    return exact


def _record(record: Record, exact: dict[str, Estimate], i: int) -> dict[str, Any]:
    shown: dict[str, Any] = {key: getattr(record, key) for key in (*NOISES, "votes")}
    for key in QUANTITIES:
        value = float(exact[key].value[i]) if key in exact else None
        shown[key] = _interval(getattr(record, key), value)
    return shown


def _interval(found: Interval | None, exact: float | None) -> dict[str, Any] | None:
    """Null where the quantity is not defined; estimates and ends are null where they are infinite."""
    return None if found is None else {key: getattr(found, key) for key in SHOWN} | {"exact": exact}


def _print(records: list[dict[str, Any]], radii: bool) -> None:
    shown = [key for key in QUANTITIES if radii or key in ("clean", "gain", "limit")]
    header = list(NOISES)
    for key in shown:
        header += [key.replace("_", " "), "interval", "exact"]
    rows = []
    for record in records:
        row = [f"{record[key]:g}" for key in NOISES]
        for key in shown:
            found = record[key]
            row += (
                ["-"] * 3
                if found is None
                else [
                    f"{found['estimate']:.6g}",
                    interval(found["low"], found["high"]),
                    number(found["exact"]),
                ]
            )
        rows.append(row)
    print_table(header, rows)
    samples, confidence = (records[0]["clean"][key] for key in ("samples", "confidence"))
    print(f"\n{samples} samples of {records[0]['votes']} votes; each interval holds with probability {confidence:g}")

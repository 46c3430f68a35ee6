"""`noisewise risk`: exact risks and gains over a grid of noises."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from simulate.commands.options import (
    Alphas,
    Betas,
    Failure,
    Json,
    Name,
    Radii,
    Ratios,
    Settings,
    arg,
    sample_ratios,
    scales,
)
from simulate.commands.output import note, number, of_samples, plain, print_json, print_table, remark
from simulate.commands.remedy import mc_command, suggesting
from simulate.sweep.families import family
from theory.problems import validation
from theory.problems.components import independent
from theory.problems.noises import NOISES, RATIO
from theory.problems.problem import MixtureProblem, Problem

if TYPE_CHECKING:
    import numpy as np

    from theory import Estimate

QUANTITIES = ("clean", "certified", "adversarial", "gain", "certified_gain")


@dataclass(frozen=True)
class RiskCommand:
    """Exact risks and gains, for every alpha, beta and eps.

    noisewise risk bumps --alpha 0:1:11 --beta 0.5 --eps 0 0.2

    noisewise risk mine.toml --alpha 0 0.4 --beta 0.5 --votes 101 --json
    """

    problem: Name
    alpha: Alphas
    beta: Betas
    eps: Radii = ("0",)
    ratio: Ratios = ()
    votes: Annotated[int | None, arg(metavar="N", help="Those of the deployed classifier, which takes N votes.")] = None
    failure: Failure = 1e-3
    settings: Settings = ()
    json: Json = False

    def run(self) -> None:
        grid = [scales(getattr(self, key), key) for key in NOISES]
        failure = validation.probability(self.failure, "failure")
        votes = None if self.votes is None else validation.whole(self.votes, "votes")
        problem = family(self.problem, self.settings).at()
        ratios = sample_ratios(self.ratio)
        import numpy as np

        alpha, beta, eps, ratio = np.meshgrid(*grid, [r or 0.0 for r in ratios], indexing="ij")
        asked = Asked(alpha, beta, eps, None if ratios == [None] else ratio)
        more = () if votes is None else ("--votes", str(votes), "--failure", f"{failure:g}")
        words = {key: getattr(self, key) for key in (*NOISES, RATIO)}
        with suggesting(mc_command(self.problem, self.settings, words, *more)):
            found = exact_risks(problem, asked) if votes is None else _deployed(problem, asked, votes, failure)
        records = [
            {**dict(zip(NOISES, point[:3], strict=True)), "votes": votes, **of_samples(problem, point[-1])}
            | _quantities(found, i)
            for i, point in enumerate(product(*grid, ratios))
        ]
        remark(*(estimate for estimate in found.values() if estimate is not None), limits=not self.json)
        if isinstance(problem, MixtureProblem) and independent(problem):
            note("both classes have one law: the label is independent of the input, and no classifier beats a constant")
        if self.json:
            print_json(records)
        else:
            _print(records, bool(asked.eps.any()))


class Asked(NamedTuple):
    """A grid of noises, and of samples per dimension, None for infinite data."""

    alpha: np.ndarray
    beta: np.ndarray
    eps: np.ndarray
    ratio: np.ndarray | None = None


def exact_risks(problem: Problem, asked: Asked) -> dict[str, Estimate | None]:
    """Every quantity of a record over the grid; None where it has no exact route.

    Without a radius there is one question, what is misclassified, and it is asked once.
    """
    from theory import NoExactRoute, adversarial_risk, compare

    alpha, beta, eps, ratio = asked
    clean = compare(problem, alpha, beta, ratio=ratio)
    if not eps.any():
        risks = (clean.risk, clean.risk, clean.risk, clean.gain, clean.gain)
        return dict(zip(QUANTITIES, risks, strict=True))
    certified = compare(problem, alpha, beta, eps, ratio=ratio)
    try:
        adversarial = adversarial_risk(problem, alpha, beta, eps, ratio=ratio)
    except NoExactRoute:
        adversarial = None
    risks = (clean.risk, certified.risk, adversarial, clean.gain, certified.gain)
    return dict(zip(QUANTITIES, risks, strict=True))


def _deployed(problem: Problem, asked: Asked, votes: int, failure: float) -> dict[str, Estimate | None]:
    """The same for the classifier that takes `votes` votes; there is no exact route to its adversarial risk."""
    from simulate.sweep.deployed import deployed

    found = deployed(problem, asked.alpha, asked.beta, asked.eps, votes, failure, asked.ratio)
    risks = (found.clean, found.certified, None, found.gain, found.certified_gain)
    return dict(zip(QUANTITIES, risks, strict=True))


def _quantities(found: dict[str, Estimate | None], i: int) -> dict[str, Any]:
    """The quantities of record `i`; null where one is not defined, and its value null where that is infinite."""
    import numpy as np

    record: dict[str, Any] = {}
    for key, estimate in found.items():
        value = np.nan if estimate is None else float(np.ravel(estimate.value)[i])
        if estimate is None or np.isnan(value):
            record[key] = None
        else:
            record[key] = plain(estimate.at(np.unravel_index(i, np.shape(estimate.value))))
    return record


def _print(records: list[dict[str, Any]], radii: bool) -> None:
    """Without a radius certified and adversarial risk say nothing that the clean risk does not."""
    shown = [key for key in QUANTITIES if radii or records[0]["votes"] or key in ("clean", "gain")]
    shown = [key for key in shown if any(record[key] for record in records)]
    rows, keys = [], [*NOISES, *([] if records[0][RATIO] is None else [RATIO])]
    for record in records:
        cells = [number(record[key]["value"], record[key]["error"]) if record[key] else "-" for key in shown]
        rows.append([*(f"{record[key]:g}" for key in keys), *cells])
    print_table([*keys, *(key.replace("_", " ") for key in shown)], rows)

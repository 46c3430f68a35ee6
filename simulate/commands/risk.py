"""`noisewise risk`: exact risks and gains over a grid of noises."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Annotated, Any

from simulate.commands.options import Alphas, Betas, Failure, Json, Name, Radii, Settings, arg, family, scales
from simulate.commands.output import number, plain, print_json, print_table, remark
from simulate.commands.remedy import mc_command, suggesting
from theory.problems import validation
from theory.problems.noises import NOISES
from theory.problems.problem import Problem

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
    votes: Annotated[int | None, arg(metavar="N", help="Those of the deployed classifier, which takes N votes.")] = None
    failure: Failure = 1e-3
    settings: Settings = ()
    json: Json = False

    def run(self) -> None:
        grid = [scales(getattr(self, key), key) for key in NOISES]
        failure = validation.probability(self.failure, "failure")
        votes = None if self.votes is None else validation.whole(self.votes, "votes")
        problem = family(self.problem, self.settings).at()
        import numpy as np

        alpha, beta, eps = np.meshgrid(*grid, indexing="ij")
        more = () if votes is None else ("--votes", str(votes), "--failure", f"{failure:g}")
        with suggesting(mc_command(self.problem, self.settings, {key: getattr(self, key) for key in NOISES}, *more)):
            if votes is None:
                found = exact_risks(problem, alpha, beta, eps)
            else:
                found = _deployed(problem, (alpha, beta, eps), votes, failure)
        records = [
            {**dict(zip(NOISES, point, strict=True)), "votes": votes} | _quantities(found, i)
            for i, point in enumerate(product(*grid))
        ]
        remark(*(estimate for estimate in found.values() if estimate is not None))
        if self.json:
            print_json(records)
        else:
            _print(records, bool(eps.any()))


def exact_risks(problem: Problem, alpha: np.ndarray, beta: np.ndarray, eps: np.ndarray) -> dict[str, Estimate | None]:
    """Every quantity of a record over the grid; None where it has no exact route.

    Without a radius there is one question, what is misclassified, and it is asked once.
    """
    from theory import NoExactRoute, adversarial_risk, compare

    clean = compare(problem, alpha, beta)
    if not eps.any():
        risks = (clean.risk, clean.risk, clean.risk, clean.gain, clean.gain)
        return dict(zip(QUANTITIES, risks, strict=True))
    certified = compare(problem, alpha, beta, eps)
    try:
        adversarial = adversarial_risk(problem, alpha, beta, eps)
    except NoExactRoute:
        adversarial = None
    risks = (clean.risk, certified.risk, adversarial, clean.gain, certified.gain)
    return dict(zip(QUANTITIES, risks, strict=True))


def _deployed(
    problem: Problem, grid: tuple[np.ndarray, np.ndarray, np.ndarray], votes: int, failure: float
) -> dict[str, Estimate | None]:
    """The same for the classifier that takes `votes` votes; there is no exact route to its adversarial risk."""
    from simulate.sweep.deployed import deployed

    found = deployed(problem, *grid, votes, failure)
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
    rows = []
    for record in records:
        cells = [number(record[key]["value"], record[key]["error"]) if record[key] else "-" for key in shown]
        rows.append([*(f"{record[key]:g}" for key in NOISES), *cells])
    print_table(["alpha", "beta", "eps", *(key.replace("_", " ") for key in shown)], rows)

"""`noisewise mc --parzen`: the Parzen rule on drawn training sets, beside the laws that predict its mean risk."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol

from simulate.commands.failures import UsageError
from simulate.commands.options import scales
from simulate.commands.output import interval, number, print_json, print_table
from theory.errors import NoExactRoute
from theory.problems.problem import Problem

if TYPE_CHECKING:
    from simulate.parzen import ParzenRecord

# Options that have no meaning here, and what they are where they are left out.
OTHERS = {"eps": ("0",), "simultaneous": False, "half_width": None, "sampling": "independent", "antithetic": False}


class Asked(Protocol):
    """The options of `noisewise mc` that count here."""

    @property
    def alpha(self) -> tuple[str, ...]: ...
    @property
    def beta(self) -> tuple[str, ...]: ...
    @property
    def samples(self) -> int: ...
    @property
    def draws(self) -> int: ...
    @property
    def votes(self) -> int: ...
    @property
    def seed(self) -> int: ...
    @property
    def confidence(self) -> float: ...
    @property
    def json(self) -> bool: ...


def run_parzen(problem: Problem, asked: Asked) -> None:
    """Simulate, and print the records: risk and excess with intervals over training sets, and what laws say of them."""
    from simulate.parzen import ParzenTrial, simulate_parzen
    from simulate.progress import Meter

    for name, usual in OTHERS.items():
        if getattr(asked, name) != usual:
            raise UsageError(f"--{name.replace('_', '-')} has no meaning beside --parzen; leave it out")
    trial = ParzenTrial(asked.samples, asked.draws, asked.votes, asked.seed)
    noises = {key: scales(getattr(asked, key), key) for key in ("alpha", "beta")}
    with Meter("simulating") as meter:
        found = simulate_parzen(problem, trial, **noises, confidence=asked.confidence, progress=meter)
    records = [_record(problem, record) for record in found]
    if asked.json:
        print_json(records)
    else:
        _print(records, trial)


def _record(problem: Problem, found: ParzenRecord) -> dict[str, Any]:
    """`law`: the leading order of the excess; `normal`: by the central limit theorem, without smoothing; null where
    they are not known."""
    record = asdict(found)
    return record | {"law": _law(problem, found), "normal": _normal(problem, found)}


def _law(problem: Problem, found: ParzenRecord) -> float | None:
    from theory.risks.budget import error_budget

    try:
        return error_budget(problem).total(found.alpha, found.beta, found.samples, found.votes)
    except NoExactRoute:
        return None


def _normal(problem: Problem, found: ParzenRecord) -> dict[str, float] | None:
    from theory.risks.parzen import parzen_excess, parzen_risk

    if found.beta > 0:
        return None
    try:
        answers = (ask(problem, found.alpha, found.samples) for ask in (parzen_risk, parzen_excess))
        return dict(zip(("clean", "excess"), (float(answer.value) for answer in answers), strict=True))
    except NoExactRoute:
        return None


def _print(records: list[dict[str, Any]], trial: Any) -> None:
    header = ["alpha", "beta", "risk", "interval", "excess", "interval", "law", "normal"]
    rows = []
    for record in records:
        row = [f"{record[key]:g}" for key in ("alpha", "beta")]
        for key in ("clean", "excess"):
            row += [f"{record[key]['estimate']:.6g}", interval(record[key]["low"], record[key]["high"])]
        normal = None if record["normal"] is None else record["normal"]["excess"]
        rows.append([*row, *("-" if value is None else f"{value:.6g}" for value in (record["law"], normal))])
    print_table(header, rows)
    confidence = number(records[0]["clean"]["confidence"])
    print(
        f"\n{trial.draws} training sets of {trial.samples} samples, {trial.votes} votes; intervals over training sets, "
        f"each with confidence {confidence}; law and normal are of the excess over the Bayes risk"
    )

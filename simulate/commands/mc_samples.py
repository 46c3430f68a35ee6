"""`noisewise mc --ratio`: rules trained on drawn samples, beside the exact limit of many dimensions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from simulate.commands.output import interval, number, of_samples, plain, print_table
from theory.problems.noises import NOISES, RATIO
from theory.problems.problem import Problem

if TYPE_CHECKING:
    from simulate.montecarlo import Interval, Level
    from simulate.trained import SampleRecord, TrainingSets
    from theory import Estimate

QUANTITIES = ("clean", "certified", "gain", "certified_gain")
# What is shown of each, beside the exact value for this many dimensions, of which none is known, and the limit.
SHOWN = ("estimate", "low", "high", "confidence", "samples")


def simulated(
    problem: Problem, grid: dict[str, list[float]], ratios: Sequence[float], sets: TrainingSets, level: Level
) -> list[dict[str, Any]]:
    """The records of every (alpha, beta, eps, ratio), as they are printed."""
    from simulate.progress import Meter
    from simulate.trained import train_on_samples

    with Meter("training") as meter:
        found = train_on_samples(problem, **grid, ratio=ratios, sets=sets, level=level, progress=meter)
    limits = _limits(problem, grid, ratios)
    return [_record(problem, record, limits, i) for i, record in enumerate(found)]


def _limits(problem: Problem, grid: dict[str, list[float]], ratios: Sequence[float]) -> dict[str, Estimate]:
    """The limits for n, d -> inf in the order of the records, those that are known."""
    from theory import NoExactRoute, compare

    alpha, beta, eps, ratio = zip(*product(*grid.values(), ratios), strict=True)
    try:
        clean, certified = (compare(problem, alpha, beta, radii, ratio=ratio) for radii in (0.0, eps))
    except NoExactRoute:
        return {}
    risks = (clean.risk, certified.risk, clean.gain, certified.gain)
    return dict(zip(QUANTITIES, risks, strict=True))


def _record(problem: Problem, record: SampleRecord, limits: dict[str, Estimate], i: int) -> dict[str, Any]:
    shown: dict[str, Any] = {key: getattr(record, key) for key in NOISES}
    shown |= of_samples(problem, record.ratio) | {"finite_dim": True}
    shown |= {key: getattr(record, key) for key in ("dim", "training_samples", "draws")}
    for key in QUANTITIES:
        limit = plain(limits[key].at(i)) if key in limits else None
        shown[key] = _interval(getattr(record, key), limit)
    return shown


def _interval(found: Interval | None, limit: dict[str, Any] | None) -> dict[str, Any] | None:
    """Null where the quantity is not defined; the limit is null where it is not known or not defined."""
    if found is None:
        return None
    known = limit is not None and not math.isnan(limit["value"])
    shown = {key: getattr(found, key) for key in SHOWN}
    return shown | {"exact": None, "limit_theory": limit if known else None}


def print_records(records: list[dict[str, Any]], radii: bool) -> None:
    """A table, without the certificates where no radius is asked for."""
    shown = [key for key in QUANTITIES if radii or "certified" not in key]
    keys, rows = [*NOISES, RATIO], []
    for record in records:
        row = [f"{record[key]:g}" for key in keys]
        for key in shown:
            found = record[key]
            limit = None if found is None else found["limit_theory"]
            ends = "-" if found is None else interval(found["low"], found["high"])
            row += ["-" if found is None else f"{found['estimate']:.6g}", ends]
            row.append("-" if limit is None else number(limit["value"], limit["error"]))
        rows.append(row)
    header = [word for key in shown for word in (key.replace("_", " "), "interval", "limit")]
    print_table([*keys, *header], rows)
    first = records[0]
    copies = "infinitely many" if first["copies"] is None else first["copies"]
    sizes = ", ".join(dict.fromkeys(str(record["training_samples"]) for record in records))
    print(
        f"\n{first['draws']} training sets of {sizes} samples in {first['dim']} dimensions, {copies} noisy copies of "
        f"each; intervals for the mean at confidence {first['clean']['confidence']:g}; limit: samples and dimensions "
        "to infinity at this ratio"
    )

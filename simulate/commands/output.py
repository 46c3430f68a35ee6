"""What commands print: strict JSON documents and plain tables. Nothing is computed here."""

from __future__ import annotations

import contextlib
import json
import math
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theory import Estimate
    from theory.problems.problem import Problem


def print_json(document: Any) -> None:
    """One JSON document on standard output; numbers that JSON cannot hold (NaN, infinities) are null."""
    json.dump(_strict(document), sys.stdout, indent=1, allow_nan=False, ensure_ascii=False)
    sys.stdout.write("\n")


def _strict(value: Any) -> Any:
    match value:
        case dict():
            return {key: _strict(item) for key, item in value.items()}
        case list() | tuple():
            return [_strict(item) for item in value]
        case float() if not math.isfinite(value):
            return None
    return value


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns aligned at the left, two spaces between."""
    lines = [list(header), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def number(value: float | None, error: float | None = None) -> str:
    """A number with its error, `-` where there is none."""
    if value is None or math.isnan(value):
        return "-"
    shown = f"{value:.12g}"
    return shown if error is None or math.isnan(error) else f"{shown} ± {error:.1g}"


def interval(low: float, high: float) -> str:
    """Two ends of an interval."""
    return f"[{low:.6g}, {high:.6g}]"


def note(text: str) -> None:
    """One line beside the results, on standard error."""
    with contextlib.suppress(OSError):  # nobody listens
        print(f"noisewise: {text}", file=sys.stderr)


def plain(estimate: Estimate) -> dict[str, Any]:
    """One number as JSON has it."""
    return {"value": estimate.value, "error": estimate.error, "route": estimate.route, "status": estimate.status}


def of_samples(problem: Problem, ratio: float | None) -> dict[str, Any]:
    """What a record says of the data that was trained on: samples per dimension, None for infinite data; noisy copies
    of each, None for infinitely many; and whether the dimension is finite, False for the limit n, d -> inf."""
    return {"ratio": ratio, "copies": problem.training.copies, "finite_dim": None if ratio is None else False}


def remark(*estimates: Estimate, limits: bool = True) -> None:
    """One line for each status other than "ok": how many numbers have it, and what to do.

    What is not defined is shown as such, and that numbers are limits may be said by the records.
    """
    from theory.estimate import LIMIT, STATUSES, UNDEFINED

    counts: Counter[str] = Counter()
    for estimate in estimates:
        counts.update(estimate.remarks())
    counts.pop(UNDEFINED, None)
    if not limits:
        counts.pop(LIMIT, None)
    for word, count in counts.items():
        note(f"{count} number{'s' if count > 1 else ''}: {word}: {STATUSES[word]}")

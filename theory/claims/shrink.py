"""Making a counterexample simple: defaults, small whole numbers and few digits, as long as it stays one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from theory.claims.families import CaseFamily, Choice, Range
from theory.estimate import Estimate

# A simpler counterexample may give up to nine tenths of the violation away: it is still to be proved, and to be seen.
KEPT = 0.1
DIGITS = 6
PASSES = 3
# Below it whole numbers are simpler than any decimals.
SMALL = 10

Margin = Callable[[dict[str, Any]], Estimate | None]


def simpler(family: CaseFamily, parameters: dict[str, Any], margin: Margin) -> dict[str, Any]:
    """A violation with parameters as simple as can be, changed one at a time; `parameters` if none is simpler."""
    start = margin(parameters)
    if start is None:
        return parameters
    needed = KEPT * float(start.value + start.error)
    found = dict(parameters)
    for _ in range(PASSES):
        before = dict(found)
        for name, kind in family.parameters.items():
            for value in candidates(kind, found[name], family.defaults().get(name)):
                tried = margin(found | {name: value})
                if tried is not None and tried.value + tried.error <= needed:
                    found[name] = value
                    break
        if found == before:
            break
    return found


def candidates(kind: Range | Choice, value: Any, default: Any = None) -> Iterator[Any]:
    """Simpler values in the place of `value`, the simplest first; none from `value` on."""
    ladder = [default] if default is not None else []
    if isinstance(kind, Choice):
        ladder += list(kind.values)
    else:
        ladder += _rounded(value)
    for tried in ladder:
        if tried == value:
            return
        if kind.holds(tried):
            yield tried


def _rounded(value: float) -> list[float]:
    """0, then roundings of the value to more and more significant digits; among small numbers whole ones first."""
    if value == 0:
        return []
    ladder: list[float] = [0, 1]
    if 1 <= abs(value) <= SMALL:
        ladder += [math.floor(value), math.ceil(value)]
    exponent = math.floor(math.log10(abs(value)))
    for digits in range(1, DIGITS + 1):
        place = exponent - digits + 1
        unit = 10.0**place
        near, toward = round(value, -place), math.trunc(value / unit)
        ladder += [
            near,
            round(toward * unit, max(-place, 0)),
            round((toward + math.copysign(1, value)) * unit, max(-place, 0)),
        ]
    if isinstance(value, int):
        ladder = [int(step) for step in ladder]
    return ladder

"""What can be moved in the explorer: for each key of a family a range, a list of steps or a choice, with its unit.

These are descriptions, which the page turns into inputs; nothing here knows of a browser.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from simulate.live.view import View
from simulate.sweep.axes import UNITS
from theory import regimes
from theory.errors import NoExactRoute, ProblemError
from theory.problems.document import to_document
from theory.problems.noises import RATIO
from theory.problems.normal import normal_form
from theory.problems.problem import Problem
from theory.reduction.reduce import reduce

# Low end, high end and step of the parameters of regimes; of lengths in units of the regime's usual problem.
RANGES: dict[str, tuple[float, float, float]] = {
    "separation": (0.0, 6.0, 0.05),
    "scale": (0.1, 2.0, 0.02),
    "scale0": (0.1, 3.0, 0.02),
    "scale1": (0.1, 3.0, 0.02),
    "inner": (0.2, 3.0, 0.02),
    "outer": (0.2, 3.0, 0.02),
    "prior": (0.05, 0.95, 0.01),
    "width": (0.1, 3.0, 0.05),
    "gap": (0.0, 3.0, 0.02),
    "spacing": (0.2, 4.0, 0.05),
    "background": (0.5, 5.0, 0.05),
    "radius": (0.1, 3.0, 0.05),
    "count": (1, 8, 1),
    "ratio": (1.0, 6.0, 0.1),
    "angle": (0.0, 90.0, 1.0),
    "weight": (0.05, 1.0, 0.05),
    "seed": (0, 20, 1),
    "side": (50.0, 200.0, 5.0),
}
# A regime whose lengths are of another size than those of the others.
OWN_RANGES = {("discs", "radius"): (4.0, 20.0, 0.5), ("discs", "gap"): (0.0, 20.0, 0.5)}
DIMS = (1, 2, 3, 5, 10, 20, 50, 100, 300, 1000, 3072, 10_000, 100_000, 1_000_000)
# The measure of a ball of many dimensions underflows, and a mean in a million takes half a second to write down.
MOST_DIMS = {"ball": 100, "two-scales": 3072, "bumps-in": 10_000}
# Maps of two Gaussians of one scale are the same in every dimension; tries are no property of the picture.
HIDDEN = {("two-gaussians", "dim"), ("discs", "tries")}
# Choices that any problem has, by their keys in the problem file.
CHOICES = {
    "training.rule": ("posterior", "regression", "lda", "least-squares", "logistic"),
    "training.noise": ("gaussian", "laplace", "uniform"),
    "training.off_support": ("nearest", "class0", "class1"),
    "smoothing.noise": ("gaussian", "laplace", "uniform"),
    "smoothing.ties": ("class1", "class0", "coin"),
}
NAMES = {
    "training.rule": "training rule",
    "training.noise": "training noise law",
    "training.off_support": "off the support",
    "smoothing.noise": "smoothing noise law",
    "smoothing.ties": "ties of the vote",
    "eps": "certified radius eps",
    RATIO: "samples per dimension n/d",
}
METRICS = tuple(regimes.METRICS)
# Numbers of a problem file that become sliders at most: those of a long list would fill the page.
MOST_SLIDERS = 16
RATIOS = (0.2, 0.5, 0.8, 1.1, 1.5, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 50.0, 100.0, 1000.0)
INFINITE = "infinite data"
LEAVES = ("prior", "scale", "mean", "radius", "center", "low", "high", "weight")
STEPS = 200


@dataclass(frozen=True)
class Control:
    """One input. kind: range (low to high by step), steps (one of the options, in order), or choice (any of them)."""

    key: str
    label: str
    kind: str
    value: Any
    unit: str = ""
    low: float = 0.0
    high: float = 1.0
    step: float = 0.01
    options: tuple[Any, ...] = ()

    @property
    def spec(self) -> dict[str, Any]:
        """As a mapping that JSON holds."""
        return asdict(self)


def controls(view: View) -> list[Control]:
    """The inputs of a view's problem: numbers, then choices, then what is asked of it."""
    problem = view.family.at()
    numbers = list(_of_regime(view) if isinstance(view.source, str) else _of_file(view, problem))
    return [*numbers, *_choices(view, problem), *_asked(view, problem)]


def window(problem: Problem) -> float:
    """A round length: two smallest scales or so, up to which noises are worth looking at first."""
    return _round(normal_form(problem).length * 2)


def _of_regime(view: View) -> Iterator[Control]:
    name = view.name
    for key, usual in regimes.parameters(name).items():
        value = view.settings.get(key, usual)
        if (name, key) in HIDDEN:
            continue
        unit = UNITS.get(key, "units of x")
        if key == "dim":
            dims = sorted({*(dim for dim in DIMS if dim <= MOST_DIMS.get(name, math.inf)), value})
            dims = [dim for dim in dims if name != "bumps-in" or dim > 1]
            yield Control(key, key, "steps", value, options=tuple(dims))
        elif key == "metric":
            yield Control(key, key, "choice", value, options=METRICS)
        else:
            low, high, step = OWN_RANGES.get((name, key), RANGES[key])
            unit = "" if unit == "1" else unit
            yield Control(key, key, "range", value, unit, min(low, value), max(high, value), step)


def _of_file(view: View, problem: Problem) -> Iterator[Control]:
    """The numbers of a problem file, the first of them if there are many."""
    usual = to_document(view.source) if not isinstance(view.source, str) else {}
    span = window(problem)
    found = [(key, value) for key, value in _leaves("", usual) if key.rsplit(".", 2)[-1] in LEAVES or _vector(key)]
    for key, value in found[:MOST_SLIDERS]:
        leaf = next(part for part in reversed(key.split(".")) if not part.isdigit())
        now = float(view.settings.get(key, value))
        if leaf in ("prior", "weight"):
            low, high, step = RANGES[leaf]
            high = max(high, 2 * value) if leaf == "weight" else high
        elif leaf in ("scale", "radius"):
            low, high, step = value / 5, value * 3, _round(value / STEPS)
        else:
            low, high, step = value - 2 * span, value + 2 * span, _round(span / STEPS)
        unit = "" if leaf in ("prior", "weight") else "units of x"
        yield Control(key, key, "range", now, unit, min(low, now), max(high, now), step)


def _vector(key: str) -> bool:
    """Whether a key is one number of a vector."""
    parts = key.split(".")
    return len(parts) > 1 and parts[-1].isdigit() and parts[-2] in LEAVES


def _leaves(path: str, held: Any) -> Iterator[tuple[str, float]]:
    """The numbers of a document, by their dotted keys."""
    if isinstance(held, bool):
        return
    if isinstance(held, int | float):
        yield path, float(held)
    elif isinstance(held, dict | list):
        parts = held.items() if isinstance(held, dict) else enumerate(held)
        for key, value in parts:
            yield from _leaves(f"{path}.{key}" if path else str(key), value)


def _choices(view: View, problem: Problem) -> Iterator[Control]:
    document = to_document(problem)
    for key, options in CHOICES.items():
        table, leaf = key.split(".")
        value = document[table][leaf]
        # What has no exact route is not offered; a problem file may say it all the same.
        offered = tuple(option for option in options if option == value or _answered(view, key, option))
        if len(offered) > 1:
            yield Control(key, NAMES[key], "choice", value, options=offered)


def _answered(view: View, key: str, option: str) -> bool:
    """Whether the problem has an exact route with this option."""
    try:
        reduce(normal_form(view.family.at({key: option})))
    except (NoExactRoute, ProblemError):
        return False
    return True


def _asked(view: View, problem: Problem) -> Iterator[Control]:
    """The radius, and the samples where there is a limit of them."""
    span = view.x.high
    yield Control("eps", NAMES["eps"], "range", view.eps, "units of x", 0.0, max(span, view.eps), _round(span / STEPS))
    if view.ratio is not None or problem.training.rule in ("lda", "least-squares", "logistic"):
        options = (*sorted({*RATIOS, *([] if view.ratio is None else [view.ratio])}), INFINITE)
        yield Control(RATIO, NAMES[RATIO], "steps", INFINITE if view.ratio is None else view.ratio, options=options)


def _round(value: float) -> float:
    """The nearest of 1, 2 and 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return min((1.0, 2.0, 5.0, 10.0), key=lambda part: abs(math.log(value / (part * power)))) * power

"""From a view to the inputs of the page, and from an input that has moved to the next view."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from simulate.live.controls import INFINITE, Control, controls
from simulate.live.library import Library
from simulate.live.view import View
from simulate.sweep.axes import Axis, Family
from theory import regimes
from theory.errors import ProblemError, shown
from theory.problems.document import to_document
from theory.problems.noises import RATIO
from theory.problems.validation import number, whole

# Inputs of an axis: what they set, and the words for it.
PARTS = {"low": "from", "high": "to", "count": "cells"}


def groups(view: View, library: Library | None) -> list[dict[str, Any]]:
    """All inputs of a view as the page takes them."""
    made, own = controls(view), view.family.parameters
    problem = [Control("problem", "problem", "choice", view.name, options=tuple(library.names))] if library else []
    ranges = [control for control in made if control.key in own or control.key not in ("eps", RATIO)]
    ranges = [control for control in ranges if control.kind != "choice" or control.key in own]
    choices = [control for control in made if control.kind == "choice" and control.key not in own]
    asked = [control for control in made if control.key in ("eps", RATIO) and control.key not in own]
    held = {
        "problem": [*problem, *ranges],
        "rules": choices,
        "asked": asked,
        "axes": _axes(view),
        "point": _point(view),
    }
    return [{"title": title, "controls": [part.spec for part in parts]} for title, parts in held.items() if parts]


def values_of(view: View) -> dict[str, Any]:
    """The values of inputs that other inputs, or a click, may have changed."""
    return {control.key: control.value for control in _point(view)}


def changed(view: View, key: str, value: Any) -> View:
    """The view after one input has moved. Raises `ProblemError` where its value makes no sense."""
    if key in ("pin beta", "pin alpha"):
        beta, alpha = view.pin or (view.x.high, view.y.high)
        new = _number(value, key)
        return replace(view, pin=(new, alpha) if key == "pin beta" else (beta, new))
    axis, _, part = key.partition(" ")
    if part in PARTS and axis in ("alpha", "beta"):
        held = _moved(view.y if axis == "alpha" else view.x, part, _number(value, key))
        return replace(view, y=held) if axis == "alpha" else replace(view, x=held)
    if key == "eps":
        return replace(view, eps=_number(value, key))
    if key == RATIO and RATIO not in view.family.parameters:
        return replace(view, ratio=None if value == INFINITE else _number(value, key))
    return replace(view, settings=_set(view, key, value))


def _moved(axis: Axis, part: str, value: float) -> Axis:
    """An axis with one of its three numbers changed."""
    low, high = value if part == "low" else axis.low, value if part == "high" else axis.high
    return Axis(axis.key, low, high, whole(int(value), f"{axis.key} cells", 2) if part == "count" else axis.count)


def _set(view: View, key: str, value: Any) -> dict[str, Any]:
    """The settings with one more; none for what is usual."""
    if not isinstance(value, str):
        value = _number(value, key)
        value = int(value) if view.family.whole(key) else value
    settings = {name: held for name, held in view.settings.items() if name != key}
    return settings if value == _usual(view, key) else settings | {key: value}


def _usual(view: View, key: str) -> Any:
    """The value of a key where nothing is set."""
    regime = isinstance(view.source, str)
    if regime and key in (own := regimes.parameters(str(view.source))):
        return own[key]
    here: Any = to_document(Family(view.source).at())
    for part in key.split("."):
        if isinstance(here, list) and part.isdigit():
            here = here[int(part)]
        else:
            here = here.get(part) if isinstance(here, dict) else None
    return here


def _number(value: Any, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProblemError(key, shown(value), "a number")
    return number(float(value), key)


def _axes(view: View) -> list[Control]:
    return [
        Control(
            f"{axis.key} {part}",
            f"{axis.key} {words}",
            "number",
            getattr(axis, part),
            "" if part == "count" else "units of x",
        )
        for axis in (view.x, view.y)
        for part, words in PARTS.items()
    ]


def _point(view: View) -> list[Control]:
    """The pinned point as sliders, so that it can be moved without a pointer."""
    pin = view.pin or (view.x.low, view.y.low)
    return [
        Control(f"pin {axis.key}", f"pinned {axis.key}", "range", value, "units of x", axis.low, axis.high, _step(axis))
        for axis, value in zip((view.x, view.y), pin, strict=True)
    ]


def _step(axis: Axis) -> float:
    return (axis.high - axis.low) / (axis.count - 1)

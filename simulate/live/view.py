"""What the explorer shows, as values: a problem, the noises that are swept and held, and a pinned point.

A view is written as the query of an address and read from one, and as the command, the Python and the problem file that
reproduce it. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import tomli_w

from simulate.sweep.axes import Axis, Family
from simulate.sweep.spacing import parse_range
from theory.errors import ProblemError, shown
from theory.problems.noises import RATIO, noise, samples
from theory.problems.problem import Problem
from theory.problems.problem_file import dumps_problem, parse_setting

# Words of the query that are no keys of a problem. `set.` goes before keys of the problem.
PROBLEM, PIN, SET = "problem", "pin", "set."
# Cells along an axis that the page draws at most: more are asked of the command line.
MOST_CELLS = 256
# The name under which a problem that came from no file is saved where commands are to read it.
OWN_FILE = "problem.toml"


@dataclass(frozen=True)
class View:
    """source: a regime, or a problem; name: what the source goes by: the regime, or the file; path: where that file
    is, for the command line.

    x, y: smoothing and training noise with their ranges. eps: the radius, above 0 the certified risks are compared.
    ratio: samples per dimension, None for infinite data. pin: (beta, alpha) of the point that is looked at.
    """

    source: str | Problem
    name: str
    x: Axis
    y: Axis
    settings: Mapping[str, Any] = field(default_factory=dict)
    eps: float = 0.0
    ratio: float | None = None
    pin: tuple[float, float] | None = None
    path: str = ""

    def __post_init__(self) -> None:
        for axis, key in ((self.x, "beta"), (self.y, "alpha")):
            if axis.key != key:
                raise ProblemError("axis", axis.key, key)
            if axis.count > MOST_CELLS:
                raise ProblemError(key, f"{axis.count} values", f"at most {MOST_CELLS}; `noisewise phase` has no limit")
        noise(self.eps, "eps")
        if self.ratio is not None:
            samples(self.ratio)
        for value, key in zip(self.pin or (), ("pinned beta", "pinned alpha"), strict=False):
            noise(value, key)

    @property
    def family(self) -> Family:
        """The family of problems whose settings these are."""
        return Family(self.source, dict(self.settings))

    @property
    def fixed(self) -> dict[str, float]:
        """What a sweep holds, but for what is usual."""
        fixed = {"eps": self.eps} if self.eps else {}
        return fixed | ({} if self.ratio is None else {RATIO: self.ratio})

    @property
    def mapped(self) -> View:
        """The view of the same map: without its point."""
        return replace(self, pin=None)

    @property
    def title(self) -> str:
        """The parameters that the map is made for, in words."""
        parts = [f"{key} = {written(value)}" for key, value in self.settings.items()]
        parts += [f"{key} = {value:g}" for key, value in self.fixed.items()]
        return ", ".join([self.name, *parts])

    def query(self) -> str:
        """The query of an address that leads back here; `read` is its inverse."""
        words = [(PROBLEM, self.name)]
        words += [(SET + key, written(value)) for key, value in self.settings.items()]
        words += [(axis.key, str(axis).partition("=")[2]) for axis in (self.x, self.y)]
        words += [(key, repr(value)) for key, value in self.fixed.items()]
        words += [(PIN, ",".join(map(repr, self.pin)))] if self.pin is not None else []
        return urlencode(words, quote_via=quote, safe=":,[]")

    def command(self) -> str:
        """The command line that writes this map as a dataset and a figure."""
        words = ["noisewise", "phase", _quoted(self.path or self.name), "--x", str(self.x), "--y", str(self.y)]
        words += [word for key, value in self.fixed.items() for word in (f"--{key}", repr(value))]
        for key, value in self.settings.items():
            words += ["--set", _quoted(f"{key}={written(value)}")]
        return " ".join([*words, "--out", "map.nc", "--figure", "map.png"])

    def python(self) -> str:
        """The Python that makes the dataset of this map, and draws it."""
        name = self.path or self.name
        lines = ["import noisewise as nw", ""]
        call = [f"    {name!r},", f"    {str(self.x)!r},", f"    {str(self.y)!r},"]
        call += [f"    settings={dict(self.settings)!r},"] if self.settings else []
        call += [f"    {key}={value!r}," for key, value in self.fixed.items()]
        lines += ["dataset = nw.phase(", *call, ")", "dataset.noisewise.plot()", 'dataset.noisewise.save("map.nc")']
        return "\n".join(lines)

    def problem_file(self) -> str:
        """The problem as TOML, and how to draw this map of it."""
        held = replace(self, source=self.family.at(), name=OWN_FILE, path="", settings={})
        return f"# {held.command()}\n{dumps_problem(self.family.at())}"


def read(query: str, view: View) -> View:
    """A view from the query of an address; what is not in it is as in the view given, whose problem it is about.

    Raises:
        ProblemError: a word is unknown or makes no sense; one line.
    """
    settings = dict(view.settings)
    changes: dict[str, Any] = {}
    for key, value in parse_qsl(query.removeprefix("?"), keep_blank_values=True):
        if key.startswith(SET):
            name, parsed = parse_setting(f"{key.removeprefix(SET)}={value}")
            settings[name] = parsed
        elif key in ("alpha", "beta"):
            changes["y" if key == "alpha" else "x"] = _axis(key, value)
        elif key in ("eps", RATIO):
            changes[key] = _number(key, value)
        elif key == PIN:
            numbers = tuple(_number(PIN, part) for part in value.split(","))
            if len(numbers) != 2:
                raise ProblemError(PIN, shown(value), "beta,alpha")
            changes[PIN] = numbers
        elif key != PROBLEM:
            raise ProblemError(
                key, "an unknown word in the address", f"problem, alpha, beta, eps, ratio, pin or {SET}KEY"
            )
    return replace(view, settings=settings, **changes)


def written(value: Any) -> str:
    """A setting as it is typed: TOML, but bare words."""
    return value if isinstance(value, str) else tomli_w.dumps({"v": value}, multiline_strings=False)[4:].strip()


def _quoted(word: str) -> str:
    import shlex

    return shlex.quote(word)


def _axis(key: str, text: str) -> Axis:
    found = parse_range(text)
    if found is None:
        raise ProblemError(key, shown(text), "LO:HI:COUNT, as in 0.05:2:64")
    return Axis(key, *found)


def _number(key: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ProblemError(key, shown(text), "a number") from None

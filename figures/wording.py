"""What a diagram says in words: names of keys, units, the title, what the colours are. In mathematical text for
Matplotlib, or in plain letters for a page."""

from __future__ import annotations

import json
from dataclasses import dataclass

import xarray

from figures.style import literal

# Characters that fit over one column.
LONGEST_TITLE = 44
NOISES = ("alpha", "beta", "eps", "ratio")


@dataclass(frozen=True)
class Script:
    """How symbols are written.

    symbols: of keys. equal: between a symbol and its value. brackets: around formulas.
    """

    symbols: dict[str, str]
    equal: str
    brackets: tuple[str, str]

    def formula(self, text: str) -> str:
        return text.join(self.brackets)

    def symbol(self, key: str) -> str:
        return self.formula(self.symbols[key])


MATH = Script(
    {"alpha": r"\alpha", "beta": r"\beta", "eps": r"\epsilon", "ratio": "n/d", "R": "R", "R_eps": r"R_\epsilon"},
    "=",
    ("$", "$"),
)
LETTERS = Script(
    {"alpha": "\N{GREEK SMALL LETTER ALPHA}", "beta": "β", "eps": "ε", "ratio": "n/d", "R": "R", "R_eps": "Rε"},
    " = ",
    ("", ""),
)
# The unit of noises and places that is said nowhere in a picture: theirs.
DATA_UNIT = "units of x"
NAMES = {"alpha": "training noise", "beta": "smoothing noise", "eps": "radius"}
LABELS = {
    "help": "helps",
    "hurt": "hurts",
    "constant": "smoothed classifier constant",
    "undecided": "undecided",
    "neutral": "no difference",
}


def axis_name(variable: xarray.DataArray, key: str, script: Script = MATH) -> str:
    """A swept key in words, with its unit where it has one other than that of the data."""
    if key in NAMES:
        said = f"{NAMES[key]} {script.symbol(key)}"
    else:
        said = str(variable.attrs.get("long_name", key))
        said = said if script is MATH else said.replace("$", "")
    return said if variable.attrs.get("units") == DATA_UNIT else said + unit(variable, script)


def unit(variable: xarray.DataArray, script: Script = MATH) -> str:
    """The unit in brackets, nothing for a pure number."""
    found = str(variable.attrs.get("units", "1"))
    if found == "1":
        return ""
    base, _, power = found.partition("^")
    x = script.formula((f"x^{{{power}}}" if script is MATH else f"x^{power}") if power else "x")
    return f" ({base.strip('()')})".replace(DATA_UNIT, f"units of {x}")


def title(dataset: xarray.Dataset, script: Script = MATH) -> str:
    """The problem's name with what was set of it, and the noises that are held; shorter where that is too long.
    Trained networks go by their data and their model."""
    own = literal if script is MATH else str
    attrs = dataset.attrs
    words = attrs.get("name") or ", ".join(str(attrs[key]) for key in ("data", "model") if key in attrs)
    name = str(attrs.get("title", "")) or own(str(words)[:LONGEST_TITLE])
    noises = [key for key in NOISES if key in attrs and key not in dataset["gain"].dims]
    noises = [key for key in noises if key != "eps" or attrs[key] > 0]
    held = [script.formula(f"{script.symbols[key]}{script.equal}{attrs[key]:g}") for key in noises]
    settings = [own(f"{key} = {value}") for key, value in json.loads(attrs.get("settings", "{}")).items()]
    whole = ", ".join(part for part in (name, *settings, *held) if part)
    return whole if len(whole) <= LONGEST_TITLE else ", ".join(part for part in (name, *held) if part)


def colours(dataset: xarray.Dataset, script: Script = MATH) -> tuple[str, str]:
    """What the colours are: the word with its unit, and the formula."""
    certified = dataset.attrs.get("eps", 0.0) > 0 or "eps" in dataset["gain"].dims
    name, risk = ("certified gain", "R_eps") if certified else ("gain", "R")
    r, alpha, beta = (script.symbols[key] for key in (risk, "alpha", "beta"))
    minus = "-" if script is MATH else " \N{MINUS SIGN} "
    formula = script.formula(f"{r}(0,{beta}){minus}{r}({alpha},{beta})")
    return f"{name}{unit(dataset['gain'], script)}", formula


def effect(label: str) -> str:
    """A label of a cell in words: "helps (exact)", "undecided"."""
    grade, _, what = label.rpartition("-")
    word = LABELS.get(what, what)
    return f"{word} ({grade})" if grade else word

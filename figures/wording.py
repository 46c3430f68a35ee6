"""What a diagram says in words: names of keys, units, the title, what the colours are. In mathematical text for
Matplotlib, or in plain letters for a page."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import xarray

from figures.style import literal, mixed

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
        said = mixed(said) if script is MATH else said.replace("$", "")
    return said if variable.attrs.get("units") == DATA_UNIT else said + unit(variable, script)


def unit(variable: xarray.DataArray, script: Script = MATH) -> str:
    """The unit in brackets, nothing for a pure number."""
    found = str(variable.attrs.get("units", "1"))
    if found == "1":
        return ""
    base, _, power = found.partition("^")
    base = literal(base) if script is MATH else base
    x = script.formula((f"x^{{{power}}}" if script is MATH else f"x^{power}") if power else "x")
    return f" ({base.strip('()')})".replace(DATA_UNIT, f"units of {x}")


def title(dataset: xarray.Dataset, script: Script = MATH, longest: int = LONGEST_TITLE) -> str:
    """The problem's name with what was set of it, where it was cut, and the noises that are held; in lines of about so
    many characters. Trained networks go by their data and their model."""
    own, free = (literal, mixed) if script is MATH else (str, str)
    attrs = dataset.attrs
    words = attrs.get("name") or ", ".join(str(attrs[key]) for key in ("data", "model") if key in attrs)
    name = free(str(attrs["title"])) if attrs.get("title") else own(str(words)[:LONGEST_TITLE])
    settings: dict[str, Any] = json.loads(attrs.get("settings", "{}"))
    held = {key: attrs[key] for key in NOISES if key in attrs} | cuts(dataset)
    known = {key for key, value in held.items() if key not in dataset["gain"].dims and (key != "eps" or value > 0)}
    parts = [name, *(own(f"{key} = {value}") for key, value in settings.items() if key not in known)]
    parts += [named_value(key, value, script) for key, value in held.items() if key in known]
    return lines([part for part in parts if part], longest)


def cuts(dataset: xarray.Dataset) -> dict[str, float]:
    """The values of keys at which a sweep over more than two was cut."""
    single = {str(key): held for key, held in dataset.coords.items() if held.ndim == 0}
    found = {key: held.item() for key, held in single.items() if held.dtype.kind in "iuf"}
    return found | json.loads(dataset.attrs.get("cut", "{}"))


def named_value(key: str, value: float, script: Script = MATH, digits: int = 6) -> str:
    """A key and its value."""
    number = f"{value:.{digits}g}"
    mantissa, _, power = number.partition("e")
    if power and script is MATH:
        number = rf"{mantissa}\times10^{{{int(power)}}}"
    if key in script.symbols:
        return script.formula(f"{script.symbols[key]}{script.equal}{number}")
    if script is not MATH:
        return f"{key} = {number}"
    return literal(f"{key} = ") + (script.formula(number) if power else number)


def named_values(key: str, values: Sequence[float]) -> list[str]:
    """A key and each of some values, in as few digits, from four on, as tell them apart."""
    told = ([named_value(key, value, digits=digits) for value in values] for digits in (4, 6, 9, 17))
    return next((words for words in told if len(set(words)) == len(set(values))), [f"{key} = {v!r}" for v in values])


def lines(parts: list[str], longest: int) -> str:
    """Parts with commas between, in lines of at most so many characters where no part is longer."""
    found = [""]
    for k, part in enumerate(parts):
        said = part + ("," if k < len(parts) - 1 else "")
        if found[-1] and _width(found[-1]) + 1 + _width(said) > longest:
            found.append(said)
        else:
            found[-1] = f"{found[-1]} {said}".strip()
    return "\n".join(found)


def _width(text: str) -> int:
    """Letters that are seen of a text with formulas."""
    return len(re.sub(r"\\[a-zA-Z]+", "a", text).replace("$", ""))


def risk(dataset: xarray.Dataset, script: Script = MATH) -> tuple[str, str]:
    """The word for the risk with its unit, and the formula."""
    name, symbol = ("certified risk", "R_eps") if certified(dataset) else ("risk", "R")
    r, alpha, beta = (script.symbols[key] for key in (symbol, "alpha", "beta"))
    return f"{name}{unit(dataset['gain'], script)}", script.formula(f"{r}({alpha},{beta})")


def certified(dataset: xarray.Dataset) -> bool:
    """Whether a map compares certified risks."""
    return bool(dataset.attrs.get("eps", 0.0) > 0 or "eps" in dataset["gain"].dims or cuts(dataset).get("eps", 0.0) > 0)


def colours(dataset: xarray.Dataset, script: Script = MATH) -> tuple[str, str]:
    """What the colours are: the word with its unit, and the formula."""
    name, symbol = ("certified gain", "R_eps") if certified(dataset) else ("gain", "R")
    r, alpha, beta = (script.symbols[key] for key in (symbol, "alpha", "beta"))
    minus = "-" if script is MATH else " \N{MINUS SIGN} "
    formula = script.formula(f"{r}(0,{beta}){minus}{r}({alpha},{beta})")
    return f"{name}{unit(dataset['gain'], script)}", formula


def effect(label: str) -> str:
    """A label of a cell in words: "helps (exact)", "undecided"."""
    grade, _, what = label.rpartition("-")
    word = LABELS.get(what, what)
    return f"{word} ({grade})" if grade else word

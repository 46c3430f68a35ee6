"""The look that all figures share, and how they reach a file. What a figure shows is not decided here."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib.style
import numpy as np
from matplotlib import rcParams
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from theory.atomic import atomic_write

STYLE = Path(__file__).with_name("noisewise.mplstyle")
# Widths in inches of a figure over one and over two columns of a paper.
WIDTH = {1: 3.4, 2: 7.0}
# The size of text in the project's style, in points.
TEXT = 7.5
# Signs that mean something to TeX, as it writes them.
SIGNS = {sign: rf"\{sign}" for sign in "$%&#_{}"}
SIGNS |= {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": "$<$",
    ">": "$>$",
    "|": "$|$",
}
# What each format would otherwise be stamped with: the time, and the software that wrote it.
_UNSTAMPED: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    ".svg": {"Date": None, "Creator": None},
}


@contextmanager
def styled() -> Iterator[None]:
    """The project's style within the block; the settings of Matplotlib are as before after it."""
    with matplotlib.style.context(STYLE):
        yield


def own(project: bool) -> AbstractContextManager[None]:
    """The project's style within the block, or nothing but the settings of Matplotlib that are in force."""
    return styled() if project else nullcontext()


def unruled() -> Figure:
    """An empty figure by the settings in force: their size, and their layout where they name one."""
    asked = rcParams["figure.constrained_layout.use"] or rcParams["figure.autolayout"]
    figure = Figure() if asked else Figure(layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def blank(columns: int, heights: dict[int, float]) -> Figure:
    """An empty figure over 1 or 2 paper columns, heights in inches for each, that Matplotlib's pyplot does not know of.

    Raises:
        ValueError: columns is neither 1 nor 2.
    """
    if columns not in WIDTH:
        raise ValueError(f"columns: found {columns!r}, expected 1 or 2")
    figure = Figure(figsize=(WIDTH[columns], heights[columns]), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def given(axes: Any, shape: tuple[int, ...]) -> NDArray[Any]:
    """Axes that somebody hands in, as an array.

    Raises:
        ValueError: there are more or fewer than are drawn in.
    """
    if np.shape(axes) != shape:
        raise ValueError(f"axes: found shape {np.shape(axes)}, expected {shape}")
    return np.asarray(axes, object)


def points(size: float) -> float:
    """A length in points where text has the project's size, and as many times that as text is larger."""
    return size * float(rcParams["font.size"]) / TEXT


def literal(text: str) -> str:
    """Words of the user's, to be drawn as they are: a dollar of theirs opens no formula, nor do other signs of TeX mean
    anything where TeX sets the text."""
    if rcParams["text.usetex"]:
        return "".join(SIGNS.get(sign) or _greek(sign) for sign in text)
    return text.replace("$", r"\$")


def mixed(text: str) -> str:
    """Words that may hold formulas between dollars; all are words where the dollars do not pair."""
    parts = text.split("$")
    if len(parts) % 2 == 0:
        return literal(text)
    return "".join(f"${part}$" if k % 2 else literal(part) for k, part in enumerate(parts))


def _greek(sign: str) -> str:
    """A Greek letter as TeX has it; other signs as they are."""
    words = unicodedata.name(sign, "").split()
    if words[:1] != ["GREEK"] or len(words) != 4 or words[2] != "LETTER" or words[3] == "OMICRON":
        return sign
    name = words[3].lower() if words[1] == "SMALL" else words[3].capitalize()
    return rf"$\{name}$"


def picture(figure: Figure) -> bytes | None:
    """A figure as PNG, for notebooks; None for one of pyplot's, which shows them itself."""
    if hasattr(figure, "number"):
        return None
    content = BytesIO()
    figure.savefig(content, format="png", dpi=figure.dpi)
    return content.getvalue()


def check_suffix(path: str | os.PathLike[str]) -> str:
    """The suffix that picks the format, in lower case.

    Raises:
        ValueError: it is not one of .png, .pdf, .svg.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _UNSTAMPED:
        raise ValueError(f"{path}: found the suffix {suffix!r}, expected .png, .pdf or .svg")
    return suffix


def write(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Write a figure as PNG, PDF or SVG, by the suffix: completely or not at all, without a time or a version in it.

    Under one version of Matplotlib two files of the same drawing are equal byte for byte. Raises `ValueError` on
    another suffix and `OSError` where the file cannot be written.
    """
    suffix = check_suffix(path)
    with styled(), atomic_write(path) as temporary:
        figure.savefig(temporary, format=suffix[1:], metadata=_UNSTAMPED[suffix])

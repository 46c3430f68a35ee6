"""Numbers in the words of a figure, and powers of ten that ticks share, said where the axis is named."""

from __future__ import annotations

from matplotlib.axis import Axis, XAxis
from matplotlib.ticker import ScalarFormatter


def number(value: float) -> str:
    """A number as mathematical text: six digits, and powers of ten as such."""
    digits, _, power = f"{value:g}".partition("e")
    if not power:
        return digits
    factor = rf"10^{{{int(power)}}}"
    return factor if digits == "1" else rf"{digits} \times {factor}"


def name_offset(axis: Axis) -> None:
    """Say in the label of an axis, if it has one, what its ticks leave out: (1e-6) or (+1e6), on a line of its own
    beside upright axes. The corner where Matplotlib says it stays free.

    To be called when limits and ticks are those that will be drawn.
    """
    shape = axis.get_major_formatter()
    if isinstance(shape, ScalarFormatter):
        low, high = sorted(axis.get_view_interval())
        shape.set_locs([tick for tick in axis.get_majorticklocs() if low <= tick <= high])
        axis.offsetText.set_visible(False)
        if (offset := shape.get_offset()) and (label := axis.get_label_text()):
            axis.set_label_text(f"{label}{' ' if isinstance(axis, XAxis) else chr(10)}({offset})")

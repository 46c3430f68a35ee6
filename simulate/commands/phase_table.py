"""What `noisewise phase` draws without computing it: a dataset that a command wrote, or the user's measured risks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from simulate.sweep.axes import Axis
from theory import regimes
from theory.errors import ProblemError, shown

if TYPE_CHECKING:
    import xarray as xr

KEPT, MEASURED = (".nc", ".zarr"), (".npy",)
# The keys of a measured table, by axis.
KEYS = {"x": "beta", "y": "alpha"}


def is_table(problem: str) -> bool:
    """Whether what stands for the problem is a file of cells, by its suffix."""
    return problem not in regimes.REGIMES and Path(problem).suffix.lower() in (*KEPT, *MEASURED)


def open_table(path: str, x: str | None, y: str | None, chosen: Sequence[str] = ()) -> xr.Dataset:
    """The diagram of a file of cells; axes are needed, and make sense, for an array alone. chosen: values of keys at
    which a file of more than two keys is cut, KEY=VALUE.

    Raises:
        ProblemError: an axis is missing, too many, or of another key; or the file is damaged or holds something else.
    """
    if Path(path).suffix.lower() in KEPT:
        from simulate.sweep.plane import open_dataset

        return open_dataset(path, selected(chosen))
    from simulate.storage import open_array
    from simulate.sweep.plane import measured_map

    beta, alpha = _axis("x", x), _axis("y", y)
    table = open_array(path)
    try:
        return measured_map(table, alpha.values, beta.values, name=Path(path).stem)
    except ProblemError as error:
        raise error.located(path) from None


def selected(words: Sequence[str]) -> dict[str, float]:
    """Values of keys, from KEY=VALUE each."""
    found: dict[str, float] = {}
    for word in words:
        key, _equals, value = word.partition("=")
        try:
            found[key.strip()] = float(value)
        except ValueError:
            raise ProblemError("--sel", shown(word), "KEY=VALUE, as in spacing=1.5") from None
    return found


def _axis(name: str, text: str | None) -> Axis:
    """The axis of a measured table, smoothing noise across and training noise up."""
    key = KEYS[name]
    if text is None or (axis := Axis.parse(text)).key != key:
        raise ProblemError(f"--{name}", "nothing" if text is None else shown(text), f"{key}=LO:HI:COUNT for a table")
    return axis

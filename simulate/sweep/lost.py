"""What a dataset says of cells that nobody could compute: their workers died, each time they were tried."""

from __future__ import annotations

from collections.abc import Iterable

import xarray as xr

# The attribute, one reason a line.
LOST = "lost"


def with_lost(dataset: xr.Dataset, reasons: Iterable[str]) -> xr.Dataset:
    """The dataset, which says of its undecided cells why some were lost, if any were."""
    held = dataset.attrs.get(LOST)
    told = dict.fromkeys([*(held.splitlines() if held else []), *reasons])
    return dataset.assign_attrs({LOST: "\n".join(told)}) if told else dataset

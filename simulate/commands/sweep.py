"""`noisewise sweep`: risks and gains over any number of keys, as a dataset."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from simulate.commands.maps import KEYS, Scale, map_command
from simulate.commands.options import Json, Name, Settings, arg
from simulate.commands.output import note, print_json, print_table
from simulate.commands.phase_summary import label_counts
from simulate.commands.places import DATASETS, check_place, naming
from simulate.commands.remedy import remedied, suggesting
from simulate.commands.staged import Fresh, check_whole, command_line, kept_beside, map_inputs
from simulate.commands.workers import Dask, Workers, check_workers, hired
from simulate.sweep.axes import ASKED, Axis
from simulate.sweep.families import family
from theory.errors import ProblemError
from theory.problems.noises import listed_noises

if TYPE_CHECKING:
    import xarray as xr

Axes = Annotated[
    tyro.conf.UseAppendAction[tuple[str, ...]],
    arg(name="axis", metavar="KEY=LO:HI:COUNT", help=f"A swept key, the first varies slowest. KEY: {KEYS}."),
]
Out = Annotated[
    str,
    arg(
        metavar="FILE",
        help="The dataset: .nc (netCDF), .zarr (any number of cells), or a table, .csv or .parquet, of one row a cell.",
    ),
]


@dataclass(frozen=True)
class SweepCommand:
    """Risks and gains over any number of keys: noises, regime parameters, keys of a problem file.

    `noisewise phase FILE --sel KEY=VALUE` draws a plane of it.

    noisewise sweep bumps --axis spacing=1:3:21 --axis alpha=0:1.5:33 --axis beta=0.05:1.6:33 --out bumps.nc

    noisewise sweep bumps --axis alpha=0:1.5:4000 --axis beta=0.02:1.6:4000 --out bumps.zarr --workers 8
    """

    problem: Name
    out: Out
    axes: Axes = ()
    alpha: Scale = None
    """Training noise where it is not swept (0.5 if not given)."""
    beta: Scale = None
    """Smoothing noise where it is not swept (0.5 if not given)."""
    eps: Scale = None
    """Radius where it is not swept (0 if not given); above 0 the certified risks are compared."""
    ratio: Scale = None
    """Samples per dimension n/d where they are not swept (infinite data if not given)."""
    workers: Workers = 1
    dask: Dask = None
    fresh: Fresh = False
    settings: Settings = ()
    json: Json = False

    def run(self) -> None:
        if not self.axes:
            raise ProblemError("--axis", "nothing", "KEY=LO:HI:COUNT, as in beta=0.1:2:65, for each swept key")
        chosen, axes = family(self.problem, self.settings), tuple(map(Axis.parse, self.axes))
        fixed = {key: listed_noises((value,), key)[0] for key in ASKED if (value := getattr(self, key)) is not None}
        check_workers(self.workers, self.dask)
        check_place("out", self.out, DATASETS)
        from simulate.progress import Meter
        from simulate.sweep.chunks import for_target
        from simulate.sweep.sweep import sweep_grid

        command = map_command(self.problem, chosen, axes, fixed)
        inputs = map_inputs(chosen, axes, fixed)
        with suggesting(command), kept_beside(self.out, "sweep", inputs, fresh=self.fresh) as kept:
            place = for_target(self.out, chosen, axes)
            with hired(self.workers, self.dask) as pool, Meter("sweeping") as meter:
                dataset = sweep_grid(chosen, axes, fixed, pool, meter, kept, place)
            if "no_exact_route" in dataset.attrs:
                reason = remedied(dataset.attrs["no_exact_route"].splitlines()[0], command)
                note(f"some cells have no exact route and are undecided: {reason}")
            dataset.attrs["command"] = command_line()
            with naming(self.out):
                dataset = place.finish(dataset)
            self._print(dataset, axes)
            check_whole(dataset)

    def _print(self, dataset: xr.Dataset, axes: tuple[Axis, ...]) -> None:
        counts = label_counts(dataset)
        if not self.json:
            print(f"wrote {self.out}")
            print_table(["label", "cells"], [(name, str(count)) for name, count in counts.items()])
            return
        said: dict[str, Any] = {"written": {"dataset": self.out}, "name": dataset.attrs.get("name", "")}
        said["axes"] = [{"key": a.key, "low": a.low, "high": a.high, "count": a.count} for a in axes]
        said["fixed"] = {key: dataset.attrs[key] for key in ASKED if key in dataset.attrs}
        said |= {"cells": math.prod(axis.count for axis in axes), "labels": counts}
        said["no_exact_route"] = str(dataset.attrs.get("no_exact_route", "")).splitlines()
        print_json(said | {"version": dataset.attrs["version"]})

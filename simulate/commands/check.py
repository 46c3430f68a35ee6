"""`noisewise check`: theory against simulation over a map, with a verdict at a family-wise rate."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from simulate.commands.failures import DisagreementError
from simulate.commands.maps import File, OptionalName, Scale, XAxis, YAxis, map_command
from simulate.commands.options import SAMPLES, SEED, VOTES, Failure, Json, Samples, Seed, Settings, Votes, arg
from simulate.commands.output import interval, note, number, print_json, print_table
from simulate.commands.phase import DEFAULT
from simulate.commands.places import check_places, write_files
from simulate.commands.remedy import remedied, suggesting
from simulate.commands.staged import Fresh, command_line, kept_beside, map_inputs
from simulate.commands.workers import Dask, hired
from simulate.sweep.axes import Axis, Family
from simulate.sweep.families import family
from theory.errors import ProblemError
from theory.problems import validation
from theory.problems.noises import NOISES, listed_noises

if TYPE_CHECKING:
    import xarray as xr

    from simulate.agreement.plan import Trial
    from simulate.work.part import PartFile

# Axes that are not given are the first of these whose keys are free.
AXES = ("beta=0.1:1:5", "alpha=0:1:5")
# Tests in the table, those with the smallest p-values.
ROWS = 10

FamilyWise = Annotated[
    float, arg(metavar="P", help="Chance of any disagreement where theory and simulation are right.")
]

Independent = Annotated[
    tyro.conf.FlagCreatePairsOff[bool],
    arg(help="Draws of its own for each cell: slower, but the z-scores are then independent."),
]


@dataclass(frozen=True)
class CheckCommand:
    """Theory against simulation over a map: exact risks of N votes and Monte Carlo counts of failures.

    noisewise check stripes --x beta=0.1:1:5 --y alpha=0:1:5 --eps 0.1 --figure check.png

    noisewise check bumps --x spacing=1:3:5 --y alpha=0:1:5 --beta 0.5 --samples 4000 --out check.csv
    """

    problem: OptionalName = None
    x: XAxis = None
    y: YAxis = None
    alpha: Scale = None
    """Training noise where it is not swept (0.5 if not given)."""
    beta: Scale = None
    """Smoothing noise where it is not swept (0.5 if not given)."""
    eps: Scale = None
    """Radius: the certified risk is compared too."""
    votes: Votes = VOTES
    samples: Samples = SAMPLES
    seed: Seed = SEED
    family_wise: FamilyWise = 0.01
    independent: Independent = False
    failure: Failure = 1e-3
    out: File = None
    """The dataset: .nc (netCDF) or .csv (one row a cell)."""
    figure: File = None
    """The figure, z-scores as a map and against normal quantiles: PNG, PDF or SVG by its suffix."""
    dask: Dask = None
    fresh: Fresh = False
    settings: Settings = ()
    json: Json = False

    def run(self) -> None:
        for key in ("votes", "samples", "seed"):
            validation.whole(getattr(self, key), key, minimum=0 if key == "seed" else 1)
        for key in ("family_wise", "failure"):
            validation.probability(getattr(self, key), key.replace("_", "-"))
        fixed = {key: listed_noises((value,), key)[0] for key in NOISES if (value := getattr(self, key)) is not None}
        x, y = self._axes(fixed)
        check_places(self.out, self.figure)
        from simulate.agreement.plan import Trial

        chosen = self._family()
        command = map_command(self.problem or str(DEFAULT.source), chosen, (x, y), fixed)
        trial = Trial(self.votes, self.samples, self.seed, self.family_wise, self.failure, self.independent)
        inputs = map_inputs(chosen, (x, y), fixed) | {"trial": str(trial)}
        with suggesting(command), kept_beside(self.out or self.figure, "check", inputs, fresh=self.fresh) as kept:
            dataset = self._compared(chosen, (x, y), fixed, trial, kept)
            dataset.attrs["command"] = command_line()
            write_files(dataset, self.out, self.figure, note if self.json else print, "figures.agreement")
        self._print(dataset, command)
        sys.stdout.flush()
        if dataset.attrs["disagreeing"]:
            many = f"in {dataset.attrs['disagreeing']} of {dataset.attrs['tests']} tests"
            raise DisagreementError(f"theory and simulation disagree {many} at family-wise rate {self.family_wise:g}")

    def _family(self) -> Family:
        """The family of problems; the default one has settings of its own."""
        if self.problem is not None:
            return family(self.problem, self.settings)
        given = family(str(DEFAULT.source), self.settings)
        return Family(DEFAULT.source, {**DEFAULT.settings, **given.settings})

    def _axes(self, fixed: dict[str, float]) -> tuple[Axis, Axis]:
        """The two axes; one that is not given is over smoothing or training noise, whichever is free."""
        given = {key: Axis.parse(text) for key in ("x", "y") if (text := getattr(self, key)) is not None}
        taken = {*fixed, *(axis.key for axis in given.values())}
        spare = (axis for axis in map(Axis.parse, AXES) if axis.key not in taken)
        for key in ("x", "y"):
            if key not in given:
                axis = next(spare, None)
                if axis is None:
                    raise ProblemError(f"--{key}", "nothing", "KEY=LO:HI:COUNT, as in beta=0.1:2:65")
                given[key] = axis
        return given["x"], given["y"]

    def _compared(
        self, chosen: Family, axes: tuple[Axis, Axis], fixed: dict[str, float], trial: Trial, kept: PartFile | None
    ) -> xr.Dataset:
        from simulate.agreement.agreement import agreement
        from simulate.progress import Meter
        from simulate.work.pieces import Crew

        with hired(dask=self.dask) as pool, Meter("comparing") as meter:
            return agreement(chosen, *axes, fixed, trial, meter, Crew(pool, kept))

    def _print(self, dataset: xr.Dataset, command: str) -> None:
        from simulate.agreement.dataset import records, verdict

        found, said = records(dataset), verdict(dataset)
        if missing := said["cells"] - said["cells_compared"]:
            reasons = str(dataset.attrs.get("not_compared", "")).splitlines()
            reason = remedied(reasons[0], command) if reasons else "nothing is certified without smoothing noise"
            note(f"no exact value, or no simulation, in {missing} of {said['cells']} cells: {reason}")
        if self.json:
            print_json({"records": found, "verdict": said})
            return
        _table(found, [str(dataset.attrs["x_key"]), str(dataset.attrs["y_key"])])
        _summarise(said)


def _table(found: list[dict[str, Any]], keys: list[str]) -> None:
    """The tests with the smallest p-values."""
    header = [*keys, "quantity", "exact", "estimate", "interval", "p", "adjusted p", "z", ""]
    rows = []
    for record in sorted(found, key=lambda record: record["p"])[:ROWS]:
        z = record["z"]
        row = [*(f"{record[key]:g}" for key in keys), record["quantity"].replace("_", " "), number(record["exact"])]
        row += [f"{record['estimate']:.6g}", interval(record["low"], record["high"])]
        row += [f"{record['p']:.2g}", f"{record['p_adjusted']:.2g}", "-" if math.isnan(z) else f"{z:+.2f}"]
        rows.append([*row, "disagrees" if record["disagrees"] else ""])
    print_table(header, rows)


def _summarise(said: dict[str, Any]) -> None:
    """Two lines: what was tested, and what came of it."""
    shown = min(ROWS, said["tests"])
    print(f"\n{said['tests']} tests in {said['cells_compared']} of {said['cells']} cells, ", end="")
    print(f"{said['samples']} samples of {said['votes']} votes; above: the {shown} smallest p-values")
    print(
        f"theory and simulation {said['verdict']} at family-wise rate {said['family_wise']:g}: "
        f"smallest p adjusted by Holm {said['smallest_p_adjusted']:.2g}"
    )
    if not math.isnan(said["normality_p"]):
        print(f"for information: the z are standard normal with p {said['normality_p']:.2g} (Kolmogorov-Smirnov)")

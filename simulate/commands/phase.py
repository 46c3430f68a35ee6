"""`noisewise phase`: a phase diagram as a dataset, a figure, or both."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated

from simulate.commands.failures import MACHINE, drawable, explain
from simulate.commands.maps import File, OptionalName, Scale, XAxis, YAxis, map_command
from simulate.commands.options import SAMPLES, SEED, VOTES, Json, Samples, Seed, Settings, Votes, arg
from simulate.commands.output import note, print_json, print_table
from simulate.commands.phase_summary import label_counts, summary
from simulate.commands.phase_table import KEPT, is_table, open_table
from simulate.commands.places import check_places, write_files
from simulate.commands.remedy import remedied, suggesting
from simulate.commands.workers import worker_pool
from simulate.sweep.axes import ASKED, Axis, Family, SpotCheck
from simulate.sweep.families import family
from theory.errors import ProblemError, shown
from theory.problems import validation
from theory.problems.noises import listed_noises

if TYPE_CHECKING:
    import xarray as xr

# The diagram without arguments: three bumps near enough for all that training noise can do.
DEFAULT = Family("bumps", {"spacing": 1.5})
DEFAULT_X, DEFAULT_Y = "beta=0.02:1.6:129", "alpha=0:1.5:129"
DEFAULT_CHECKS = 5
DEFAULT_OUT, DEFAULT_FIGURE = "phase.nc", "phase.png"
MOST_CHECKS, MOST_WORKERS = 100, 1024

Count = Annotated[int | None, arg(metavar="COUNT", help="Monte Carlo points along each axis, 0 for none.")]


@dataclass(frozen=True)
class PhaseCommand:
    """A phase diagram: gains over a plane of two keys, each a noise, a regime parameter or a key of a problem file.

    In place of the problem: a dataset (.nc) that was kept, or measured risks as an array (.npy) over (alpha, beta) or
    (seed, alpha, beta), alpha = 0 first.

    noisewise phase stripes --x beta=0.05:2:65 --y alpha=0:1.5:65 --figure stripes.pdf

    noisewise phase mine.toml --x class0.0.scale=0.5:2:31 --y alpha=0:1:31 --beta 0.5 --out mine.csv --json

    noisewise phase risks.npy --x beta=0:0.9:10 --y alpha=0:1:11 --figure risks.png
    """

    problem: OptionalName = None
    x: XAxis = None
    y: YAxis = None
    alpha: Scale = None
    """Training noise where it is not swept (0.5 if not given)."""
    beta: Scale = None
    """Smoothing noise where it is not swept (0.5 if not given)."""
    eps: Scale = None
    """Radius where it is not swept (0 if not given); above 0 the certified risks are compared."""
    ratio: Scale = None
    """Samples per dimension n/d where they are not swept (infinite data if not given)."""
    out: File = None
    """The dataset: .nc (netCDF) or .csv (one row a cell). Without --out and --figure: phase.nc and phase.png."""
    figure: File = None
    """The figure: PNG, PDF or SVG by its suffix."""
    prove: bool = False
    """Decide the sign of every gain by ball arithmetic: labels proved-help, proved-hurt, proved-neutral, undecided."""
    workers: Annotated[int, arg(metavar="N")] = 1
    """Worker processes."""
    check: Count = None
    votes: Votes = VOTES
    samples: Samples = SAMPLES
    seed: Seed = SEED
    settings: Settings = ()
    json: Json = False

    def run(self) -> None:
        if self.problem is not None and is_table(self.problem):
            with drawable("phase", (self.problem,)):
                self._finish(self._table(self.problem), *self._places(DEFAULT_FIGURE))
            return
        chosen, x, y = self._plane()
        fixed = {key: listed_noises((value,), key)[0] for key in ASKED if (value := getattr(self, key)) is not None}
        workers = at_most(self.workers, "workers", MOST_WORKERS)
        check = self._check()
        from simulate.progress import Meter
        from simulate.sweep.sweep import sweep

        places = self._places(DEFAULT_FIGURE, DEFAULT_OUT)
        command = map_command(self.problem or str(DEFAULT.source), chosen, (x, y), fixed)
        with suggesting(command):
            stages = _stages(chosen, (x, y), workers, check, self.prove)
            with Meter("sweeping") as meter, worker_pool(workers) as pool:
                dataset = sweep(chosen, x, y, fixed, pool, meter)
            dataset, failure = _staged(dataset, stages, lambda dataset: _keep(dataset, places[1]))
        if "no_exact_route" in dataset.attrs:
            reason = remedied(dataset.attrs["no_exact_route"].splitlines()[0], command)
            note(f"some cells have no exact route and are undecided: {reason}")
        self._finish(dataset, *places)
        if failure is not None:
            raise failure

    def _finish(self, dataset: xr.Dataset, figure: str | None, out: str | None) -> None:
        """Write what was asked for, and say what it is."""
        _keep(dataset, None)
        write_files(dataset, out, figure, note if self.json else print)
        if self.json:
            print_json(summary(dataset, {"dataset": out, "figure": figure}))
        else:
            _summarise(dataset)

    def _table(self, path: str) -> xr.Dataset:
        """The cells of a file; what asks for more than to draw them is refused."""
        meant = {"problem", "out", "figure", "json"} | (set() if path.lower().endswith(KEPT) else {"x", "y"})
        for option in fields(self):
            value = getattr(self, option.name)
            if option.name not in meant and value != option.default:
                said = "set" if option.name == "settings" else option.name
                raise ProblemError(f"--{said}", shown(value), f"no such option beside {path}, which is only drawn")
        return open_table(path, self.x, self.y)

    def _plane(self) -> tuple[Family, Axis, Axis]:
        """The family and the two axes; their defaults only go with the default problem."""
        if self.problem is None:
            given = family(str(DEFAULT.source), self.settings)
            chosen = Family(DEFAULT.source, {**DEFAULT.settings, **given.settings})
            return chosen, Axis.parse(self.x or DEFAULT_X), Axis.parse(self.y or DEFAULT_Y)
        for key in ("x", "y"):
            if getattr(self, key) is None:
                raise ProblemError(f"--{key}", "nothing", "KEY=LO:HI:COUNT, as in beta=0.1:2:65")
        return family(self.problem, self.settings), Axis.parse(str(self.x)), Axis.parse(str(self.y))

    def _check(self) -> SpotCheck | None:
        """How to check, None for not at all: only the diagram without a problem is checked unasked."""
        count = (DEFAULT_CHECKS if self.problem is None else 0) if self.check is None else self.check
        for key, least in (("votes", 1), ("samples", 1), ("seed", 0)):
            validation.whole(getattr(self, key), key, least)
        checked = at_most(count, "check", MOST_CHECKS, 0)
        return SpotCheck(checked, self.votes, self.samples, self.seed) if checked else None

    def _places(self, figure: str, out: str | None = None) -> tuple[str | None, str | None]:
        """Where to write figure and dataset, the usual places where nothing is said; refused before any work is done
        where that cannot succeed."""
        if self.out is None and self.figure is None:
            return figure, out
        check_places(self.out, self.figure)
        return self.figure, self.out


def at_most(value: int, key: str, most: int, least: int = 1) -> int:
    """A whole number between `least` and `most`."""
    if validation.whole(value, key, least) > most:
        raise ProblemError(key, shown(value), f"at most {most}")
    return value


def _stages(
    chosen: Family, axes: tuple[Axis, Axis], workers: int, check: SpotCheck | None, prove: bool
) -> list[Callable[[xr.Dataset], xr.Dataset]]:
    """What is added to a sweep: its curves, and where asked for and possible proofs and Monte Carlo points."""
    from simulate.progress import Meter
    from simulate.sweep.curves import add_curves

    def traced(dataset: xr.Dataset) -> xr.Dataset:
        with Meter("tracing curves"):
            return add_curves(dataset, chosen, *axes)

    stages: list[Callable[[xr.Dataset], xr.Dataset]] = [traced]
    if prove:
        stages.append(lambda dataset: _proved(dataset, chosen, axes, workers))
    if check is not None:
        stages.append(lambda dataset: _checked(dataset, chosen, axes, check))
    return stages


def _staged(
    dataset: xr.Dataset, stages: list[Callable[[xr.Dataset], xr.Dataset]], keep: Callable[[xr.Dataset], None]
) -> tuple[xr.Dataset, Exception | None]:
    """The dataset with all that is added; what there is before each stage is kept, however that ends.

    Where the machine fails a stage, what there is before it comes with the failure.
    """
    for stage in stages:
        keep(dataset)
        try:
            dataset = stage(dataset)
        except Exception as error:
            if (explained := explain(error)) is None or explained[0] != MACHINE:
                raise
            return dataset, error
    return dataset, None


def _keep(dataset: xr.Dataset, out: str | None) -> None:
    """Write the dataset if that is asked for; it remembers the command that first made it."""
    dataset.attrs.setdefault("command", shlex.join(["noisewise", *sys.argv[1:]]))
    write_files(dataset, out, None, lambda _line: None)


def _proved(dataset: xr.Dataset, chosen: Family, axes: tuple[Axis, Axis], workers: int) -> xr.Dataset:
    from simulate.progress import Meter
    from simulate.sweep.proofs import add_proofs
    from theory.proof import NoProof

    try:
        with Meter("proving") as meter, worker_pool(workers) as pool:
            return add_proofs(dataset, chosen, *axes, pool, meter)
    except NoProof as error:
        note(f"no proofs: {error}")
        return dataset


def _checked(dataset: xr.Dataset, chosen: Family, axes: tuple[Axis, Axis], check: SpotCheck) -> xr.Dataset:
    from simulate.montecarlo import UnsupportedError
    from simulate.progress import Meter
    from simulate.sweep.checks import add_checks
    from theory import NoExactRoute

    try:
        with Meter("simulating") as meter:
            return add_checks(dataset, chosen, *axes, check, meter)
    except (NoExactRoute, UnsupportedError) as error:
        note(f"no Monte Carlo points: {error}")
        return dataset


def _summarise(dataset: xr.Dataset) -> None:
    """How many cells have each label, and how many Monte Carlo points agree."""
    print_table(["label", "cells"], [(name, str(count)) for name, count in label_counts(dataset).items()])
    if "check_agrees" in dataset:
        agrees = dataset["check_agrees"].to_numpy().astype(bool)
        print(f"Monte Carlo agrees at {agrees.sum()} of {agrees.size} points")

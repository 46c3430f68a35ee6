"""`noisewise phase`: a phase diagram as a dataset, a figure, or both."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated

from simulate.commands.failures import drawable
from simulate.commands.maps import File, OptionalName, Scale, Select, Tolerance, XAxis, YAxis, map_command
from simulate.commands.options import SAMPLES, SEED, VOTES, Json, Samples, Seed, Settings, Votes, arg
from simulate.commands.output import note, print_json
from simulate.commands.phase_summary import summarise, summary
from simulate.commands.phase_table import KEPT, is_table, open_table
from simulate.commands.places import check_places, naming, write_files
from simulate.commands.remedy import remedied, suggesting
from simulate.commands.staged import Fresh, Stage, check_whole, command_line, kept_beside, map_inputs, staged
from simulate.commands.workers import Dask, Workers, at_most, check_workers, hired
from simulate.sweep.axes import ASKED, Axis, Family, SpotCheck
from simulate.sweep.families import family
from theory.errors import ProblemError, shown
from theory.problems import validation
from theory.problems.noises import listed_noises

if TYPE_CHECKING:
    import xarray as xr

    from simulate.sweep.chunks import Chunks, Saved
    from simulate.work.part import PartFile
    from simulate.work.pieces import Crew

# The diagram without arguments: three bumps near enough for all that training noise can do.
DEFAULT = Family("bumps", {"spacing": 1.5})
DEFAULT_X, DEFAULT_Y = "beta=0.02:1.6:129", "alpha=0:1.5:129"
DEFAULT_CHECKS = 5
DEFAULT_OUT, DEFAULT_FIGURE = "phase.nc", "phase.png"
MOST_CHECKS = 100

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
    """The dataset: .nc (netCDF), .zarr (any number of cells), or a table of one row a cell, .csv or .parquet. Usually
    phase.nc, with phase.png."""
    figure: File = None
    """The figure: PNG, PDF or SVG by its suffix."""
    prove: bool = False
    """Decide the sign of every gain by ball arithmetic: labels proved-help, proved-hurt, proved-neutral, undecided."""
    adaptive: bool = False
    """Evaluate cells only where the label changes or interpolation is off by more than the tolerance."""
    tolerance: Tolerance = None
    workers: Workers = 1
    dask: Dask = None
    check: Count = None
    votes: Votes = VOTES
    samples: Samples = SAMPLES
    seed: Seed = SEED
    fresh: Fresh = False
    sel: Select = ()
    settings: Settings = ()
    json: Json = False

    def run(self) -> None:
        if self.problem is not None and is_table(self.problem):
            with drawable("phase", (self.problem,)):
                dataset, (figure, out) = self._table(self.problem), self._places(DEFAULT_FIGURE)
                dataset.attrs.setdefault("command", command_line())
                write_files(dataset, out, figure, note if self.json else print)
                self._tell(dataset, figure, out)
            return
        if self.sel:
            raise ProblemError(
                "--sel", shown(self.sel[0]), "a kept sweep in place of the problem: FILE.nc or FILE.zarr"
            )
        chosen, x, y = self._plane()
        fixed = {key: listed_noises((value,), key)[0] for key in ASKED if (value := getattr(self, key)) is not None}
        check_workers(self.workers, self.dask)
        check = self._check()
        self._check_cells(x.count * y.count)
        figure, out = self._places(DEFAULT_FIGURE, DEFAULT_OUT)
        command = map_command(self.problem or str(DEFAULT.source), chosen, (x, y), fixed)
        inputs = map_inputs(chosen, (x, y), fixed) | {"cells": f"adaptive {self.tolerance}" if self.adaptive else "all"}
        from simulate.sweep.chunks import for_target

        with suggesting(command), kept_beside(out or figure, "phase", inputs, fresh=self.fresh) as kept:
            place = for_target(out, chosen, (y, x))
            dataset = self._computed(chosen, (x, y), fixed, check, kept, place)
            if "no_exact_route" in dataset.attrs:
                reason = remedied(dataset.attrs["no_exact_route"].splitlines()[0], command)
                note(f"some cells have no exact route and are undecided: {reason}")
            dataset.attrs["command"] = command_line()
            with naming(out or ""):
                dataset = place.finish(dataset)
            if out is not None:
                (note if self.json else print)(f"wrote {out}")
            from simulate.sweep.plane import drawn

            write_files(drawn(dataset, out), None, figure, note if self.json else print)
            self._tell(dataset, figure, out)
            check_whole(dataset)

    def _computed(
        self,
        chosen: Family,
        axes: tuple[Axis, Axis],
        fixed: dict[str, float],
        check: SpotCheck | None,
        kept: PartFile | None,
        place: Saved | Chunks,
    ) -> xr.Dataset:
        """The sweep with its curves, and where asked for and possible proofs and Monte Carlo points."""
        from simulate.progress import Meter
        from simulate.sweep.adaptive import sweep_adaptive
        from simulate.sweep.curves import add_curves
        from simulate.sweep.sweep import sweep_grid
        from simulate.work.pieces import Crew

        with hired(self.workers, self.dask) as pool:
            with Meter("sweeping") as meter:
                if self.adaptive:
                    dataset = sweep_adaptive(chosen, *axes, fixed, self.tolerance, pool, meter, kept)
                else:
                    dataset = sweep_grid(chosen, axes[::-1], fixed, pool, meter, kept, place)

            def traced(dataset: xr.Dataset) -> xr.Dataset:
                with Meter("tracing curves"):
                    return add_curves(dataset, chosen, *axes, Crew(pool, kept))

            stages: list[Stage] = [("curves", traced)]
            if self.prove:
                stages.append(("proofs", lambda dataset: _proved(dataset, chosen, axes, Crew(pool, kept))))
            if check is not None:
                crew = Crew(pool, kept).simulating
                stages.append(("Monte Carlo points", lambda dataset: _checked(dataset, chosen, axes, check, crew)))
            return staged(dataset, stages)

    def _tell(self, dataset: xr.Dataset, figure: str | None, out: str | None) -> None:
        """What came of it."""
        if self.json:
            print_json(summary(dataset, {"dataset": out, "figure": figure}))
        else:
            summarise(dataset)

    def _table(self, path: str) -> xr.Dataset:
        """The cells of a file; what asks for more than to draw them is refused."""
        meant = {"problem", "out", "figure", "json"} | ({"sel"} if path.lower().endswith(KEPT) else {"x", "y"})
        for option in fields(self):
            value = getattr(self, option.name)
            if option.name not in meant and value != option.default:
                said = "set" if option.name == "settings" else option.name
                raise ProblemError(f"--{said}", shown(value), f"no such option beside {path}, which is only drawn")
        return open_table(path, self.x, self.y, self.sel)

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

    def _check_cells(self, count: int) -> None:
        """Refuse what does not go together, or not with so many cells."""
        from simulate.sweep.held import MOST_CELLS

        if (self.adaptive or self.prove) and count > MOST_CELLS:
            key = "--adaptive" if self.adaptive else "--prove"
            raise ProblemError(key, f"{count} cells, more than fit into memory", f"at most {MOST_CELLS}")
        if self.adaptive and self.prove:
            raise ProblemError("--adaptive", "--prove beside it", "one of the two: interpolated gains have no proof")
        if self.tolerance is not None and not self.adaptive:
            raise ProblemError("--tolerance", f"{self.tolerance:g}", "--adaptive beside it")

    def _places(self, figure: str, out: str | None = None) -> tuple[str | None, str | None]:
        """Where to write figure and dataset, the usual places where nothing is said; refused before any work is done
        where that cannot succeed."""
        if self.out is None and self.figure is None:
            return figure, out
        check_places(self.out, self.figure)
        return self.figure, self.out


def _proved(dataset: xr.Dataset, chosen: Family, axes: tuple[Axis, Axis], crew: Crew) -> xr.Dataset:
    from simulate.progress import Meter
    from simulate.sweep.proofs import add_proofs
    from theory.proof import NoProof

    try:
        with Meter("proving") as meter:
            return add_proofs(dataset, chosen, *axes, crew.executor, meter, kept=crew.kept)
    except NoProof as error:
        note(f"no proofs: {error}")
        return dataset


def _checked(dataset: xr.Dataset, chosen: Family, axes: tuple[Axis, Axis], check: SpotCheck, crew: Crew) -> xr.Dataset:
    from simulate.montecarlo import UnsupportedError
    from simulate.progress import Meter
    from simulate.sweep.checks import add_checks
    from theory import NoExactRoute

    try:
        with Meter("simulating") as meter:
            return add_checks(dataset, chosen, *axes, check, meter, crew)
    except (NoExactRoute, UnsupportedError) as error:
        note(f"no Monte Carlo points: {error}")
        return dataset

"""Where the datasets of figures come from: each source declares its inputs and computes one dataset from them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import xarray as xr

from figures.film_frames import Stop, frames
from figures.pipeline_stages import stages
from figures.plane_fields import fields
from simulate.agreement.agreement import agreement
from simulate.agreement.plan import Trial
from simulate.experiments.discs import Study
from simulate.experiments.resume import continued
from simulate.progress import Progress
from simulate.storage import open_dataset, save_dataset
from simulate.sweep.axes import Axis, Family
from simulate.sweep.curves import add_curves
from simulate.sweep.sweep import sweep
from simulate.version import fingerprint
from simulate.work.part import PartFile, keeping
from simulate.work.pieces import Crew
from theory.errors import ProblemError

# Of what is computed from the same inputs; raised when a change makes other numbers of them.
EDITION = 1
INPUTS = "inputs"


@dataclass(frozen=True)
class Work:
    """Who computes, who is told, and how many random draws a study takes (as many as it declares if None)."""

    executor: Executor | None
    progress: Progress
    draws: int | None = None
    fresh: bool = False
    kept: PartFile | None = None

    @property
    def crew(self) -> Crew:
        """Who computes, and where finished pieces are kept."""
        return Crew(self.executor, self.kept)


class DatasetSource(Protocol):
    """One dataset."""

    def provide(self, path: Path, work: Work) -> bool:
        """Have the dataset in the file at `path`; whether anything had to be computed for it."""


@dataclass(frozen=True)
class Declared:
    """A source whose dataset follows from its fields alone; the file keeps them, and is left if they are the same."""

    def provide(self, path: Path, work: Work) -> bool:
        if not work.fresh and path.exists() and _inputs_of(path) == self.inputs:
            return False
        with keeping(path, {INPUTS: self.inputs, "software": fingerprint()}, fresh=work.fresh) as kept:
            save_dataset(self.compute(replace(work, kept=kept)).assign_attrs({INPUTS: self.inputs}), path)
        return True

    @property
    def inputs(self) -> str:
        """All that the dataset is computed from, as text."""
        return json.dumps([EDITION, type(self).__name__, asdict(self)], default=_plain, sort_keys=True)

    def compute(self, work: Work) -> xr.Dataset:
        """The dataset."""
        raise AssertionError("every kind of source has its own way")


def _inputs_of(path: Path) -> str | None:
    """What a dataset was computed from; None where the file does not say, or cannot be read."""
    try:
        return open_dataset(path, ()).attrs.get(INPUTS)
    except ProblemError:
        return None


def _plain(value: Any) -> str:
    """What JSON does not know, as text that is the same in every process."""
    if callable(value):
        return f"{value.__module__}.{value.__qualname__}"
    raise TypeError(f"inputs: found {value!r}, expected plain values")


@dataclass(frozen=True)
class Computed(Declared):
    """What a function makes of its arguments; problems among them are those of regimes, name and settings."""

    function: Callable[..., xr.Dataset]
    arguments: Mapping[str, Any]
    regime: tuple[str, Mapping[str, Any]] | None = None

    def compute(self, work: Work) -> xr.Dataset:
        problem = {} if self.regime is None else {"problem": Family(*self.regime).at()}
        return self.function(**problem, **self.arguments)


@dataclass(frozen=True)
class Map(Declared):
    """A phase map of a regime, with its curves; axes as on the command line."""

    regime: str
    x: str
    y: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    fixed: Mapping[str, float] = field(default_factory=dict)
    extra: Callable[[xr.Dataset], xr.Dataset] | None = None

    def compute(self, work: Work) -> xr.Dataset:
        family, axes = Family(self.regime, self.settings), (Axis.parse(self.x), Axis.parse(self.y))
        found = sweep(family, *axes, self.fixed, work.executor, work.progress, work.kept)
        found = add_curves(found, family, *axes, work.crew)
        return found if self.extra is None else self.extra(found)


@dataclass(frozen=True)
class Cells(Declared):
    """A phase map of a regime without its curves, which take many times as long about an axis."""

    regime: str
    x: str
    y: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def compute(self, work: Work) -> xr.Dataset:
        family, axes = Family(self.regime, self.settings), (Axis.parse(self.x), Axis.parse(self.y))
        return sweep(family, *axes, None, work.executor, work.progress, work.kept)


@dataclass(frozen=True)
class Agreement(Declared):
    """Theory against simulation over a map."""

    regime: str
    x: str
    y: str
    trial: Trial

    def compute(self, work: Work) -> xr.Dataset:
        axes = Axis.parse(self.x), Axis.parse(self.y)
        return agreement(Family(self.regime), *axes, {}, self.trial, work.progress, work.crew.simulating)


@dataclass(frozen=True)
class Pictured(Declared):
    """A regime with the noises of its picture: fields over the plane, or the stages of one along a line."""

    regime: str
    alpha: float
    beta: float
    settings: Mapping[str, Any] = field(default_factory=dict)

    def compute(self, work: Work) -> xr.Dataset:
        problem = Family(self.regime, self.settings).at()
        return (fields if problem.dim == 2 else stages)(problem, self.alpha, self.beta)


@dataclass(frozen=True)
class Filmed(Declared):
    """A film of a regime: its phase map, and the stages along a way through it from stop to stop."""

    regime: str
    x: str
    y: str
    stops: tuple[Stop, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)

    def compute(self, work: Work) -> xr.Dataset:
        found = Map(self.regime, self.x, self.y, self.settings).compute(work)
        moving = frames(Family(self.regime, self.settings).at(), self.stops, found["alpha"].to_numpy())
        return found.merge(moving, combine_attrs="no_conflicts")


@dataclass(frozen=True)
class Placed:
    """A study of discs at random places; it goes on from the file that it left behind."""

    study: Study

    def provide(self, path: Path, work: Work) -> bool:
        study = self.study if work.draws is None else replace(self.study, draws=work.draws)
        before = path.stat().st_mtime_ns if path.exists() else None
        continued(study, path, work.executor, work.progress)
        return path.stat().st_mtime_ns != before

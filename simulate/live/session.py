"""One view followed by processes: its map from coarse to fine, then its curves, and the profile of its point.

Nothing here knows of a browser: what is found is handed to an `Audience`.
"""

from __future__ import annotations

import asyncio
import atexit
from functools import cache
from time import perf_counter
from typing import Protocol

import numpy as np
import xarray as xr

from simulate.live.follower import Follower, SupersededError
from simulate.live.profile import profile
from simulate.live.refine import Refinement
from simulate.live.view import View
from simulate.sweep.cells import evaluate
from simulate.sweep.curves import add_curves
from simulate.work.pool import Workers
from theory.errors import LostError, NoExactRoute, ProblemError

# One for the cells of a map, one for its curves, one for the profile of a point.
WIDTH = 3
# Seconds for which a map stays before its curves are asked for: while an input is dragged there are none.
REST = 0.25
# Seconds that curves and profiles of no use any more may go on: nothing waits for their processes but their like.
LEISURE = 5.0


class Audience(Protocol):
    """Who is told what is found, each time with the view that it was found for."""

    def map_found(self, view: View, dataset: xr.Dataset) -> None:
        """Cells, all of them unless the attribute `share` says how many are there; or with curves."""

    def profile_found(self, view: View, held: xr.Dataset) -> None:
        """The pipeline at the pinned point."""

    def refused(self, view: View, reason: str) -> None:
        """There is no map, and why; one line."""

    def profile_refused(self, view: View, reason: str) -> None:
        """There is no profile, and why; one line."""


class Session:
    """Follows the last view that was asked for. Answers come in the loop that `ask` is called in."""

    def __init__(self, audience: Audience, workers: Workers | None = None) -> None:
        workers = hired() if workers is None else workers
        self._audience = audience
        self._cells: Follower[View] = Follower(workers, self._map)
        self._curves: Follower[tuple[View, xr.Dataset]] = Follower(workers, self._trace, LEISURE)
        self._profile: Follower[View] = Follower(workers, self._look, LEISURE)
        self._mapped: View | None = None
        self._last: View | None = None
        self._seen: View | None = None

    def ask(self, view: View) -> None:
        """The view to show next; what of it is shown already stays."""
        if view.mapped != self._mapped:
            self._mapped = view.mapped
            self._cells.ask(view)
        else:
            self._seen = view
            self._look_at(view)
        self._last = view

    def _look_at(self, view: View) -> None:
        if view.pin is not None:
            self._profile.ask(view)

    def _look_on(self) -> None:
        """Look at the point of the last view, unless that is being done."""
        if self._last is not None and self._last != self._seen:
            self._seen = self._last
            self._look_at(self._last)

    @property
    def idle(self) -> bool:
        """Whether all that was asked for is found."""
        return self._cells.idle and self._curves.idle and self._profile.idle

    def close(self) -> None:
        """Give up what is worked on."""
        for follower in (self._cells, self._curves, self._profile):
            follower.close()

    async def _map(self, view: View) -> None:
        try:
            refinement = Refinement(view)
            while not refinement.complete and not self._cells.superseded:
                piece, start = refinement.next(), perf_counter()
                answer = asyncio.ensure_future(self._cells.call(evaluate, piece))
                await asyncio.sleep(0)
                refinement.prepare()  # while the process works
                refinement.take(await answer, perf_counter() - start)
                if refinement.worth_showing:
                    self._audience.map_found(view, refinement.dataset())
                if not refinement.quick or refinement.complete or self._cells.superseded:
                    self._look_on()  # the map comes before its point
        except (ProblemError, NoExactRoute, LostError) as error:
            self._audience.refused(view, str(error))
            self._look_on()
            return
        except SupersededError:
            raise
        except Exception as error:  # a fault of ours clears the map and is said: the last picture is not this one's
            self._audience.refused(view, f"noisewise failed here: {type(error).__name__}: {error}")
            return
        if refinement.complete:
            dataset = refinement.dataset()
            if np.isfinite(dataset["gain"]).any():
                self._curves.ask((view, dataset))
            else:
                self._audience.refused(view, min(refinement.reasons, default="no cell has a value"))

    async def _trace(self, asked: tuple[View, xr.Dataset]) -> None:
        view, dataset = asked
        await asyncio.sleep(REST)
        if view.mapped != self._mapped:
            return
        try:
            found = await self._curves.call(add_curves, dataset, view.family, view.x, view.y)
        except (ProblemError, NoExactRoute, LostError):
            return  # a map without curves
        if view.mapped == self._mapped:
            self._audience.map_found(view, found)

    async def _look(self, view: View) -> None:
        assert view.pin is not None
        beta, alpha = view.pin
        try:
            held = await self._profile.call(_profile, view, alpha, beta)
        except (ProblemError, NoExactRoute, LostError, ValueError) as error:
            self._audience.profile_refused(view, str(error))
            return
        self._audience.profile_found(view, held)


def _profile(view: View, alpha: float, beta: float) -> xr.Dataset:
    return profile(view.family.at(), alpha, beta)


def _ready() -> None:
    """Asked of a process, this imports what it works with."""


@cache
def hired() -> Workers:
    """The processes that all explorers of this one share; started when first asked for."""
    workers = Workers(WIDTH)
    for _ in range(WIDTH):
        workers.submit(_ready)  # what they import is there before the first question
    atexit.register(workers.shutdown, wait=False)
    return workers

"""Pieces of work, done by whoever there is, and kept when they are done. What was kept is not done again.

What a piece is depends on the work alone, never on who does it, so that results are the same to the last bit.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from simulate.work.part import PartFile
from theory.errors import LostError

# Tries of a piece whose worker dies each time.
TRIES = 3
# Seconds of work that are handed out at once, by the pace so far; an executor may ask for more.
SECONDS = 0.5
# Calls under way at a time for each worker: enough to keep it busy, few enough to fit anywhere.
UNDER_WAY = 4
# Workers of an executor that does not say how many it has, by its `width`.
WIDTH = 64

Piece = TypeVar("Piece")
Made = TypeVar("Made")


@dataclass(frozen=True)
class Lost:
    """In place of what would have been made of a piece: why nobody could."""

    reason: str


@dataclass(frozen=True)
class Crew:
    """Who works, the caller itself if None, and where finished pieces are kept, nowhere if None.

    executor: any of `concurrent.futures`. Its `width` says how many workers it has now, its `seconds` how long a call
    should take, its `lost` which errors tell that a worker died, its `elsewhere` that they are on other machines; where
    it has them.
    """

    executor: Executor | None = None
    kept: PartFile | None = None

    def get(self, stage: str, number: int) -> Any:
        """What is kept of a piece, None if nothing is."""
        return self.kept.get(stage, number) if self.kept is not None and self.kept.holds(stage, number) else None

    def put(self, stage: str, number: int, made: Any) -> None:
        """Keep what was made of a piece, if anything is kept."""
        if self.kept is not None:
            self.kept.put(stage, number, made)

    @property
    def simulating(self) -> Crew:
        """The same for what takes all cores of a machine, so that more processes there do not help."""
        return self if getattr(self.executor, "elsewhere", False) else Crew(None, self.kept)

    def once(self, stage: str, number: int, make: Callable[[], Made]) -> Made:
        """What `make` gives, which is not called where that is kept."""
        held: Made | None = self.get(stage, number)
        if held is None:
            held = make()
            self.put(stage, number, held)
        return held


ALONE = Crew()


def finished(
    stage: str,
    work: Iterable[Piece],
    function: Callable[[Piece], Made],
    crew: Crew = ALONE,
    under_way: int = UNDER_WAY,
) -> Iterator[tuple[Piece, Made | Lost]]:
    """All pieces of a stage and what the function makes of each, as they come; kept ones are taken from there.

    The function and pieces can be pickled; what is made can be encoded (`simulate.work.codec`), and is never None. A
    piece whose worker dies, of memory or of anything, is done again; after TRIES tries it is `Lost`. Any other error of
    the function is raised. `under_way`: calls for each worker at a time; fewer where pieces are large.
    """
    if crew.executor is None:
        for number, piece in enumerate(work):
            yield piece, crew.once(stage, number, lambda piece=piece: function(piece))  # type: ignore[misc]
        return
    calls = _Calls(stage, function, crew, crew.executor, under_way)
    try:
        for number, piece in enumerate(work):
            held = crew.get(stage, number)
            if held is not None:
                yield piece, held
                continue
            yield from calls.add(_Job(number, piece))
        yield from calls.rest()
    finally:
        calls.cancel()


@dataclass
class _Job(Generic[Piece]):
    number: int
    piece: Piece
    tries: int = 0


class _Calls(Generic[Piece, Made]):
    """Calls of an executor that are under way, each for some pieces."""

    def __init__(
        self, stage: str, function: Callable[[Piece], Made], crew: Crew, executor: Executor, under_way: int
    ) -> None:
        self._under_way = under_way
        self._stage, self._function, self._crew, self._executor = stage, function, crew, executor
        self._seconds = float(getattr(executor, "seconds", SECONDS))
        self._lost = (LostError, MemoryError, *getattr(executor, "lost", ()))
        self._pending: dict[Future[tuple[list[Made], float]], list[_Job[Piece]]] = {}
        self._held: list[_Job[Piece]] = []
        self._done, self._took = 0, 0.0

    def add(self, job: _Job[Piece]) -> Iterator[tuple[Piece, Made | Lost]]:
        """Hand out one more job, alone or with its neighbours; what is finished meanwhile."""
        self._held.append(job)
        if len(self._held) >= self._size():
            self._submit(self._held)
            self._held = []
        while len(self._pending) >= self._under_way * int(getattr(self._executor, "width", WIDTH)):
            yield from self._some()

    def rest(self) -> Iterator[tuple[Piece, Made | Lost]]:
        """All that is not finished yet."""
        if self._held:
            self._submit(self._held)
        while self._pending:
            yield from self._some()

    def cancel(self) -> None:
        """Nothing is wanted any more."""
        for future in self._pending:
            future.cancel()

    def _size(self) -> int:
        """Pieces of a call, by the time that they have taken so far."""
        return max(1, int(self._seconds * self._done / self._took)) if self._took > 0 else 1

    def _submit(self, jobs: list[_Job[Piece]]) -> None:
        self._pending[self._executor.submit(perform, self._function, [job.piece for job in jobs])] = jobs

    def _some(self) -> Iterator[tuple[Piece, Made | Lost]]:
        """What is finished, waiting for at least one call."""
        for future in wait(self._pending, return_when=FIRST_COMPLETED).done:
            jobs = self._pending.pop(future)
            try:
                made, took = future.result()
            except self._lost as error:
                yield from self._repeat(jobs, error)
                continue
            self._done, self._took = self._done + len(jobs), self._took + took
            for job, one in zip(jobs, made, strict=True):
                self._crew.put(self._stage, job.number, one)
                yield job.piece, one

    def _repeat(self, jobs: list[_Job[Piece]], error: BaseException) -> Iterator[tuple[Piece, Made | Lost]]:
        """Each piece of a call that was lost once more, by itself, unless it has had its tries."""
        reason = "out of memory" if isinstance(error, MemoryError) else str(error)
        for job in jobs:
            job.tries += 1
            if job.tries < TRIES:
                self._submit([job])
            else:
                yield job.piece, Lost(f"{TRIES} tries: {reason}")


def perform(function: Callable[[Piece], Made], pieces: Sequence[Piece]) -> tuple[list[Made], float]:
    """What the function makes of some pieces, and the seconds that it took."""
    began = time.perf_counter()
    made = [function(piece) for piece in pieces]
    return made, time.perf_counter() - began

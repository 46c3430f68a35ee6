"""Work on what was asked for last: earlier questions are given up, and processes that cannot be are ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from simulate.work.pool import Workers
from theory.errors import LostError

T = TypeVar("T")
# Seconds that a call which nobody waits for any more may go on before its process is ended: another one takes about as
# long to begin.
PATIENCE = 1.0


class SupersededError(Exception):
    """Something else was asked for meanwhile."""


class Follower(Generic[T]):
    """Answers the last question by a coroutine, `work`, one at a time; `ask` returns at once.

    patience: seconds that a call which nobody waits for any more may go on.
    """

    def __init__(self, workers: Workers, work: Callable[[T], Awaitable[None]], patience: float = PATIENCE) -> None:
        self._workers, self._work, self._patience = workers, work, patience
        self._wanted: T | None = None
        self._task: asyncio.Task[None] | None = None

    def ask(self, question: T) -> None:
        """The next question, in place of those that are not answered yet."""
        self._wanted = question
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._follow())

    @property
    def superseded(self) -> bool:
        """Whether there is a newer question than the one that is worked on."""
        return self._wanted is not None

    @property
    def idle(self) -> bool:
        """Whether every question is answered."""
        return self._task is None or self._task.done()

    async def call(self, function: Callable[..., Any], *args: Any) -> Any:
        """What a function gives, called in a process; once more where that died of what others did to it.

        Raises:
            SupersededError: there is a newer question, and it was not done within the patience.
            LostError: the process died twice.
        """
        try:
            return await self._called(function, *args)
        except LostError:
            return await self._called(function, *args)

    async def _called(self, function: Callable[..., Any], *args: Any) -> Any:
        held = self._workers.submit(function, *args)
        future = asyncio.wrap_future(held)
        while not (await asyncio.wait({future}, timeout=self._patience))[0]:
            if self.superseded:
                future.add_done_callback(_heard)
                self._workers.drop(held)
                raise SupersededError
        return future.result()

    def close(self) -> None:
        """No more answers; what is worked on is given up."""
        self._wanted = None
        if self._task is not None:
            self._task.cancel()

    async def _follow(self) -> None:
        while self._wanted is not None:
            question, self._wanted = self._wanted, None
            try:
                await self._work(question)
            except SupersededError:
                continue


def _heard(future: asyncio.Future[Any]) -> None:
    """The error of a call that was given up is nobody's any more."""
    if not future.cancelled():
        future.exception()

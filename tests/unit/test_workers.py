"""Workers that die, of anything and at any time, and what becomes of their pieces."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulate.sweep.axes import Axis, Family
from simulate.sweep.proofs import add_proofs
from simulate.sweep.sweep import sweep
from simulate.work.part import keeping
from simulate.work.pieces import TRIES, Crew, Lost, finished
from simulate.work.pool import Workers, worker_pool
from tests.unit.tasks import deadly, doubled, odd, once_deadly, slowly, stillborn
from theory.errors import LostError

BUMPS = Family("bumps")
AXES = Axis("beta", 0.05, 1.5, 120), Axis("class1.0.mean", -3.0, -0.5, 120)


@pytest.fixture(scope="module")
def pool() -> Iterator[Workers]:
    with worker_pool(2) as found:
        assert found is not None
        yield found


def test_tasks_come_back_with_results_and_errors(pool: Workers) -> None:
    assert [pool.submit(doubled, k).result() for k in range(20)] == [2 * k for k in range(20)]
    with pytest.raises(ZeroDivisionError):
        pool.submit(divmod, 1, 0).result()
    with pytest.raises(RuntimeError, match="Odd: 1 2"):
        pool.submit(odd, 1).result()
    with pytest.raises((AttributeError, TypeError)):
        pool.submit(lambda: None)


def test_a_worker_that_dies_takes_its_own_task_only(pool: Workers) -> None:
    others = [pool.submit(doubled, k) for k in range(10)]
    with pytest.raises(LostError, match="out of memory, or killed"):
        pool.submit(deadly, 3).result()
    assert [future.result() for future in others] == [2 * k for k in range(10)]
    with pytest.raises(LostError, match="exit status 7"):
        pool.submit(os._exit, 7).result()
    assert pool.submit(doubled, 1).result() == 2


def test_a_task_that_nobody_waits_for_is_ended(pool: Workers) -> None:
    """Whether it has begun or not; the others come back."""
    busy = [pool.submit(time.sleep, 60.0) for _ in range(2)]
    waiting, kept = pool.submit(doubled, 3), pool.submit(doubled, 4)
    while not all(future.running() for future in busy):
        time.sleep(0.01)
    pool.drop(waiting)
    assert waiting.cancelled()
    for future in busy:
        pool.drop(future)
    assert kept.result(timeout=30) == 8
    for future in busy:
        with pytest.raises(LostError):
            future.result(timeout=30)
    pool.drop(kept)  # what is done stays done
    assert kept.result() == 8


def test_three_tries_a_piece_then_it_is_lost_with_a_reason(pool: Workers) -> None:
    made = dict(finished("some", range(12), deadly, Crew(pool)))
    assert {k: v for k, v in made.items() if k not in (3, 5)} == {k: k for k in range(12) if k not in (3, 5)}
    for number, reason in ((3, "killed"), (5, "out of memory")):
        held = made[number]
        assert isinstance(held, Lost)
        assert held.reason.startswith(f"{TRIES} tries: ")
        assert reason in held.reason


def test_pieces_whose_workers_die_once_are_done(pool: Workers, tmp_path: Path) -> None:
    work = [(str(tmp_path), k) for k in range(6)]
    assert sorted(made for _piece, made in finished("some", work, once_deadly, Crew(pool)) if made is not None) == [
        *range(6)
    ]


def test_workers_that_die_at_birth_are_not_started_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulate.work.pool._work", stillborn)
    broken = Workers(2)
    with pytest.raises(BrokenExecutor, match="as soon as they are started"):
        broken.submit(doubled, 1).result(60)
    broken.shutdown(wait=False)


def test_what_is_kept_is_not_done_again(tmp_path: Path) -> None:
    asked: list[int] = []

    def note(piece: int) -> int:
        asked.append(piece)
        if piece == 7:
            raise OSError("stop")
        return piece

    for _ in range(2):
        with pytest.raises(OSError, match="stop"), keeping(tmp_path / "a", {}, fresh=False) as kept:
            list(finished("some", range(9), note, Crew(None, kept)))
    assert asked == [*range(8), 7]
    with keeping(tmp_path / "a", {}, fresh=False) as kept, ThreadPoolExecutor(2) as threads:
        assert dict(finished("some", range(9), doubled, Crew(threads, kept))) == {
            **{k: k for k in range(7)},
            7: 14,
            8: 16,
        }


@pytest.mark.parametrize("every", [False, True])
def test_killed_workers_change_nothing(pool: Workers, every: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """20 random moments at which one worker, or all, are killed: every piece is done, and once."""
    monkeypatch.setattr("simulate.work.pieces.TRIES", 1000)
    draw, kills = random.Random(every), 0
    while kills < 20:
        done: dict[int, int] = {}
        due = time.monotonic() + draw.uniform(0.0, 0.3)
        for piece, made in finished("some", range(400), slowly, Crew(pool)):
            assert not isinstance(made, Lost)
            assert piece not in done
            done[piece] = made
            if time.monotonic() > due and kills < 20:
                living = [worker.process for worker in list(pool._workers)]
                for process in living if every else [draw.choice(living)]:
                    process.kill()
                kills += 1
                due = time.monotonic() + draw.uniform(0.0, 0.3)
        assert done == {k: 3 * k for k in range(400)}


def test_a_sweep_whose_workers_are_killed_is_the_same(pool: Workers) -> None:
    whole, shares = sweep(BUMPS, *AXES, {"alpha": 0.3}), list[float]()

    def strike(share: float) -> None:
        shares.append(share)
        if len(shares) in (1, 40):
            pool._workers[0].process.kill()

    assert sweep(BUMPS, *AXES, {"alpha": 0.3}, executor=pool, progress=strike).identical(whole)


def test_lost_cells_are_undecided_and_say_why(pool: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    class Cursed(Workers):
        """Loses every task whose number is a multiple of five."""

        def __init__(self) -> None:
            self.width, self.seconds, self._count = 1, 0.0, 0

        def submit(self, function: Any, /, *args: Any, **options: Any) -> Any:
            from concurrent.futures import Future

            future: Future[Any] = Future()
            if args[1][0].batches[0].block[0].start == 0:
                future.set_exception(LostError("struck by lightning"))
            else:
                future.set_result(function(*args, **options))
            return future

    monkeypatch.setattr("simulate.sweep.cells.BATCH_CELLS", 9)
    axes = Axis("beta", 0.2, 0.8, 4), Axis("alpha", 0.0, 0.6, 6)
    found, whole = sweep(BUMPS, *axes, executor=Cursed()), sweep(BUMPS, *axes)
    assert found.attrs["lost"] == "3 tries: struck by lightning"
    lost = np.isnan(found["gain"])
    assert lost.sum() == 8
    assert (found["label"].where(lost, drop=True) == "undecided").all()
    assert found["gain"].where(~lost).identical(whole["gain"].where(~lost))


def test_proofs_go_the_same_way(pool: Workers) -> None:
    axes = Axis("beta", 0.3, 0.9, 3), Axis("alpha", 0.1, 0.5, 3)
    dataset = sweep(BUMPS, *axes)
    assert add_proofs(dataset, BUMPS, *axes, pool).identical(add_proofs(dataset, BUMPS, *axes))

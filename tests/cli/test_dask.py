"""Commands on a Dask cluster: the same answers, whoever dies meanwhile, and one line where there is no cluster."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from simulate.experiments import recipes
from simulate.experiments.discs import VARIABLES, Study, run_study
from simulate.experiments.sources import Placed
from simulate.storage import open_dataset
from simulate.work.cluster import Cluster, cluster_pool, local_cluster
from simulate.work.pieces import Crew, Lost, finished
from tests.cli.conftest import strict, without_progress
from tests.unit.tasks import deadly, doubled, once_deadly, slowly
from theory.errors import ClusterError, ProblemError

pytest.importorskip("distributed")

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., "subprocess.Popen[str]"]

MAP = ("--x", "beta=0.1:1:3", "--y", "gap=0.2:0.8:4", "--alpha", "0.4")
DRAWN = ("--samples", "300", "--votes", "11")
PHASE = ("phase", "stripes", *MAP, "--prove", "--check", "1", *DRAWN, "--out", "a.nc")
CHECK = ("check", "stripes", *MAP, *DRAWN, "--out", "a.nc")
LAWS = ("theorems", "prior-shift-harm", "close-stripes", "separated-sets", "--cases", "16", "--json")
TRAIN = ("train", "two-gaussians", "--set", "dim=2", "--samples", "200", "--test", "80", "--networks", "kept")
TRAIN += ("--model", "linear", "--epochs", "2", "--alpha", "0.5", "--beta", "0", "0.6", "--votes", "21", "--seeds", "2")
TRAIN += ("--out", "a.nc")
TINY = Study((0.0, 1.0), 3, (0.0, 1.0, 2.0), (2.0,), side=12.0, radius=3.0, tries=40, seed=1)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with local_cluster(2) as held:
        yield held


@pytest.fixture(scope="module")
def pool(cluster: Any) -> Iterator[Cluster]:
    with cluster_pool(cluster.scheduler_address) as held:
        yield held


@contextmanager
def struck(cluster: Any) -> Iterator[list[int]]:
    """One worker is killed as soon as it has something to do; who it was."""
    victims: list[int] = []
    over = threading.Event()

    def strike() -> None:
        while not over.wait(0.005):
            busy = [state.name for state in list(cluster.scheduler.workers.values()) if state.processing]
            pids = [cluster.workers[name].pid for name in busy if name in cluster.workers]
            if pids and pids[0]:
                os.kill(pids[0], signal.SIGKILL)
                victims.append(pids[0])
                return

    thread = threading.Thread(target=strike)
    thread.start()
    try:
        yield victims
    finally:
        over.set()
        thread.join()


def _complete(cluster: Any) -> None:
    """Wait for the workers that were started in place of dead ones."""
    until = time.monotonic() + 60
    while len(cluster.scheduler.workers) < 2 and time.monotonic() < until:
        time.sleep(0.05)


@pytest.mark.parametrize("words", [PHASE, CHECK, TRAIN], ids=lambda words: str(words[0]))
def test_a_worker_that_is_killed_changes_no_bit(words: tuple[str, ...], call: Run, cluster: Any) -> None:
    with struck(cluster) as victims:
        found = call(*words, "--dask", cluster.scheduler_address)
    assert found.returncode == 0, found.stderr
    assert victims
    held = {path: path.read_bytes() for path in Path().rglob("*.*")}
    assert len(held) == (13 if words is TRAIN else 1)
    for path in held:
        path.unlink()
    assert call(*words).returncode == 0
    assert {path: path.read_bytes() for path in Path().rglob("*.*")} == held


def test_laws(call: Run, cluster: Any) -> None:
    with struck(cluster) as victims:
        found = call(*LAWS, f"--dask={cluster.scheduler_address}")
    assert found.returncode == 0, found.stderr
    assert victims
    told, alone = (strict(result.stdout) for result in (found, call(*LAWS)))
    for record in (*told, *alone):
        assert record.pop("seconds") > 0
    assert told == alone


def test_a_study_of_a_figure(call: Run, cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "disc-experiment"
    small = replace(recipes.RECIPES[name], sources={name: Placed(TINY)}, draw=lambda _datasets, _columns: [Figure()])
    monkeypatch.setitem(recipes.RECIPES, name, small)
    with struck(cluster) as victims:
        found = call("figures", name, "--dask", cluster.scheduler_address)
    assert found.returncode == 0, found.stderr
    assert victims
    assert open_dataset(f"{name}.nc", VARIABLES).drop_attrs().equals(run_study(TINY).drop_attrs())


def test_three_tries_a_piece_and_none_of_its_neighbours(pool: Cluster) -> None:
    """Pieces wait behind deadly ones; only those that begin when a worker dies are lost with it."""
    made = dict(finished("some", range(12), deadly, Crew(pool)))
    lost = {piece: found.reason for piece, found in made.items() if isinstance(found, Lost)}
    assert lost == {3: "3 tries: a worker process died, out of memory or killed", 5: "3 tries: out of memory"}


def test_a_piece_that_kills_once_is_done(pool: Cluster, tmp_path: Path) -> None:
    assert dict(finished("some", [(str(tmp_path), 4)], once_deadly, Crew(pool))) == {(str(tmp_path), 4): 4}


def test_calls_are_taken_back_and_nothing_stays_at_the_scheduler(pool: Cluster, cluster: Any) -> None:
    with pytest.raises(ZeroDivisionError):
        pool.submit(divmod, 1, 0).result(60)
    calls = [pool.submit(slowly, k) for k in range(500)]
    assert calls[0].result(60) == 0
    assert sum(call.cancel() for call in calls) > 400
    assert pool.submit(doubled, 3).result(60) == 6
    until = time.monotonic() + 20
    while cluster.scheduler.tasks and time.monotonic() < until:
        time.sleep(0.05)
    assert not cluster.scheduler.tasks
    places = len(pool._free)
    assert places >= 500
    assert sum(made for _piece, made in finished("some", range(50), doubled, Crew(pool))) == 2450
    assert len(pool._free) == places >= len(cluster.scheduler.task_metadata[pool._session])


def test_workers_that_come_later_are_counted_and_asked(
    pool: Cluster, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulate.work.cluster.REFRESH", 0.0)
    monkeypatch.setattr(pool, "_threads", 0)
    _complete(cluster)
    assert (pool.deserted, pool.width) == (True, 1)
    assert pool.submit(doubled, 1).result(60) == 2
    assert pool.width == 2
    monkeypatch.setattr(pool, "_versions", pool._versions | {"scipy": "0.1"})
    with pytest.raises(
        ClusterError, match=r"^scipy is 0\.1 here and [\d.]+ on worker tcp:\S+; install the same there$"
    ):
        pool.submit(doubled, 1).result(60)


def test_another_version_is_refused(call: Run, cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulate.version.fingerprint", lambda: "0.1 abc")
    found = call(*PHASE, "--dask", cluster.scheduler_address)
    assert found.returncode == 1
    told = r"noisewise: noisewise is 0\.1 abc here and \S+ \w+ on worker tcp:\S+; install the same there\n"
    assert re.fullmatch(told, found.stderr)
    assert not list(Path().iterdir())


@pytest.mark.parametrize("word", ["local:0", "local:2000", "local:", "nowhere", "http://a:1", "a:b", "a b:1", ""])
def test_what_is_no_address(word: str, call: Run) -> None:
    found = call(*CHECK, "--dask", word)
    assert found.returncode == 2
    assert found.stderr.startswith(f"noisewise: --dask: found {word!r}, expected the address of a scheduler such as ")
    assert len(found.stderr.splitlines()) == 1
    with pytest.raises(ProblemError), cluster_pool(word):
        pass


def test_workers_and_a_cluster(call: Run) -> None:
    for words in (PHASE, ("figures", "phase-bumps")):
        found = call(*words, "--dask", "local:2", "--workers", "2")
        told = "noisewise: --dask: found --workers 2 beside it, expected one of the two\n"
        assert (found.returncode, found.stderr) == (2, told)


def test_nobody_answers(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    began = time.monotonic()
    found = run(*PHASE, "--dask", "127.0.0.1:1")
    assert found.returncode == 1
    assert re.fullmatch(r"noisewise: no Dask scheduler answers at 127\.0\.0\.1:1: .*\n", found.stderr)
    assert time.monotonic() - began < 20


def test_without_dask(call: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    found = call(*PHASE, "--dask", "local:2")
    assert found.returncode == 1
    assert "pip install 'noisewise[distributed]'" in found.stderr


ALONE = (
    "import time; from distributed import LocalCluster; "
    "held = LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=':0'); "
    "print(held.scheduler_address, flush=True); time.sleep(600)"
)


def test_a_scheduler_that_dies_costs_nothing_that_was_finished(start: Start, call: Run, tmp_path: Path) -> None:
    words = ("phase", "concentric", "--x", "dim=2:161:160", "--y", "alpha=0:1.5:15", "--beta", "0.5", "--out", "a.nc")
    scheduler = start(command=[sys.executable, "-c", ALONE])
    assert scheduler.stdout is not None
    address = scheduler.stdout.readline().strip()
    process = start(*words, "--dask", address)
    part = tmp_path / "a.nc.part"
    while not part.exists() or part.stat().st_size < 3000:
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(scheduler.pid, signal.SIGKILL)
    out, err = process.communicate(timeout=30)
    (line,) = without_progress(err)
    kept = r"(\d+ finished pieces are|1 finished piece is) kept in a\.nc\.part, give the command again to go on"
    assert re.fullmatch(rf"noisewise: the Dask scheduler at {re.escape(address)} is gone; {kept}", line)
    assert (process.returncode, out, os.listdir(tmp_path)) == (1, "", ["a.nc.part"])
    again = call(*words)
    assert again.returncode == 0
    assert "going on from a.nc.part" in again.stderr
    held = Path("a.nc").read_bytes()
    Path("a.nc").unlink()
    assert call(*words).returncode == 0
    assert Path("a.nc").read_bytes() == held


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_local_cluster_ends_with_its_command(number: signal.Signals, start: Start, tmp_path: Path) -> None:
    process = start("phase", "bumps", "--x", "spacing=0.5:3:2000", "--y", "scale=0.1:1:2000", "--dask", "local:1")
    assert process.stderr is not None
    assert process.stderr.readline().startswith("noisewise: sweeping: 0 %")
    os.killpg(process.pid, number) if number == signal.SIGINT else process.send_signal(number)
    _out, err = process.communicate(timeout=30)
    if number == signal.SIGINT:
        assert process.returncode == 130
        (line,) = without_progress(err)
        assert line.startswith("noisewise: interrupted")
    until = time.monotonic() + 10
    while _session(process.pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _session(process.pid)


def _session(leader: int) -> list[str]:
    """Living processes of a session."""
    words = ["ps", "-o", "stat=,pid=", "-s", str(leader)]
    found = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    return [line for line in found.splitlines() if not line.lstrip().startswith("Z")]

"""A Dask cluster as an executor. Dask carries calls and results; what is repeated, and when, is decided here."""

from __future__ import annotations

import asyncio
import itertools
import logging
import pickle
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import ExitStack, contextmanager
from typing import Any

from simulate.extras import missing
from simulate.work.called import called, difference, versions
from simulate.work.pool import deaf, start_tracker
from theory.errors import ClusterError, LostError, ProblemError, one_line, shown

# Seconds that a call should take: the way there and back takes milliseconds, a worker that dies loses one call.
SECONDS = 2.0
# Seconds in which a scheduler must answer, in which Dask must say that none did, and after which it is asked again how
# many workers it has.
PATIENCE, GRACE, REFRESH = 6.0, 1.0, 2.0
MOST_LOCAL = 1024
FORM = f"the address of a scheduler such as tcp://HOST:8786, or local:N, N from 1 to {MOST_LOCAL}"
ADDRESS = re.compile(r"((tcp|tls|wss?)://)?([^\s:/\[\]]+|\[[0-9a-fA-F:.]+\]):\d{1,5}")
LOCAL = re.compile(r"local:(\d{1,4})")


class Cluster(Executor):
    """The workers of a Dask client, as many as there are at any time. Made by `cluster_pool`."""

    seconds = SECONDS
    elsewhere = True

    def __init__(self, client: Any, address: str) -> None:
        self._client, self._address = client, address
        self._versions = versions()
        self._session = f"noisewise-{uuid.uuid4().hex}"
        self._serials, self._places = itertools.count(), itertools.count()
        self._free: list[int] = []  # places at the scheduler, each for one call under way
        self._gone = False
        self._threads, self._asked = sum(client.nthreads().values()), time.monotonic()

    @property
    def width(self) -> int:
        """Threads of all workers, a moment ago; at least 1, for there may be workers to come."""
        return max(1, self._threads)

    @property
    def deserted(self) -> bool:
        """Whether there was no worker, a moment ago."""
        return self._threads == 0

    def submit(self, function: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        """A call for the next worker that is free. Raises `ClusterError` when the scheduler is gone."""
        if self._gone:
            raise self._lost_scheduler()
        future: Future[Any] = Future()
        content = pickle.dumps((function, args, options))
        asyncio.run_coroutine_threadsafe(self._serve(future, content), self._client.loop.asyncio_loop)
        return future

    async def _serve(self, future: Future[Any], content: bytes) -> None:
        """Have a call done and tell its future; in the client's own thread."""
        place = self._free.pop() if self._free else next(self._places)
        value: Any = None
        try:
            done, value = pickle.loads(await self._called(future, content, place))
        except BaseException as error:
            done, value = False, None if future.cancelled() else self._meaning(error)
        self._free.append(place)
        if future.set_running_or_notify_cancel():
            future.set_result(value) if done else future.set_exception(value)

    async def _called(self, future: Future[Any], content: bytes, place: int) -> bytes:
        if self._client.status != "running":
            raise CancelledError
        await self._ask()
        serial = next(self._serials)
        mark = [self._session, str(place), str(serial)]
        held = self._client.submit(
            called, self._versions, mark, content, key=f"{self._session}-{serial}", pure=False, retries=0
        )
        waiting = asyncio.ensure_future(held._result())
        loop = asyncio.get_running_loop()
        future.add_done_callback(lambda done: loop.call_soon_threadsafe(waiting.cancel) if done.cancelled() else None)
        try:
            result: bytes = await waiting
            return result
        finally:
            held.release()

    async def _ask(self) -> None:
        """How many threads there are, now and then."""
        if time.monotonic() > self._asked + REFRESH:
            self._asked = time.monotonic()
            self._threads = sum((await self._client.scheduler.ncores()).values())

    def _meaning(self, error: BaseException) -> BaseException:
        """What an error of Dask, not of the call, means."""
        from distributed import KilledWorker

        if isinstance(error, KilledWorker):
            return LostError("worker processes died, out of memory or killed")
        if isinstance(error, OSError) and self._client.status == "running":
            return LostError(one_line(f"a result did not arrive: {error}"))
        if isinstance(error, CancelledError | asyncio.CancelledError | OSError):
            self._gone = True
            return self._lost_scheduler()
        return ClusterError(one_line(f"the Dask cluster at {self._address}: {error.__cause__ or error}"))

    def _lost_scheduler(self) -> ClusterError:
        return ClusterError(f"the Dask scheduler at {self._address} is gone")


@contextmanager
def cluster_pool(address: str) -> Iterator[Cluster]:
    """The workers of a scheduler, or `local:N` processes of this machine, which end with this one.

    Raises:
        ProblemError: it is no address.
        MissingExtraError: Dask is not installed.
        ClusterError: no scheduler answers, or a worker has another version of what results follow from.
    """
    local = LOCAL.fullmatch(address)
    if not (1 <= int(local[1]) <= MOST_LOCAL if local is not None else ADDRESS.fullmatch(address)):
        raise ProblemError("--dask", shown(address), FORM)
    try:
        import distributed
    except ImportError:
        raise missing("distributed", "distributed") from None
    with ExitStack() as stack:
        stack.enter_context(_quiet())
        held = stack.enter_context(local_cluster(int(local[1]))) if local is not None else address
        client = _connected(lambda: distributed.Client(held, timeout=PATIENCE, set_as_default=False), address)
        stack.callback(client.close, timeout=REFRESH)
        _check(client)
        yield Cluster(client, address)


def _connected(connect: Callable[[], Any], address: str) -> Any:
    """What `connect` gives, in time: Dask waits for ever for whoever listens and says nothing."""
    future: Future[Any] = Future()

    def tell() -> None:
        try:
            future.set_result(connect())
        except Exception as error:  # whatever Dask makes of who answers, or does not
            future.set_exception(error)

    threading.Thread(target=tell, daemon=True).start()
    try:
        return future.result(PATIENCE + GRACE)
    except Exception as error:
        reason = one_line(str(error).partition("\n")[0]) or "whoever listens there says nothing"
        raise ClusterError(f"no Dask scheduler answers at {address}: {reason}") from None


def _check(client: Any) -> None:
    """Raise `ClusterError` where a worker has other versions; those that come later are asked with each call."""
    mine = versions()
    for where, found in client.run(versions, on_error="return").items():
        if isinstance(found, OSError):
            continue  # it died meanwhile
        theirs = mine | {"noisewise": "another, or none,"} if isinstance(found, Exception) else found
        if told := difference(mine, theirs, f"worker {where}"):
            raise ClusterError(told)


@contextmanager
def local_cluster(count: int) -> Iterator[Any]:
    """A Dask cluster of so many processes of this machine, each with one thread."""
    import dask
    from distributed import LocalCluster

    environment = dask.config.get("distributed.nanny.pre-spawn-environ", {}) | {"DASK_LOGGING__DISTRIBUTED": "critical"}
    start_tracker()
    settings = {
        "distributed.nanny.pre-spawn-environ": environment,
        "distributed.scheduler.allowed-failures": 100,
        "distributed.deploy.lost-worker-timeout": "5s",
    }
    with dask.config.set(settings):
        with deaf():
            cluster: Any = LocalCluster(
                n_workers=count,
                threads_per_worker=1,
                processes=True,
                dashboard_address=":0",
                scheduler_kwargs={"dashboard": False},
                memory_limit=0,
                silence_logs=logging.CRITICAL,
            )
        with cluster:
            keeper = asyncio.run_coroutine_threadsafe(_replace(cluster, count), cluster.loop.asyncio_loop)
            try:
                yield cluster
            finally:
                keeper.cancel()


async def _replace(cluster: Any, count: int) -> None:
    """New workers for those that Dask gives up: it does not start one again that died at its very beginning."""
    while True:
        await asyncio.sleep(REFRESH)
        cluster.scale(count)


@contextmanager
def _quiet() -> Iterator[None]:
    """Dask says nothing of its own: what matters comes as an error."""
    import dask

    held = ("distributed", "asyncio", "tornado")
    loggers = [logging.getLogger(name) for name in {*held, *logging.root.manager.loggerDict} if name.startswith(held)]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TiB"}):
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)

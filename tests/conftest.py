"""What every run of the tests shares: compiled code on disk, one thread per library, long files first, little memory;
and that no test leaves its precision to the next.

Set before NumPy and JAX are imported, and inherited by the commands, kernels and workers that tests start.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import flint
import mpmath
import pytest

COMPILED = Path(__file__).parents[1] / "build" / "compiled"
SHARED = {
    # Compiling for Monte Carlo costs far more than running: what one process compiled, all others and later runs load.
    "JAX_COMPILATION_CACHE_DIR": str(COMPILED),
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    # The workers of pytest fill the cores already.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
os.environ.update({name: os.environ.get(name, value) for name, value in SHARED.items()})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests start first, so that no worker is left with one at the end; a file stays in one piece."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: looking through it again and again, as the collector of garbage
    does, came to half a second for each file."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _precision_is_that_of_each_test() -> Iterator[None]:
    """A test that asks for 1500 digits does not slow those that follow in its process: some would never end."""
    before = mpmath.mp.prec, flint.ctx.prec
    yield
    mpmath.mp.prec, flint.ctx.prec = before


@pytest.fixture(autouse=True, scope="module")
def _memory_is_given_back() -> Iterator[None]:
    """What a file has compiled goes with it, from the system too: kept, it came to gigabytes for each worker."""
    yield
    if "jax" in sys.modules:
        sys.modules["jax"].clear_caches()
        gc.collect()
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)

"""What JAX needs of the machine before it is asked for anything: a device that it may use, and memory.

Without them it stops with assertions of its own, or the process dies without a word.
"""

from __future__ import annotations

import os
import resource
from functools import cache
from pathlib import Path

import jax

from theory.errors import DeviceError, shown

# Address space and data that starting and compiling take beyond what the process has (measured: 1.2 and 0.5 GB).
ROOM = {resource.RLIMIT_AS: 1_400_000_000, resource.RLIMIT_DATA: 600_000_000}
# Where they stand among the counts of pages that the system keeps of a process.
PAGES = {resource.RLIMIT_AS: 0, resource.RLIMIT_DATA: 5}


@cache
def claim_devices() -> None:
    """Start JAX, once.

    Raises:
        DeviceError: the platform that is asked for has no device.
        MemoryError: a limit of this process leaves too little.
    """
    for limit, room in ROOM.items():
        allowed, _hard = resource.getrlimit(limit)
        if allowed != resource.RLIM_INFINITY and allowed - _taken(PAGES[limit]) < room:
            raise MemoryError
    try:
        jax.devices()
    except (RuntimeError, AssertionError) as error:
        asked = os.environ.get("JAX_PLATFORMS") or "any platform"
        raise DeviceError(f"JAX finds no device of {shown(asked)}; leave JAX_PLATFORMS out, or make it cpu") from error


def _taken(place: int) -> int:
    """Bytes that this process takes; 0 where the system does not say."""
    try:
        pages = Path("/proc/self/statm").read_text().split()
    except OSError:
        return 0
    return int(pages[place]) * resource.getpagesize()

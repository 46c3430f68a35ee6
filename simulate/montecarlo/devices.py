"""What JAX needs of the machine before it is asked for anything: a device that it may use, and memory.

Without them it stops with assertions of its own, or the process dies without a word.
"""

from __future__ import annotations

import os
import resource
import warnings
import zlib
from functools import cache
from pathlib import Path

import jax

from simulate.cache import cache_folder
from theory.errors import DeviceError, shown

# Address space and data that starting and compiling take beyond what the process has (measured: 1.2 and 0.5 GB).
ROOM = {resource.RLIMIT_AS: 1_400_000_000, resource.RLIMIT_DATA: 600_000_000}
# Where they stand among the counts of pages that the system keeps of a process.
PAGES = {resource.RLIMIT_AS: 0, resource.RLIMIT_DATA: 5}


# What takes longer to compile, in seconds, is kept.
KEPT = 0.05


@cache
def claim_devices() -> None:
    """Start JAX, once. What it compiles is kept in the user's cache, unless it is told of another folder.

    Raises:
        DeviceError: the platform that is asked for has no device.
        MemoryError: a limit of this process leaves too little.
    """
    for limit, room in ROOM.items():
        allowed, _hard = resource.getrlimit(limit)
        if allowed != resource.RLIM_INFINITY and allowed - _taken(PAGES[limit]) < room:
            raise MemoryError
    _keep_compiled()
    try:
        jax.devices()
    except (RuntimeError, AssertionError) as error:
        asked = os.environ.get("JAX_PLATFORMS") or "any platform"
        raise DeviceError(f"JAX finds no device of {shown(asked)}; leave JAX_PLATFORMS out, or make it cpu") from error


def _keep_compiled() -> None:
    """Compiling takes longer than running: what one process compiled, later ones load. Code for one kind of processor
    is kept apart from that for others, which may share the folder."""
    if jax.config.values["jax_compilation_cache_dir"] is not None:
        return
    folder = cache_folder("compiled") / f"{zlib.crc32(_abilities()):08x}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return
    # An entry that is damaged, or that another process is just writing, is compiled again, and that is all.
    warnings.filterwarnings("ignore", "Error (reading|writing) persistent compilation cache entry", UserWarning)
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", KEPT)


def _abilities() -> bytes:
    """What the processor can do, as far as the system says."""
    try:
        lines = Path("/proc/cpuinfo").read_bytes().splitlines()
    except OSError:
        return b""
    return b"".join(sorted({line for line in lines if line.startswith((b"flags", b"Features"))}))


def _taken(place: int) -> int:
    """Bytes that this process takes; 0 where the system does not say."""
    try:
        pages = Path("/proc/self/statm").read_text().split()
    except OSError:
        return 0
    return int(pages[place]) * resource.getpagesize()

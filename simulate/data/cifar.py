"""CIFAR-10 in its Python version: pickles, of which no code is run.

A pickle is a program that may call anything. These are first read through without being run, as to lengths and
places in memory, and then run with stand-ins for the few names that arrays of bytes are made of: what is made of them
is bytes with a shape, and a pickle that names anything else is refused.
"""

from __future__ import annotations

import io
import math
import os
import pickle
import pickletools
from pathlib import Path
from typing import Any

import numpy as np

from simulate.data.raw import PIXEL, Labels, Pixels, Raw, named, part
from theory.errors import ProblemError, shown

SHAPE = (3, 32, 32)
TRAIN, TEST = tuple(f"data_batch_{k}" for k in range(1, 6)), "test_batch"
THINGS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
EXPECTED = "a batch of the Python version of CIFAR-10"
# A batch of 10 000 images takes 31 MB.
MOST_BYTES = 1 << 28
# What numbers a place in the memory of the machine that runs a pickle.
PLACING = ("PUT", "BINPUT", "LONG_BINPUT")


def cifar10(folder: str) -> Raw:
    """The images and labels of a folder.

    Raises:
        ProblemError: no folder, a file is missing or damaged, or holds something else; one line.
    """
    if not folder:
        raise ProblemError("", "cifar10", "cifar10:DIR, the folder of data_batch_1 ... 5 and test_batch")
    train = [_batch(Path(folder) / name) for name in TRAIN]
    images, labels = (np.concatenate(parts) for parts in zip(*train, strict=True))
    test = part(*_batch(Path(folder) / TEST), folder)
    return named(part(images, labels, folder), test, folder, PIXEL, THINGS)


def _batch(path: Path) -> tuple[Pixels, Labels]:
    held = read_batch(path)
    data, labels = (held.get(key, held.get(key.encode())) for key in ("data", "labels"))
    pixels = data.values if isinstance(data, StoredArray) else None
    if pixels is None or pixels.ndim != 2 or pixels.shape[1] != math.prod(SHAPE) or not len(pixels):
        shape = getattr(pixels, "shape", "nothing")
        raise ProblemError("data", shown(shape), f"unsigned bytes (n, {math.prod(SHAPE)})", str(path))
    if not isinstance(labels, list) or not all(type(v) is int and 0 <= v < len(THINGS) for v in labels):
        raise ProblemError("labels", shown(labels), f"a list of labels from 0 to {len(THINGS) - 1}", str(path))
    if len(labels) != len(pixels):
        raise ProblemError("labels", f"{len(labels)} labels of {len(pixels)} images", "one for each", str(path))
    return pixels.reshape(-1, *SHAPE), np.array(labels, np.int64)


def read_batch(path: Path) -> dict[Any, Any]:
    """The dictionary of a batch: plain containers, text, numbers and `StoredArray`.

    Raises:
        ProblemError: the file cannot be read, or is no pickle of these alone.
    """
    if not os.path.isfile(path):
        raise ProblemError("", "no such file", EXPECTED, str(path))
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ProblemError("", f"{path.stat().st_size} bytes", f"{EXPECTED}, at most {MOST_BYTES}", str(path))
        text = path.read_bytes()
    except OSError as error:
        raise ProblemError("", f"an unreadable file ({error.strerror})", EXPECTED, str(path)) from None
    try:
        _check_places(text)
        held = _Reader(io.BytesIO(text), encoding="bytes").load()
    except Exception as error:  # a damaged pickle fails in every way that a program can
        reason = str(error) or type(error).__name__
        raise ProblemError("", f"a pickle that is not run ({shown(reason, 90)})", EXPECTED, str(path)) from None
    if not isinstance(held, dict):
        raise ProblemError("", f"a {type(held).__name__}", EXPECTED, str(path))
    return held


def _check_places(text: bytes) -> None:
    """Refuse lengths beyond the end of the file, and places in memory beyond what has been done, which would take it.

    Raises:
        ValueError: the pickle is damaged.
    """
    for count, (code, argument, _position) in enumerate(pickletools.genops(text)):
        if code.name in PLACING and not (isinstance(argument, int) and 0 <= argument <= count):
            raise ValueError(f"place {argument} in memory after {count} steps")


class StoredArray:
    """An array of unsigned bytes as a pickle describes it."""

    def __init__(self, *_empty: Any) -> None:
        self.values: Pixels | None = None

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _version, shape, kind, fortran, data = state
        if not isinstance(kind, _Bytes) or not isinstance(data, bytes) or not isinstance(shape, tuple):
            raise ValueError("an array of other things than unsigned bytes")
        values = np.frombuffer(data, np.uint8)
        self.values = values.reshape(shape[::-1]).T if fortran is True else values.reshape(shape)


class _Bytes:
    """The type of unsigned bytes; what else a pickle says of it changes nothing."""

    def __init__(self, name: Any, *_more: Any) -> None:
        if name not in ("u1", b"u1"):
            raise ValueError(f"numbers of type {shown(name)}")

    def __setstate__(self, state: Any) -> None:
        pass


def _encoded(text: Any, encoding: Any = "latin1") -> bytes:
    """Bytes as Python 3 writes them in old protocols."""
    if encoding not in ("latin1", b"latin1"):
        raise ValueError(f"the encoding {shown(encoding)}")
    return bytes(text, "latin1") if isinstance(text, str) else bytes(memoryview(text))


def _rebuilt(data: Any, kind: Any, shape: Any, order: Any) -> StoredArray:
    """An array as the newest protocols write it."""
    held = StoredArray()
    held.__setstate__((1, shape, kind, order in ("F", b"F"), bytes(memoryview(data))))
    return held


NAMES: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): StoredArray,
    ("numpy", "dtype"): _Bytes,
    ("_codecs", "encode"): _encoded,
}
for _room in ("numpy.core", "numpy._core"):
    NAMES[f"{_room}.multiarray", "_reconstruct"] = StoredArray
    NAMES[f"{_room}.numeric", "_frombuffer"] = _rebuilt


class _Reader(pickle.Unpickler):
    """Knows the names of NAMES only."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in NAMES:
            raise pickle.UnpicklingError(f"it names {module}.{name}")
        return NAMES[module, name]

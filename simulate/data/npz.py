"""Files .npz with x and y, and with x_test and y_test where something was set apart for the test."""

from __future__ import annotations

import math
import os
import zipfile
import zlib

import numpy as np

from simulate.data.raw import PIXEL, PLAIN, Raw, named, part, same_kind
from theory.errors import ProblemError, one_of, shown

KEYS = ("x", "y", "x_test", "y_test")
EXPECTED = "a file as numpy.savez writes it, with x and y"
# Other ways of packing take memory as they say they need it.
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# No byte of deflate makes more than so many; what says it does would take memory and not be there.
MOST_PACKED = 1100


def read_npz(path: str) -> Raw:
    """The data set of a file.

    Raises:
        ProblemError: the file is damaged, an array is missing or is no numbers, or they do not fit; one line.
    """
    arrays = _arrays(path)
    for key in ("x", "y", *(KEYS[2:] if set(arrays) & set(KEYS[2:]) else ())):
        if key not in arrays:
            raise ProblemError(key, "nothing", f"an array: a file has {', '.join(KEYS[:2])}, or all four", path)
    train, test = part(arrays["x"], arrays["y"], path), None
    if "x_test" in arrays:
        same_kind(arrays["x"], arrays["x_test"], path)
        test = part(arrays["x_test"], arrays["y_test"], path, KEYS[2:])
    return named(train, test, path, PIXEL if arrays["x"].dtype == np.uint8 else PLAIN)


def _arrays(path: str) -> dict[str, np.ndarray]:
    if not os.path.isfile(path):
        raise ProblemError("", "no such file", EXPECTED, path)
    try:
        with zipfile.ZipFile(path) as held:
            return {_key(info, path): _array(held, info, path) for info in held.infolist()}
    except OSError as error:
        raise ProblemError("", f"an unreadable file ({error.strerror or error})", EXPECTED, path) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeError) as error:
        reason = str(error) or type(error).__name__
        raise ProblemError("", f"a damaged file ({shown(reason, 90)})", EXPECTED, path) from None


def _key(info: zipfile.ZipInfo, path: str) -> str:
    key = info.filename.removesuffix(".npy")
    if key not in KEYS:
        raise ProblemError(key, "an unknown array", one_of(KEYS, key), path)
    return key


def _array(held: zipfile.ZipFile, info: zipfile.ZipInfo, path: str) -> np.ndarray:
    """One array, if the file is as long as its header makes it."""
    key = _key(info, path)
    if info.compress_type not in PACKINGS:
        raise ProblemError(key, f"packing {info.compress_type}", EXPECTED, path)
    with held.open(info) as member:
        try:
            version = np.lib.format.read_magic(member)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, _fortran, kind = read(member)
        except Exception as error:  # a header is a Python expression, and fails in every way that these can
            raise _no_array(key, error, path) from None
        start = member.tell()
    if kind.hasobject:
        raise ProblemError(key, "an array of objects", "an array of numbers", path)
    size = math.prod(shape) * kind.itemsize
    if min(shape, default=1) < 0 or size != info.file_size - start or size > MOST_PACKED * (info.compress_size + 1):
        raise ProblemError(key, f"{info.file_size - start} bytes", f"{size} as its header says", path)
    with held.open(info) as member:
        try:
            return np.asarray(np.lib.format.read_array(member, allow_pickle=False))
        except ValueError as error:
            raise _no_array(key, error, path) from None


def _no_array(key: str, error: Exception, path: str) -> ProblemError:
    reason = str(error) or type(error).__name__
    return ProblemError(key, f"no array ({shown(reason, 90)})", EXPECTED, path)

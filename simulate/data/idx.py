"""The idx format of the MNIST family, plain or gzip, and Fashion-MNIST in it.

A file is: two zero bytes, the type (8: unsigned bytes), the number of dimensions, their sizes as big-endian 32-bit
words, the numbers. What a header says is never believed: memory grows with the bytes that are there.
"""

from __future__ import annotations

import gzip
import math
import os
import zlib
from pathlib import Path
from typing import IO, cast

import numpy as np

from simulate.data.raw import PIXEL, Part, Pixels, Raw, named, part, same_kind
from theory.errors import ProblemError

UNSIGNED_BYTES = 8
GZIP = b"\x1f\x8b"
CHUNK = 1 << 20
# Where the Debian package has the files.
FASHION, PACKAGE = "/usr/share/datasets/fashion-mnist", "dataset-fashion-mnist"
GARMENTS = ("t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle-boot")


def fashion_mnist(folder: str) -> Raw:
    """The images and labels of a folder, those of the package where none is named.

    Raises:
        ProblemError: a file is missing, damaged, or does not fit to the others; one line.
    """
    held = Path(folder or FASHION)
    train, test = (read_idx(_file(held, f"{kind}-images-idx3-ubyte"), 3) for kind in ("train", "t10k"))
    same_kind(train, test, str(held))
    return named(_labelled(held, train, "train"), _labelled(held, test, "t10k"), str(held), PIXEL, GARMENTS)


def _labelled(folder: Path, images: Pixels, kind: str) -> Part:
    path = _file(folder, f"{kind}-labels-idx1-ubyte")
    labels = read_idx(path, 1)
    if (labels >= len(GARMENTS)).any():
        raise ProblemError("", f"the label {labels.max()}", f"labels from 0 to {len(GARMENTS) - 1}", str(path))
    return part(images, labels, str(path))


def _file(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if os.path.isfile(path):  # False too where the name is impossible
            return path
    expected = f"{name} or {name}.gz, as the Debian package {PACKAGE} has them in {FASHION}"
    raise ProblemError("", "no such file", expected, str(folder / name))


def read_idx(path: Path, dims: int) -> Pixels:
    """The unsigned bytes of an idx file with so many dimensions.

    Raises:
        ProblemError: it cannot be read, is no such file, or holds more or fewer numbers than it says.
    """
    try:
        with path.open("rb") as file:
            if file.peek(len(GZIP))[: len(GZIP)] != GZIP:
                return _parsed(file, dims, path)
            with gzip.open(file) as unpacked:
                return _parsed(cast(IO[bytes], unpacked), dims, path)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ProblemError("", f"damaged gzip data ({error})", "a complete file", str(path)) from None
    except OSError as error:
        raise ProblemError("", f"an unreadable file ({error.strerror or error})", "an idx file", str(path)) from None


def _parsed(stream: IO[bytes], dims: int, path: Path) -> Pixels:
    head = stream.read(4)
    if head != bytes((0, 0, UNSIGNED_BYTES, dims)):
        expected = f"00 00 08 0{dims}: an idx file of unsigned bytes in {dims} dimension{'s' if dims > 1 else ''}"
        raise ProblemError("", f"the first bytes {head.hex(' ') or '(none)'}", expected, str(path))
    words = stream.read(4 * dims)
    if len(words) < 4 * dims:
        raise ProblemError("", f"a header of {4 + len(words)} bytes", f"one of {4 + 4 * dims}", str(path))
    shape = tuple(np.frombuffer(words, ">u4").tolist())
    wanted, held = math.prod(shape), bytearray()
    # One byte too many is asked for: that says whether there are more, however many.
    while len(held) <= wanted and (chunk := stream.read(min(CHUNK, wanted + 1 - len(held)))):
        held += chunk
    if len(held) != wanted or not wanted:
        found = f"more than {wanted}" if len(held) > wanted else str(len(held))
        raise ProblemError("", f"{found} numbers", f"{' x '.join(map(str, shape))} as the header says", str(path))
    return np.frombuffer(held, np.uint8).reshape(shape)

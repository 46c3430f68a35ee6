"""Small data files in the formats that readers know, written here so that no package has to bring them."""

from __future__ import annotations

import gzip
import pickle
import struct
from pathlib import Path

import numpy as np

BATCHES = (*(f"data_batch_{k}" for k in range(1, 6)), "test_batch")


def idx(array: np.ndarray) -> bytes:
    """An idx file of unsigned bytes."""
    return struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


def write_fashion(folder: Path, *, packed: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Twenty images of 3 x 2 pixels to train and ten to test, two and one of each class; those to train are given."""
    rng = np.random.default_rng(5)
    labels, images = np.arange(20) % 10, rng.integers(0, 256, (20, 3, 2))
    for kind, count in (("train", 20), ("t10k", 10)):
        for name, part in (("images-idx3", images), ("labels-idx1", labels)):
            text = idx(part[:count])
            path = folder / f"{kind}-{name}-ubyte{'.gz' if packed else ''}"
            path.write_bytes(gzip.compress(text, mtime=0) if packed else text)
    return images, labels


def batch(*, protocol: int = 2, key: type = str) -> bytes:
    """A CIFAR batch of ten images, one of each class."""
    pixels = np.random.default_rng(6).integers(0, 256, (10, 3072)).astype(np.uint8)
    names = {"data": pixels, "labels": list(range(10)), "batch_label": "one", "filenames": ["a.png"] * 10}
    held = {(name.encode() if key is bytes else name): value for name, value in names.items()}
    return pickle.dumps(held, protocol=protocol)


def write_cifar(folder: Path, text: bytes) -> None:
    """The same batch six times."""
    for name in BATCHES:
        (folder / name).write_bytes(text)

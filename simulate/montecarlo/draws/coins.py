"""The coins that decide ties of votes: one for each sample, shared by all classifiers and all noises.

Tossed and not counted as halves, so that failures stay whole numbers and the intervals from counts stay valid.
"""

from __future__ import annotations

import numpy as np

# Steps of the generator's counter give so many words each.
WORDS = 4


def coins(key: np.ndarray, first: int, count: int) -> np.ndarray:
    """(count,) whether ties of the samples from number `first` on are of class 1.

    A sample's coin depends on the two words of the key and on its number alone. The generator (Philox: Salmon, Moraes,
    Dror, Shaw 2011) is none that draws the samples themselves.
    """
    stream = np.random.Philox(key=key).advance(first)
    return (stream.random_raw(WORDS * count)[::WORDS] & np.uint64(1)).astype(bool)

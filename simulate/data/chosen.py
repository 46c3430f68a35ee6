"""Which points of a data set are kept: classes, a part set apart for the test, and so many of each part.

Every choice is stratified: each class has its share, to within one point, and at least one point where there are as
many as classes. Points come in random order. For the same seed what fewer points choose is part of what more choose,
but for the point that rounding may shift from one class to another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulate.data.raw import Labels, Part, Raw
from theory.errors import ProblemError, one_of, shown

# The share of the points that is set apart where the data come without a test.
TEST_SHARE = 0.2


def of_classes(raw: Raw, wanted: Sequence[str]) -> Raw:
    """The points of some classes, which become 0 ... K - 1 in the order wanted; all where none is named.

    Raises:
        ProblemError: an unknown class, one named twice, or one alone.
    """
    if not wanted:
        return raw
    for name in wanted:
        if name not in raw.classes:
            raise ProblemError("classes", shown(name), one_of(raw.classes, name), raw.name)
    if len(set(wanted)) < max(2, len(wanted)):
        raise ProblemError("classes", " ".join(wanted), "two or more classes, each once", raw.name)
    number = np.full(len(raw.classes), -1)
    number[[raw.classes.index(name) for name in wanted]] = np.arange(len(wanted))

    def kept(part: Part) -> Part:
        y = number[part.y]
        return Part(part.x[y >= 0], y[y >= 0])

    test = None if raw.test is None else kept(raw.test)
    if test is not None and not len(test.y):
        raise ProblemError("classes", " ".join(wanted), "classes with points to test", raw.name)
    return replace(raw, train=kept(raw.train), test=test, classes=tuple(wanted))


def split(raw: Raw, seed: np.random.SeedSequence) -> tuple[Part, Part]:
    """The parts to train and to test: those of the data set, or a fifth of its points set apart."""
    if raw.test is not None:
        return raw.train, raw.test
    whole = raw.train
    count = len(whole.y) - max(1, round(TEST_SHARE * len(whole.y)))
    if count < len(raw.classes):
        found = f"{len(whole.y)} points of {len(raw.classes)} classes"
        raise ProblemError("x", found, "enough to set a fifth apart, or x_test and y_test", raw.name)
    order, first = stratified(whole.y, count, seed)
    return whole.at(order[first]), whole.at(order[~first])


def limited(part: Part, count: int | None, key: str, name: str, classes: int, seed: np.random.SeedSequence) -> Part:
    """So many of the points, all of them where no number is given.

    Raises:
        ProblemError: there are fewer, or fewer were asked for than there are classes to train.
    """
    if count is None:
        return part
    if count > len(part.y):
        raise ProblemError(key, str(count), f"at most {len(part.y)}: there are no more points", name)
    if key == "samples" and count < classes:
        raise ProblemError(key, str(count), f"at least one for each of the {classes} classes", name)
    order, first = stratified(part.y, count, seed)
    return part.at(order[first])


def stratified(y: Labels, count: int, seed: np.random.SeedSequence) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """All places in random order, and which of them are among the `count` that are chosen."""
    order = np.random.default_rng(seed).permutation(len(y))
    present, labels = np.unique(y[order], return_inverse=True)
    quota, first = quotas(np.bincount(labels), count), np.zeros(len(y), bool)
    for label in range(len(present)):
        first[np.flatnonzero(labels == label)[: quota[label]]] = True
    return order, first


def quotas(sizes: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """How many of each class: shares rounded by the largest remainder, and none left out where there is room.

    Examples:
        >>> quotas(np.array([50, 30, 1]), 8).tolist()
        [4, 3, 1]
    """
    share = count * sizes / sizes.sum()
    least = 1 if count >= len(sizes) else 0
    held = np.maximum(np.floor(share), least).astype(np.int64)
    while (missing := count - int(held.sum())) != 0:
        spare = held < sizes if missing > 0 else held > least
        gap = np.where(spare, np.sign(missing) * (share - held), -np.inf)
        held[int(np.argmax(gap))] += np.sign(missing)
    return held

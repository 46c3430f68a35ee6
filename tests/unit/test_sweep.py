"""Sweeps: values, labels, and that nobody who evaluates them changes a bit."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures._base import DoneAndNotDoneFutures
from typing import Any

import numpy as np
import pytest

from simulate.sweep import cells
from simulate.sweep.axes import Axis, Family
from simulate.sweep.held import labels
from simulate.sweep.sweep import sweep
from simulate.work.pieces import UNDER_WAY
from theory import NoExactRoute, ProblemError, compare, loads_problem, regimes
from theory.arrays import Array
from theory.problems.problem import Problem
from theory.risks.solution import Comparison

BUMPS = Family("bumps", {"spacing": 1.5})
NOISES = (Axis("beta", 0.02, 1.6, 7), Axis("alpha", 0.0, 1.5, 40))
PARAMETERS = (Axis("spacing", 1.0, 3.0, 6), Axis("scale", 0.1, 0.6, 7))
MIXED = (Axis("class1.0.weight", 0.5, 2.0, 3), Axis("beta", 0.1, 1.0, 4))


class Backwards(Executor):
    """Does last what was handed in first, and only when waited for."""

    width = 1
    seconds = 0.0

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Callable[[], Any]]] = []
        self.most = 0

    def submit(self, function: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.waiting.append((future, lambda: function(*args, **options)))
        self.most = max(self.most, len(self.waiting))
        return future

    def wait(self, *_: Any, **__: Any) -> DoneAndNotDoneFutures[Any]:
        future, work = self.waiting.pop()
        future.set_result(work())
        return DoneAndNotDoneFutures({future}, set())


def test_any_executor_gives_the_same_dataset() -> None:
    with ThreadPoolExecutor(3) as threads, ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as processes:
        for family, axes in ((BUMPS, NOISES), (Family("bumps"), PARAMETERS), (BUMPS, MIXED)):
            alone = sweep(family, *axes)
            for executor in (threads, processes):
                assert sweep(family, *axes, executor=executor).identical(alone)


def test_pieces_may_come_in_any_order_and_are_handed_out_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    backwards = Backwards()
    monkeypatch.setattr("simulate.work.pieces.wait", backwards.wait)
    monkeypatch.setattr("simulate.sweep.cells.BATCH_CELLS", 20)
    shares: list[float] = []
    found = sweep(BUMPS, *NOISES, executor=backwards, progress=shares.append)
    assert backwards.most == UNDER_WAY
    assert len(shares) > 10
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert found.identical(sweep(BUMPS, *NOISES))


@pytest.mark.parametrize("flip", [False, True])
def test_cells_are_comparisons(flip: bool) -> None:
    x, y = NOISES[::-1] if flip else NOISES
    dataset = sweep(BUMPS, x, y).transpose("alpha", "beta")
    exact = compare(regimes.bumps(spacing=1.5), NOISES[1].values[:, None], NOISES[0].values)
    for key, estimate in (("risk", exact.risk), ("baseline", exact.baseline), ("gain", exact.gain)):
        error = np.asarray(estimate.error) + 1e-13
        assert (np.abs(dataset[key].to_numpy() - estimate.value) <= error).all()
    label = dataset["label"].to_numpy()
    assert (label[0] != "exact-help").all()
    assert ((label == "constant") == exact.constant).all()
    decided = ~exact.constant & (np.abs(exact.gain.value) > 2 * np.asarray(exact.gain.error))
    assert (label[decided] == np.where(np.asarray(exact.gain.value)[decided] > 0, "exact-help", "exact-hurt")).all()


def test_each_column_has_its_own_problem() -> None:
    dataset = sweep(Family("bumps"), *PARAMETERS, {"alpha": 0.3, "beta": 0.4})
    assert (dataset.attrs["alpha"], dataset.attrs["beta"], dataset.attrs["eps"]) == (0.3, 0.4, 0.0)
    cell = dataset.sel(spacing=3.0, scale=0.6)
    exact = compare(regimes.bumps(spacing=3.0, scale=0.6), 0.3, 0.4)
    assert float(cell["gain"]) == pytest.approx(exact.gain.value, abs=2 * exact.gain.error)


def test_whole_numbers_stay_whole() -> None:
    dataset = sweep(Family("ball"), Axis("dim", 1, 4, 4), Axis("beta", 0.2, 0.6, 3))
    assert np.isfinite(dataset["risk"]).all()
    with pytest.raises(ProblemError, match=r"dim: found 1\.5"):
        sweep(Family("ball"), Axis("dim", 1, 2, 3), Axis("beta", 0.2, 0.6, 3))


def test_radii_make_it_certified_and_undefined_without_smoothing() -> None:
    dataset = sweep(BUMPS, Axis("beta", 0.0, 1.0, 3), Axis("eps", 0.0, 0.4, 3), {"alpha": 0.3})
    bare = dataset.sel(beta=0.0)
    assert np.isnan(bare["gain"].to_numpy()).tolist() == [False, True, True]
    assert (bare["label"].to_numpy()[1:] == "undecided").all()


def test_the_dataset_says_how_to_repeat_it() -> None:
    dataset = sweep(Family("two-gaussians", {"dim": 1, "training.noise": "laplace"}), *NOISES)
    attrs = dataset.attrs
    assert loads_problem(attrs["problem"]).training.noise == "laplace"
    assert json.loads(attrs["regime_parameters"]) == {"dim": 1, "separation": 2.0, "scale": 1.0, "prior": 0.5}
    again = sweep(
        Family(attrs["regime"], json.loads(attrs["settings"])), Axis.parse(attrs["x"]), Axis.parse(attrs["y"])
    )
    assert again.identical(dataset)
    assert dataset["gain"].dims == (attrs["y_key"], attrs["x_key"]) == ("alpha", "beta")
    assert all("units" in dataset[name].attrs for name in dataset.variables)


def test_risks_of_an_infinite_background_have_units() -> None:
    axes = Axis("beta", 0.1, 0.5, 2), Axis("alpha", 0.0, 0.5, 2)
    assert sweep(Family("ball"), *axes)["risk"].attrs["units"] == "(units of x)^2"
    assert sweep(Family("stripes"), *axes)["risk"].attrs["units"] == "units of x"
    assert sweep(Family("intervals"), *axes)["risk"].attrs["units"] == "1"


def test_some_cells_without_a_route_are_undecided() -> None:
    scales = Family("two-scales", {"dim": 3, "class0.0.scale": [1.5, 1.0, 2.0]})
    first, second = Axis("class1.0.scale.1", 1.0, 2.0, 2), Axis("separation", 1.0, 2.0, 2)
    dataset = sweep(Family(scales.at({"class1.0.scale": [1.5, 1.0, 1.0]})), first, Axis("beta", 0.1, 0.2, 2))
    assert np.isnan(dataset["risk"]).to_numpy().tolist() == [[False, True], [False, True]]
    assert (dataset["label"].to_numpy()[:, 1] == "undecided").all()
    assert "noisewise mc" in dataset.attrs["no_exact_route"]
    with pytest.raises(NoExactRoute):
        sweep(scales, second, Axis("beta", 0.1, 0.2, 2))


def test_noises_without_an_answer_cost_no_other_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of forty noises fail; the rest have the numbers that they have without them."""
    plain = sweep(BUMPS, *NOISES)
    lost = plain["alpha"].to_numpy()[[3, 17]]

    def failing(problem: Problem, alpha: Array, *more: Any, **named: Any) -> Comparison:
        if np.isin(alpha, lost).any():
            raise NoExactRoute("too many intervals")
        return compare(problem, alpha, *more, **named)

    monkeypatch.setattr(cells, "compare", failing)
    found = sweep(BUMPS, *NOISES)
    assert found.attrs["no_exact_route"] == "too many intervals"
    gone = found["alpha"].isin(lost).broadcast_like(found["risk"]).to_numpy()
    assert (found["status"].to_numpy() == "no-exact-route").tolist() == gone.tolist()
    assert set(found["label"].to_numpy()[gone]) == {"undecided"}
    apart = np.abs(found["gain"] - plain["gain"]) <= found["gain_error"] + plain["gain_error"]
    assert apart.to_numpy()[~gone].all()
    assert set(plain["status"].to_numpy().ravel()) == {"ok"}


def test_labels() -> None:
    nan = np.nan
    cells = {
        "gain": [0.1, -0.1, 0.0, 1e-16, 1e-4, nan, 0.2],
        "gain_error": [1e-9, 1e-9, 0.0, 1e-15, 1e-3, nan, 1e-9],
        "baseline": [0.3] * 7,
        "constant": [0, 0, 0, 0, 0, nan, 1],
    }
    expected = ["exact-help", "exact-hurt", "neutral", "neutral", "undecided", "undecided", "constant"]
    assert labels({key: np.array(values, float) for key, values in cells.items()}).tolist() == expected


@pytest.mark.parametrize(
    ("axes", "fixed", "expected"),
    [
        ((Axis("beta", 0, 1, 2), Axis("beta", 0, 1, 2)), {}, "beta: found more than one"),
        ((Axis("beta", 0, 1, 2), Axis("alpha", 0, 1, 2)), {"beta": 1.0}, "beta: found more than one"),
        ((Axis("beta", 0, 1, 2), Axis("spacing", 1, 2, 2)), {}, "spacing: found more than one"),
        ((Axis("beta", 0, 1, 2), Axis("space", 1, 2, 2)), {}, "bumps: space: found an unknown key"),
        ((Axis("beta", 0, 1, 2), Axis("scale", 0, 2, 2)), {}, r"bumps: scale: found 0\.0"),
        ((Axis("beta", 0, 1, 2), Axis("alpha", 0, 1, 2)), {"scale": 1.0}, "scale: found a fixed value"),
    ],
)
def test_bad_requests(axes: tuple[Axis, Axis], fixed: dict[str, float], expected: str) -> None:
    with pytest.raises(ProblemError, match=expected):
        sweep(BUMPS, *axes, fixed)


@pytest.mark.parametrize("text", ["beta", "beta=1", "beta=0:1", "=0:1:3", "beta=0:1:3.5", "beta=0:x:3", "beta=0:1:2:3"])
def test_axes_that_cannot_be_read(text: str) -> None:
    with pytest.raises(ProblemError, match="KEY=LO:HI:COUNT"):
        Axis.parse(text)


@pytest.mark.parametrize("text", ["beta=1:1:3", "beta=0:inf:3", "beta=nan:1:3", "beta=0:1:1", "beta=-1:1:3"])
def test_axes_that_make_no_sense(text: str) -> None:
    with pytest.raises(ProblemError, match="beta: found"):
        Axis.parse(text)


def test_axes_are_read_as_they_are_written() -> None:
    axis = Axis.parse("class0[1].scale=.1:2:5")
    assert axis == Axis("class0.1.scale", 0.1, 2.0, 5)
    assert Axis.parse(str(axis)) == axis

"""The explorer without a browser: maps from coarse to fine, answers in order, the point, what it says."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from figures.wording import LABELS
from simulate.live.explore import explore
from simulate.live.follower import Follower
from simulate.live.library import Library, first
from simulate.live.page import Explorer
from simulate.live.profile import profile
from simulate.live.refine import Refinement
from simulate.live.session import Session
from simulate.live.tables import best_cell, blank, file_of, gain_table
from simulate.live.view import View
from simulate.sweep.axes import Axis
from simulate.sweep.cells import evaluate
from simulate.sweep.plane import phase
from simulate.work.pool import Workers
from theory import ProblemError, gain, regimes, risk, smooth, train, with_overrides

LIBRARY = Library()


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    pool = Workers(2)
    yield pool
    pool.shutdown(wait=False)


@pytest.fixture(autouse=True)
def shared(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    """One pool for all tests, in place of the one of the process."""
    for place in ("session", "page"):
        monkeypatch.setattr(f"simulate.live.{place}.hired", lambda: workers)


def small(name: str, cells: int = 9, **settings: Any) -> View:
    view = first(name, name, settings)
    return replace(view, x=replace(view.x, count=cells), y=replace(view.y, count=cells))


@pytest.mark.parametrize("name", ["bumps", "concentric", "anisotropic", "two-gaussians"])
def test_a_map_fills_up_and_is_that_of_the_sweep(name: str) -> None:
    view = small(name, 7)
    held, shares = Refinement(view), [0.0]
    while not held.complete:
        held.take(evaluate(held.next()), 0.01)
        if held.worth_showing:
            dataset = held.dataset()
            shares.append(float(dataset.attrs.get("share", 1.0)))
            known = np.isfinite(dataset["baseline"].to_numpy())
            assert known.mean() == pytest.approx(shares[-1])
            exact = gain(view.family.at(), *np.meshgrid(view.y.values, view.x.values, indexing="ij")).value
            np.testing.assert_allclose(dataset["gain"].to_numpy()[known], exact[known], rtol=1e-9, atol=1e-10)
            assert np.isin(dataset["gain"].to_numpy(), dataset["gain"].to_numpy()[known]).all()
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    whole = phase(name, view.x, view.y, curves=False)
    if held.quick:
        xr.testing.assert_identical(held.dataset().drop_vars("route"), whole)


def test_no_route_is_said_at_once() -> None:
    held = Refinement(replace(small("anisotropic", 3), settings={"training.noise": "laplace"}))
    assert held.quick
    held.take(evaluate(held.next()), 0.01)
    assert held.complete is False or held.reasons
    while not held.complete:
        held.take(evaluate(held.next()), 0.01)
    assert held.dataset().attrs["no_exact_route"]


def followed(moves: list[tuple[str, Any]], start: View) -> Explorer:
    """An explorer that has been moved, when all is found."""

    async def run() -> Explorer:
        explorer = Explorer(start, LIBRARY)
        await explorer.settled()
        for key, value in moves:
            explorer.move(key, value)
            await asyncio.sleep(0)
        await explorer.settled()
        return explorer

    return asyncio.run(run())


def test_the_last_move_wins() -> None:
    moves = [("spacing", value) for value in np.linspace(0.5, 1.5, 8).tolist()]
    explorer = followed(moves, small("bumps"))
    assert explorer.map.figure.title.text == "bumps, spacing = 1.5"
    assert explorer.dataset is not None
    whole = phase("bumps", explorer.view.x, explorer.view.y, settings={"spacing": 1.5})
    xr.testing.assert_identical(explorer.dataset.drop_vars("route"), whole)
    shown = explorer.map.sources["cells"].data["gain"][0]
    np.testing.assert_allclose(np.asarray(shown, float), whole["gain"], rtol=1e-5, atol=1e-7)


def test_what_makes_no_sense_clears_the_map_and_says_why() -> None:
    explorer = followed([("count", 0)], small("bumps"))
    assert "no map" in explorer.map.figure.title.text
    assert np.isnan(np.asarray(explorer.map.sources["cells"].data["gain"][0], float)).all()
    assert not explorer.recipe.available


def test_a_new_problem_brings_its_own_inputs() -> None:
    explorer = followed([("problem", "concentric"), ("dim", 5)], small("bumps"))
    keys = [control["key"] for group in explorer.controls.spec for control in group["controls"]]
    assert {"inner", "outer", "dim"} < set(keys)
    assert explorer.view.settings == {"dim": 5}
    assert explorer.recipe.available
    assert explorer.recipe.texts["command"] == explorer.view.command()


def test_the_first_point_is_where_noise_helps_most() -> None:
    explorer = followed([], small("bumps", spacing=1.5))
    assert explorer.dataset is not None
    at = best_cell(explorer.dataset)
    assert at is not None
    assert explorer.view.pin == (explorer.view.x.values[at[1]], explorer.view.y.values[at[0]])
    assert explorer.point.curves["votes"].visible
    assert best_cell(blank(explorer.view)) is None


def test_a_pin_that_moves_takes_its_lines_along() -> None:
    """Also where the map has its curves."""
    explorer = followed([("pin alpha", 0.45), ("pin beta", 0.9)], small("bumps", spacing=1.5))
    assert explorer.dataset is not None
    assert "best_x" in explorer.dataset
    assert explorer.view.pin == (0.9, 0.45)
    shown = {key: explorer.point.sources[f"{key} at"].data["x"][0] for key in ("alpha", "beta")}
    for key, value in (("alpha", 0.45), ("beta", 0.9)):
        assert shown[key] == float(explorer.dataset[key].sel({key: value}, method="nearest"))


@pytest.mark.parametrize("file", ["map.png", "map.pdf", "map.nc", "map.csv"])
def test_files_hold_the_map(file: str) -> None:
    whole = phase("bumps", "beta=0.1:1:4", "alpha=0:1:3")
    content = file_of(whole, file)
    starts = {"map.png": b"\x89PNG", "map.pdf": b"%PDF", "map.nc": b"\x89HDF", "map.csv": b"alpha,beta"}
    assert content.startswith(starts[file])


def test_the_table_says_what_the_map_says() -> None:
    whole = phase("bumps", "beta=0.1:1:40", "alpha=0:1:3", curves=False)
    table, words = gain_table(whole), {"help": "helps", "hurt": "hurts", "neutral": "no difference"}
    assert (len(table["alpha"]), len(table["beta"])) == (3, 17)
    for row, column, place in ((0, 0, 0), (1, 4, 10), (2, 16, 39)):
        cell = whole.isel(alpha=row, beta=place)
        word = str(cell["label"].item()).rsplit("-", 1)[-1]
        assert table["cells"][row][column] == f"{cell['gain'].item():+.4g} {words.get(word, LABELS.get(word))}"


CASES = [
    ("bumps", 0.3, 0.5),
    ("two-scales", 0.4, 1.0),
    ("stripes", 0.3, 0.4),
    ("concentric", 0.4, 0.6),
    ("two-scales", 0.2, 0.5),
    ("ball", 0.3, 0.4),
]


@pytest.mark.parametrize(("name", "alpha", "beta"), CASES)
def test_profiles_are_those_of_the_pipeline(name: str, alpha: float, beta: float) -> None:
    """Votes and regions are exact; densities have the mass of their class."""
    problem = regimes.build(name)
    held = profile(problem, alpha, beta)
    x = held["x"].to_numpy()
    for noise in (0, 1):
        voted = smooth(train(problem, alpha * noise), beta)
        center = voted.classifier.center
        points = x[:, None] if problem.dim == 1 else center + x[:, None] * np.eye(problem.dim)[-1]
        np.testing.assert_allclose(held["vote"][noise], voted.vote(points), atol=1e-9)
        assert np.mean((held["smoothed"][noise] > 0) == voted(points)) > 0.98  # but for rounding at a boundary
        assert np.mean((held["base"][noise] > 0) == voted.classifier(points)) > 0.98
    if name in ("bumps", "concentric", "two-scales"):
        masses = np.trapezoid(held["data"], x, axis=1)
        np.testing.assert_allclose(masses, [0.5, 0.5], atol=0.004)
        wrong = held["smoothed"][1].to_numpy() > 0
        errors = np.trapezoid(np.where(wrong, held["data"][0], held["data"][1]), x)
        assert errors == pytest.approx(risk(problem, alpha=alpha, beta=beta).value, abs=0.004)


@pytest.mark.parametrize("settings", [{}, {"dim": 4}])
def test_profiles_of_planes(settings: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulate.live.profile.AXIAL_POINTS", 12)
    problem = regimes.build("bumps-in", **settings)
    held = profile(problem, 0.3, 0.5)
    assert held.attrs["kind"] == ("half-plane" if settings else "plane")
    inside = held["vote"][1].to_numpy() >= 0.5
    assert np.array_equal(inside, held["smoothed"][1].to_numpy() > 0)
    outline = held["smoothed 1"].to_numpy()
    voted = smooth(train(problem, 0.3), 0.5)
    points = outline[np.isfinite(outline).all(axis=1)][::41]
    np.testing.assert_allclose(voted.vote_along(points), 0.5, atol=2e-3)


def test_points_have_no_density_and_are_shown_without() -> None:
    problem = with_overrides(regimes.bumps(), {"class0.0": {"law": "point", "mean": 0.0}})
    held = profile(problem, 0.3, 0.5)
    assert np.isfinite(held["data"]).all()


def slow(seconds: float) -> float:
    import time

    time.sleep(seconds)
    return seconds


def test_a_call_that_nobody_waits_for_is_ended(workers: Workers) -> None:
    """A minute of work is in the way of nothing for long."""
    found: list[float] = []

    async def run() -> float:
        async def work(seconds: float) -> None:
            found.append(await follower.call(slow, seconds))

        follower: Follower[float] = Follower(workers, work)
        follower.ask(60.0)
        await asyncio.sleep(0.2)
        follower.ask(0.01)
        start = asyncio.get_running_loop().time()
        while not follower.idle:
            await asyncio.sleep(0.01)
        return asyncio.get_running_loop().time() - start

    assert asyncio.run(run()) < 30
    assert found == [0.01]


def test_a_closed_session_says_nothing_more() -> None:
    class Nobody:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(name)

    async def run() -> None:
        session = Session(Nobody())
        session.ask(small("bumps"))
        await asyncio.sleep(0)
        session.close()
        await asyncio.sleep(0.3)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("problem", "options", "words"),
    [
        ("bumbs", {}, "did you mean bumps"),
        ("bumps", {"cells": 1}, "at least 2"),
        ("bumps", {"alpha": (1.0,)}, "two numbers"),
        ("bumps", {"beta": (1.0, 0.5)}, "lower end first"),
        ("bumps", {"spread": 1.0}, "unknown parameter"),
        ("bumps", {"eps": -1.0}, ">= 0"),
        ("bumps", {"count": -3}, "at least 1"),
        (3, {}, "MixtureProblem"),
    ],
)
def test_what_cannot_be_explored_is_refused(problem: Any, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ProblemError, match=words):
        explore(problem, **options)


def test_any_problem_can_be_explored() -> None:
    problem = regimes.two_gaussians(dim=2, separation=3.0)
    made = explore(problem, cells=5, alpha=(0, 1), beta=(0.1, 1))
    assert (made.view.x, made.view.y) == (Axis("beta", 0.1, 1.0, 5), Axis("alpha", 0.0, 1.0, 5))
    assert "noisewise phase problem.toml" in made.view.command()
    bundle, _about = made._repr_mimebundle_()
    assert bundle["image/png"].startswith("iVBOR")

"""The film of the pipeline: numbers against the theory's own, its frames, and the files that it becomes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from PIL import Image

from figures import film, film_files, film_frames
from figures.film_frames import Stop
from simulate.experiments.recipes import RECIPES
from simulate.experiments.sources import Filmed, Work
from tests.figures.test_layout import assert_apart
from theory import regimes, risk, smooth, train
from theory.laws import gaussian

ROOT = Path(__file__).parents[2]
STOPS = (Stop(0.25, 0.6, 3, 2), Stop(0.9, 0.2, 1, 2))
# What the palette of a GIF may change, as a share of the range of a colour: root mean square and largest.
PALETTE, ONE_PIXEL = 0.01, 0.15


@pytest.fixture(scope="module")
def dataset() -> xr.Dataset:
    work = Work(None, lambda _done: None)
    return Filmed("bumps", "beta=0.1:0.8:8", "alpha=0:1:9", STOPS, {"count": 3}).compute(work)


@pytest.fixture(scope="module")
def gif(dataset: xr.Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.gif"
    film_files.write(film.draw(dataset), path)
    return path


def decoded(path: Path) -> list[np.ndarray]:
    with Image.open(path) as held:
        found = []
        for frame in range(held.n_frames):
            held.seek(frame)
            found.append(np.asarray(held.convert("RGB"), float))
    return found


def test_the_way_is_closed_and_slow_at_its_stops() -> None:
    stops = (Stop(0.0, 0.5, 4, 10), Stop(1.0, 0.5, 1, 6), Stop(1.0, 0.1, 2, 8))
    alpha, beta, hold = film_frames.walk(stops)
    assert len(alpha) == len(beta) == len(hold) == 24
    assert [(alpha[k], beta[k], hold[k]) for k in (0, 10, 16)] == [(s.alpha, s.beta, s.held) for s in stops]
    assert hold.sum() == 24 + 3 + 0 + 1
    steps = np.hypot(np.diff([*alpha, alpha[0]]), np.diff([*beta, beta[0]]))
    assert (steps > 0).all()
    assert steps[9] < steps[4]
    assert steps[-1] < steps[20]
    np.testing.assert_array_less(np.zeros(9), np.diff(alpha[:10]))


@pytest.mark.parametrize(
    "stops", [(), (Stop(0, 1, 1, 1),), (Stop(0, 1, 0, 1), Stop(1, 1, 1, 1)), (Stop(0, 1, 1, 0),) * 2]
)
def test_ways_without_frames_are_refused(stops: tuple[Stop, ...]) -> None:
    with pytest.raises(ValueError, match="stops: found"):
        film_frames.walk(stops)


def test_numbers_are_those_of_the_theory(dataset: xr.Dataset) -> None:
    problem, x = regimes.bumps(count=3), dataset["x"].to_numpy()
    for frame in range(dataset.sizes["frame"]):
        held = dataset.isel(frame=frame)
        alpha, beta = float(held["alpha_at"]), float(held["beta_at"])
        for noise, scale in enumerate((0.0, alpha)):
            voted = smooth(train(problem, scale), beta)
            exact = risk(problem, voted)
            assert abs(float(held["risk_at"][noise]) - exact.value) <= exact.error + float(held["risk_at_error"][noise])
            for name, ends in (("base", voted.classifier.intervals), ("smoothed", voted.intervals)):
                found = held[name].to_numpy()[noise]
                np.testing.assert_array_equal(found[~np.isnan(found).any(axis=1)], ends)
            np.testing.assert_array_equal(held["vote"][noise], voted.vote_along(x))
        wide, narrow = np.hypot(2.0, alpha), np.hypot(0.3, alpha)
        bumps = sum(np.exp(gaussian.log_pdf((x - m) / narrow)) / narrow for m in (-2.0, 0.0, 2.0))
        np.testing.assert_allclose(held["seen"].sel(class_label=1), bumps / 6, rtol=1e-12, atol=1e-300)
        np.testing.assert_allclose(
            held["seen"].sel(class_label=0), 0.5 * np.exp(gaussian.log_pdf(x / wide)) / wide, rtol=1e-12
        )
        over = risk(problem, alpha=dataset["alpha"].to_numpy(), beta=beta)
        assert (np.abs(held["risk_over"].to_numpy() - over.value) <= 2 * over.error).all()


def test_a_frame_shows_its_noises_risk_and_errors(dataset: xr.Dataset) -> None:
    drawn = film.draw(dataset)
    said = set()
    for frame in range(dataset.sizes["frame"]):
        drawn.show(frame)
        held = dataset.isel(frame=frame)
        noises, (without, with_noise) = (float(held["beta_at"]), float(held["alpha_at"])), held["risk_at"].to_numpy()
        for name, at in (("dot", noises), ("risk dot", (noises[1], with_noise))):
            assert [float(v[0]) for v in drawn.lines[name].get_data()] == list(at)
        assert rf"$\alpha = {noises[1]:.2f}$" in drawn.title.get_text()
        assert rf"$\beta = {noises[0]:.2f}$" in drawn.title.get_text()
        assert f"{with_noise:.4f}$" in drawn.verdict.get_text()
        word = "helps" if with_noise < without else "hurts"
        assert word in drawn.verdict.get_text()
        said.add(word)
        bars = [bar for bar in drawn.axes["errors"].patches if bar in drawn.passing]
        assert len(bars) == np.isfinite(held["smoothed"].to_numpy()[:, :, 0]).sum()
    assert said == {"helps", "hurts"}
    shaded = sum(_area(fill) for fill in drawn.axes["errors"].collections if fill in drawn.passing)
    assert shaded == pytest.approx(float(dataset["risk_at"][-1, 1]), abs=5e-3)


def _area(fill: object) -> float:
    """By the shoelace formula; the parts of a fill do not overlap."""
    corners = [path.to_polygons()[0] for path in fill.get_paths()]  # type: ignore[attr-defined]
    return sum(abs(np.sum(c[:-1, 0] * c[1:, 1] - c[1:, 0] * c[:-1, 1])) / 2 for c in corners)


def test_the_gif_loops_and_its_frames_are_those_of_the_film(gif: Path, dataset: xr.Dataset) -> None:
    drawn = film.draw(dataset)
    expected, found = list(film_files.pictures(drawn)), decoded(gif)
    assert len(found) == len(expected) == 4
    for one, other in zip(found, expected, strict=True):
        off = (one - other) / 255
        assert np.sqrt(np.mean(off**2)) < PALETTE
        assert np.abs(off).max() < ONE_PIXEL
        np.testing.assert_array_equal(one[0, 0], 255)
    for one, other in zip(found, [*found[1:], found[0]], strict=True):
        assert (one != other).any()
    with Image.open(gif) as held:
        assert held.info["loop"] == 0
        durations = []
        for frame in range(4):
            held.seek(frame)
            durations.append(held.info["duration"])
    assert durations == [3 * film_files.DURATION, *[film_files.DURATION] * 3]


def test_two_files_are_equal_byte_for_byte(gif: Path, dataset: xr.Dataset, tmp_path: Path) -> None:
    drawn = film.draw(dataset)
    drawn.show(2)  # where it was left does not matter
    film_files.write(drawn, tmp_path / "again.gif")
    assert (tmp_path / "again.gif").read_bytes() == gif.read_bytes()


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg is installed")
def test_the_mp4_has_every_frame_as_often_as_it_is_held(dataset: xr.Dataset, tmp_path: Path) -> None:
    drawn = film.draw(dataset)
    for name in ("one.mp4", "two.mp4"):
        film_files.write(drawn, tmp_path / name)
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()
    words = ["ffmpeg", "-loglevel", "error", "-i", "one.mp4", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    raw = subprocess.run(words, cwd=tmp_path, check=True, capture_output=True).stdout
    expected = list(film_files.pictures(drawn))
    found = np.frombuffer(raw, np.uint8).reshape(-1, *expected[0].shape).astype(float)
    assert len(found) == sum(dataset["hold"].to_numpy()) == 6
    for one, other in zip(found, [expected[k] for k in (0, 0, 0, 1, 2, 3)], strict=True):
        assert np.sqrt(np.mean((one - other) ** 2)) / 255 < 0.05


def test_without_ffmpeg_there_is_no_mp4(dataset: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert film_files.lacks(".mp4") == "ffmpeg"
    assert film_files.lacks(".gif") is None
    with pytest.raises(OSError, match="no ffmpeg is installed"):
        film_files.write(film.draw(dataset), tmp_path / "film.mp4")
    assert os.listdir(tmp_path) == []


def test_an_ffmpeg_that_fails_is_said_in_its_words(
    dataset: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin/ffmpeg"
    fake.write_text("#!/bin/sh\necho 'Unknown encoder' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "film.mp4").write_text("old")
    with pytest.raises(OSError, match="ffmpeg failed: Unknown encoder"):
        film_files.write(film.draw(dataset), tmp_path / "film.mp4")
    assert (tmp_path / "film.mp4").read_text() == "old"
    assert sorted(os.listdir(tmp_path)) == ["bin", "film.mp4"]


@pytest.mark.parametrize("suffix", [".gif", ".mp4"])
def test_an_interrupted_writer_leaves_the_old_file(
    dataset: xr.Dataset, tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if film_files.lacks(suffix):
        pytest.skip("no ffmpeg is installed")
    target, drawn = tmp_path / f"film{suffix}", film.draw(dataset)
    target.write_text("old")
    shown = iter([None, None])

    def interrupted(_self: film.Film, _frame: int) -> None:
        try:
            next(shown)
        except StopIteration:
            raise KeyboardInterrupt from None

    monkeypatch.setattr(film.Film, "show", interrupted)
    with pytest.raises(KeyboardInterrupt):
        film_files.write(drawn, target)
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == [target.name]


@pytest.mark.slow
@pytest.mark.parametrize("killed", [signal.SIGINT, signal.SIGTERM])
def test_a_killed_command_leaves_no_broken_film(dataset: xr.Dataset, tmp_path: Path, killed: signal.Signals) -> None:
    long = xr.concat([dataset] * 40, "frame", data_vars="minimal")
    long.to_netcdf(tmp_path / "long.nc", engine="h5netcdf")
    words = [sys.executable, "-m", "noisewise", "figures", "pipeline-film", "--from", "long.nc", "--out", "out"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(words, cwd=tmp_path, env=environment, start_new_session=True) as process:
        signal.signal(signal.SIGINT, before)
        while not list(tmp_path.glob("out/.*.gif")):
            assert process.poll() is None
            time.sleep(0.05)
        time.sleep(1.0)
        os.killpg(process.pid, killed)
        assert process.wait(60) not in (0, None)
    assert os.listdir(tmp_path / "out") == []


@pytest.mark.parametrize("name", ["film.png", "film", "film.webm"])
def test_other_suffixes_are_refused(dataset: xr.Dataset, tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"expected \.gif or \.mp4"):
        film_files.write(film.draw(dataset), tmp_path / name)
    assert os.listdir(tmp_path) == []


def test_what_is_no_film_is_refused(dataset: xr.Dataset) -> None:
    with pytest.raises(ValueError, match="found no variable 'hold'"):
        film.draw(dataset.drop_vars("hold"))
    with pytest.raises(ValueError, match="columns: found 1, expected 2"):
        film.draw(dataset, columns=1)
    turned = dataset.assign_attrs(x_key="alpha", y_key="beta")
    with pytest.raises(ValueError, match="expected beta across and alpha up"):
        film.draw(turned)


@pytest.mark.slow
def test_nothing_overlaps_in_any_frame_of_the_gallery_and_nothing_moves_but_what_is_shown() -> None:
    recipe = RECIPES["pipeline-film"]
    (dataset,) = recipe.load([ROOT / "figures/gallery/pipeline-film.nc"])
    drawn = film.draw(dataset)
    places = [axes.get_position().bounds for axes in drawn.figure.axes]
    for frame in range(0, dataset.sizes["frame"], 6):
        drawn.show(frame)
        assert_apart(drawn.figure, [*drawn.figure.axes, drawn.legend, drawn.title])
        assert [axes.get_position().bounds for axes in drawn.figure.axes] == places


@pytest.mark.slow
def test_the_gif_of_the_gallery_is_small_and_that_of_its_dataset() -> None:
    path = ROOT / "figures/gallery/pipeline-film.gif"
    assert path.stat().st_size < 1.5e6
    (dataset,) = RECIPES["pipeline-film"].load([path.with_suffix(".nc")])
    drawn = islice(film_files.pictures(film.draw(dataset)), 0, 41, 10)
    found = decoded(path)
    assert len(found) == dataset.sizes["frame"]
    for one, other in zip(found[:41:10], drawn, strict=True):
        assert np.sqrt(np.mean((one - other) ** 2)) / 255 < PALETTE

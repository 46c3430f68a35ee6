"""Nothing lies on top of anything else, and nothing is cut off."""

from __future__ import annotations

import itertools

import pytest
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from figures import agreement, disc_experiment, interference, phase, pipeline, plane
from tests.figures.examples import agreement as checked
from tests.figures.examples import discs, full, measured
from tests.figures.examples import interference as maps
from theory import regimes

# Boxes may touch by this much (pixels at 150 dpi): the boxes of letters are larger than their ink.
TOUCH = 1.0


def assert_apart(figure: Figure, artists: list[Artist]) -> None:
    figure.draw_without_rendering()
    boxes = [artist.get_tightbbox() for artist in artists]
    frame = figure.bbox
    for box in boxes:
        assert box is not None
        assert box.x0 >= -TOUCH
        assert box.y0 >= -TOUCH
        assert box.x1 <= frame.x1 + TOUCH
        assert box.y1 <= frame.y1 + TOUCH
    for one, other in itertools.combinations(boxes, 2):
        assert one is not None
        assert other is not None
        across = min(one.x1, other.x1) - max(one.x0, other.x0)
        along = min(one.y1, other.y1) - max(one.y0, other.y0)
        assert min(across, along) <= TOUCH


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("unit", ["1", "(units of x)^2"])
def test_phase(columns: int, unit: str) -> None:
    dataset = full()
    dataset["gain"].attrs["units"] = unit
    artists = phase.draw(dataset, columns=columns)
    assert artists.legend is not None
    assert_apart(artists.figure, [artists.axes, artists.colorbar.ax, artists.legend])


@pytest.mark.parametrize("columns", [1, 2])
def test_measured_phase(columns: int) -> None:
    artists = phase.draw(measured(), columns=columns)
    assert artists.legend is not None
    assert_apart(artists.figure, [artists.axes, artists.colorbar.ax, artists.legend])


@pytest.mark.parametrize("columns", [1, 2])
def test_pipeline(columns: int) -> None:
    artists = pipeline.draw(regimes.bumps(count=3), 0.4, 0.6, columns=columns)
    assert artists.legend is not None
    assert_apart(artists.figure, [*artists.axes.flat, artists.legend])


@pytest.mark.parametrize("columns", [1, 2])
def test_plane(columns: int) -> None:
    artists = plane.draw(regimes.anisotropic(), 1.0, 1.5, columns=columns)
    assert artists.legend is not None
    assert_apart(artists.figure, [*artists.axes, *(bar.ax for bar in artists.bars), artists.legend])


def test_disc_experiment() -> None:
    artists = disc_experiment.draw(discs())
    assert_apart(artists.figure, [*artists.axes, *artists.strips, artists.legend])


def test_interference() -> None:
    artists = interference.draw(maps())
    assert artists.legend is not None
    assert_apart(artists.figure, [*artists.axes, artists.colorbar.ax, artists.legend])


@pytest.mark.parametrize("independent", [0, 1])
@pytest.mark.parametrize("quantities", [["clean"], ["certified"], ["clean", "certified", "gain"]])
def test_agreement(quantities: list[str], independent: int) -> None:
    dataset = checked().sel(quantity=quantities)
    artists = agreement.draw(dataset.assign_attrs(independent=independent))
    assert artists.legend is not None
    assert_apart(artists.figure, [*artists.maps.values(), artists.colorbar.ax, artists.quantiles, artists.legend])

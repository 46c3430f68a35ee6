"""The diagram as a Bokeh figure: what it holds, that updates make no models, and how little they send."""

from __future__ import annotations

from time import process_time

import numpy as np
import pytest
import xarray as xr
from bokeh.document import Document
from bokeh.models import HoverTool

from figures import phase
from figures.diagram import curves_of, map_of
from figures.interactive import InteractiveMap
from tests.figures.examples import full, measured, plain

# Seconds of an update on the Python side, 64 x 64 cells; the least of several, doubled for other machines.
UPDATE = 0.02
MARKS = {"undefined", "constant", "undecided", "proved", "zero", "jump", "best", "agree", "disagree"}


def named(shown: InteractiveMap) -> set[str]:
    (legend,) = shown.figure.legend
    return {item.name for item in legend.items if item.visible}


def fine(shift: float) -> xr.Dataset:
    """A map of 64 x 64 cells with its errors and labels."""
    alpha, beta = np.linspace(0, 1.6, 64), np.linspace(0.1, 2.0, 64)
    gain = 0.1 * alpha[:, None] * (beta - shift - 0.6 * alpha[:, None])
    label = np.select([gain == 0, gain > 0], ["neutral", "exact-help"], "exact-hurt")
    label[:, beta > 1.8] = "constant"
    dims = ("alpha", "beta")
    numbers = {"gain": gain, "risk": 0.3 - gain, "baseline": gain * 0 + 0.3, "gain_error": gain * 0 + 1e-15}
    variables = {key: (dims, value) for key, value in numbers.items()} | {"label": (dims, label)}
    return xr.Dataset(variables, {"alpha": alpha, "beta": beta}, {"x_key": "beta", "y_key": "alpha", "eps": 0.0})


def test_it_shows_what_the_diagram_shows() -> None:
    shown, drawn = InteractiveMap(full()), phase.draw(full())
    assert named(shown) == MARKS == {*drawn.regions, *drawn.curves, *drawn.checks}
    assert (shown.colours.low, shown.colours.high) == drawn.mesh.get_clim()
    for name, (x, y) in curves_of(full()).items():
        assert np.array_equal(shown.sources[name].data["x"], x, equal_nan=True)
        assert np.array_equal(shown.sources[name].data["y"], y, equal_nan=True)
    assert set(shown.sources["words"].data["text"]) == {word.get_text() for word in drawn.words}
    assert shown.figure.title.text == "made up, spacing = 1.5, ε = 0.25"


def test_constant_and_undefined_cells_take_no_colour() -> None:
    held = map_of(full())
    (image,) = InteractiveMap(full()).sources["cells"].data["shown"]
    assert np.array_equal(np.isnan(image), (held.label == "constant") | np.isnan(held.gain))
    assert image.dtype == np.float32


def test_labels_are_told_as_words_and_sent_as_bytes() -> None:
    shown = InteractiveMap(full())
    cells = shown.sources["cells"].data
    (places,), (words,) = cells["label"], cells["label_words"]
    assert places.dtype == np.uint8
    told = np.array(words)[places]
    assert (told[map_of(full()).label == "proved-hurt"] == "hurts (proved)").all()
    tool = shown.figure.select_one(HoverTool)
    assert {"training noise", "gain", "smoothing noise β"} <= {text for text, _column in tool.tooltips}


def test_an_update_makes_no_model_and_gives_the_same_as_a_new_map() -> None:
    shown = InteractiveMap(fine(0.4))
    document = Document()
    document.add_root(shown.figure)
    before = {model.id for model in shown.figure.references()}
    for dataset in (fine(0.7), fine(0.7).isel(alpha=slice(None, None, 2), beta=slice(1, None, 2)), full(), plain()):
        shown.update(dataset)
        new = InteractiveMap(dataset)
        assert {model.id for model in shown.figure.references()} == before
        assert named(shown) == named(new)
        for name, source in new.sources.items():
            assert source.data.keys() == shown.sources[name].data.keys()
            held = shown.sources[name].data
            for key, column in source.data.items():
                assert np.array_equal(
                    np.asarray(column), np.asarray(held[key]), equal_nan=np.asarray(column).dtype.kind == "f"
                )
        assert (shown.colours.low, shown.figure.x_range.start) == (new.colours.low, new.figure.x_range.start)


def test_an_equal_map_sends_nothing() -> None:
    shown = InteractiveMap(full())
    document, events = Document(), []
    document.add_root(shown.figure)
    document.on_change(events.append)
    shown.update(full())
    assert not events
    shown.update(full().assign(gain=2 * full()["gain"]))
    assert {type(event).__name__ for event in events} == {"ColumnDataChangedEvent", "ModelChangedEvent"}


def test_an_update_is_quick() -> None:
    shown, maps = InteractiveMap(fine(0.4)), [fine(0.7), fine(0.4)]
    took = []
    for k in range(8):
        start = process_time()
        shown.update(maps[k % 2])
        took.append(process_time() - start)
    assert min(took) < UPDATE


def test_uneven_cells_keep_their_edges() -> None:
    dataset = measured().assign_coords(alpha=np.array([0, 0.1, 0.2, 0.25, 0.3, 0.35, 0.5, 0.7, 1, 1.5, 3.0]))
    cells = InteractiveMap(dataset).sources["cells"].data
    (rows,), (low,), (height,) = cells["alpha"], cells["bottom"], cells["height"]
    middles = low + height * (np.arange(len(rows)) + 0.5) / len(rows)
    nearest = dataset["alpha"].to_numpy()[np.abs(dataset["alpha"].to_numpy()[:, None] - middles).argmin(axis=0)]
    assert np.allclose(rows[:, 0], nearest, atol=1e-6)


def test_a_logarithmic_axis_says_the_values() -> None:
    dataset = measured().assign_coords(beta=np.logspace(-2, 1, 10))
    dataset["beta"].attrs["scale"] = "log"
    shown = InteractiveMap(dataset)
    axis = shown.figure.xaxis[0]
    assert (shown.figure.x_range.start, shown.figure.x_range.end) == (-2, 1)
    assert all(float(text) == pytest.approx(10**at) for at, text in axis.major_label_overrides.items())
    assert {-2.0, -1.0, 0.0, 1.0} <= set(axis.ticker.ticks)
    with pytest.raises(ValueError, match=r"dataset: found beta \(linear\) by alpha \(linear\), expected beta \(log\)"):
        shown.update(measured())


@pytest.mark.parametrize("factor", [1e-60, 1e-6, 1e60])
def test_numbers_survive_the_way_to_the_page(factor: float) -> None:
    dataset = plain()
    dataset["gain"] = dataset["gain"] * factor
    (image,) = InteractiveMap(dataset).sources["cells"].data["gain"]
    assert np.allclose(image, map_of(dataset).gain, rtol=1e-6, atol=0)


def test_limits_may_be_given() -> None:
    colours = [InteractiveMap(plain(), limits=limits).colours for limits in (0.5, (-0.1, 0.3))]
    assert [(held.low, held.high) for held in colours] == [(-0.5, 0.5), (-0.1, 0.3)]
    middles = [held.palette[round(-held.low / (held.high - held.low) * 255)] for held in colours]
    assert all(min(int(colour[k : k + 2], 16) for k in (1, 3, 5)) > 240 for colour in middles)

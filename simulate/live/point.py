"""The pinned point in Bokeh: what training sees, votes, regions and errors, and the risk along either noise.

Every figure is made once; `Point.show` and `Point.slices` give it other data. Without training noise lines are grey and
dashed; class 0 is vermilion and dashed, class 1 blue and solid, their errors hatched in opposite directions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr
from bokeh.models import ColumnDataSource, DataRange1d, Range1d
from bokeh.models.annotations.geometry import Span
from bokeh.plotting import figure as new_figure

from figures.interactive_data import plain
from figures.interactive_marks import FONT
from simulate.live.profile import DISTANCE, HALF_PLANE, LINE, PLANE
from simulate.live.refine import row_and_column
from simulate.live.view import View
from theory.arrays import Array

HEIGHT, TALL, WIDTH = 165, 395, 400
COLOURS = ("#D55E00", "#0072B2")
DASHES = ("dashed", "solid")
HATCHES = ("left_diagonal_line", "right_diagonal_line")
GREYS = ("#9a9a9a", "#303030")
# Strips at the foot of a panel that show regions, as shares of its height: without training noise, and with it.
STRIPS = ((0.0, 0.045), (0.055, 0.1))
NAMES = {LINE: "position x", DISTANCE: "distance from the classifier's centre"}
ROWS = ("training", "votes", "errors")
TITLES = {
    "base": "base regions (dashed: no noise)",
    "training": "seen in training",
    "votes": "vote probability u; smoothed regions",
    "errors": "data, and the errors made (hatched)",
}
# Columns of what is drawn along a line or a distance.
CURVES = (
    "x",
    *(f"{name} {label}" for name in ("vote", "data", "wrong") for label in (0, 1)),
    *(f"seen {noise} {label}" for noise in (0, 1) for label in (0, 1)),
)
SERIES = {"alpha": "training noise α", "beta": "smoothing noise β"}
# Colours of a field: errors of class 0 and of class 1 are striped in opposite directions.
STRIPE = 4


class Point:
    """Figures: `curves` by row for lines and distances, `fields` for planes, `series` by the noise along the axis."""

    def __init__(self) -> None:
        self.curves = {row: _panel(TITLES[row]) for row in ROWS}
        self.sources: dict[str, ColumnDataSource] = {}
        for row in ROWS:
            self._strips(row)
        self._draw_curves()
        self.fields = {row: _panel(TITLES[row], TALL) for row in ("base", "votes")}
        self._draw_fields()
        self.series = {key: self._draw_series(key) for key in SERIES}
        for panel in self.figures:
            panel.visible = False  # until there is something to show

    @property
    def figures(self) -> Iterator[Any]:
        """All figures, from top to bottom."""
        yield from (*self.curves.values(), *self.fields.values(), *self.series.values())

    def show(self, held: xr.Dataset, view: View) -> None:
        """A profile, as `simulate.live.profile` makes it, of the pinned point of a view."""
        self.clear("")
        beta, alpha = view.pin or (0.0, 0.0)
        first = "training" if held.attrs["kind"] in NAMES else "base"
        panel = (self.curves if first == "training" else self.fields)[first]
        panel.title.text = f"at α = {alpha:.4g}, β = {beta:.4g}: {TITLES[first]}"
        curved = held.attrs["kind"] in NAMES
        for panel in self.curves.values():
            panel.visible = curved
        for panel in self.fields.values():
            panel.visible = not curved
        if curved:
            self._show_curves(held)
        else:
            self._show_fields(held)

    def clear(self, reason: str) -> None:
        """No profile; the title of the first panel says why."""
        if reason:
            for panel in (*self.curves.values(), *self.fields.values()):
                panel.visible = False
            self.curves["training"].visible = True
            for name, source in self.sources.items():
                if not name.startswith(tuple(SERIES)):
                    source.data = {key: [] for key in source.data}
        self.curves["training"].title.text = reason

    def slices(self, dataset: xr.Dataset, pin: tuple[float, float]) -> None:
        """The risk along the row and the column of a map that cross in a point."""
        row, column = row_and_column(dataset, pin)
        for key, part in (("alpha", dataset.isel(beta=column)), ("beta", dataset.isel(alpha=row))):
            known = part.isel({key: np.isfinite(part["risk"].to_numpy())})
            x, risk, error = (known[name].to_numpy() for name in (key, "risk", "risk_error"))
            held = {"x": x, "risk": risk, "low": risk - error, "high": risk + error}
            self.sources[key].data = plain(held | {"baseline": known["baseline"].to_numpy()})
            other, place = ("β", column) if key == "alpha" else ("α", row)
            at = float(dataset["beta" if key == "alpha" else "alpha"][place])
            self.series[key].visible = True
            self.series[key].title.text = f"risk along {SERIES[key]}, at {other} = {at:.4g}"
            point = part.isel({key: row if key == "alpha" else column})
            self.sources[f"{key} at"].data = {"x": [float(point[key])], "y": [float(point["risk"])]}

    def _strips(self, row: str) -> None:
        panel = self.curves[row]
        panel.extra_y_ranges = {"strip": Range1d(start=0, end=1)}
        for noise, (low, high) in enumerate(STRIPS):
            source = self.sources[f"{row} strip {noise}"] = ColumnDataSource({"left": [], "right": []})
            looks = {"fill_color": GREYS[noise], "line_color": None, "y_range_name": "strip"}
            panel.quad("left", "right", high, low, source=source, **looks)

    def _draw_curves(self) -> None:
        source = self.sources["curves"] = ColumnDataSource({name: [] for name in CURVES})
        for noise, label in ((0, 0), (0, 1), (1, 0), (1, 1)):
            looks: dict[str, Any] = {"line_color": COLOURS[label], "line_dash": DASHES[label]}
            looks |= {"line_width": 2 if noise else 1, "line_alpha": 1.0 if noise else 0.45}
            self.curves["training"].line("x", f"seen {noise} {label}", source=source, **looks)
        for noise in (0, 1):
            looks = {"line_color": GREYS[noise], "line_dash": DASHES[noise], "line_width": 2 if noise else 1.5}
            self.curves["votes"].line("x", f"vote {noise}", source=source, **looks)
        self.curves["votes"].add_layout(Span(location=0.5, dimension="width", line_color="#666666", line_width=0.7))
        self.curves["votes"].y_range = Range1d(start=-0.12, end=1.05)
        for label in (0, 1):
            fill = {"fill_color": COLOURS[label], "fill_alpha": 0.3, "hatch_color": COLOURS[label]}
            self.curves["errors"].varea("x", 0, f"wrong {label}", source=source, hatch_pattern=HATCHES[label], **fill)
            looks = {"line_color": COLOURS[label], "line_dash": DASHES[label], "line_width": 1.5}
            self.curves["errors"].line("x", f"data {label}", source=source, **looks)

    def _show_curves(self, held: xr.Dataset) -> None:
        x, wrong = held["x"].to_numpy(), held["smoothed"][1].to_numpy() > 0
        for row, regions in zip(ROWS, ("base", "smoothed", "smoothed"), strict=True):
            for noise in (0, 1):
                self.sources[f"{row} strip {noise}"].data = _runs(x, held[regions][noise].to_numpy() > 0)
            panel = self.curves[row]
            panel.x_range.start, panel.x_range.end = float(x[0]), float(x[-1])
            panel.xaxis[0].axis_label = NAMES[held.attrs["kind"]]
        columns = {"x": x} | {f"vote {noise}": held["vote"][noise].to_numpy() for noise in (0, 1)}
        for label in (0, 1):
            y = columns[f"data {label}"] = held["data"][label].to_numpy()
            columns[f"wrong {label}"] = np.where(wrong if label == 0 else ~wrong, y, 0.0)
            columns |= {f"seen {noise} {label}": held["seen"][noise, label].to_numpy() for noise in (0, 1)}
        self.sources["curves"].data = {name: np.asarray(column, np.float32) for name, column in columns.items()}
        for row, name in (("training", "seen"), ("errors", "data")):
            top = float(np.nanmax(held[name].to_numpy(), initial=0.0)) or 1.0
            self.curves[row].y_range.start, self.curves[row].y_range.end = -0.13 * top, 1.05 * top

    def _draw_fields(self) -> None:
        box: dict[str, Any] = {"x": [], "y": [], "dw": [], "dh": []}
        for row, panel in self.fields.items():
            source = self.sources[f"{row} image"] = ColumnDataSource({"image": [], **box})
            panel.image_rgba("image", "x", "y", "dw", "dh", source=source)
            for noise in (0, 1):
                lines = self.sources[f"{row} lines {noise}"] = ColumnDataSource({"x": [], "y": []})
                looks = {"line_color": "black", "line_dash": DASHES[noise], "line_width": 2 if noise else 1.2}
                panel.line("x", "y", source=lines, **looks)
        self.fields["votes"].title.text = "votes (grey), smoothed regions, and errors (striped)"

    def _show_fields(self, held: xr.Dataset) -> None:
        x, y = held["x"].to_numpy(), held["y"].to_numpy()
        box = {"x": [x[0]], "y": [y[0]], "dw": [x[-1] - x[0]], "dh": [y[-1] - y[0]]}
        images = {"base": _rgba(1 - 0.25 * held["base"].to_numpy().sum(axis=0)), "votes": _errors(held)}
        outlines = {"base": "base", "votes": "smoothed"}
        names = {PLANE: ("x₁", "x₂"), HALF_PLANE: ("place along the axis", "distance from the axis")}[
            held.attrs["kind"]
        ]
        for row, panel in self.fields.items():
            self.sources[f"{row} image"].data = {"image": [images[row]], **box}
            for noise in (0, 1):
                line = held[f"{outlines[row]} {noise}"].to_numpy()
                self.sources[f"{row} lines {noise}"].data = {"x": line[:, 0], "y": line[:, 1]}
            panel.x_range.start, panel.x_range.end = float(x[0]), float(x[-1])
            panel.y_range.start, panel.y_range.end = float(y[0]), float(y[-1])
            panel.xaxis[0].axis_label, panel.yaxis[0].axis_label = names

    def _draw_series(self, key: str) -> Any:
        panel = _panel("")
        panel.x_range, panel.y_range = DataRange1d(range_padding=0.02), DataRange1d(range_padding=0.08)
        source = self.sources[key] = ColumnDataSource({name: [] for name in ("x", "risk", "low", "high", "baseline")})
        panel.varea("x", "low", "high", source=source, fill_color="#303030", fill_alpha=0.25)
        panel.line("x", "baseline", source=source, line_color=GREYS[0], line_dash="dashed", line_width=1.5)
        panel.line("x", "risk", source=source, line_color=GREYS[1], line_width=2)
        at = self.sources[f"{key} at"] = ColumnDataSource({"x": [], "y": []})
        panel.scatter("x", "y", source=at, size=9, fill_color="white", line_color="black", line_width=2)
        panel.xaxis[0].axis_label = SERIES[key]
        return panel


def _panel(title: str, height: int = HEIGHT) -> Any:
    """An empty figure of the right column."""
    looks: dict[str, Any] = {
        "tools": "",
        "toolbar_location": None,
        "x_range": Range1d(start=0, end=1),
        "y_range": Range1d(start=0, end=1),
    }
    # Planes keep the shape of things: their frame is about as wide as high.
    looks |= (
        {"sizing_mode": "scale_width", "aspect_ratio": WIDTH / TALL}
        if height == TALL
        else {"sizing_mode": "stretch_width"}
    )
    panel: Any = new_figure(title=title, width=WIDTH, height=height, **looks)
    panel.title.text_font = panel.axis.axis_label_text_font = panel.axis.major_label_text_font = FONT
    panel.title.text_font_size, panel.axis.axis_label_text_font_style = "12px", "normal"
    panel.title.text_font_style = "normal"
    panel.axis.major_label_text_font_size = panel.axis.axis_label_text_font_size = "11px"
    panel.grid.grid_line_alpha = 0.4
    panel.min_border_left = 52
    panel.yaxis[0].ticker.desired_num_ticks, panel.yaxis[0].ticker.num_minor_ticks = 5, 0
    panel.xaxis[0].ticker.num_minor_ticks = 0
    return panel


def _runs(x: Array, inside: Any) -> dict[str, Any]:
    """Where a set begins and ends along increasing positions."""
    steps = np.diff(np.concatenate([[0], inside.astype(int), [0]]))
    begin, end = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    return plain({"left": x[begin], "right": x[end - 1]})


def _rgba(grey: Array) -> Any:
    """A picture in greys, 0 black and 1 white, as Bokeh takes it."""
    shades = np.clip(255 * grey, 0, 255).astype(np.uint8)
    return np.dstack([shades, shades, shades, np.full_like(shades, 255)]).view(np.uint32)[..., 0]


def _errors(held: xr.Dataset) -> Any:
    """Votes after training noise in greys; stripes where the smoothed classifier decides against the labels, or
    against the Bayes rule."""
    picture = np.ascontiguousarray(_rgba(1 - 0.45 * held["vote"][1].to_numpy()))
    layers = picture.view(np.uint8).reshape(*picture.shape, 4)
    truth, said = held["base"][0].to_numpy() > 0, held["smoothed"][1].to_numpy() > 0
    rows, columns = np.indices(truth.shape)
    for label, stripes in ((0, rows + columns), (1, rows - columns)):
        wrong = (said & ~truth) if label == 0 else (truth & ~said)
        colour = [int(COLOURS[label][k : k + 2], 16) for k in (1, 3, 5)]
        layers[wrong & (stripes % STRIPE < STRIPE // 2), :3] = colour
    return picture

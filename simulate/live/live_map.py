"""A phase map that changes in place: one regime, exact gains on a fixed grid, artists that are updated and not redrawn.

Nothing here knows of widgets; `simulate.live.explore` puts sliders beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from time import perf_counter
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.contour import QuadContourSet
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.text import Text
from numpy.typing import NDArray
from PIL import Image

from figures import phase
from figures import phase_marks as marks
from figures.cells import edges, outline, shape_of
from figures.diagram import MapCells, sets_of
from figures.style import styled
from simulate.sweep.axes import Axis, Family
from simulate.sweep.cells import FIELDS, compared
from simulate.sweep.held import labels
from theory import NoExactRoute
from theory.arrays import Array
from theory.problems.noises import NOISES, noise

# Gains below this size are rounding: a map of nothing else stays white.
LEAST = 1e-12
# The share of the width that is laid out: numbers beside the colours may become longer later.
ROOM = 0.97


@dataclass(frozen=True)
class MapValues:
    """What is known of the cells of a map: coordinates x (m,) and y (n,), the rest (n, m).

    gain: NaN where there is no exact route. label: as in a sweep. message: why there is no exact route, or "".
    """

    x: Array
    y: Array
    gain: Array
    label: NDArray[np.str_]
    message: str = ""

    @property
    def best(self) -> tuple[float, float, float] | None:
        """(gain, x, y) of the cell where training noise helps most, None where it helps nowhere."""
        gains = np.where(np.char.endswith(self.label, "-help"), self.gain, -np.inf)
        row, column = np.unravel_index(int(gains.argmax()), gains.shape)
        most = float(gains[row, column])
        return (most, float(self.x[column]), float(self.y[row])) if most > LEAST else None


class LiveMap:
    """The phase map of a family of problems over two noises: `compute` its cells, `show` them, or `update` for both.

    family: a regime with the settings it begins with. x, y: noises and their grids. eps: the radius where it is not
    swept; above 0 the certified risks are compared. artists: of the diagram, by `figures.phase`.
    """

    def __init__(self, family: Family, x: Axis, y: Axis, eps: float = 0.0) -> None:
        self.family, self.x, self.y = family, x, y
        self.held = {"alpha": 0.0, "beta": 0.0, "eps": noise(eps, "eps")}
        self.values = self.compute()
        self.artists = phase.draw(self._blank())
        self.contours: QuadContourSet | None = None
        self.words: list[Text] = []
        self.patches = self._patches()
        self.show(self.values)
        self._background: Any = None

    def compute(self, settings: Mapping[str, Any] | None = None, step: int = 1) -> MapValues:
        """Exact gains with some parameters set, in every cell of the grid or in every `step`-th of either axis.

        Raises:
            ProblemError: a parameter is unknown or makes no sense.
        """
        x, y = (axis.values[step // 2 :: step] for axis in (self.x, self.y))
        grids = dict(zip((self.x.key, self.y.key), np.meshgrid(x, y), strict=True))
        shape = len(y), len(x)
        noises = {key: np.broadcast_to(grids.get(key, self.held[key]), shape).ravel() for key in NOISES}
        try:
            found, why = compared(self.family, settings or {}, noises), ""
        except NoExactRoute as error:
            found, why = np.full((len(FIELDS), len(x) * len(y)), np.nan), str(error)
        fields = dict(zip(FIELDS, found.reshape(-1, *shape), strict=True))
        return MapValues(x, y, fields["gain"], labels(fields), why)

    def show(self, values: MapValues) -> None:
        """Put values into the diagram: colours and their limits, levels, hatching and words."""
        self.values = values
        axes, mesh = self.artists.axes, self.artists.mesh
        sets = sets_of(values.label, values.gain)
        shown = np.ma.masked_array(values.gain, sets["constant"] | sets["undefined"])
        limit = float(np.abs(shown).max()) if shown.count() else 0.0
        limit = limit if limit > LEAST else 1.0
        with styled():
            mesh.set_array(self._spread(shown))
            if mesh.get_clim() != (-limit, limit):
                mesh.set_clim(-limit, limit)
            self._hatch(sets["constant"])
            self._draw_contours(shown, limit)
            for word in self.words:
                word.remove()
            held = MapCells(self.x.key, self.y.key, values.x, values.y, values.gain, values.label)
            self.words = marks.write_words(axes, held, sets, [])

    def update(self, settings: Mapping[str, Any], step: int = 1) -> float:
        """Compute and show; returns the seconds that took."""
        start = perf_counter()
        self.show(self.compute(settings, step))
        return perf_counter() - start

    def png(self) -> bytes:
        """The diagram as a picture, at the resolution of the screen; what never changes is drawn once only."""
        axes, bar = self.artists.axes, self.artists.colorbar.ax
        canvas = self.artists.figure.canvas
        assert isinstance(canvas, FigureCanvasAgg)
        with styled():
            if self._background is None:
                self._draw_background(canvas)
            canvas.restore_region(self._background)
            drawn = [self.artists.mesh, *self.patches, self.contours, *axes.spines.values(), *self.words]
            for artist in drawn:
                if artist is not None:
                    axes.draw_artist(artist)
            bar.draw_artist(bar.yaxis)
        out = BytesIO()
        picture = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())
        picture.save(out, "png", compress_level=1)
        return out.getvalue()

    def _draw_background(self, canvas: FigureCanvasAgg) -> None:
        """Find the layout, with the numbers in place, and draw the axes and their labels. Only once: this takes longer
        than all the rest."""
        figure = self.artists.figure
        layout = figure.get_layout_engine()
        if isinstance(layout, ConstrainedLayoutEngine):
            layout.set(rect=(0, 0, ROOM, 1))
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        changing = [self.artists.mesh, self.artists.colorbar.ax.yaxis, *self.patches, self.contours, *self.words]
        held = [artist for artist in changing if artist is not None and artist.get_visible()]
        for artist in held:
            artist.set_visible(False)
        canvas.draw()
        self._background = canvas.copy_from_bbox(figure.bbox)
        for artist in held:
            artist.set_visible(True)

    def _blank(self) -> xr.Dataset:
        """A sweep of nothing, from which the diagram takes its frame."""
        problem = self.family.at()
        shape, dims = (self.y.count, self.x.count), (self.y.key, self.x.key)
        infinite = bool(getattr(problem, "infinite", False))
        unit = f"(units of x)^{problem.dim}" if infinite and problem.dim > 1 else "units of x" if infinite else "1"
        coords = {axis.key: (axis.key, axis.values, {"units": axis.unit}) for axis in (self.y, self.x)}
        attrs = {"name": problem.name or "", "x_key": self.x.key, "y_key": self.y.key, "eps": self.held["eps"]}
        dataset = xr.Dataset({"gain": (dims, np.zeros(shape), {"units": unit})}, coords, attrs)
        return dataset.assign(label=(dims, np.full(shape, "neutral")))

    def _patches(self) -> tuple[PathPatch, PathPatch]:
        """The hatching where a classifier is constant, and its border; empty as yet."""
        empty = Path(np.empty((0, 2)))
        with styled():
            hatch = PathPatch(empty, linewidth=0.0, zorder=1, **marks.SETS["constant"][1])
            border = PathPatch(empty, facecolor="none", edgecolor="0.3", linewidth=0.5, zorder=1.5)
            for patch in (hatch, border):
                self.artists.axes.add_patch(patch)
        return hatch, border

    def _hatch(self, constant: NDArray[np.bool_]) -> None:
        cells, x, y = self._spread(constant), edges(self.x.values), edges(self.y.values)
        for patch, path in zip(self.patches, (shape_of(cells, x, y), outline(cells, x, y)), strict=True):
            patch.set_path(path)
            patch.set_visible(len(np.asarray(path.vertices)) > 0)

    def _draw_contours(self, shown: Array, limit: float) -> None:
        """Levels at fixed shares of the limit of the colours; dashed where training noise hurts."""
        if self.contours is not None:
            self.contours.remove()
            self.contours = None
        levels = [limit * part for part in phase.CONTOURS if shown.min() < limit * part < shown.max()]
        if levels and min(shown.shape) > 1:
            at = self.values.x, self.values.y
            looks: dict[str, Any] = {"colors": marks.INK, "linewidths": 0.4, "alpha": 0.7}
            self.contours = self.artists.axes.contour(*at, shown, levels=levels, **looks)

    def _spread(self, cells: Any) -> Any:
        """Cells of a coarse grid, repeated to fill the fine one."""
        for axis, size in enumerate((self.y.count, self.x.count)):
            if cells.shape[axis] != size:
                cells = cells.repeat(-(-size // cells.shape[axis]), axis)
        return cells[: self.y.count, : self.x.count]

"""What the dataset of a phase diagram can do: the accessor `dataset.noisewise`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import xarray as xr

from simulate.extras import missing
from simulate.storage import save_dataset, table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

    from figures.lines import LineArtists
    from figures.phase import PhaseArtists

PICTURES = (".png", ".pdf", ".svg")


@xr.register_dataset_accessor("noisewise")
class Diagram:
    """What the dataset of a phase diagram can do: `dataset.noisewise.plot()`, lines through it, `.interactive()`,
    `.table()`, `.save(path)`."""

    def __init__(self, dataset: xr.Dataset) -> None:
        self._dataset = dataset

    def plot(  # noqa: PLR0913 - each has a usual value
        self,
        ax: Axes | None = None,
        *,
        cmap: str | Colormap = "RdBu",
        limits: float | tuple[float, float] | None = None,
        colorbar: bool | str | Axes = True,
        legend: bool | str | Axes = True,
        levels: bool | int | Sequence[float] | None = None,
        curves: bool | str | Sequence[str] = True,
        hatch: bool | str | Mapping[str, str] = True,
        columns: int | None = None,
    ) -> PhaseArtists:
        """The diagram as Matplotlib artists, in given axes or in a new figure, by Matplotlib's settings as they are.

        Args:
            ax: where to draw; room for colour bar and legend is made within the place that these axes have.
            cmap, limits, colorbar, legend, levels, curves, hatch: as for `figures.look.chosen`.
            columns: the width of a new figure in columns of a paper, 1 (3.4 in) or 2 (7.0 in); else `figure.figsize`.

        Raises:
            ProblemError: a choice makes no sense.
            ValueError: the dataset is no map of two keys.
        """
        from figures import look
        from figures import phase as drawing

        chosen = look.chosen(
            cmap=cmap, limits=limits, colorbar=colorbar, legend=legend, levels=levels, curves=curves, hatch=hatch
        )
        return drawing.draw(self._dataset, ax, columns=columns, look=chosen, project_style=False)

    def plot_risk(
        self,
        ax: Axes | None = None,
        *,
        against: str | None = None,
        at: float | Sequence[float] | None = None,
        legend: bool | str | Axes = True,
        columns: int | None = None,
    ) -> LineArtists:
        """Risk against one key, a line for each of some values of the other; bands are what is stated of errors.

        Args:
            ax: where to draw; a new figure is made where this is None.
            against: one of the two keys; alpha if None and swept, else the key across.
            at: values of the other key, the nearest that there are; five, evenly spread, if None.
            legend: "below" (or True), "beside", "inside", axes that are to hold it, or False.
            columns: the width of a new figure in columns of a paper, 1 (3.4 in) or 2 (7.0 in); else `figure.figsize`.

        Raises:
            ProblemError: a key is not swept, a value lies beyond its ends, or a choice makes no sense.
            ValueError: the dataset has no risks over two keys.
        """
        return self._lines("risk", ax, against, at, legend, columns)

    def plot_gain(
        self,
        ax: Axes | None = None,
        *,
        against: str | None = None,
        at: float | Sequence[float] | None = None,
        legend: bool | str | Axes = True,
        columns: int | None = None,
    ) -> LineArtists:
        """As `plot_risk`, of the gain; of several seeds with the interval of the mean difference."""
        return self._lines("gain", ax, against, at, legend, columns)

    def _lines(self, of: str, ax: Axes | None, against: str | None, at: Any, legend: Any, columns: Any) -> LineArtists:
        from figures import lines, look

        place = look.chosen(legend=legend).legend
        choices = {"against": against, "at": at, "legend": place, "columns": columns}
        return lines.draw(self._dataset, ax, of=of, project_style=False, **choices)

    def plot_best_alpha(
        self, ax: Axes | None = None, *, legend: bool | str | Axes = True, columns: int | None = None
    ) -> LineArtists:
        """The training noise of least risk against the other key, with gaps where it jumps; where risks were measured
        points, with the set of those that cannot be told from the best as a band. Arguments as for `plot_risk`.

        Raises:
            ValueError: alpha is not swept, or the dataset has no best alphas: those of a sweep come with its curves.
        """
        from figures import lines, look

        place = look.chosen(legend=legend).legend
        return lines.draw_best(self._dataset, ax, legend=place, columns=columns, project_style=False)

    def interactive(
        self, *, limits: float | tuple[float, float] | None = None, width: int = 600, height: int = 480
    ) -> Any:
        """The diagram as a Bokeh figure, to zoom and to point at; `figures.interactive.InteractiveMap` can change it.

        limits: the gain at the ends of the colours, a number for both or a pair (low, high). width, height: in pixels.

        Raises:
            MissingExtraError: Bokeh is not installed.
            ProblemError: limits are no such ends.
        """
        try:
            from figures.interactive import InteractiveMap
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] != "bokeh":
                raise
            raise missing("bokeh", "explore") from error
        return InteractiveMap(self._dataset, limits=limits, width=width, height=height).figure

    def table(self) -> pd.DataFrame:
        """One row a cell: both coordinates, then the variables."""
        return table(self._dataset)

    def save(self, path: str | os.PathLike[str], *, columns: int = 1) -> None:
        """Write by suffix: .nc the dataset, .csv one row a cell, .png, .pdf or .svg the figure."""
        if os.path.splitext(path)[1].lower() in PICTURES:
            from figures import phase as drawing

            drawing.save(self._dataset, path, columns=columns)
        else:
            save_dataset(self._dataset, path)

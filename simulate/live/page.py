"""The explorer: inputs, the exact map that follows them, the pinned point, and what reproduces it all.

One Panel component, for the page that `noisewise explore` serves and for notebooks. Numbers come from a `Session`.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import panel as pn
import xarray as xr
from bokeh.events import Tap
from bokeh.models import ColumnDataSource

from figures.interactive import InteractiveMap
from simulate.live.inputs import changed, groups, values_of
from simulate.live.library import Library
from simulate.live.panels import Controls, Recipe
from simulate.live.point import Point
from simulate.live.refine import Refinement, row_and_column
from simulate.live.session import Session, hired
from simulate.live.tables import best_cell, blank, file_of, gain_table, summary
from simulate.live.view import View
from simulate.sweep.sweep import sweep
from theory.errors import ProblemError

FILES = {"PNG": ("map.png", "image/png"), "PDF": ("map.pdf", "application/pdf")}
FILES |= {"netCDF": ("map.nc", "application/x-netcdf"), "CSV": ("map.csv", "text/csv")}
# Inputs beside the rest, and the map beside its point, where the window is wide enough.
BESIDE = """
:host {{ display: grid; gap: 12px; grid-template-columns: minmax(0, 1fr); width: 100%; box-sizing: border-box; }}
@container (min-width: {width}px) {{ :host {{ grid-template-columns: {columns}; }} }}
"""
OUTER = BESIDE.format(width=720, columns="280px minmax(0, 1fr)")
INNER = BESIDE.format(width=1180, columns="minmax(0, 1fr) minmax(0, 400px)")
PAIR = """
:host { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 260px), 1fr)); width: 100%; }
"""
HEAD = """<h1 style="font: 600 20px system-ui, sans-serif; margin: 0">noisewise</h1>
<p style="font: 14px system-ui, sans-serif; margin: 2px 0 0">Trained with noise α, smoothed with noise β: blue where
the training noise helps, red where it hurts. Every cell is an exact risk. Point at a cell to read it, click to pin
it.</p>"""
HEIGHT = 560
# Seconds between two looks whether all is found.
WAIT = 0.02


class Explorer(pn.viewable.Viewer):
    """A view that can be moved.

    view: what is asked for. dataset: the last map, or None; `complete` says whether it has all its cells.
    """

    def __init__(self, view: View, library: Library | None = None, addressed: bool = False, said: str = "") -> None:
        super().__init__()
        self.view, self.library, self.complete = view, library, False
        self.dataset: xr.Dataset | None = None
        self.map = InteractiveMap(blank(view), width=600, height=HEIGHT)
        self.map.figure.name, self.map.figure.sizing_mode = "map", "stretch_width"
        self._pin = ColumnDataSource(
            {"x": [], "y": []} if view.pin is None else {"x": [view.pin[0]], "y": [view.pin[1]]}
        )
        looks: dict[str, Any] = {
            "marker": "circle_cross",
            "line_color": "black",
            "line_width": 2,
            "fill_color": "white",
        }
        self.map.figure.scatter("x", "y", source=self._pin, size=15, fill_alpha=0.7, **looks)
        self.map.figure.on_event(Tap, lambda event: self.pin(event.x, event.y))
        self.point = Point()
        self.controls = Controls(self.move, spec=groups(view, library), addressed=addressed)
        self.recipe = Recipe(self._wanted, self._opened)
        self._table_open, self._said = False, said
        self._panes = [pn.pane.Bokeh(picture, sizing_mode="stretch_width") for picture in self._pictures]
        self._layout = self._laid_out()
        self.session = Session(self)
        self._recited()
        if pn.state.curdoc is not None and pn.state.curdoc.session_context is not None:
            pn.state.onload(self._begin)  # what is said before a page listens is lost
            pn.state.on_session_destroyed(lambda _context: self.close())
        else:
            self._begin()

    def __panel__(self) -> Any:
        return self._layout

    async def settled(self) -> None:
        """Wait until the map, its curves and the point are found."""
        self._begin()
        while not self.session.idle:
            await asyncio.sleep(WAIT)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        """The panel, and for readers without a kernel a picture of the map, where that takes no time."""
        bundle = super()._repr_mimebundle_(include, exclude)
        data, about = bundle if isinstance(bundle, tuple) else (bundle, {})
        if Refinement(self.view).quick:
            view = self.view
            dataset = sweep(view.family, view.x, view.y, view.fixed)
            data = {**(data or {}), "image/png": b64encode(file_of(dataset, "map.png")).decode()}
        return data, about

    def move(self, key: str, value: Any) -> None:
        """An input has moved."""
        self._said = ""
        try:
            view = (
                self.library.view(str(value)) if key == "problem" and self.library else changed(self.view, key, value)
            )
            self.look(view, anew=key == "problem" or isinstance(value, str))
        except ProblemError as error:
            self.controls.tell(message=str(error))

    def pin(self, beta: float, alpha: float) -> None:
        """Look at the cell nearest to a point of the map."""
        if self.dataset is None or not (np.isfinite(beta) and np.isfinite(alpha)):
            return
        row, column = row_and_column(self.dataset, (beta, alpha))
        self.look(replace(self.view, pin=(float(self.view.x.values[column]), float(self.view.y.values[row]))))

    def look(self, view: View, anew: bool = False) -> None:
        """Ask for a view; `anew` where its inputs are others."""
        if anew:
            self.controls.spec = groups(view, self.library)
        if view.mapped != self.view.mapped:
            self.complete = False
        moved, self.view = view.pin != self.view.pin, view
        self._begin()
        if view.pin is not None and moved:
            self._pin.data = {"x": [view.pin[0]], "y": [view.pin[1]]}
            held = self.dataset
            if held is not None and all(held.sizes[axis.key] == axis.count for axis in (view.x, view.y)):
                self.point.slices(held, view.pin)
            self.controls.tell(values=values_of(view), query=view.query())

    def close(self) -> None:
        """Nobody looks any more."""
        self.session.close()

    def map_found(self, view: View, dataset: xr.Dataset) -> None:
        """Part of `simulate.live.session.Audience`, as the next three."""

        def apply() -> None:
            self.dataset, self.complete = dataset, "share" not in dataset.attrs and view.mapped == self.view.mapped
            coarse = f" ({dataset.attrs['share']:.0%} of the cells so far)" if "share" in dataset.attrs else ""
            self.map.update(dataset, title=view.title + coarse)

        def after() -> None:
            self.recipe.available = self.complete
            if self.view.pin is not None:
                self.point.slices(dataset, self.view.pin)
            if self.complete:
                self._completed(view, dataset)

        self._apply(apply)
        self._apply(after)  # the map comes first

    def profile_found(self, view: View, held: xr.Dataset) -> None:
        self._apply(lambda: self.point.show(held, view))

    def refused(self, view: View, reason: str) -> None:
        def apply() -> None:
            self.recipe.available = False
            self.map.update(blank(view), title=f"{view.title}: no map")
            self.controls.tell(message=reason, query=view.query())

        self._apply(apply)

    def profile_refused(self, view: View, reason: str) -> None:
        self._apply(lambda: self.point.clear(f"no profile: {reason}"))

    def _completed(self, view: View, dataset: xr.Dataset) -> None:
        """What is done once for a whole map: words, texts, files, the table, and the first point."""
        message = "; ".join(filter(None, (self._said, summary(dataset))))
        self.controls.tell(message=message, query=self.view.query(), title=f"{view.title} - noisewise")
        self._recited()
        if self._table_open:
            self.recipe.table = gain_table(dataset)
        if self.view.pin is None:
            row, column = best_cell(dataset) or (view.y.count // 2, view.x.count // 2)
            self.pin(float(view.x.values[column]), float(view.y.values[row]))

    def _recited(self) -> None:
        names = "command", "Python", "problem file (TOML)"
        made = self.view.command(), self.view.python(), self.view.problem_file()
        self.recipe.texts = dict(zip(names, made, strict=True))

    def _begin(self) -> None:
        """Ask the session, in the loop that there is; in a script without one nothing moves."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return
        self.session.ask(self.view)

    def _opened(self, opened: bool) -> None:
        self._table_open = opened
        self.recipe.table = gain_table(self.dataset) if opened and self.dataset is not None and self.complete else {}

    def _wanted(self, name: str) -> None:
        if self.complete and self.dataset is not None:
            dataset = self.dataset.drop_vars("route").assign_attrs(command=self.view.command())
            self._task = asyncio.get_running_loop().create_task(self._send(name, dataset))

    async def _send(self, name: str, dataset: xr.Dataset) -> None:
        file, kind = FILES[name]
        content = await asyncio.wrap_future(hired().submit(file_of, dataset, file))
        self._apply(lambda: self.recipe.give(file, kind, b64encode(content).decode()))

    def _apply(self, change: Callable[[], None]) -> None:
        """Change models as one message: under the document's lock in a page, and pushed in a notebook."""
        document = self.map.figure.document
        if document is not None and document.session_context is not None:
            document.add_next_tick_callback(lambda: _together(document, change))
            return
        change()
        pn.io.push_notebook(*self._panes)

    @property
    def _pictures(self) -> list[Any]:
        return [self.map.figure, *self.point.figures]

    def _laid_out(self) -> Any:
        left = pn.Column(pn.pane.HTML(HEAD), self.controls, sizing_mode="stretch_width")
        below = pn.Column(*self._panes[-2:], stylesheets=[PAIR], sizing_mode="stretch_width")
        middle = pn.Column(self._panes[0], below, sizing_mode="stretch_width")
        right = pn.Column(*self._panes[1:-2], sizing_mode="stretch_width")
        shown = pn.Column(middle, right, stylesheets=[INNER], sizing_mode="stretch_width")
        main = pn.Column(shown, self.recipe, sizing_mode="stretch_width")
        padding = {"padding": "12px"}
        whole = pn.Column(left, main, stylesheets=[OUTER], sizing_mode="stretch_width", styles=padding)
        # Widths are those of the page, or of the cell of a notebook.
        return pn.Column(whole, sizing_mode="stretch_width", styles={"container-type": "inline-size"})


def _together(document: Any, change: Callable[[], None]) -> None:
    """All changes in one message, so that no picture is painted under the title of another."""
    with pn.io.hold(document, "collect"):
        change()

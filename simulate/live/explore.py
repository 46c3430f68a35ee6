"""Sliders over the parameters of a regime that move an exact phase map: for notebooks, with ipywidgets.

The map itself, which needs no widgets, is `simulate.live.live_map.LiveMap`.
"""

from __future__ import annotations

import asyncio
import math
from base64 import b64encode
from html import escape
from time import perf_counter
from typing import Any

from simulate.extras import missing
from simulate.live.live_map import LiveMap
from simulate.sweep.axes import Axis, Family
from theory import regimes
from theory.errors import ProblemError, one_of
from theory.problems.validation import instance

try:
    import ipywidgets as widgets
except ModuleNotFoundError as error:
    raise missing("ipywidgets", "notebook") from error

# Low end, high end and step of the slider of a parameter, unless the regime has its own below.
RANGES: dict[str, tuple[float, float, float]] = {
    "separation": (0.0, 6.0, 0.05),
    "scale": (0.1, 2.0, 0.02),
    "scale0": (0.1, 3.0, 0.02),
    "scale1": (0.1, 3.0, 0.02),
    "inner": (0.2, 3.0, 0.02),
    "outer": (0.2, 3.0, 0.02),
    "prior": (0.05, 0.95, 0.01),
    "width": (0.1, 3.0, 0.05),
    "gap": (0.0, 3.0, 0.02),
    "spacing": (0.2, 4.0, 0.05),
    "background": (0.5, 5.0, 0.05),
    "radius": (0.1, 3.0, 0.05),
    "count": (1, 8, 1),
}
DIMS = (1, 2, 3, 5, 10, 20, 50, 100, 300, 1000, 3072, 10_000, 100_000, 1_000_000)
# The measure of a ball of many dimensions underflows, and a mean in a million takes half a second to write down.
MOST_DIMS = {"ball": 100, "two-scales": 3072}
# The map of two Gaussians of one scale is the same in every dimension.
NO_SLIDER = {"two-gaussians": ("dim",)}
# Maps of the plane and about an axis take a tenth of a second for one cell.
SLOW = ("discs", "anisotropic", "bumps-in")
# A map that takes longer (seconds) is drawn at every second noise while the slider moves, and whole once it rests.
BUDGET, REST = 0.3, 0.4
SIZE = {"description_width": "90px"}, {"width": "480px"}


class Explorer(widgets.VBox):
    """The widget: `sliders` by parameter, the `picture` of the map, a line of `words`, and the `live` map."""

    def __init__(self, live: LiveMap, sliders: dict[str, Any]) -> None:
        self.live, self.sliders = live, sliders
        self.picture, self.words = widgets.Image(format="png", width=510), widgets.HTML()
        self._seconds = 0.0
        self._later: asyncio.TimerHandle | None = None
        super().__init__([*sliders.values(), self.picture, self.words])
        self._show(perf_counter())
        for slider in sliders.values():
            slider.observe(self._moved, "value")

    def _moved(self, _change: object) -> None:
        """Draw anew; where that is slow, first a coarser map and then, unless the slider moves again, the whole one."""
        if self._later is not None:
            self._later.cancel()
        loop = _running_loop()
        if loop is None or self._seconds <= BUDGET:
            self._draw()
            return
        self._draw(2)
        self._later = loop.call_later(REST, self._draw)

    def _draw(self, step: int = 1) -> None:
        start = perf_counter()
        self.live.update({key: slider.value for key, slider in self.sliders.items()}, step)
        seconds = self._show(start)
        if step == 1:
            self._seconds = seconds

    def _show(self, start: float) -> float:
        """Send the picture and the words; returns the seconds since `start`."""
        self.picture.value = self.live.png()
        seconds = perf_counter() - start
        self.words.value = escape(self._said(seconds))
        return seconds

    def _said(self, seconds: float) -> str:
        values = self.live.values
        if values.message:
            return values.message
        best = "training noise helps in no cell"
        if values.best is not None:
            gain, x, y = values.best
            best = f"largest gain {gain:.4g} at {self.live.x.key} = {x:.3g}, {self.live.y.key} = {y:.3g}"
        return f"{best}; {values.gain.size} exact cells drawn in {seconds:.2f} s"

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """The widget, and a picture for readers without a kernel."""
        return {**super()._repr_mimebundle_(**options), "image/png": b64encode(self.picture.value).decode()}


def explore(
    regime: str,
    alpha: tuple[float, float] = (0.0, 2.0),
    beta: tuple[float, float] = (0.05, 2.0),
    cells: int = 64,
    eps: float = 0.0,
    **settings: Any,
) -> Explorer:
    """Sliders over the numeric parameters of a regime, and its exact phase map over (beta, alpha).

    Args:
        regime: a name in `theory.problems.regimes.REGIMES`, of those that live on a line or in radial geometry.
        alpha, beta: the ranges of the training and of the smoothing noise.
        cells: the map has so many cells along each axis.
        eps: above 0 the gain in certified risk at this radius.
        settings: where sliders begin, if not at the usual value of the parameter.

    Raises:
        ProblemError: the regime is unknown or lives in the plane or about an axis, or a parameter is unknown or makes
            no sense.
    """
    if instance(regime, "regime", str) in SLOW:
        raise ProblemError(
            "regime", repr(regime), "one on a line or radial; maps of the plane or about an axis take minutes"
        )
    family = Family(regime, settings)
    own = regimes.parameters(regime)
    if unknown := [key for key in settings if key not in own]:
        raise ProblemError(unknown[0], "an unknown parameter", one_of(own, unknown[0]), regime)
    shown = [key for key in own if key not in NO_SLIDER.get(regime, ())]
    sliders = {key: slider(regime, key, settings.get(key, own[key])) for key in shown}
    return Explorer(LiveMap(family, Axis("beta", *beta, cells), Axis("alpha", *alpha, cells), eps), sliders)


def slider(regime: str, key: str, value: Any) -> Any:
    """The slider of one parameter, at `value`; its range grows to hold that."""
    style, layout = SIZE
    looks = {"description": key, "style": style, "layout": layout}
    if key == "dim":
        dims = sorted({*(dim for dim in DIMS if dim <= MOST_DIMS.get(regime, math.inf)), value})
        return widgets.SelectionSlider(options=dims, value=value, **looks)
    low, high, step = RANGES[key]
    low, high = min(low, value), max(high, value)
    kind = widgets.IntSlider if key == "count" else widgets.FloatSlider
    return kind(value=value, min=low, max=high, step=step, **looks)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None

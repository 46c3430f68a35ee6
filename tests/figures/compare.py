"""Drawings against committed pictures, and the script that writes these: python -m tests.figures.compare."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.image import imread

from figures import (
    agreement,
    best_alpha_networks,
    class_shares,
    curves,
    disc_experiment,
    interference,
    off_data_share,
    phase,
    pipeline,
    plane,
)
from figures.style import styled
from tests.figures.examples import agreement as checked
from tests.figures.examples import discs, full, measured, plain
from tests.figures.examples import interference as maps
from tests.figures.network_examples import best_alphas, bridges, off_data, shares
from theory import regimes

BASELINES = Path(__file__).with_name("baseline")
# Enough to tell every mark from every other, and small in bytes.
DPI, WIDE_DPI = 80, 50


def _pipeline() -> Figure:
    return pipeline.draw(regimes.bumps(count=3, spacing=1.5), 0.4, 1.0, columns=1).figure


def _regression() -> Figure:
    return pipeline.draw(regimes.stripes(gap=0.5), 0.6, 0.3, columns=1).figure


DRAWINGS: dict[str, Callable[[], Figure]] = {
    "phase-plain": lambda: phase.draw(plain()).figure,
    "phase-full": lambda: phase.draw(full()).figure,
    "phase-measured": lambda: phase.draw(measured()).figure,
    "pipeline": _pipeline,
    "pipeline-regression": _regression,
    "plane-anisotropic": lambda: plane.draw(regimes.anisotropic(), 1.0, 1.5).figure,
    "plane-discs": lambda: plane.draw(regimes.discs(side=40, radius=8, seed=1), 3.0, 5.0).figure,
    "disc-experiment": lambda: disc_experiment.draw(discs()).figure,
    "agreement": lambda: agreement.draw(checked()).figure,
    "interference": lambda: interference.draw(maps()).figure,
    "best-alpha-networks": lambda: best_alpha_networks.draw(best_alphas()).figure,
    "class-shares": lambda: class_shares.draw(shares(), columns=1)[0].figure,
    "off-data-share": lambda: off_data_share.draw(off_data()).figure,
    "networks-rules": lambda: curves.draw_panels(bridges(), rows=2)[0].figure,
}


def rendered(figure: Figure) -> bytes:
    """The figure as a small PNG without a stamp."""
    content = io.BytesIO()
    dpi = DPI if figure.get_size_inches()[0] < 5 else WIDE_DPI
    with styled():
        figure.savefig(content, format="png", dpi=dpi, metadata={"Software": None})
    return content.getvalue()


def pixels(content: bytes) -> np.ndarray:
    """Red, green and blue between 0 and 1."""
    return np.asarray(imread(io.BytesIO(content)))[:, :, :3]


if __name__ == "__main__":
    BASELINES.mkdir(exist_ok=True)
    for name, make in DRAWINGS.items():
        (BASELINES / f"{name}.png").write_bytes(rendered(make()))

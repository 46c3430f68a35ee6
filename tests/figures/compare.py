"""Drawings against committed pictures, and the script that writes these: python -m tests.figures.compare."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.image import imread

from figures import phase, pipeline
from figures.style import styled
from tests.figures.examples import full, plain
from theory import regimes

BASELINES = Path(__file__).with_name("baseline")
# Enough to tell every mark from every other, and small in bytes.
DPI = 80


def _pipeline() -> Figure:
    return pipeline.draw(regimes.bumps(count=3, spacing=1.5), 0.4, 1.0, columns=1).figure


def _regression() -> Figure:
    return pipeline.draw(regimes.stripes(gap=0.5), 0.6, 0.3, columns=1).figure


DRAWINGS: dict[str, Callable[[], Figure]] = {
    "phase-plain": lambda: phase.draw(plain()).figure,
    "phase-full": lambda: phase.draw(full()).figure,
    "pipeline": _pipeline,
    "pipeline-regression": _regression,
}


def rendered(figure: Figure) -> bytes:
    """The figure as a small PNG without a stamp."""
    content = io.BytesIO()
    with styled():
        figure.savefig(content, format="png", dpi=DPI, metadata={"Software": None})
    return content.getvalue()


def pixels(content: bytes) -> np.ndarray:
    """Red, green and blue between 0 and 1."""
    return np.asarray(imread(io.BytesIO(content)))[:, :, :3]


if __name__ == "__main__":
    BASELINES.mkdir(exist_ok=True)
    for name, make in DRAWINGS.items():
        (BASELINES / f"{name}.png").write_bytes(rendered(make()))

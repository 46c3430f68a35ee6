"""The figures of how near the parts of a class are to each other, with their inputs."""

from __future__ import annotations

from dataclasses import replace

from figures import curves
from simulate.experiments import rows
from simulate.experiments.discs import VARIABLES as PLACED
from simulate.experiments.discs import Study
from simulate.experiments.drawing import draw_discs, draw_interference, draw_panels, map_recipe
from simulate.experiments.recipe import Recipe
from simulate.experiments.sources import Computed, Map, Placed
from simulate.experiments.words import WORDS

ROWS = {"counts": [2, 3, 4, 6], "low": 5e-5, "high": 0.8, "number": 40}
GAPS = tuple(0.5 * k for k in range(5))
SPARSE = Study(gaps=GAPS, draws=40, count=15)

INTERFERENCE: dict[str, Recipe] = {
    "interference-stripes": map_recipe(
        WORDS["interference-stripes"],
        Map("stripes", "gap=0.01:1.05:129", "alpha=0:1.5:129", {"count": 3}, {"beta": 1.0}),
        Map("stripes", "gap=0.01:1.2:129", "beta=0.02:1.5:129", {"count": 3}, {"alpha": 0.3}),
        stems=["interference-stripes-alpha", "interference-stripes-beta"],
    ),
    "interference-width": Recipe(
        {
            f"interference-width-{side}": Computed(function, ROWS)
            for side, function in (("gap", rows.against_gap), ("limit", rows.near_width))
        },
        draw_panels,
        WORDS["interference-width"],
        curves.VARIABLES,
        (2,),
        ("interference-width",),
    ),
    "interference": Recipe(
        {
            "interference-alpha": Placed(
                replace(SPARSE, alphas=tuple(float(a) for a in range(12)), betas=(8.0,), draws=20)
            ),
            "interference-beta": Placed(
                replace(SPARSE, alphas=(0.0, 5.0), betas=tuple(float(b) for b in range(5, 16)))
            ),
        },
        draw_interference,
        WORDS["interference"],
        PLACED,
        (2,),
        ("interference",),
    ),
    "disc-experiment": Recipe(
        {"disc-experiment": Placed(Study())},
        draw_discs,
        WORDS["disc-experiment"],
        PLACED,
        (2,),
        ("disc-experiment",),
    ),
    "disc-experiment-max": Recipe(
        {"disc-experiment-max": Placed(Study(draws=40, alphas=(0, 2, 4, 6, 8, 12, 16, 20), metric="max"))},
        draw_discs,
        WORDS["disc-experiment-max"],
        PLACED,
        (2,),
        ("disc-experiment-max",),
    ),
}

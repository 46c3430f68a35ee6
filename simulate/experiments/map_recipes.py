"""The maps over both noises, with their inputs."""

from __future__ import annotations

from figures import dimensions
from simulate.experiments import dimensions as growing
from simulate.experiments.drawing import draw_dimensions, draw_growing, map_recipe
from simulate.experiments.recipe import Recipe
from simulate.experiments.sources import Cells, Computed, Map
from simulate.experiments.words import WORDS
from simulate.storage import NEEDED

# Noises where neither is constant, by the dimension; a cell takes a hundred times as long in more than one.
BUMPS_IN = {
    1: ("alpha=0:1.6:97", "beta=0.02:0.8:97"),
    2: ("alpha=0:1.2:21", "beta=0.02:0.7:21"),
    10: ("alpha=0:0.8:21", "beta=0.02:0.44:21"),
    784: ("alpha=0:0.24:21", "beta=0.005:0.145:21"),
}
CONCENTRIC = {dim: f"alpha=0:{3 if dim < 10 else 2:g}:97" for dim in (2, 10, 100, 3072)}

MAPS: dict[str, Recipe] = {
    "phase-bumps": map_recipe(
        WORDS["phase-bumps"],
        Map("bumps", "alpha=0:1.6:129", "beta=0.02:1:129", {"count": 3}),
        stems=["phase-bumps"],
    ),
    "phase-bumps-in": Recipe(
        {f"phase-bumps-in-{dim}": Cells("bumps-in", *axes, {"dim": dim}) for dim, axes in BUMPS_IN.items()},
        draw_growing,
        WORDS["phase-bumps-in"],
        NEEDED,
        (2,),
        ("phase-bumps-in",),
    ),
    "phase-stripes": map_recipe(
        WORDS["phase-stripes"],
        Map("stripes", "alpha=0:1.5:129", "beta=0.02:1.5:129"),
        stems=["phase-stripes"],
    ),
    "phase-two-gaussians": map_recipe(
        WORDS["phase-two-gaussians"],
        Map("two-gaussians", "alpha=0:3:129", "beta=0.02:3:129", {"dim": 1, "prior": 0.2}),
        stems=["phase-two-gaussians"],
    ),
    "phase-anisotropic": map_recipe(
        WORDS["phase-anisotropic"],
        Map("anisotropic", "alpha=0:3:25", "beta=0.2:3:25"),
        stems=["phase-anisotropic"],
    ),
    "phase-concentric": map_recipe(
        WORDS["phase-concentric"],
        *(Map("concentric", axis, "beta=0.02:2:97", {"dim": dim}) for dim, axis in CONCENTRIC.items()),
        stems=[f"phase-concentric-{dim}" for dim in CONCENTRIC],
    ),
    "phases-dimension": Recipe(
        {
            "phases-dimension": Computed(
                growing.phases,
                {"dims": [10, 100, 1000], "alpha": 2.0, "beta": 2.0, "count": 97},
                ("concentric", {"prior": 0.7}),
            )
        },
        draw_dimensions,
        WORDS["phases-dimension"],
        dimensions.VARIABLES,
        (2,),
    ),
}

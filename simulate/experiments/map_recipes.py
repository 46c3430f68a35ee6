"""The maps over both noises, with their inputs."""

from __future__ import annotations

from figures import dimensions
from simulate.experiments import dimensions as growing
from simulate.experiments.drawing import draw_dimensions, draw_growing, map_recipe
from simulate.experiments.recipe import Recipe
from simulate.experiments.sources import Cells, Computed, Map
from simulate.experiments.words import WORDS
from simulate.storage import NEEDED

# Noises where neither is constant, by the dimension; a cell takes a hundred times as long in more than one, and curves
# are not traced there.
BUMPS_IN = {
    1: ("beta=0.02:0.8:97", "alpha=0:1.6:97"),
    2: ("beta=0.02:0.7:21", "alpha=0:1.2:21"),
    10: ("beta=0.02:0.44:21", "alpha=0:0.8:21"),
    784: ("beta=0.005:0.145:21", "alpha=0:0.24:21"),
}
# Smoothing noise a little beyond the last at which there is more than one class, by the dimension.
CONCENTRIC = {
    2: ("beta=0.02:1.55:97", "alpha=0:3:97"),
    10: ("beta=0.02:1.25:97", "alpha=0:2:97"),
    100: ("beta=0.02:0.98:97", "alpha=0:1.7:97"),
    3072: ("beta=0.02:0.78:97", "alpha=0:1.25:97"),
}

MAPS: dict[str, Recipe] = {
    "phase-bumps": map_recipe(
        WORDS["phase-bumps"],
        Map("bumps", "beta=0.02:0.8:129", "alpha=0:1.6:129", {"count": 3, "spacing": 2.0}),
        stems=["phase-bumps"],
    ),
    "phase-bumps-in": Recipe(
        {
            f"phase-bumps-in-{dim}": (Map if dim == 1 else Cells)("bumps-in", *axes, {"dim": dim})
            for dim, axes in BUMPS_IN.items()
        },
        draw_growing,
        WORDS["phase-bumps-in"],
        NEEDED,
        (2,),
        ("phase-bumps-in",),
    ),
    "phase-stripes": map_recipe(
        WORDS["phase-stripes"],
        Map("stripes", "beta=0.02:1.5:129", "alpha=0:1.5:129", {"count": 3, "gap": 0.3}),
        stems=["phase-stripes"],
    ),
    "phase-two-gaussians": map_recipe(
        WORDS["phase-two-gaussians"],
        Map("two-gaussians", "beta=0.02:3:129", "alpha=0:2.2:129", {"dim": 1, "prior": 0.2}),
        stems=["phase-two-gaussians"],
    ),
    "phase-anisotropic": map_recipe(
        WORDS["phase-anisotropic"],
        Map("anisotropic", "beta=0.2:3:41", "alpha=0:3:41", {"separation": 2.0, "ratio": 3.0}),
        stems=["phase-anisotropic"],
    ),
    "phase-concentric": map_recipe(
        WORDS["phase-concentric"],
        *(Map("concentric", *axes, {"dim": dim}) for dim, axes in CONCENTRIC.items()),
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

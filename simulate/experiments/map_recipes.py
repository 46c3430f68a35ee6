"""The maps over both noises, with their inputs."""

from __future__ import annotations

from figures import dimensions
from simulate.experiments import dimensions as growing
from simulate.experiments.drawing import draw_dimensions, map_recipe
from simulate.experiments.recipe import Recipe
from simulate.experiments.sources import Computed, Map
from simulate.experiments.words import WORDS

CONCENTRIC = {dim: f"alpha=0:{3 if dim < 10 else 2:g}:97" for dim in (2, 10, 100, 3072)}

MAPS: dict[str, Recipe] = {
    "phase-bumps": map_recipe(
        WORDS["phase-bumps"],
        Map("bumps", "alpha=0:1.6:129", "beta=0.02:1:129", {"count": 3}),
        stems=["phase-bumps"],
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

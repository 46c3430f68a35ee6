"""The gallery: every figure that `noisewise figures` makes, with its inputs. What each says is in words.py."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import xarray as xr

from figures import budget, curves, dimensions
from figures.pipeline_stages import VARIABLES as STAGES
from simulate.experiments import curves as data
from simulate.experiments import dimensions as growing
from simulate.experiments.budget import budget_against_alpha
from simulate.experiments.discs import VARIABLES as PLACED
from simulate.experiments.discs import Study
from simulate.experiments.drawing import (
    draw_agreements,
    draw_budgets,
    draw_dimensions,
    draw_discs,
    draw_interference,
    draw_panels,
    draw_planes,
    draw_stages,
    line_recipe,
    map_recipe,
)
from simulate.experiments.recipe import Recipe
from simulate.experiments.sample_recipes import SAMPLES
from simulate.experiments.sources import Agreement, Computed, Map, Pictured, Placed
from simulate.experiments.words import WORDS


def with_bridge(dataset: xr.Dataset) -> xr.Dataset:
    """The map with the curve of the bridge identity for two Gaussians at distance 4, scale 1, in place of the found
    best noise."""
    eps = np.linspace(float(dataset["eps"][0]), float(dataset["eps"][-1]), 201)
    alpha = data.bridge_curve(4.0, 1.0, eps)
    shown = alpha <= float(dataset["alpha"][-1])
    points = {"bridge_x": ("bridge_point", alpha[shown]), "bridge_y": ("bridge_point", eps[shown])}
    return dataset.drop_vars([name for name in dataset.variables if str(name).startswith("best_")]).assign(points)


GAPS = tuple(0.5 * k for k in range(5))
SPARSE = Study(gaps=GAPS, draws=40, count=15)
CONCENTRIC = {dim: f"alpha=0:{3 if dim < 10 else 2:g}:97" for dim in (2, 10, 100, 3072)}

RECIPES: dict[str, Recipe] = {
    "pipeline": Recipe(
        {"pipeline": Pictured("bumps", 0.4, 0.5, {"count": 3})},
        draw_stages,
        WORDS["pipeline"],
        STAGES,
        (2, 1),
    ),
    "plane": Recipe(
        {
            "plane-anisotropic": Pictured("anisotropic", 1.0, 1.5),
            "plane-discs": Pictured("discs", 3.0, 5.0, {"side": 40, "radius": 8, "seed": 1}),
        },
        draw_planes,
        WORDS["plane"],
        ("signed", "truth", "vote", "risk", "gain"),
        (2, 1),
    ),
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
    "interference-stripes": map_recipe(
        WORDS["interference-stripes"],
        Map("stripes", "gap=0.01:1.5:97", "alpha=0:1.5:97", fixed={"beta": 1.0}),
        Map("stripes", "gap=0.01:1.5:97", "beta=0.02:1.5:97", fixed={"alpha": 0.3}),
        stems=["interference-stripes-alpha", "interference-stripes-beta"],
    ),
    "interference": Recipe(
        {
            "interference-alpha": Placed(replace(SPARSE, betas=(11.0,))),
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
    "certified-map": map_recipe(
        WORDS["certified-map"],
        Map(
            "two-gaussians",
            "alpha=0:3:129",
            "eps=0:1.9:129",
            {"dim": 1, "separation": 4.0, "prior": 0.2},
            {"beta": 1.0},
            with_bridge,
        ),
        stems=["certified-map"],
    ),
    "certified-adversarial": line_recipe(
        WORDS["certified-adversarial"],
        Computed(
            data.certified_adversarial,
            {"beta": 0.5, "alphas": [0.0, 0.3], "reach": 1.0, "count": 201},
            ("bumps", {"count": 3}),
        ),
        "certified-adversarial",
    ),
    "best-alpha": line_recipe(
        WORDS["best-alpha"],
        Computed(
            data.best_noise,
            {
                "families": [
                    ["concentric, $d=2$", "concentric", {"dim": 2}],
                    ["concentric, $d=100$", "concentric", {"dim": 100}],
                    ["bumps", "bumps", {"count": 3}],
                    ["stripes, gap .3", "stripes", {"gap": 0.3}],
                ],
                "reach": 1.0,
                "count": 50,
            },
        ),
        "best-alpha",
    ),
    "small-noise": line_recipe(
        WORDS["small-noise"],
        Computed(
            data.small_noise_law,
            {
                "families": [
                    ["concentric, $d=2$", "concentric", {"dim": 2}],
                    ["concentric, $d=10$", "concentric", {"dim": 10}],
                    ["two scales, $d=3$", "two-scales", {"dim": 3}],
                    ["anisotropic pair", "anisotropic", {}],
                ],
                "reach": 1.0,
                "least": 0.05,
                "count": 13,
            },
        ),
        "small-noise",
    ),
    "vanishing": line_recipe(
        WORDS["vanishing"],
        Computed(data.vanishing, {"shares": [0.0, 0.5, 0.9], "most": 10000, "count": 61}),
        "vanishing",
    ),
    "rules": Recipe(
        {
            "rules-gaussians": Computed(
                data.rules, {"beta": 0.5, "reach": 3.0, "count": 121}, ("two-gaussians", {"dim": 1, "prior": 0.2})
            ),
            "rules-intervals": Computed(
                data.rules, {"beta": 0.5, "reach": 1.5, "count": 121}, ("intervals", {"gap": 0.3})
            ),
        },
        draw_panels,
        WORDS["rules"],
        curves.VARIABLES,
        (2,),
        ("rules",),
    ),
    "off-support": line_recipe(
        WORDS["off-support"],
        Computed(data.off_support, {"alpha": 0.3, "reach": 3.0, "count": 241}),
        "off-support",
    ),
    "votes": line_recipe(
        WORDS["votes"],
        Computed(
            data.finite_votes,
            {"beta": 0.5, "alphas": [0.0, 0.4], "most": 10001, "count": 41},
            ("bumps", {"count": 3}),
        ),
        "votes",
    ),
    "votes-ratio": line_recipe(
        WORDS["votes-ratio"],
        Computed(
            data.votes_ratio,
            {
                "families": [
                    ["concentric, $d=10$", "concentric", {"dim": 10}],
                    [r"concentric, $d=10$, prior .7", "concentric", {"dim": 10, "prior": 0.7}],
                    ["bumps, spacing 1.5", "bumps", {"spacing": 1.5}],
                    ["two Gaussians, prior .2", "two-gaussians", {"dim": 1, "prior": 0.2}],
                ],
                "beta": 0.5,
                "most": 1001,
                "count": 25,
            },
        ),
        "votes-ratio",
    ),
    "error-budget": Recipe(
        {
            "error-budget": Computed(
                budget_against_alpha,
                {
                    "beta": 0.4,
                    "votes": 51,
                    "samples": [1000, 4000, 16_000],
                    "simulated": {"alphas": [0.1, 0.2, 0.3, 0.4, 0.5], "draws": 16, "seed": 1},
                },
                ("concentric", {"dim": 2}),
            )
        },
        draw_budgets,
        WORDS["error-budget"],
        budget.VARIABLES,
        (2,),
    ),
    **SAMPLES,
    "agreement": Recipe(
        {"agreement": Agreement("bumps", "alpha=0:1.5:9", "beta=0.1:1.5:9", 101, 20_000, 1)},
        draw_agreements,
        WORDS["agreement"],
        ("z", "disagrees"),
        (2,),
    ),
}

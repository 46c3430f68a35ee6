"""The figures of risks and best noises over one variable, with their inputs."""

from __future__ import annotations

from figures import budget, curves
from simulate.experiments import curves as data
from simulate.experiments.budget import budget_against_alpha
from simulate.experiments.drawing import draw_budgets, draw_panels, line_recipe
from simulate.experiments.recipe import Recipe
from simulate.experiments.sources import Computed
from simulate.experiments.words import WORDS

CURVES: dict[str, Recipe] = {
    "certified-adversarial": line_recipe(
        WORDS["certified-adversarial"],
        Computed(
            data.certified_adversarial,
            {"title": "bumps", "beta": 0.5, "alphas": [0.0, 0.3], "reach": 1.0, "count": 401},
            ("bumps", {"count": 3}),
        ),
        "certified-adversarial",
    ),
    "best-alpha": Recipe(
        {
            "best-alpha": Computed(
                data.best_noise,
                {
                    "families": [
                        ["concentric, $d=2$", "concentric", {"dim": 2}],
                        ["concentric, $d=100$", "concentric", {"dim": 100}],
                        ["bumps", "bumps", {"count": 3}],
                        ["stripes, gap .3", "stripes", {"gap": 0.3}],
                    ],
                    "reach": 1.0,
                    "count": 100,
                },
            ),
            "best-alpha-published": Computed(data.published_noise, {}),
        },
        draw_panels,
        WORDS["best-alpha"],
        curves.VARIABLES,
        (2,),
        ("best-alpha",),
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
                "count": 61,
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
                data.rules,
                {"title": "two Gaussians, prior .2", "beta": 0.5, "reach": 3.0, "count": 121},
                ("two-gaussians", {"dim": 1, "prior": 0.2}),
            ),
            "rules-intervals": Computed(
                data.rules,
                {"title": "intervals, gap .3", "beta": 0.5, "reach": 1.5, "count": 241},
                ("intervals", {"gap": 0.3}),
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
            {"title": "bumps", "beta": 0.5, "alphas": [0.0, 0.4], "most": 10001, "count": 61},
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
                "count": 61,
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
}

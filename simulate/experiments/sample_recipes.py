"""The figures of training on n samples, with their inputs."""

from __future__ import annotations

from figures import curves
from simulate.experiments import samples
from simulate.experiments.drawing import draw_panels, draw_phases, line_recipe
from simulate.experiments.recipe import Recipe
from simulate.experiments.sources import Computed
from simulate.experiments.words import WORDS
from simulate.storage import NEEDED

# Half the distance of two Gaussians over their scale, and the prior of class 1.
SAMPLED = {"m": 1.5, "prior": 0.2}

SAMPLES: dict[str, Recipe] = {
    "samples-phase": Recipe(
        {
            "samples-phase": Computed(
                samples.samples_phase, SAMPLED | {"low": 0.1, "high": 100.0, "top": 2.0, "count": 129}
            )
        },
        draw_phases,
        WORDS["samples-phase"],
        NEEDED,
    ),
    "double-descent": line_recipe(
        WORDS["double-descent"],
        Computed(
            samples.double_descent,
            SAMPLED | {"rule": "least-squares", "alphas": [0.0, 0.3, 1.0], "low": 0.1, "high": 30.0, "count": 81},
        ),
        "double-descent",
    ),
    "samples-best-alpha": Recipe(
        {
            f"samples-best-alpha-{rule}": Computed(
                samples.samples_best,
                SAMPLED
                | {"rule": rule, "radii": [0.0, 0.1, 0.3, 0.6], "low": 0.1, "high": 1000.0, "top": 2.5, "count": 129},
            )
            for rule in ("lda", "least-squares")
        },
        draw_panels,
        WORDS["samples-best-alpha"],
        curves.VARIABLES,
        (2,),
        ("samples-best-alpha",),
    ),
    "copies": line_recipe(
        WORDS["copies"],
        Computed(samples.copies_best, {"cases": [[0.2, 20.0], [0.4, 20.0], [1.5, 2.0]], "most": 100, "count": 60}),
        "copies",
    ),
}

"""The figure of networks against exact rules, with its inputs."""

from __future__ import annotations

from typing import Any

from figures import network_rules
from simulate.experiments import bridge
from simulate.experiments.drawing import draw_network_rules
from simulate.experiments.recipe import Recipe
from simulate.experiments.sources import Computed
from simulate.experiments.words import WORDS

GAUSSIANS = ("two-gaussians", {"dim": 20, "separation": 3.0, "prior": 0.2})
STUDY: dict[str, Any] = {
    "sizes": [100, 1000, 10_000, 100_000],
    "models": ["mlp", "linear"],
    "seeds": 3,
    "points": 1000,
    "votes": 100,
    "shown": 200_000,
}

BRIDGE: dict[str, Recipe] = {
    "networks-rules": Recipe(
        {
            "networks-rules-gaussians": Computed(
                bridge.rules_followed,
                STUDY | {"beta": 0.5, "alphas": [0.0, 0.4, 0.8, 1.2, 1.6, 2.0]},
                GAUSSIANS,
            ),
            "networks-rules-bumps": Computed(
                bridge.rules_followed,
                STUDY | {"beta": 0.5, "alphas": [0.0, 0.1, 0.2, 0.4, 0.6, 0.8]},
                ("bumps", {"count": 3}),
            ),
            "networks-rules-concentric": Computed(
                bridge.rules_followed,
                STUDY | {"beta": 0.8, "alphas": [0.0, 0.2, 0.4, 0.6, 0.8, 1.2]},
                ("concentric", {"dim": 10}),
            ),
            "networks-rules-stripes": Computed(
                bridge.stripes_followed, STUDY | {"beta": 0.8, "alphas": [0.0, 0.1, 0.2, 0.4, 0.8, 1.2]}
            ),
            # Not drawn: what is left of the distance after training that is seven times as long.
            "networks-rules-longer": Computed(
                bridge.rules_followed,
                STUDY | {"beta": 0.5, "alphas": [1.2, 2.0], "sizes": [100_000], "seeds": 1, "shown": 2_000_000},
                GAUSSIANS,
            ),
        },
        draw_network_rules,
        WORDS["networks-rules"],
        network_rules.VARIABLES,
        (2,),
        ("networks-rules",),
    ),
}

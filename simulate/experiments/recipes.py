"""The gallery: every figure that `noisewise figures` makes, with its inputs. What each says is in words.py.

Those of one subject are in a file of theirs; here is the order of all, and what is alone of its kind.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from figures.film_frames import VARIABLES as FRAMES
from figures.film_frames import Stop
from figures.pipeline_stages import VARIABLES as STAGES
from simulate.agreement.plan import Trial
from simulate.experiments.bridge_recipes import BRIDGE
from simulate.experiments.curve_recipes import CURVES
from simulate.experiments.curves import bridge_curve
from simulate.experiments.drawing import draw_agreements, draw_films, draw_planes, draw_stages, map_recipe
from simulate.experiments.interference_recipes import INTERFERENCE
from simulate.experiments.map_recipes import MAPS
from simulate.experiments.network_recipes import NETWORKS
from simulate.experiments.recipe import FILM, Recipe
from simulate.experiments.sample_recipes import SAMPLES
from simulate.experiments.sources import Agreement, Filmed, Map, Pictured
from simulate.experiments.words import WORDS
from simulate.storage import NEEDED


def with_bridge(dataset: xr.Dataset) -> xr.Dataset:
    """The map with the curve of the bridge identity for two Gaussians at distance 4, scale 1, in place of the found
    best noise."""
    eps = np.linspace(float(dataset["eps"][0]), float(dataset["eps"][-1]), 201)
    alpha = bridge_curve(4.0, 1.0, eps)
    shown = alpha <= float(dataset["alpha"][-1])
    points = {"bridge_x": ("bridge_point", eps[shown]), "bridge_y": ("bridge_point", alpha[shown])}
    found = [name for name in dataset.variables if str(name).startswith("best_")]
    return (
        dataset.drop_vars(found).assign(points).assign_attrs(title="two Gaussians, distance 4, prior .2", settings="{}")
    )


RECIPES: dict[str, Recipe] = {
    "pipeline": Recipe(
        {"pipeline": Pictured("bumps", 0.4, 0.5, {"count": 3})},
        draw_stages,
        WORDS["pipeline"],
        STAGES,
        (2, 1),
    ),
    # The first frame is the one that helps most, because some viewers show no other; then up, left, down and back.
    "pipeline-film": Recipe(
        {
            "pipeline-film": Filmed(
                "bumps",
                "beta=0.02:0.8:97",
                "alpha=0:1:97",
                (
                    Stop(0.25, 0.6, 12, 26),
                    Stop(0.95, 0.6, 7, 12),
                    Stop(0.95, 0.2, 1, 26),
                    Stop(0.0, 0.2, 7, 20),
                    Stop(0.0, 0.6, 9, 18),
                ),
                {"count": 3},
            )
        },
        draw_films,
        WORDS["pipeline-film"],
        (*NEEDED, *FRAMES),
        (2,),
        medium=FILM,
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
    **MAPS,
    **INTERFERENCE,
    "certified-map": map_recipe(
        WORDS["certified-map"],
        Map(
            "two-gaussians",
            "eps=0:1.9:129",
            "alpha=0:3:129",
            {"dim": 1, "separation": 4.0, "prior": 0.2},
            {"beta": 1.0},
            with_bridge,
        ),
        stems=["certified-map"],
    ),
    **CURVES,
    **SAMPLES,
    **NETWORKS,
    **BRIDGE,
    "agreement": Recipe(
        {"agreement": Agreement("bumps", "beta=0.1:1.5:9", "alpha=0:1.5:9", Trial(101, 100_000, 2, independent=True))},
        draw_agreements,
        WORDS["agreement"],
        ("z", "disagrees"),
        (2,),
    ),
}

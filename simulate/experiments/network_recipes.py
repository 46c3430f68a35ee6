"""The figures of networks on real data, with their inputs: one study for each data set, which three figures share."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import xarray as xr
from matplotlib.figure import Figure

from figures import best_alpha_networks, class_shares, off_data_share
from simulate.experiments.curves import PUBLISHED
from simulate.experiments.networks import networks_on
from simulate.experiments.recipe import Recipe
from simulate.experiments.sources import Declared, Work
from simulate.experiments.words import WORDS
from simulate.networks.neighbours import NEAREST

ALPHAS = [round(0.1 * k, 1) for k in range(11)]
BETAS = ALPHAS[:10]
# Samples and test points of each data set; all where nothing is said.
SIZES: dict[str, tuple[int | None, int | None]] = {
    "digits": (None, None),
    "mnist5k": (None, 500),
    "fashion-mnist": (10_000, 300),
}
# Networks of each model at each noise: as many as two cores trained in two hours.
MODELS = {
    "digits": {"linear": 5, "mlp": 5, "cnn": 3, "cnn-norm": 3},
    "mnist5k": {"linear": 5, "mlp": 5, "cnn": 3},
    "fashion-mnist": {"linear": 5, "mlp": 5, "cnn": 3},
}
NAMES = {
    "linear": "linear",
    "mlp": "MLP",
    "cnn": "CNN",
    "cnn-norm": "CNN, normalised",
    NEAREST: "nearest",
}
# All 60 000 images of MNIST are what was published.
PUBLISHED_AS = {"mnist5k": "MNIST, published"}
# Models with hidden layers: the best noises of linear ones, whose risk hardly depends on it, say nothing.
HIDDEN = ("mlp", "cnn", "cnn-norm")
# Smoothing noises whose shares are shown.
SHOWN = [0.3, 0.5, 0.7, 0.9]


def _of(held: xr.Dataset, kept: Collection[str]) -> xr.Dataset:
    """What is known of some classifiers, by the names that are shown."""
    rows = held.drop_dims("model")
    rows = rows.sel(classifier=[name for name in rows["classifier"].to_numpy().tolist() if name in kept])
    return rows.assign_coords(classifier=[NAMES[name] for name in rows["classifier"].to_numpy()])


def draw_best(datasets: Sequence[xr.Dataset], columns: int) -> list[Figure]:
    """Best training noises of networks."""
    panels = []
    for held in datasets:
        panel = _of(held, HIDDEN)[["best_alpha", "best"]].rename(classifier="model")
        if held.attrs["data"] in PUBLISHED_AS:
            beta, alpha = PUBLISHED[PUBLISHED_AS[held.attrs["data"]]]
            panel = panel.assign(published_beta=("published", beta), published_alpha=("published", alpha))
        panels.append(panel.assign_attrs(title=held.attrs["data"], ray=held.attrs["ray"]))
    return [best_alpha_networks.draw(panels, columns=columns).figure]


def draw_shares(datasets: Sequence[xr.Dataset], columns: int) -> list[Figure]:
    """The largest class of the votes without training noise; the Parzen rule is then the nearest neighbour."""
    panels = []
    for held in datasets:
        rows = _of(held, NAMES)[["largest", "largest_low", "largest_high"]]
        panel = rows.rename(largest_low="low", largest_high="high").reindex(classifier=list(NAMES.values()))
        panels.append(panel.assign_attrs(title=held.attrs["data"], classes=held.attrs["classes"]))
    return [class_shares.draw(panels, columns=columns)[0].figure]


def draw_off_data(datasets: Sequence[xr.Dataset], columns: int) -> list[Figure]:
    """The share of the benefit of training noise that is about places without data; linear networks have no benefit."""
    rows = []
    for held in datasets:
        own = held.drop_dims("classifier").sel(beta=SHOWN, model=held["model"] != "linear")
        own = own[["share", "share_low", "share_high", "determined"]]
        names = [f"{held.attrs['data']}: {NAMES[name]}" for name in own["model"].to_numpy()]
        rows.append(own.rename(model="row", share_low="low", share_high="high").assign_coords(row=names))
    return [off_data_share.draw(xr.concat(rows, "row", combine_attrs="drop"), columns=columns).figure]


@dataclass(frozen=True)
class Studied(Declared):
    """The study of one data set; arguments as `networks_on` has them."""

    source: str
    models: Mapping[str, int]
    size: tuple[int | None, int | None]
    votes: int
    scales: Mapping[str, Sequence[float]]

    def compute(self, work: Work) -> xr.Dataset:
        return networks_on(self.source, self.models, self.size, self.votes, self.scales, work.progress)


STUDIES = {
    f"networks-{source}": Studied(source, MODELS[source], size, 100, {"alpha": ALPHAS, "beta": BETAS})
    for source, size in SIZES.items()
}

NETWORKS: dict[str, Recipe] = {
    name: Recipe(STUDIES, draw, WORDS[name], needed, columns, (name,))
    for name, draw, needed, columns in (
        ("networks-best-alpha", draw_best, ("best_alpha", "best"), (2, 1)),
        ("networks-class-shares", draw_shares, ("largest",), (2, 1)),
        ("networks-off-data", draw_off_data, ("share", "determined"), (1, 2)),
    )
}

"""`noisewise train`: networks on data, and for which noises training noise helped them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import tyro

from simulate.commands.maps import File
from simulate.commands.options import Failure, Json, Settings, arg, scales
from simulate.commands.output import interval, note, print_json, print_table
from simulate.commands.places import check_places, write_files
from simulate.commands.staged import command_line
from simulate.commands.workers import Dask, hired
from theory.errors import ProblemError
from theory.problems import validation
from theory.problems.problem import NoiseFamily

if TYPE_CHECKING:
    import xarray as xr

    from simulate.data import Data
    from simulate.networks import NetworkPlan
    from theory.problems.problem import Problem

# What is trained, smoothed and repeated where nothing is said.
ALPHA, BETA, SEEDS, VOTES = ("0:1:6",), ("0:0.9:4",), 5, 100

Source = Annotated[
    tyro.conf.Positional[str],
    arg(metavar="DATA", help="digits, mnist5k, fashion-mnist[:DIR], cifar10:DIR, a file .npz, or a problem."),
]
Classes = Annotated[tuple[str, ...], arg(metavar="C...", help="Classes to tell apart; all if not given.")]
Model = Annotated[Literal["mlp", "cnn", "cnn-norm", "linear"], arg(help="cnn-norm: with batch normalisation.")]
Alphas = Annotated[
    tuple[str, ...], arg(metavar="A...", help="Training noises; numbers or LO:HI:COUNT. 0 is always trained as well.")
]
Betas = Annotated[tuple[str, ...], arg(metavar="B...", help="Smoothing noises; numbers or LO:HI:COUNT.")]
Radii = Annotated[tuple[str, ...], arg(metavar="E...", help="Radii to certify; numbers or LO:HI:COUNT.")]
Samples = Annotated[int | None, arg(metavar="N", help="Samples to train on; all of the data (1000 of a problem).")]
Tested = Annotated[int | None, arg(metavar="M", help="Test points; all of the data (2000 of a problem).")]
Seeds = Annotated[int, arg(metavar="K", help="Networks trained at each noise.")]
Epochs = Annotated[
    int | None, arg(metavar="E", help="Passes over the samples; usually 200 000 samples' worth, 6 to 2000.")
]
Copies = Annotated[int | None, arg(metavar="M", help="Fixed noisy copies of each sample; fresh noise if not given.")]
Votes = Annotated[int, arg(metavar="V", help="Votes of the smoothed classifier.")]
Confidence = Annotated[float, arg(metavar="P", help="Confidence of intervals.")]
Resume = Annotated[bool, arg(help="Use what is kept; --no-resume trains and votes all again.")]
Kept = Annotated[
    str | None, arg(metavar="DIR", help="Where finished networks are kept; the user's cache if not given.")
]


@dataclass(frozen=True)
class TrainCommand:
    """Train networks on noisy data, smooth them, and measure for which noises training noise helped.

    noisewise train digits --alpha 0:1:11 --beta 0:0.9:10 --figure digits.png

    noisewise train mnist5k --classes 3 8 --model cnn --alpha 0 0.25 0.5 --beta 0.5 --eps 0.25 0.5 --votes 1000

    noisewise train concentric --set dim=10 --samples 10000 --alpha 0:1:6 --beta 0.5
    """

    data: Source
    alpha: Alphas = ALPHA
    beta: Betas = BETA
    eps: Radii = ()
    classes: Classes = ()
    model: Model = "mlp"
    samples: Samples = None
    test: Tested = None
    seeds: Seeds = SEEDS
    epochs: Epochs = None
    copies: Copies = None
    votes: Votes = VOTES
    noise: NoiseFamily | None = None
    """The kind of training noise (gaussian, or that of the problem)."""
    smoothing: NoiseFamily | None = None
    """The kind of smoothing noise (gaussian, or that of the problem)."""
    confidence: Confidence = 0.95
    failure: Failure = 1e-3
    resume: Resume = True
    networks: Kept = None
    out: File = None
    """The dataset: .nc (netCDF) or .csv (one row for each alpha and beta)."""
    figure: File = None
    """The gains as a phase diagram: PNG, PDF or SVG by its suffix."""
    settings: Settings = ()
    dask: Dask = None
    json: Json = False

    def run(self) -> None:
        alphas, betas = scales(self.alpha, "alpha"), scales(self.beta, "beta")
        radii = scales(self.eps, "eps") if self.eps else []
        for key in ("confidence", "failure"):
            validation.probability(getattr(self, key), key)
        check_places(self.out, self.figure)
        if self.figure is not None and (len({0.0, *alphas}) < 2 or len(set(betas)) < 2):
            raise ProblemError("--figure", "one alpha or one beta", "at least two of each for a map")
        dataset = self._trained(alphas, betas, radii)
        dataset.attrs["command"] = command_line()
        write_files(dataset, self.out, self.figure, note if self.json else print)
        if self.json:
            print_json(document(dataset, {"dataset": self.out, "figure": self.figure}))
        else:
            _print(dataset)

    def _trained(self, alphas: list[float], betas: list[float], radii: list[float]) -> xr.Dataset:
        from simulate.cache import cache_folder
        from simulate.montecarlo import Level
        from simulate.networks import NetworkPlan, NetworkStore, train_networks
        from simulate.networks.elsewhere import train_elsewhere
        from simulate.networks.store import NETWORKS
        from simulate.progress import Meter

        plan = NetworkPlan(self.model, self.seeds, self.epochs, self.copies, self.votes)
        data = self._data()
        plan = self._adapted(plan, data[0].problem)
        level = Level(confidence=self.confidence, failure=self.failure)
        store = NetworkStore(Path(self.networks) if self.networks else cache_folder(NETWORKS), fresh=not self.resume)
        scales = {"alpha": alphas, "beta": betas}
        with hired(dask=self.dask) as pool, Meter("training") as meter, _noted():
            if pool is not None:
                train_elsewhere(pool, data, **scales, plan=plan, store=store, progress=meter)
            told = meter if pool is None else None
            return train_networks(data, **scales, eps=radii, plan=plan, level=level, store=store, progress=told)

    def _adapted(self, plan: NetworkPlan, problem: Problem | None) -> NetworkPlan:
        """The plan with the noises that are asked for; those, and ties, of a problem are its own if none are."""
        if problem is not None:
            smoothing = problem.smoothing
            plan = replace(plan, noise=problem.training.noise, smoothing=smoothing.noise, ties=smoothing.ties)
        return replace(plan, noise=self.noise or plan.noise, smoothing=self.smoothing or plan.smoothing)

    def _data(self) -> list[Data]:
        """The data of each seed: training points of a problem are drawn anew, its test points are those of seed 0."""
        from simulate.data import load_data

        def load(seed: int) -> Data:
            size = {"samples": self.samples, "test": self.test}
            return load_data(self.data, classes=self.classes, settings=self.settings, seed=seed, **size)

        first = load(0)
        if first.problem is None:
            return [first] * self.seeds
        others = (load(seed) for seed in range(1, self.seeds))
        return [first, *(replace(one, x_test=first.x_test, y_test=first.y_test) for one in others)]


@contextmanager
def _noted() -> Iterator[None]:
    """Warnings of networks that have not converged as notes, when they come."""
    from simulate.networks import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("always", ConvergenceWarning)
        warnings.showwarning = lambda message, *_rest: note(str(message))
        yield


def document(dataset: xr.Dataset, files: dict[str, str | None]) -> dict[str, Any]:
    """What is known of each pair of noises, and of the best training noise for each smoothing noise, as JSON has it."""
    names = {"risk": "mean_risk", "low": "mean_low", "high": "mean_high"}
    names |= {key: key for key in ("gain", "gain_low", "gain_high", "label", "best")}
    names |= {key: key for key in ("exact_posterior", "exact_regression") if key in dataset}
    attrs = {key: value for key, value in dataset.attrs.items() if key not in ("x_key", "y_key")}
    points = []
    for beta in dataset["beta"].to_numpy():
        for alpha in dataset["alpha"].to_numpy():
            cell = dataset.sel(alpha=alpha, beta=beta)
            point: dict[str, Any] = {"alpha": float(alpha), "beta": float(beta)}
            point |= {key: cell[name].item() for key, name in names.items()}
            means = {key: cell[key].mean("seed") for key in ("abstained", "radius", "certified")}
            point |= {key: means[key].item() for key in ("abstained", "radius")}
            certified = zip(cell["eps"].to_numpy().tolist(), means["certified"].to_numpy().tolist(), strict=True)
            points.append(point | {"certified": [{"eps": eps, "risk": risk} for eps, risk in certified]})
    networks = [
        {"alpha": float(alpha), "seed": int(seed)}
        | {key: dataset[key].sel(alpha=alpha, seed=seed).item() for key in ("train_loss", "test_loss", "converged")}
        for alpha in dataset["alpha"].to_numpy()
        for seed in dataset["seed"].to_numpy()
    ]
    return {**attrs, **files, "optimum": _optima(dataset), "records": points, "networks": networks}


def _optima(dataset: xr.Dataset) -> list[dict[str, Any]]:
    found = []
    for beta in dataset["beta"].to_numpy():
        row = dataset.sel(beta=beta)
        best = row.sel(alpha=row["best_alpha"])
        record = {"beta": float(beta), "alpha": float(row["best_alpha"]), "baseline": row["baseline"].max().item()}
        record |= {"risk": best["mean_risk"].item(), "low": best["mean_low"].item(), "high": best["mean_high"].item()}
        record |= {key: best[key].item() for key in ("gain", "gain_low", "gain_high")}
        record["cannot_be_told"] = row["alpha"].to_numpy()[row["best"].to_numpy().astype(bool)].tolist()
        found.append(record | {"largest_share": row["largest"].sel(alpha=0.0).mean("seed").item()})
    return found


def _print(dataset: xr.Dataset) -> None:
    rows = []
    for record in _optima(dataset):
        ends = interval(record["low"], record["high"]), interval(record["gain_low"], record["gain_high"])
        told = " ".join(f"{alpha:g}" for alpha in record["cannot_be_told"])
        shown = [f"{record[key]:.4g}" for key in ("beta", "baseline", "alpha", "risk")]
        rows.append([*shown, ends[0], f"{record['gain']:.4g}", ends[1], told])
    header = ["beta", "without noise", "best alpha", "risk", "interval", "gain", "interval", "not told from the best"]
    print_table(header, rows)
    attrs = dataset.attrs
    print(
        f"\n{attrs['seeds']} {attrs['model']} networks at each noise, {attrs['samples']} samples, {attrs['epochs']} "
        f"epochs; {attrs['test']} test points, {attrs['votes']} votes; intervals over networks and test points at "
        f"confidence {attrs['confidence']:g}"
    )

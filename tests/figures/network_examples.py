"""Small made-up results of trained networks that hold everything their figures can show."""

from __future__ import annotations

import numpy as np
import xarray as xr

MODELS = ("linear", "MLP", "CNN", "CNN, normalised")
CLASSIFIERS = (*MODELS, "nearest neighbour", "Parzen")
PUBLISHED = {
    "MNIST": [0.28, 0.25, 0.29, 0.30, 0.34, 0.41, 0.46, 0.51, 0.60, 0.65],
    "CIFAR-10": [0.0, 0.08, 0.16, 0.29, 0.30, 0.37, 0.39],
}


def best_alphas() -> list[xr.Dataset]:
    """Three data sets, two with published points; sets that may be best of one cell, of many, and with a gap."""
    return [_best("MNIST", 0), _best("Fashion-MNIST", 1), _best("CIFAR-10", 2)]


def _best(title: str, seed: int) -> xr.Dataset:
    random = np.random.default_rng(seed)
    alpha, beta = np.linspace(0, 1, 21), np.linspace(0, 0.9, 10)
    a, b, m = alpha[:, None], beta, np.arange(len(MODELS))[:, None, None]
    risk = (a - (0.2 + 0.15 * m) * b - 0.1) ** 2 + 0.002 * random.normal(size=(len(MODELS), len(alpha), len(beta)))
    best = risk < risk.min(axis=1, keepdims=True) + 0.004
    best[0, :, 0] = risk[0, :, 0] == risk[0, :, 0].min()
    best[1, 16:18, 6] = True
    variables = {
        "best_alpha": (("model", "beta"), alpha[risk.argmin(axis=1)]),
        "best": (("model", "alpha", "beta"), best),
    }
    attrs = {"title": title} | ({"ray": 0.6} if seed else {})
    dataset = xr.Dataset(variables, {"model": list(MODELS), "alpha": alpha, "beta": beta}, attrs)
    if title not in PUBLISHED:
        return dataset
    values = PUBLISHED[title]
    published = {"published_alpha": ("published", values), "published_beta": ("published", beta[: len(values)])}
    return dataset.assign(published)


def shares() -> list[xr.Dataset]:
    """Two data sets: votes that collapse into one class, and votes that do not."""
    beta = np.linspace(0, 0.9, 10)
    held = []
    for title, top in (("MNIST, 4000 images", 0.65), ("Fashion-MNIST", 0.9)):
        rise = np.array([0.08, 0.15, 0.8, 0.95, 0.02, 0.05])[:, None]
        largest = 0.11 + (top - 0.11) * rise * beta**2 / (0.2 + beta**2) + 0.01 * np.arange(6)[:, None]
        half = 0.02 + 0.06 * rise * beta
        variables = {"largest": largest, "low": largest - half, "high": largest + half}
        dims = ("classifier", "beta")
        coords = {"classifier": list(CLASSIFIERS), "beta": beta}
        attrs = {"title": title, "classes": 10}
        held.append(xr.Dataset({name: (dims, value) for name, value in variables.items()}, coords, attrs))
    return held


def off_data() -> xr.Dataset:
    """Shares of several data sets and architectures: small, large, beyond 1, and three that are not determined."""
    rows = ["digits: MLP", "MNIST: MLP", "MNIST: CNN", "Fashion-MNIST: MLP", "Fashion-MNIST: CNN"]
    share = np.array([[0.1, 0.2, 0.15], [0.5, 0.7, 0.9], [0.8, 0.95, 1.02], [0.3, 0.4, 3.0], [0.6, 0.85, np.nan]])
    low, high = share - 0.15, share + np.array([0.1, 0.15, 0.2])
    determined = np.ones(share.shape, bool)
    for row, column, ends in ((0, 0, (-np.inf, np.inf)), (3, 2, (0.4, np.inf)), (4, 2, (np.nan, np.nan))):
        determined[row, column] = False
        low[row, column], high[row, column] = ends
    variables = {"share": share, "low": low, "high": high, "determined": determined}
    dims = ("row", "beta")
    coords = {"row": rows, "beta": [0.3, 0.5, 0.9]}
    return xr.Dataset({name: (dims, value) for name, value in variables.items()}, coords)


def bridges() -> list[xr.Dataset]:
    """Risks against alpha by exact rules and of networks, with intervals: four problems, few samples and many."""
    alpha, random = np.linspace(0, 1, 41), np.random.default_rng(2)
    at = alpha[::8]
    held = []
    for row, n in enumerate((100, 100_000)):
        for column, problem in enumerate(("Gaussians, $d=20$", "bumps", "concentric, $d=10$", "stripes")):
            posterior = 0.15 + 0.05 * column + 0.2 * (alpha - 0.2 - 0.1 * column) ** 2
            rules = {"posterior": posterior, "regression": posterior + 0.03 * alpha}
            if column == 0:
                rules["lda"] = posterior - 0.02 * alpha
            points: dict[str, list[np.ndarray]] = {"x": [], "y": [], "low": [], "high": []}
            for k, _model in enumerate(("MLP", "linear")):
                y = np.interp(at, alpha, rules["regression"]) + 0.08 / (1 + 2 * row) * (1 + 0.4 * k)
                y = y + random.normal(0, 0.003, at.shape)
                for name, value in (("x", at + 0.01 * k), ("y", y), ("low", y - 0.012), ("high", y + 0.012)):
                    points[name].append(value)
            variables = {
                "value": (("series", "alpha"), np.stack(list(rules.values()))),
                "kind": ("series", ["curve"] * len(rules)),
                "point_of": ("point", np.repeat(["MLP", "linear"], len(at))),
            } | {f"point_{name}": ("point", np.concatenate(value)) for name, value in points.items()}
            attrs = {
                "title": problem if row == 0 else "",
                "x_label": r"training noise $\alpha$" if row else "",
                "y_label": "" if column else rf"risk, $n={n}$",
                "x_low": -0.04,
                "x_high": 1.05,
            }
            held.append(xr.Dataset(variables, {"series": list(rules), "alpha": alpha}, attrs))
    return held

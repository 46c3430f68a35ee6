"""Small made-up sweeps and studies that hold everything a figure can show."""

from __future__ import annotations

import numpy as np
import xarray as xr

ROWS, COLUMNS = 17, 21


def plain() -> xr.Dataset:
    """The least there can be: a gain and labels over two noises, as a sweep writes them."""
    alpha, beta = np.linspace(0, 1.6, ROWS), np.linspace(0.1, 2.1, COLUMNS)
    gain = 0.1 * alpha[:, None] * (beta - 0.4 - 0.6 * alpha[:, None])
    gain[np.abs(gain) < 1e-12] = 0.0
    label = np.where(gain == 0, "neutral", np.where(gain > 0, "exact-help", "exact-hurt"))
    dims = ("alpha", "beta")
    variables = {"gain": (dims, gain, {"units": "1"}), "label": (dims, label)}
    units = {"units": "units of x"}
    coords = {"alpha": ("alpha", alpha, units), "beta": ("beta", beta, units)}
    return xr.Dataset(variables, coords, attrs={"name": "made up", "x_key": "beta", "y_key": "alpha", "eps": 0.0})


def full() -> xr.Dataset:
    """Every label, undefined cells, all curves and points, and a certified gain."""
    dataset = plain()
    label, gain = dataset["label"].values.astype(object), dataset["gain"].values.copy()
    label[:, -4:] = "constant"
    label[10:14, 2:6] = "undecided"
    label[14:, 9:12], gain[14:, 9:12] = "undecided", np.nan
    label[4:8, 9:15] = "proved-help"
    label[8:10, 2:6] = "proved-hurt"
    label[1:3, 12:15] = "significant-help"
    label[5:7, 1:3] = "significant-hurt"
    dataset["label"] = (dataset["label"].dims, label.astype(str))
    dataset["gain"] = (dataset["gain"].dims, gain)
    beta = np.linspace(0.4, 1.36, 30)
    dataset["zero_gain_x"] = ("zero_gain_point", np.concatenate([beta, [np.nan], [1.8, 2.0]]))
    dataset["zero_gain_y"] = ("zero_gain_point", np.concatenate([(beta - 0.4) / 0.6, [np.nan], [0.1, 0.2]]))
    dataset["zero_gain_jump"] = ("zero_gain_point", np.array([0] * 31 + [1, 1], np.int8))
    dataset["best_x"] = ("best_point", beta)
    dataset["best_y"] = ("best_point", np.where(beta > 0.5, (beta - 0.4) / 1.2, np.nan))
    x, y = np.meshgrid(np.linspace(0.3, 1.9, 5), np.linspace(0.2, 1.4, 4))
    dataset["check_x"], dataset["check_y"] = ("check_point", x.ravel()), ("check_point", y.ravel())
    dataset["check_agrees"] = ("check_point", (np.arange(x.size) % 7 != 3).astype(np.int8))
    dataset.attrs |= {"eps": 0.25, "settings": '{"spacing": 1.5}'}
    return dataset


def measured() -> xr.Dataset:
    """Risks of trained networks: labels by intervals, best alphas, and sets of those that may be the best, one with a
    gap."""
    alpha, beta = np.linspace(0, 1, 11), np.linspace(0, 0.9, 10)
    a, b = np.meshgrid(alpha, beta, indexing="ij")
    gain = 0.3 * a * (1.4 * b - a)
    label = np.where(gain > 0, "significant-help", "significant-hurt")
    label[np.abs(gain) < 0.02], label[0] = "undecided", "neutral"
    best = gain > gain.max(axis=0) - 0.006
    best[1, 7] = True
    dims = ("alpha", "beta")
    variables = {"gain": (dims, gain), "label": (dims, label), "best": (dims, best)}
    variables["best_alpha"] = ("beta", alpha[gain.argmax(axis=0)])
    attrs = {"x_key": "beta", "y_key": "alpha", "data": "digits", "model": "mlp"}
    return xr.Dataset(variables, {"alpha": alpha, "beta": beta}, attrs=attrs)


def discs(
    betas: tuple[float, ...] = (8.0, 11.0, 14.0), alphas: tuple[float, ...] = tuple(2.0 * k for k in range(11))
) -> xr.Dataset:
    """A study of four gaps and twelve draws, the last draws of the last two gaps not computed; constant at the end."""
    gap, draw, alpha = np.arange(4.0), np.arange(12), np.array(alphas)
    g, d, a, b = np.meshgrid(gap, draw, alpha, np.array(betas), indexing="ij")
    scatter = np.random.default_rng(0).normal(0, 0.01, (len(gap), len(draw), len(alpha), len(betas)))
    risk = 0.3 + 0.01 * b + 0.02 * np.sin(d) + a / 20 * (0.2 - 0.015 * b + 0.02 * g) * (a / 10 - 1) + a / 20 * scatter
    constant = (a + b / 2 + 2 * g > 22 + np.cos(d)).astype(float)
    risk[2, 9:], risk[3, 1:] = np.nan, np.nan
    dims = ("gap", "draw", "alpha", "beta")
    variables = {"risk": (dims, risk), "share": (dims, 1 - risk), "constant": (dims, constant)}
    coords = {"gap": gap, "draw": draw, "alpha": alpha, "beta": list(betas)}
    return xr.Dataset(variables, coords, attrs={"draws": 12, "side": 100.0, "count": 15})


def agreement() -> xr.Dataset:
    """A check with independent cells: both risks and gains, some of which disagree, and cells that are not compared."""
    beta, alpha, quantities = np.linspace(0, 1, 7), np.linspace(0, 1.2, 6), ["clean", "certified", "gain"]
    random = np.random.default_rng(3)
    z = random.normal(size=(3, len(alpha), len(beta)))
    disagrees = np.zeros(z.shape, np.int8)
    z[0, 2, 4], z[0, 4, 5], z[1, 3, 3] = 9.5, -5.2, 4.7
    disagrees[0, 2, 4] = disagrees[0, 4, 5] = disagrees[1, 3, 3] = disagrees[2, 1, 5] = disagrees[2, 2, 4] = 1
    z[1, :, 0], z[2] = np.nan, np.nan
    dims, units = ("quantity", "alpha", "beta"), {"units": "units of x"}
    variables = {"z": (dims, z), "disagrees": (dims, disagrees)}
    coords = {"quantity": quantities, "alpha": ("alpha", alpha, units), "beta": ("beta", beta, units)}
    attrs = {"x_key": "beta", "y_key": "alpha", "tests": 108, "verdict": "disagree", "family_wise": 0.01}
    return xr.Dataset(variables, coords, attrs=attrs | {"independent": 1})


def interference() -> list[xr.Dataset]:
    """Maps over alpha and over beta, with cells that are not significant and cells that are nearly constant."""
    return [discs((11.0,)), discs((8.0, 10.0, 12.0, 14.0, 16.0), (0.0, 11.0))]

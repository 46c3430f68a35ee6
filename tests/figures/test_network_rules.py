"""Networks against exact rules: panels show the numbers of their datasets, and say what they have in common once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from figures import network_rules
from tests.figures.test_layout import assert_apart


def compared(problem: str, limit: bool = False) -> xr.Dataset:
    """Made-up risks on 1000 and on 100 000 samples; on these without the Parzen rule."""
    noise, alpha = np.linspace(0, 1, 5), np.array([0.0, 0.5, 1.0])
    exact = np.stack([0.2 + 0.1 * noise, 0.25 + 0.2 * noise**2])
    risk = 0.3 + np.arange(18).reshape(3, 2, 3) / 100
    risk[2, 1] = np.nan
    variables = {"exact": (("rule", "noise"), exact), "differs": ("classifier", [0.1, 0.2, 0.3])}
    spread = {"risk": 0.0, "low": -0.02, "high": 0.03}
    variables |= {name: (("classifier", "samples", "alpha"), risk + by) for name, by in spread.items()}
    if limit:
        variables["limit"] = (("linear", "samples", "noise"), np.full((2, 2, 5), 0.35))
    coords = {"rule": ["posterior", "regression"], "noise": noise, "alpha": alpha, "samples": [1000, 100_000]}
    coords |= {"classifier": ["mlp", "linear", "parzen"]} | ({"linear": ["lda", "logistic"]} if limit else {})
    return xr.Dataset(variables, coords, {"problem": problem, "beta": 0.5})


def test_panels_show_the_numbers_of_the_datasets() -> None:
    held = [compared("two-gaussians", limit=True), compared("own $5 problem")]
    panels = network_rules.draw(held)
    assert len(panels) == 4
    for k, panel in enumerate(panels):
        own = held[k % 2].isel(samples=k // 2)
        np.testing.assert_array_equal(panel.lines["posterior rule"].get_ydata(), own["exact"].sel(rule="posterior"))
        np.testing.assert_array_equal(panel.points["MLP"].lines[0].get_ydata(), own["risk"].sel(classifier="mlp"))
        bars = panel.points["MLP"].lines[2][0].get_segments()
        np.testing.assert_allclose(np.array(bars)[:, :, 1], own[["low", "high"]].sel(classifier="mlp").to_array().T)
        assert len(panel.points) == (2 if k // 2 else 3)
        assert ("lda on $n/d$" in panel.lines) == (k % 2 == 0)
    assert [panel.axes.get_title() for panel in panels] == [
        "two Gaussians, $d=20$\n$\\beta=0.5$",
        "own \\$5 problem\n$\\beta=0.5$",
        "",
        "",
    ]
    assert panels[0].legend is not None
    assert_apart(panels[0].figure, [*(panel.axes for panel in panels), panels[0].legend])


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="found no variable 'exact'"):
        network_rules.draw([compared("bumps").drop_vars("exact")])
    with pytest.raises(ValueError, match="samples: found 50, expected some of"):
        network_rules.draw([compared("bumps")], samples=[50])
    network_rules.save([compared("bumps")], tmp_path / "rules.svg")
    assert (tmp_path / "rules.svg").read_bytes().startswith(b"<?xml")

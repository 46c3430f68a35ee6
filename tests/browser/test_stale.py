"""While an input is dragged no picture is painted under the title of another, and costly maps give way at once."""

from __future__ import annotations

import pytest

from simulate.sweep.axes import Family
from tests.browser.driver import Tab
from tests.browser.shown import READ, WATCH, settings_of, shown_of

# Pictures of what was asked before that may still be under way when an input moves.
UNDER_WAY = 2
# Whether the first cells of a costly map are shown.
BEGUN = """() => /% of the cells/.test(
  Bokeh.documents.find(one => one.get_model_by_name('map')).get_model_by_name('map').title.text)"""
CELLS = [(0, 16), (16, 32), (48, 48), (32, 0)]


def agree(view: Tab, whole: bool = True) -> list[tuple[float, str]]:
    """Times and titles of all that was painted since `WATCH`; with `whole` its numbers are those of the titles."""
    told = view.page.evaluate("window.paintings")
    found = []
    for at, held in told:
        shown = shown_of(held)
        name, settings = settings_of(shown.title)
        if whole and "no map" not in shown.title and shown.known.any():
            shown.right_for(Family(name, settings).at(), CELLS)
        found.append((at, shown.title))
    return found


def test_a_dragged_map_is_never_stale(view: Tab) -> None:
    view.open("?problem=bumps")
    view.page.evaluate(WATCH, READ)
    for share in (0.6, 0.3, 0.5):
        view.drag("spacing", share, steps=12)
    value = view.value("spacing")
    view.titled(f"spacing = {value:g}")
    assert len({title for _at, title in agree(view)}) > 3


@pytest.mark.parametrize("name", ["anisotropic", "discs"])
def test_a_costly_map_gives_way(view: Tab, name: str) -> None:
    """After a move next to nothing of what was asked before it is painted any more: the rest of it is given up."""
    view.open(f"?problem={name}", wait=False)
    key = {"anisotropic": "separation", "discs": "radius"}[name]
    view.page.wait_for_function(BEGUN)
    view.page.evaluate(WATCH, READ)
    moves = []
    for _ in range(3):
        view.control(key).focus()
        view.page.keyboard.press("ArrowRight")
        moves.append((view.page.evaluate("performance.now()"), view.value(key)))
        view.page.wait_for_timeout(2000)
    found = agree(view, whole=name == "anisotropic")
    for moved, value in moves:
        later = [settings_of(title)[1].get(key, 0.0) for at, title in found if at > moved]
        assert sum(held < value for held in later) <= UNDER_WAY
    if name == "anisotropic":
        assert len({title.partition(" (")[0] for _at, title in found}) >= 3


def test_a_combination_without_an_answer_clears_the_map_and_says_why(view: Tab) -> None:
    view.open("?problem=discs&set.training.noise=laplace", wait=False)
    view.page.get_by_role("status").filter(has_text="exact route").wait_for()
    shown = view.read()
    assert shown.title == "discs, training.noise = laplace: no map"
    assert not shown.known.any()
    assert not view.saves.is_enabled()
    assert "\n" not in view.message.strip()
    view.control("problem").select_option("bumps")
    assert view.titled("bumps").known.all()

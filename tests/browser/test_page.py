"""What the page shows of a map besides: its point, its cells in words, files, addresses, tabs, and its end."""

from __future__ import annotations

import csv
import io
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from matplotlib.image import imread
from playwright.sync_api import Browser

from tests.browser.conftest import MINE
from tests.browser.driver import Server, Tab, server, tab

COARSE = "?problem=bumps&set.spacing=1.5&beta=0.1:1.6:16&alpha=0:1.2:13"


def at(view: Tab, beta: float, alpha: float) -> tuple[float, float]:
    """Where a point of the map lies in the window."""
    view.page.evaluate("scrollTo(0, 0)")
    x, y = view.page.evaluate(
        """([beta, alpha]) => {
          const held = Bokeh.documents.find(one => one.get_model_by_name('map'))
          const shown = Bokeh.index.find_one(held.get_model_by_name('map'))
          const box = (shown.canvas_view ?? shown.canvas).el.getBoundingClientRect()
          return [box.x + shown.frame.x_scale.compute(beta), box.y + shown.frame.y_scale.compute(alpha)]
        }""",
        [beta, alpha],
    )
    return float(x), float(y)


def test_a_click_pins_and_sliders_move_the_pin(view: Tab) -> None:
    view.open(COARSE)
    view.page.mouse.click(*at(view, 0.6, 0.3))
    view.pinned("at α = 0.3, β = 0.6")
    view.pinned("risk along training noise α, at β = 0.6")
    assert view.value("pin beta") == pytest.approx(0.6)
    view.control("pin alpha").focus()
    view.page.keyboard.press("ArrowRight")
    view.pinned("at α = 0.4, β = 0.6")
    view.pinned("risk along smoothing noise β, at α = 0.4")


def test_pointing_at_a_cell_tells_it(view: Tab) -> None:
    shown = view.open(COARSE).whole()
    view.page.mouse.move(*at(view, 0.3, 0.8))
    told = view.page.locator(".bk-Tooltip").filter(has_text="error of the risk")
    told.first.wait_for()
    text = str(told.first.evaluate("found => found.shadowRoot.textContent"))
    for words in (
        "risk",
        "error of the risk",
        "risk without training noise",
        "gain",
        "training noise",
        "route",
        "line",
    ):
        assert words in text, text
    row, column = abs(shown.alpha[:, 0] - 0.8).argmin(), abs(shown.beta[0] - 0.3).argmin()
    assert "hurts" in text
    assert f"{abs(shown.gain[row, column]):.3g}"[:5] in text, text


def files(view: Tab) -> dict[str, Path]:
    saved = {}
    for name in ("PNG", "PDF", "netCDF", "CSV"):
        with view.page.expect_download() as waiting:
            view.page.get_by_role("button", name=name, exact=True).click()
        assert waiting.value.suggested_filename.startswith("map.")
        saved[name] = Path(waiting.value.path())
    return saved


def test_files_are_those_of_the_command(view: Tab, folder: Path) -> None:
    view.open(COARSE)
    saved = files(view)
    command = view.page.locator("pre[aria-label=command]").inner_text()
    words = shlex.split(command)
    assert words[:3] == ["noisewise", "phase", "bumps"]
    subprocess.run([sys.executable, "-m", *words], cwd=folder, check=True, capture_output=True)
    made, found = (xr.load_dataset(path, engine="h5netcdf") for path in (folder / "map.nc", saved["netCDF"]))
    for name in ("gain", "risk", "baseline", "gain_error"):
        assert np.array_equal(made[name].to_numpy(), found[name].to_numpy(), equal_nan=True), name
    assert (made["label"].astype(str) == found["label"].astype(str)).all()
    assert set(found.data_vars) <= set(made.data_vars)
    assert found.attrs["command"] == command
    assert imread(saved["PNG"], format="png").std() > 0.01
    assert saved["PDF"].read_bytes().startswith(b"%PDF")
    rows = [row for row in csv.reader(io.StringIO(saved["CSV"].read_text())) if row and not row[0].startswith("#")]
    assert len(rows) == 1 + 16 * 13
    assert {"alpha", "beta", "gain", "risk"} <= set(rows[0])
    place = rows[0].index("gain")
    total = sum(float(row[place]) for row in rows[1:])
    assert total == pytest.approx(float(found["gain"].sum()), rel=1e-6)


def test_an_address_leads_back_to_the_same_view(view: Tab) -> None:
    view.open(COARSE)
    value = view.drag("spacing", 0.6)
    before = view.titled(f"spacing = {value:g}")
    view.page.mouse.click(*at(view, 0.6, 0.3))
    view.pinned("at α = 0.3, β = 0.6")
    view.page.wait_for_function("location.search.includes('pin=0.6')")
    address = view.page.url
    view.open("?" + address.partition("?")[2])
    after = view.whole()
    assert after.title == before.title
    assert np.array_equal(after.gain, before.gain, equal_nan=True)
    view.pinned("at α = 0.3, β = 0.6")


@pytest.mark.parametrize(
    ("query", "words"),
    [("?problem=nix", "'nix'"), ("?problem=bumps&alpha=1", "alpha"), ("?problem=bumps&set.spacing=-1", "spacing")],
)
def test_a_wrong_address_is_said_in_a_line_over_a_page(view: Tab, query: str, words: str) -> None:
    view.open(query)
    view.page.get_by_role("status").filter(has_text="the address: ").wait_for()
    assert words in view.message
    assert "\n" not in view.message.strip()
    assert view.whole().known.all()


def test_tabs_do_not_mix(view: Tab, started: Browser, served: Server) -> None:
    view.open(COARSE)
    with tab(started, served.address) as other:
        other.open(f"?problem={MINE}&beta=0.1:1.6:16&alpha=0:1.2:13")
        value = view.drag("spacing", 0.5)
        mine = other.drag("prior", 0.7)
        assert view.titled(f"spacing = {value:g}").title == f"bumps, spacing = {value:g}"
        assert other.titled(f"prior = {mine:g}").title == f"{MINE}, prior = {mine:g}"
        assert other.faults == []


def test_the_table_is_the_map(view: Tab) -> None:
    shown = view.open(COARSE).whole()
    view.page.get_by_text("the map as a table").click()
    view.page.locator("td").nth(1).wait_for()
    heads = view.page.locator("thead th").all_inner_texts()
    assert [float(head.removeprefix("β = ")) for head in heads] == pytest.approx(shown.beta[0], abs=1e-3)
    cells = np.array(view.page.locator("tbody td").all_inner_texts()).reshape(13, 16)
    gains = np.vectorize(lambda text: float(text.split()[0]))(cells)
    assert gains == pytest.approx(shown.gain, rel=1e-3, abs=1e-9, nan_ok=True)
    words = np.vectorize(lambda text: text.split(maxsplit=1)[1])(cells)
    helped = words[gains > 1e-3]
    assert np.isin(helped, ["helps", "smoothed classifier constant"]).all()
    assert (helped == "helps").mean() > 0.5


def test_a_page_without_a_server_says_so(started: Browser, tmp_path: Path) -> None:
    with server(tmp_path) as own, tab(started, own.address) as view:
        view.open(COARSE)
        assert own.end() == 143
        view.page.get_by_role("status").filter(has_text="not connected").wait_for()
        assert own.errors.strip() == "noisewise: terminated"

"""The page without a pointer, without eyes, and in a narrow window."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.driver import FOCUS, Server, Tab, tab

COARSE = "?problem=bumps&beta=0.1:1.6:16&alpha=0:1.2:13"
# The least contrast of text, by WCAG 2.2.
CONTRAST = 4.5
# Roles that need a name.
NAMED = {"slider", "spinbutton", "combobox", "button", "image", "form", "region", "link", "heading"}
# Every text that is seen, with its colour and that of what lies behind it, through all shadow roots.
TEXTS = """() => {
  const found = []
  const parts = text => text.match(/[\\d.]+/g).map(Number)
  const behind = start => {
    for (let one = start; one; one = one.parentElement ?? one.getRootNode().host) {
      const held = parts(getComputedStyle(one).backgroundColor)
      if (held.length === 3 || held[3] === 1) return held.slice(0, 3)
    }
    return [255, 255, 255]
  }
  const walk = root => {
    for (const one of root.querySelectorAll('*')) {
      const own = [...one.childNodes].filter(node => node.nodeType === 3 && node.data.trim())
      if ((own.length || one.matches('input, select')) && one.checkVisibility() && !one.matches('style, script'))
        if (!one.disabled) found.push([one.tagName, (own[0]?.data ?? '').slice(0, 30),
          parts(getComputedStyle(one).color).slice(0, 3), behind(one)])
      if (one.shadowRoot) walk(one.shadowRoot)
    }
  }
  walk(document.body)
  return found
}"""
# Boxes of all inputs, texts and figures, to see whether any overlap: name, left, top, right, bottom.
BOXES = """() => {
  const found = []
  const walk = root => {
    for (const one of root.querySelectorAll('*')) {
      if (one.matches('input, select, button, pre, output, summary, legend, .bk-Figure, h1, .message')
          && one.checkVisibility()) {
        const box = one.getBoundingClientRect()
        if (box.width && box.height)
          found.push([one.tagName + ' ' + (one.id || one.textContent.slice(0, 20)), box.left, box.top, box.right,
                      box.bottom])
      }
      if (one.shadowRoot && !one.matches('.bk-Figure')) walk(one.shadowRoot)
    }
  }
  walk(document.body)
  return found
}"""


def tree(view: Tab) -> list[tuple[str, str]]:
    """Role and name of everything in the accessibility tree."""
    session = view.page.context.new_cdp_session(view.page)
    nodes: list[dict[str, Any]] = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    told = [node for node in nodes if not node.get("ignored")]
    return [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in told]


def luminance(colour: list[float]) -> float:
    """Relative luminance of red, green and blue up to 255, by WCAG."""
    parts = [v / 255 for v in colour]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_everything_that_is_there_has_a_name(view: Tab) -> None:
    view.open(COARSE)
    view.pinned("at α")
    view.page.wait_for_timeout(300)
    found = tree(view)
    assert [(role, name) for role, name in found if role in NAMED and not name] == []
    images = [name for role, name in found if role == "image"]
    assert any(name.startswith("bumps. training noise α over smoothing noise β. helps in") for name in images), images
    assert any("risk along training noise" in name for name in images)
    roles = {role for role, _name in found}
    assert {"form", "status", "heading", "group", "slider", "DisclosureTriangle", "main"} <= roles
    assert view.page.evaluate("document.documentElement.lang") == "en"
    assert view.page.get_by_role("heading", level=1).inner_text() == "noisewise"
    assert view.page.get_by_role("status").get_attribute("aria-live") == "polite"
    assert {name for role, name in found if role == "button"} >= {"PNG", "copy the command", "Reset"}


def test_texts_stand_out(view: Tab) -> None:
    view.open(COARSE)
    view.page.get_by_text("the map as a table").click()
    view.page.locator("td").nth(1).wait_for()
    found = view.page.evaluate(TEXTS)
    assert len(found) > 40
    for tag, text, ink, paper in found:
        light, dark = sorted((luminance(ink), luminance(paper)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= CONTRAST, (tag, text, ink, paper)


def test_everything_is_reached_and_done_by_keys(view: Tab) -> None:
    view.open(COARSE)
    view.page.wait_for_timeout(300)
    order = [f"c-{key}" for key in view.inputs()]
    order += ["PNG", "PDF", "netCDF", "CSV", "the map as a table"]
    reached: list[str] = []
    while len(reached) < 100 and (not reached or reached[-1] != order[-1]):
        view.page.keyboard.press("Tab")
        told = view.page.evaluate(
            f"""() => {{
              const one = ({FOCUS})(), style = getComputedStyle(one)
              return [one.id || one.textContent.trim(), style.outlineStyle + ' ' + style.outlineWidth, one.className]
            }}"""
        )
        reached.append(told[0])
        assert "none" not in told[1], told
        assert not told[1].endswith(" 0px"), told
    assert [name for name in reached if name in order] == order
    view.page.keyboard.press("Enter")
    view.page.locator("td").nth(1).wait_for()
    view.saves.focus()
    with view.page.expect_download() as waiting:
        view.page.keyboard.press("Enter")
    assert waiting.value.suggested_filename == "map.csv"
    view.control("spacing").focus()
    view.page.keyboard.press("ArrowLeft")
    view.titled(f"spacing = {view.value('spacing'):g}")


@pytest.mark.parametrize("width", [400, 760, 1400])
def test_nothing_overlaps_or_sticks_out(started: Browser, served: Server, width: int) -> None:
    with tab(started, served.address, {"width": width, "height": 900}) as view:
        view.open(COARSE)
        view.pinned("at α")
        assert view.page.evaluate("document.documentElement.scrollWidth") <= width
        boxes = view.page.evaluate(BOXES)
        assert len(boxes) > 30
        for k, (name, left, top, right, bottom) in enumerate(boxes):
            assert left >= -1, name
            assert right <= width + 1, name
            for other, near, high, far, low in boxes[:k]:
                apart = left >= far - 1 or near >= right - 1 or top >= low - 1 or high >= bottom - 1
                assert apart, (name, other)

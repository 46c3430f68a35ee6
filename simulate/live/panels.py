"""Two parts of the page that are not figures: inputs, and what reproduces the view. Their scripts lie beside this."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import panel as pn
import param

HERE = Path(__file__).parent
FORMATS = ("PNG", "PDF", "netCDF", "CSV")
INK, PALE, LINE = "#1a1a1a", "#f4f4f4", "#767676"
STYLE = f"""
:host {{ display: block; width: 100%; color: {INK}; font: 14px/1.35 system-ui, sans-serif; }}
fieldset {{ border: 1px solid {LINE}; border-radius: 4px; margin: 0 0 8px; padding: 4px 8px 8px; min-width: 0; }}
legend {{ font-weight: 600; padding: 0 4px; }}
.row {{ display: grid; grid-template-columns: minmax(0, 1fr) 76px; gap: 0 6px; align-items: center; margin-top: 4px; }}
.row > label {{ grid-column: 1 / -1; }}
.row.two {{ grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }}
.row.two > label {{ grid-column: auto; }}
input, select, button {{ font: inherit; color: inherit; box-sizing: border-box; width: 100%; min-width: 0; }}
input[type=range] {{ accent-color: #0072B2; margin: 2px 0; height: 24px; }}
output {{ text-align: right; }}
.message {{ margin: 4px 0; min-height: 2.7em; font-weight: 600; overflow-wrap: anywhere; }}
/* What is said stands next to the map where that is below, and in sight where it is beside. */
.controls {{ display: flex; flex-direction: column; }}
@media (min-width: 720px) {{ .message {{ order: -1; }} }}
:focus-visible {{ outline: 3px solid #D55E00; outline-offset: 1px; }}
"""
RECIPE = f"""
.files {{ display: flex; flex-wrap: wrap; gap: 8px; margin-bottom: 8px; }}
button {{ width: auto; padding: 2px 12px; background: {PALE}; border: 1px solid {LINE}; border-radius: 4px; }}
button:disabled {{ color: #6b6b6b; }}
.texts {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: 8px; }}
section {{ min-width: 0; }}
h2 {{ font-size: 14px; margin: 0 0 4px; display: flex; gap: 8px; align-items: center; }}
pre {{ background: {PALE}; border: 1px solid {LINE}; padding: 6px; margin: 0; max-height: 240px; overflow: auto;
  white-space: pre-wrap; overflow-wrap: anywhere; font-size: 12.5px; }}
.cells {{ overflow: auto; max-height: 480px; }}
table {{ border-collapse: collapse; font-size: 12px; }}
caption {{ text-align: left; padding: 4px 0; }}
th, td {{ border: 1px solid #bbb; padding: 1px 5px; text-align: right; white-space: nowrap; }}
"""


class Controls(pn.custom.JSComponent):
    """Inputs by groups. spec: [{title, controls: [...]}]; addressed: whether the page's address follows the view."""

    spec = param.List()
    addressed = param.Boolean(False)

    _esm = (HERE / "controls.js").read_text(encoding="utf-8")
    _stylesheets: ClassVar[list[str]] = [STYLE]

    def __init__(self, moved: Callable[[str, Any], None], **params: Any) -> None:
        self._moved = moved
        super().__init__(**params)

    def tell(self, **message: Any) -> None:
        """values of inputs, a message, the query of the address, the title of the page."""
        self._send_msg(message)

    def _handle_msg(self, data: Any) -> None:
        if isinstance(data, dict) and isinstance(data.get("key"), str):
            self._moved(data["key"], data.get("value"))


class Recipe(pn.custom.JSComponent):
    """Texts by name, the formats of files, whether they can be had, and the table if it is open."""

    texts = param.Dict({})
    formats = param.List(list(FORMATS))
    available = param.Boolean(False)
    table = param.Dict({})

    _esm = (HERE / "recipe.js").read_text(encoding="utf-8")
    _stylesheets: ClassVar[list[str]] = [STYLE + RECIPE]

    def __init__(self, wanted: Callable[[str], None], opened: Callable[[bool], None], **params: Any) -> None:
        self._wanted, self._opened = wanted, opened
        super().__init__(**params)

    def give(self, name: str, kind: str, data: str) -> None:
        """A file to save, base64."""
        self._send_msg({"file": {"name": name, "type": kind, "data": data}})

    def _handle_msg(self, data: Any) -> None:
        if not isinstance(data, dict):
            return
        if data.get("download") in FORMATS:
            self._wanted(data["download"])
        elif "table" in data:
            self._opened(bool(data["table"]))

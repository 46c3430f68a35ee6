"""`noisewise explore`: a page on which the parameters move and the exact map follows."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import tyro

from simulate.commands.options import Settings, arg
from simulate.commands.output import note
from theory.errors import ProblemError, shown
from theory.problems.regimes import REGIMES

DEFAULT = "bumps"
MOST_PORT = 65535

Where = Annotated[
    tyro.conf.Positional[str | None],
    arg(metavar="PROBLEM", help="A regime, a problem file, or a folder of problem files; left out, three bumps."),
]


@dataclass(frozen=True)
class ExploreCommand:
    """A page of this machine's own in the browser: parameters as sliders, the exact map, a point looked into, and what
    reproduces it. It needs no network, and answers to this machine only, until Ctrl-C.

    noisewise explore

    noisewise explore mine.toml --port 8000 --no-browser
    """

    problem: Where = None
    port: Annotated[int, arg(metavar="PORT")] = 0
    """Of the address 127.0.0.1; 0 for any that is free."""
    browser: bool = True
    """Open the page in the usual browser."""
    settings: Settings = ()

    def run(self) -> None:
        if not 0 <= self.port <= MOST_PORT:
            raise ProblemError("--port", str(self.port), f"0 to {MOST_PORT}")
        from simulate.live.library import Library
        from simulate.live.server import serve
        from simulate.sweep.families import family

        named = DEFAULT if self.problem is None else self.problem
        folder = self._folder(named)
        if os.path.isdir(named):
            library = Library(folder)
            if not library.files:
                raise ProblemError("", f"no problem file in {shown(named)}", "a folder with files *.toml")
            start = library.view(library.files[0])
        else:
            family(named, ())  # says in its own words what cannot be read
            library = Library(folder, "" if folder is None else Path(named).name)
            start = library.view(named if folder is None else Path(named).name)
        chosen = family(start.path or start.name, self.settings).settings
        start = replace(start, settings={**start.settings, **chosen})
        start.family.at()  # refuses what makes no sense
        serve(start, library, self.port, self._ready)

    def _folder(self, named: str) -> Path | None:
        """The folder whose problem files the page may show."""
        if named in REGIMES or not os.path.exists(named):
            return None
        return Path(named) if os.path.isdir(named) else Path(named).parent

    def _ready(self, address: str) -> None:
        print(f"listening on {address}", flush=True)
        if not self.browser:
            return
        import webbrowser

        if not webbrowser.open(address):
            note("no browser was found: open the address in one")

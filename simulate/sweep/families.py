"""From the words for a problem to the family of problems that they select. Nothing is computed here."""

from __future__ import annotations

import os
from collections.abc import Sequence

from simulate.sweep.axes import Family
from theory import regimes
from theory.errors import ProblemError, one_of, shown
from theory.problems.problem_file import load_problem, parse_setting


def family(name: str, settings: Sequence[str]) -> Family:
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

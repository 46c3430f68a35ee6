"""What the distribution says of itself: one version, one licence, a pin for everything, and extras that exist."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from simulate.commands.failures import explain

ROOT = Path(__file__).parents[2]
METADATA = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = METADATA["optional-dependencies"]
PINS = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()


def canonical(requirement: str) -> str:
    """The name of a distribution as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement)[0]).lower()


def test_the_citation_is_of_this_version_and_licence() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8").splitlines()
    assert f"version: {METADATA['version']}" in citation
    assert f"license: {METADATA['license']}" in citation


def test_the_changelog_begins_with_this_version() -> None:
    titles = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert titles[0] == METADATA["version"]


def test_every_dependency_is_pinned() -> None:
    pinned = {canonical(line) for line in PINS if re.fullmatch(r"[\w.-]+==\S+", line)}
    needed = [*METADATA["dependencies"], *(line for extra in EXTRAS.values() for line in extra)]
    assert {canonical(line) for line in needed} - {"noisewise"} <= pinned


def test_every_room_says_that_it_is_typed() -> None:
    assert all((ROOT / room / "py.typed").is_file() for room in ("theory", "simulate", "figures"))


def test_nothing_is_uploaded_by_mistake() -> None:
    assert "Private :: Do Not Upload" in METADATA["classifiers"]


def test_a_missing_optional_part_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("simulate.live")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "panel", None)
    with pytest.raises(ImportError, match=r"^panel is not installed; .* pip install 'noisewise\[explore\]'$") as found:
        import_module("simulate.live.explore")
    assert explain(found.value) == (1, str(found.value))


def test_extras_that_are_named_hold_what_is_missing() -> None:
    sources = [path for room in ("theory", "simulate", "figures", "notebooks") for path in (ROOT / room).rglob("*.py")]
    call = re.compile(r'missing\("([\w-]+)", "(\w+)"\)')
    named = [pair for path in sources for pair in call.findall(path.read_text("utf-8"))]
    assert ("panel", "explore") in named
    for module, extra in named:
        assert canonical(module) in {canonical(line) for line in EXTRAS[extra]}

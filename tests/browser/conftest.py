"""One browser and one server for all tests; every test has a tab of its own, in which nothing may go wrong unseen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from simulate.sweep.families import family
from tests.browser.driver import Server, Tab, browser, chromium, server, tab
from theory.problems.problem_file import dumps_problem

MINE = "mine.toml"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if chromium() is None:
        for item in items:
            item.add_marker(pytest.mark.skip(reason="no browser on the path"))


@pytest.fixture(scope="session")
def started() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server stands: in it one problem file."""
    made = tmp_path_factory.mktemp("problems")
    (made / MINE).write_text(dumps_problem(family("two-gaussians", ("prior=0.3",)).at()))
    return made


@pytest.fixture(scope="session")
def served(folder: Path) -> Iterator[Server]:
    with server(folder, ".") as found:
        yield found


@pytest.fixture
def view(started: Browser, served: Server) -> Iterator[Tab]:
    """A tab, not opened yet; at the end its console holds no error, and it has asked no other host."""
    before = len(served.errors)
    with tab(started, served.address) as found:
        yield found
        assert found.faults == []
        assert found.hosts <= {served.address.split("/")[2], ""}
    assert served.errors[before:] == ""

"""Atomic writing: completely there or untouched, and never a stray file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from theory.atomic import atomic_write


def test_writes_and_replaces(tmp_path: Path) -> None:
    target = tmp_path / "a.toml"
    for text in ("one", "two"):
        with atomic_write(target) as temporary:
            assert temporary.parent == tmp_path
            assert temporary.suffix == ".toml"
            temporary.write_text(text)
        assert target.read_text() == text
    assert os.listdir(tmp_path) == ["a.toml"]


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_failure_in_the_middle_leaves_the_old_content(tmp_path: Path, failure: type[BaseException]) -> None:
    target = tmp_path / "a.toml"
    target.write_text("old")

    def write_half() -> None:
        with atomic_write(str(target)) as temporary:
            temporary.write_text("half of the n")
            raise failure

    with pytest.raises(failure):
        write_half()
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.toml"]


def test_failure_in_the_middle_of_a_first_write_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), atomic_write(tmp_path / "a.nc"):
        raise KeyboardInterrupt
    assert os.listdir(tmp_path) == []


def test_failure_of_the_replacement_leaves_no_temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PermissionError), atomic_write(tmp_path / "a.nc"):
        pass
    assert os.listdir(tmp_path) == []


def test_the_writer_may_replace_the_temporary_itself(tmp_path: Path) -> None:
    with atomic_write(tmp_path / "a.nc") as temporary:
        temporary.unlink()
        temporary.write_text("new")
    assert (tmp_path / "a.nc").read_text() == "new"


def test_permissions_and_links_are_kept(tmp_path: Path) -> None:
    target, link = tmp_path / "a.toml", tmp_path / "link.toml"
    target.touch(mode=0o640)
    target.chmod(0o640)
    link.symlink_to(target)
    with atomic_write(link) as temporary:
        temporary.write_text("new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o640


def test_folders_and_devices_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, Path(os.devnull)):
        with pytest.raises(OSError, match="not a regular file"), atomic_write(path):
            pytest.fail("the block must not run")


def test_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), atomic_write(tmp_path / "no" / "a.toml"):
        pytest.fail("the block must not run")

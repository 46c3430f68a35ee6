"""The file of finished pieces: what was kept comes back to the last bit, and what a death tears is dropped."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as some

from simulate.work.codec import decode, encode
from simulate.work.part import PartFile, keeping
from theory.errors import BusyError, NoExactRoute, ProblemError

ARRAYS = some.arrays(
    st.sampled_from([np.dtype("f8"), np.dtype("i4"), np.dtype("?"), np.dtype("U3")]), some.array_shapes(min_side=0)
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text() | ARRAYS,
    lambda inner: (
        st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner)  # what stages make
    ),
    max_leaves=8,
)
INPUTS = {"problem": "bumps", "axis 0": "beta=0.1:1:5"}


def same(a: Any, b: Any) -> bool:
    """Equal in kind and to the last bit."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    return repr(a) == repr(b)


@given(VALUES)
def test_what_is_encoded_is_decoded_to_the_last_bit(value: Any) -> None:
    assert same(decode(encode(value)), value)


def test_other_kinds_are_refused() -> None:
    for value in (object(), np.array([object()]), {1, 2}, 1j):
        with pytest.raises(TypeError, match="cannot be kept"):
            encode(value)


@contextmanager
def cut_short(path: Path, error: Exception) -> Iterator[PartFile]:
    """Work that ends in an error."""
    with suppress(type(error)), keeping(path, INPUTS, fresh=False) as part:
        assert part is not None
        yield part
        raise error


def _fill(path: Path, count: int = 5) -> bytes:
    with cut_short(path, OSError("stop")) as part:
        for number in range(len(part), count):
            part.put("cells", number, np.full(7, number / 3))
    return Path(f"{path}.part").read_bytes()


def _held(path: Path) -> list[int]:
    with cut_short(path, OSError("stop")) as part:
        held = [number for number in range(9) if part.holds("cells", number)]
        assert all((part.get("cells", number) == number / 3).all() for number in held)
    return held


def test_pieces_are_there_the_next_time_and_gone_when_all_is_done(tmp_path: Path) -> None:
    _fill(tmp_path / "a.nc", 3)
    _fill(tmp_path / "a.nc", 5)
    assert _held(tmp_path / "a.nc") == [0, 1, 2, 3, 4]
    with keeping(tmp_path / "a.nc", INPUTS, fresh=True) as part:
        assert part is not None
        assert len(part) == 0
    assert os.listdir(tmp_path) == []


def test_a_file_cut_anywhere_loses_only_what_is_cut(tmp_path: Path) -> None:
    whole = _fill(tmp_path / "a.nc")
    place, before = tmp_path / "a.nc.part", 0
    for size in range(len(whole) + 1):
        place.write_bytes(whole[:size])
        held = _held(tmp_path / "a.nc") if size % 7 == 0 or size > len(whole) - 200 else None
        if held is not None:
            assert held == list(range(len(held)))
            assert len(held) >= before
            before = len(held)
    assert before == 5


def test_a_flipped_bit_is_noticed(tmp_path: Path) -> None:
    whole = _fill(tmp_path / "a.nc")
    draw = np.random.default_rng(1)
    for at in draw.integers(17, len(whole), 60):
        damaged = bytearray(whole)
        damaged[at] ^= 1 << int(draw.integers(8))
        (tmp_path / "a.nc.part").write_bytes(damaged)
        held = _held(tmp_path / "a.nc")  # which compares what it gets
        assert held == list(range(len(held)))
        assert _fill(tmp_path / "a.nc") is not None
        assert _held(tmp_path / "a.nc") == [0, 1, 2, 3, 4]


def test_pieces_of_other_inputs_are_not_touched(tmp_path: Path) -> None:
    whole = _fill(tmp_path / "a.nc")
    told = r"a\.nc\.part: axis 0: found finished pieces of 'beta=0.1:1:5', expected 'beta=0:1:5': .* --fresh"
    with (
        pytest.raises(ProblemError, match=told),
        keeping(tmp_path / "a.nc", INPUTS | {"axis 0": "beta=0:1:5"}, fresh=False),
    ):
        raise AssertionError
    (tmp_path / "b.nc.part").write_bytes(b"a letter")
    with pytest.raises(ProblemError, match="another kind"), keeping(tmp_path / "b.nc", INPUTS, fresh=False):
        raise AssertionError
    assert (tmp_path / "a.nc.part").read_bytes() == whole
    assert (tmp_path / "b.nc.part").read_bytes() == b"a letter"


def test_a_second_process_is_told_of_the_first(tmp_path: Path) -> None:
    code = (
        "import sys; from simulate.work.part import keeping\n"
        "with keeping('a.nc', {}, fresh=False) as part: print('open', flush=True); sys.stdin.read()"
    )
    root = str(Path(__file__).parents[2])
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": root},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        with (
            pytest.raises(BusyError, match=f"a.nc: process {process.pid} "),
            keeping(tmp_path / "a.nc", {}, fresh=True),
        ):
            raise AssertionError
        process.communicate(b"")
    assert os.listdir(tmp_path) == []


def test_nothing_is_left_of_what_cannot_be_answered_or_had_not_begun(tmp_path: Path) -> None:
    for error in (NoExactRoute("none"), ProblemError("x", "1", "2"), RuntimeError("early")):
        with cut_short(tmp_path / "a.nc", error) as part:
            if not isinstance(error, RuntimeError):
                part.put("cells", 0, 1.0)
        assert os.listdir(tmp_path) == []


def test_an_error_carries_what_is_kept(tmp_path: Path) -> None:
    error = RuntimeError("later")
    with cut_short(tmp_path / "a.nc", error) as part:
        part.put("cells", 0, 1.0)
    assert error.__notes__ == [f"1 finished piece is kept in {tmp_path / 'a.nc.part'}, give the command again to go on"]


def test_a_wrong_word_does_not_drop_what_an_earlier_command_kept(tmp_path: Path) -> None:
    whole = _fill(tmp_path / "a.nc")
    with cut_short(tmp_path / "a.nc", ProblemError("tolerance", "-1", "a number above 0")) as part:
        assert len(part) == 5
    assert (tmp_path / "a.nc.part").read_bytes().startswith(whole)
    with cut_short(tmp_path / "a.nc", BrokenPipeError()):  # written, and nobody reads what is said of it
        pass
    assert os.listdir(tmp_path) == []


def test_a_slash_at_the_end_is_no_part_of_a_name(tmp_path: Path) -> None:
    with keeping(f"{tmp_path}/a.zarr/", INPUTS, fresh=False) as part:
        assert part is not None
        assert part.path == tmp_path / "a.zarr.part"

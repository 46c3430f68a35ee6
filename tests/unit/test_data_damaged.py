"""Damaged data files: whatever is in them, one line comes out, no memory is taken for it and no code is run."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulate.data import load_data
from simulate.data.cifar import read_batch
from simulate.data.idx import read_idx
from simulate.data.npz import read_npz
from tests.unit.data_files import batch, idx, write_cifar, write_fashion
from theory.errors import ProblemError

ONE_FILE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
IMAGES = idx(np.arange(24).reshape(4, 3, 2))
SMALL_BATCH = pickle.dumps({"data": np.zeros((2, 3072), np.uint8), "labels": [1, 2]}, protocol=2)
# What a damaged file of these sizes may take.
MOST_MEMORY = 1 << 26


def npz(**arrays: np.ndarray) -> bytes:
    """The bytes of an .npz file, packed."""
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


ARRAYS = npz(x=np.arange(8.0).reshape(4, 2), y=np.arange(4) % 2)


@contextmanager
def limited_memory() -> Iterator[None]:
    """Within, an allocation that is much larger than the file fails, and is not merely promised."""
    import resource

    held = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * os.sysconf("SC_PAGE_SIZE") + MOST_MEMORY, held[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, held)


def refused(read: Callable[[Path], Any], path: Path, text: bytes) -> str:
    """The one line in which a file is refused."""
    path.write_bytes(text)
    with pytest.raises(ProblemError) as found, limited_memory():
        read(path)
    assert str(found.value).startswith(str(path))
    assert "\n" not in str(found.value)
    return str(found.value)


def read_or_refused(read: Callable[[Path], Any], path: Path, text: bytes) -> None:
    """Damage may leave a file valid; nothing else than one line comes out where it does not."""
    path.write_bytes(text)
    said = ""
    try:
        with limited_memory():
            read(path)
    except ProblemError as error:
        said = str(error)
    assert "\n" not in said


def images(path: Path) -> Any:
    return read_idx(path, 3)


READERS: dict[str, tuple[Callable[[Path], Any], bytes]] = {
    "idx": (images, IMAGES),
    "idx.gz": (images, gzip.compress(IMAGES, mtime=0)),
    "cifar": (read_batch, SMALL_BATCH),
    "npz": (lambda path: read_npz(str(path)), ARRAYS),
}


@pytest.mark.parametrize("kind", READERS)
def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path, kind: str) -> None:
    read, text = READERS[kind]
    step = max(1, len(text) // 150)
    for end in range(0, len(text), step):
        refused(read, tmp_path / "cut", text[:end])


@pytest.mark.parametrize("kind", READERS)
def test_bytes_that_changed_give_a_file_or_one_line(tmp_path: Path, kind: str) -> None:
    read, text = READERS[kind]
    rng = np.random.default_rng(17)
    for _ in range(150):
        damaged = bytearray(text)
        # Half of the damage is done where the structure is.
        reach = len(text) if rng.random() < 0.5 else min(len(text), 80)
        for place in rng.integers(reach, size=rng.integers(1, 4)):
            damaged[int(place)] = int(rng.integers(256))
        read_or_refused(read, tmp_path / "damaged", bytes(damaged))


@ONE_FILE
@given(shape=st.tuples(*[st.integers(0, 2**32 - 1) | st.integers(0, 5)] * 3), packed=st.booleans())
def test_no_size_in_a_header_is_believed(tmp_path: Path, shape: tuple[int, int, int], packed: bool) -> None:
    text = struct.pack(">4B3I", 0, 0, 8, 3, *shape) + IMAGES[16:]
    path = tmp_path / "sizes"
    if np.prod(shape, dtype=object) == 24:
        return
    said = refused(images, path, gzip.compress(text) if packed else text)
    assert f"{shape[0]} x {shape[1]} x {shape[2]} as the header says" in said


@ONE_FILE
@given(head=st.binary(max_size=30))
def test_any_first_bytes_give_one_line(tmp_path: Path, head: bytes) -> None:
    for read, _ in READERS.values():
        read_or_refused(read, tmp_path / "head", head + IMAGES[16:])


@pytest.mark.parametrize("head", [b"\0\0\x0d\x03", b"\0\0\x08\x01", b"\x01\0\x08\x03", b"\0\0\x08\xff"])
def test_other_types_and_dimensions_are_named(tmp_path: Path, head: bytes) -> None:
    said = refused(images, tmp_path / "other", head + IMAGES[4:])
    assert f"the first bytes {head.hex(' ')}, expected 00 00 08 03" in said


def test_a_gzip_bomb_is_read_no_further_than_its_header_says(tmp_path: Path) -> None:
    bomb = gzip.compress(IMAGES + bytes(1 << 26), 9)
    assert "more than 24 numbers" in refused(images, tmp_path / "bomb", bomb)


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    pictures, labels = write_fashion(tmp_path)
    source = f"fashion-mnist:{tmp_path}"
    path = tmp_path / "train-labels-idx1-ubyte"
    for wrong, said in ((labels[:-1], "19 labels of 20 inputs"), (labels + 1, "the label 10, expected labels from 0")):
        path.write_bytes(idx(wrong))
        with pytest.raises(ProblemError, match=f"train-labels-idx1-ubyte: (y: )?found {said}"):
            load_data(source)
    path.write_bytes(idx(labels))
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(idx(pictures[:10, :2]))
    with pytest.raises(ProblemError, match=r"x_test: found inputs of shape \(2, 2\), expected \(3, 2\)"):
        load_data(source)
    (tmp_path / "t10k-images-idx3-ubyte").unlink()
    with pytest.raises(ProblemError, match="t10k-images-idx3-ubyte: found no such file"):
        load_data(source)


class Called:
    """An object whose pickle calls something."""

    def __init__(self, call: Callable[..., Any], *arguments: Any) -> None:
        self.call = call, arguments

    def __reduce__(self) -> Any:
        return self.call


@pytest.mark.parametrize("protocol", range(6))
def test_no_code_of_a_pickle_is_run(tmp_path: Path, protocol: int) -> None:
    witness = tmp_path / "witness"
    calls = [Called(os.mkdir, str(witness)), Called(eval, f"__import__('os').mkdir({str(witness)!r})")]
    for call in (*calls, Called(np.load, str(witness)), Called(np.ndarray.tofile, np.zeros(3), str(witness))):
        text = pickle.dumps({"data": call, "labels": []}, protocol=protocol)
        assert "a pickle that is not run ('it names" in refused(read_batch, tmp_path / "batch", text)
    assert not witness.exists()


HUGE = 2**31 - 1
CRAFTED = {
    "a place far out in memory": b"\x80\x02}r" + struct.pack("<I", HUGE) + b".",
    "a text that is not there": b"\x80\x04\x8d" + struct.pack("<Q", 2**60) + b".",
    "bytes that are not there": b"\x80\x04\x8e" + struct.pack("<Q", 2**36) + b".",
    "a frame that is not there": b"\x80\x04\x95" + struct.pack("<Q", 2**60) + b"}.",
    "an array made by its size": b"cnumpy\nndarray\n(I1000000000000\ntR(dtb.",
    "an extension": b"\x80\x02\x82\x01.",
    "a named object": b"Pos.system\n.",
    "a list": pickle.dumps([1, 2]),
    "numbers of eight bytes": pickle.dumps({"data": np.zeros((2, 3072)), "labels": [1, 2]}, protocol=2),
    "objects": pickle.dumps({"data": np.array([[None]]), "labels": [1, 2]}, protocol=2),
}


@pytest.mark.parametrize("name", CRAFTED)
def test_a_pickle_of_something_else_is_refused(tmp_path: Path, name: str) -> None:
    refused(read_batch, tmp_path / "batch", CRAFTED[name])


WRONG_BATCHES = [
    ({"labels": [1]}, "data: found 'nothing'"),
    ({"data": np.zeros((2, 3071), np.uint8), "labels": [1, 2]}, r"data: found \(2, 3071\)"),
    ({"data": np.zeros(3072, np.uint8), "labels": [1]}, r"data: found \(3072,\)"),
    ({"data": [1, 2], "labels": [1]}, "data: found 'nothing'"),
    ({"data": np.zeros((2, 3072), np.uint8), "labels": [1]}, "labels: found 1 labels of 2 images"),
    ({"data": np.zeros((1, 3072), np.uint8), "labels": [10]}, r"labels: found \[10\], expected a list of labels"),
    ({"data": np.zeros((1, 3072), np.uint8), "labels": [True]}, r"labels: found \[True\]"),
    ({"data": np.zeros((1, 3072), np.uint8)}, "labels: found None"),
]


@pytest.mark.parametrize(("held", "said"), WRONG_BATCHES, ids=[said for _, said in WRONG_BATCHES])
def test_a_batch_that_does_not_fit_is_named(tmp_path: Path, held: dict[str, Any], said: str) -> None:
    write_cifar(tmp_path, pickle.dumps(held, protocol=2))
    with pytest.raises(ProblemError, match=f"data_batch_1: {said}"):
        load_data(f"cifar10:{tmp_path}")


def test_a_missing_batch_is_named(tmp_path: Path) -> None:
    write_cifar(tmp_path, batch())
    (tmp_path / "test_batch").unlink()
    with pytest.raises(ProblemError, match="test_batch: found no such file"):
        load_data(f"cifar10:{tmp_path}")


def member(header: str, data: bytes = b"", packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An .npz file whose x has a header of one's own."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as held:
        text = header.encode("latin1")
        held.writestr("x.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data)
    return stream.getvalue()


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000, 1)}\n",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-1, -1)}\n",
        "{'descr': '|O', 'fortran_order': False, 'shape': (1, 1)}\n",
        "{'descr': __import__('os').getcwd(), 'fortran_order': False, 'shape': (1, 1)}\n",
        "{'descr': '<f8', 'fortran_order': False}\n",
        "(" * 5000,
    ],
)
def test_an_array_that_is_none_is_refused(tmp_path: Path, header: str) -> None:
    refused(READERS["npz"][0], tmp_path / "x.npz", member(header, bytes(8)))


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_refused(tmp_path: Path, packing: int) -> None:
    text = member("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1)}\n", bytes(8), packing)
    assert f"x: found packing {packing}" in refused(READERS["npz"][0], tmp_path / "x.npz", text)

"""Finished pieces of work in one file beside what they are for: append-only, checksummed, gone when the work is done.

The file begins with the inputs that all pieces follow from. Each record is its length, a checksum and a body; what a
death tore off at the end is dropped by whoever opens the file next. One process at a time has it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import struct
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from simulate import stopping
from simulate.work.codec import decode, encode
from theory.errors import BusyError, NoExactRoute, ProblemError, UnsupportedError, shown

SUFFIX = ".part"
MAGIC = b"noisewise part 1\n"
HEAD = struct.Struct("<Q16s")
# Seconds between two times that what is written is forced to disk. A process may die at any time, a machine seldom.
FLUSH_EVERY = 5.0
# Errors that come again however often the work is given: nothing is kept for them.
FINAL = (ProblemError, NoExactRoute, UnsupportedError)


class PartFile:
    """The finished pieces of one piece of work, by stage and number. `keeping` opens and closes it."""

    def __init__(self, path: Path, descriptor: int, inputs: Mapping[str, Any]) -> None:
        self.path = path
        self._descriptor = descriptor
        self._places: dict[tuple[str, int], tuple[int, int]] = {}
        self._end = 0
        self._flushed = time.monotonic()
        self._read(dict(inputs))
        self._append(["opened", os.getpid()])

    def __len__(self) -> int:
        return len(self._places)

    def holds(self, stage: str, number: int) -> bool:
        """Whether a piece is finished."""
        return (stage, number) in self._places

    def get(self, stage: str, number: int) -> Any:
        """What was made of a finished piece. Raises `KeyError` for others."""
        return self._value(*self._places[stage, number])

    def _value(self, at: int, size: int) -> Any:
        return decode(os.pread(self._descriptor, size, at).partition(b"\n")[2])

    def put(self, stage: str, number: int, value: Any) -> None:
        """Keep what was made of a piece. Raises `OSError` where it cannot be written; what was kept before stays."""
        self._places[stage, number] = self._append(["piece", stage, number], value)

    def _append(self, name: list[str | int], value: Any = None) -> tuple[int, int]:
        body = json.dumps(name).encode() + b"\n" + encode(value)
        content = HEAD.pack(len(body), _checksum(body)) + body
        try:
            written = 0
            while written < len(content):
                written += os.pwrite(self._descriptor, content[written:], self._end + written)
            if time.monotonic() - self._flushed > FLUSH_EVERY:
                os.fsync(self._descriptor)
                self._flushed = time.monotonic()
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, self._end)
            raise OSError(error.errno, error.strerror, str(self.path)) from None
        at = self._end + HEAD.size
        self._end += len(content)
        return at, len(body)

    def _read(self, inputs: dict[str, Any]) -> None:
        """Learn what the file holds, and cut off what is torn; a new file gets its inputs."""
        opening = os.pread(self._descriptor, len(MAGIC), 0)
        if not MAGIC.startswith(opening):
            raise ProblemError(
                "", "a file of another kind", "a part file, or none: --fresh starts anew", str(self.path)
            )
        records = list(_records(self._descriptor))
        if not records:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, MAGIC, 0)
            self._end = len(MAGIC)
            self._append(["inputs", 0], inputs)
            return
        at, size, _name = records[0]
        self._check(self._value(at, size), inputs)
        for at, size, name in records:
            if name[0] == "piece":
                self._places[name[1], name[2]] = at, size
            self._end = at + size
        os.ftruncate(self._descriptor, self._end)

    def _check(self, held: dict[str, Any], inputs: dict[str, Any]) -> None:
        for key in {**held, **inputs}:
            if held.get(key) != inputs.get(key):
                found, expected = (shown(each.get(key)) for each in (held, inputs))
                told = f"{expected}: give the command that made it, or --fresh to start anew"
                raise ProblemError(key, f"finished pieces of {found}", told, str(self.path))

    def kept(self) -> str:
        """What is said when the work ends before its time; an empty file is removed instead."""
        if not self._places:
            self.path.unlink(missing_ok=True)
            return ""
        pieces = "1 finished piece is" if len(self) == 1 else f"{len(self)} finished pieces are"
        return f"{pieces} kept in {self.path}, give the command again to go on"


@contextmanager
def keeping(
    target: str | os.PathLike[str] | None, inputs: Mapping[str, Any], *, fresh: bool
) -> Iterator[PartFile | None]:
    """The part file of a target, None without one. It is removed where the block ends well, or asked what cannot be.

    Args:
        target: what the work is for. inputs: all that its pieces follow from, plain values.
        fresh: whether what is there is dropped.

    Raises:
        BusyError: another process works for the same target.
        ProblemError: there are pieces of other inputs, or another file.
        OSError: the file cannot be written.
    """
    if target is None:
        yield None
        return
    path = Path(f"{Path(target)}{SUFFIX}")  # without a slash at the end, which a folder may have
    with _claimed(path, fresh) as descriptor:
        part = PartFile(path, descriptor, inputs)
        found = len(part)
        with stopping.telling(part.kept):
            try:
                yield part
            except BrokenPipeError:  # the work is done, and nobody reads what is said of it
                path.unlink(missing_ok=True)
                raise
            except FINAL:
                if not found:  # else it was a word of this command that was wrong, not of the one before
                    path.unlink(missing_ok=True)
                raise
            except Exception as error:
                if told := part.kept():
                    error.add_note(told)
                raise
        path.unlink(missing_ok=True)


@contextmanager
def _claimed(path: Path, fresh: bool) -> Iterator[int]:
    """The descriptor of a file that no other process has; a lock goes with the process, however that ends."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _lock(descriptor, path)
            if os.fstat(descriptor).st_nlink == 0:  # the one before was just done
                continue
            if fresh:
                os.ftruncate(descriptor, 0)
            yield descriptor
            return
        finally:
            os.close(descriptor)


def _lock(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EAGAIN, errno.EACCES):
            return  # files cannot be locked there
        owners = [name[1] for _at, _size, name in _records(descriptor) if name[0] == "opened"]
        who = f"process {owners[-1]}" if owners else "another process"
        raise BusyError(f"{path.with_suffix('')}: {who} is working for it; wait for its end, or end it") from None


def _records(descriptor: int) -> Iterator[tuple[int, int, list[Any]]]:
    """Place, size and name of all records, up to the first that is torn or damaged."""
    at, end = len(MAGIC), os.fstat(descriptor).st_size
    while at + HEAD.size <= end:
        size, checksum = HEAD.unpack(os.pread(descriptor, HEAD.size, at))
        at += HEAD.size
        body = os.pread(descriptor, size, at) if at + size <= end else b""
        if len(body) != size or _checksum(body) != checksum:
            return
        yield at, size, json.loads(body.partition(b"\n")[0])
        at += size


def _checksum(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=16).digest()

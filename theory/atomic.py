"""Writing a file so that it is there completely or not at all."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import glob
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Temporary files that this process is writing.
_unfinished: set[Path] = set()


@contextmanager
def atomic_write(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path beside `path`, with the same suffix; what is written there replaces `path` on exit.

    The content is flushed to disk before the one step that makes it visible. On any failure inside the block, an
    interrupt included, the temporary file is removed and whatever was at `path` before stays as it was. A process that
    is killed on the spot leaves its temporary file; the next one to write `path` removes it. Raises `OSError` where
    `path` is a folder or a device, or where its folder is not there or not writable.
    """
    target = Path(os.path.realpath(path))  # a link keeps pointing at the file that is replaced
    if target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    with _claimed(target) as temporary:
        if target.exists():
            shutil.copymode(target, temporary)
        yield temporary
        _flush(temporary)
        os.replace(temporary, target)
        _flush(target.parent)


def remove_unfinished() -> None:
    """Remove what this process has begun to write: for one that ends without coming back to its blocks."""
    for temporary in tuple(_unfinished):
        temporary.unlink(missing_ok=True)


@contextmanager
def _claimed(target: Path) -> Iterator[Path]:
    """A new file beside the target, locked while its writer lives: the lock goes with the process, however that ends.

    It is gone after the block, unless it took the place of the target.
    """
    stem = f".{target.stem[:64]}-"
    _remove_orphans(target.parent, stem, target.suffix)
    while True:
        temporary = target.with_name(f"{stem}{os.urandom(8).hex()}{target.suffix}")
        _unfinished.add(temporary)
        try:
            descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
            try:
                if _locked(descriptor):
                    yield temporary
                    return
            finally:
                os.close(descriptor)
        finally:
            temporary.unlink(missing_ok=True)
            _unfinished.discard(temporary)


def _remove_orphans(folder: Path, stem: str, suffix: str) -> None:
    """Remove the temporary files of one target that no living process holds."""
    for name in glob.glob(f"{glob.escape(stem)}{'[0-9a-f]' * 16}{glob.escape(suffix)}", root_dir=folder):
        with contextlib.suppress(OSError):
            descriptor = os.open(folder / name, os.O_RDWR)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.unlink(folder / name)
            finally:
                os.close(descriptor)


def _locked(descriptor: int) -> bool:
    """Lock a new file where files can be locked; False where another process took it for an orphan meanwhile."""
    with contextlib.suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    return os.fstat(descriptor).st_nlink > 0


def _flush(path: Path) -> None:
    """Force a file or a folder's entries to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Finished work on disk: arrays under the hash of all that they follow from. What is there is never computed again.

A file is complete or not there (`atomic_write`), and one that is damaged, as its checksum tells, counts as not there.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from simulate.montecarlo.arrays import Numbers
from theory.atomic import atomic_write
from theory.problems.validation import flag, instance

# The folder of the user's cache where networks are kept unless another is given.
NETWORKS = "networks"
# Bytes of the checksum that a file begins with.
CHECKSUM = 32
# Raised when a change of the code makes other numbers of the same inputs.
EDITION = 1


# A kind and a key, and what is kept there.
Place = tuple[str, str]
Arrays = dict[str, Numbers]


class Store(Protocol):
    """Where finished work is kept, under a kind and a key."""

    def get(self, kind: str, key: str) -> Arrays | None:
        """The arrays that were put under a key, None where there are none."""

    def put(self, kind: str, key: str, arrays: Mapping[str, Numbers]) -> None:
        """Keep arrays under a key."""

    def drop(self, kind: str, key: str) -> None:
        """Forget what was under a key."""


@dataclass
class HeldStore:
    """A store in memory, which holds something and knows what is put there."""

    held: dict[Place, Arrays]
    _made: dict[Place, Arrays] = field(default_factory=dict)

    def get(self, kind: str, key: str) -> Arrays | None:
        """The arrays that were put under a key, None where there are none."""
        return self._made.get((kind, key), self.held.get((kind, key)))

    def put(self, kind: str, key: str, arrays: Mapping[str, Numbers]) -> None:
        """Keep arrays under a key."""
        self._made[kind, key] = dict(arrays)

    def drop(self, kind: str, key: str) -> None:
        """Forget what was put under a key."""
        self._made.pop((kind, key), None)

    def made(self) -> list[tuple[Place, Arrays]]:
        """What was put there and not dropped."""
        return list(self._made.items())


def fingerprint(*arrays: Numbers) -> str:
    """A hash of arrays: shapes, kinds and all numbers."""
    hashed = hashlib.sha256()
    for array in arrays:
        hashed.update(f"{array.shape} {array.dtype.str}".encode())
        hashed.update(np.ascontiguousarray(array).data)
    return hashed.hexdigest()


def key_of(**inputs: Any) -> str:
    """A hash of inputs that JSON can write."""
    return hashlib.sha256(json.dumps([EDITION, inputs], sort_keys=True).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class NetworkStore:
    """A folder of finished work, made if it is not there. fresh: as if it held nothing that was not just put there.

    Raises:
        OSError: the folder cannot be made.
        ProblemError: what is given is no path, or neither True nor False.
    """

    folder: Path
    fresh: bool = False
    _made: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", Path(instance(self.folder, "folder", str | os.PathLike)))
        flag(self.fresh, "fresh")
        self.folder.mkdir(parents=True, exist_ok=True)

    def get(self, kind: str, key: str) -> Arrays | None:
        """The arrays that were put under a key, None where there are none or they cannot be read."""
        if self.fresh and key not in self._made:
            return None
        try:
            content = memoryview(self._path(kind, key).read_bytes())
        except OSError:
            return None
        if hashlib.sha256(content[CHECKSUM:]).digest() != content[:CHECKSUM]:
            return None
        with np.load(io.BytesIO(content[CHECKSUM:]), allow_pickle=False) as held:
            return dict(held)

    def put(self, kind: str, key: str, arrays: Mapping[str, Numbers]) -> None:
        """Keep arrays under a key. Raises `OSError` where the folder cannot be written."""
        content = io.BytesIO()
        np.savez(content, **arrays)
        with atomic_write(self._path(kind, key)) as temporary:
            temporary.write_bytes(hashlib.sha256(content.getbuffer()).digest() + content.getbuffer())
        self._made.add(key)

    def once(self, kind: str, key: str, make: Callable[[], Mapping[str, Numbers]]) -> Mapping[str, Numbers]:
        """The arrays under a key, made and kept where there are none."""
        held = self.get(kind, key)
        if held is None:
            made = make()
            self.put(kind, key, made)
            return made
        return held

    def drop(self, kind: str, key: str) -> None:
        """Forget what was under a key."""
        self._path(kind, key).unlink(missing_ok=True)

    def _path(self, kind: str, key: str) -> Path:
        return self.folder / f"{kind}-{key}.kept"

"""Plain values and arrays as bytes and back, to the last bit. No code of what is read ever runs."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np

# Kinds of arrays: truth, integers, numbers, text.
KINDS = "biufU"
LENGTH = struct.Struct("<I")


def encode(value: Any) -> bytes:
    """None, truth, integers, floats, text, lists, tuples, dictionaries with keys of text, arrays of `KINDS`.

    JSON, in which an array is named by its type and shape, and then the bytes of all arrays in their order.

    Raises:
        TypeError: for anything else.
    """
    arrays: list[bytes] = []
    head = json.dumps(_written(value, arrays), allow_nan=False).encode()
    return b"".join((LENGTH.pack(len(head)), head, *arrays))


def decode(content: bytes) -> Any:
    """What was encoded. Raises `ValueError` for what nobody encoded."""
    size = LENGTH.unpack_from(content)[0]
    head = json.loads(content[LENGTH.size : LENGTH.size + size])
    return _read(head, _Arrays(content, LENGTH.size + size))


def _written(value: Any, arrays: list[bytes]) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return {"float": value.hex()}
        case np.ndarray() if value.dtype.kind in KINDS:
            arrays.append(value.tobytes())
            return {"array": [value.dtype.str, *value.shape]}
        case list() | tuple():
            return {type(value).__name__: [_written(item, arrays) for item in value]}
        case dict():
            return {"dict": [[str(key), _written(item, arrays)] for key, item in value.items()]}
    raise TypeError(f"cannot be kept: {type(value).__name__}")


class _Arrays:
    """Arrays one after the other."""

    def __init__(self, content: bytes, at: int) -> None:
        self._content, self._at = content, at

    def next(self, kind: str, shape: list[int]) -> np.ndarray:
        held = np.dtype(kind)
        count = int(np.prod(shape, dtype=np.int64))
        found = np.frombuffer(self._content, held, count, self._at).reshape(shape).copy() if count else None
        self._at += count * held.itemsize
        return np.empty(shape, held) if found is None else found


def _read(head: Any, arrays: _Arrays) -> Any:
    if not isinstance(head, dict):
        return head
    ((kind, held),) = head.items()
    match kind:
        case "float":
            return float.fromhex(held)
        case "array":
            return arrays.next(held[0], held[1:])
        case "dict":
            return {key: _read(item, arrays) for key, item in held}
    items = [_read(item, arrays) for item in held]
    return tuple(items) if kind == "tuple" else items

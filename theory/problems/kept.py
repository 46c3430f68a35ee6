"""What was found for objects while they live, by identity: comparing problems in a million dimensions takes longer than
answering for one."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """The answers to the last questions about some objects, at most so many; then it begins anew."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: dict[tuple[int, Hashable], tuple[weakref.ref[Any], T]] = {}

    def get(self, owner: object, key: Hashable, make: Callable[[], T]) -> T:
        """What is kept for the owner under a key, made where it is not."""
        place = (id(owner), key)
        found = self._held.get(place)  # once: another thread may clear the table between two look-ups
        if found is not None and found[0]() is owner:
            return found[1]
        made = make()
        if len(self._held) >= self._most:
            self._held.clear()
        self._held[place] = weakref.ref(owner), made
        return made

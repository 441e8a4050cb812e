"""What a process keeps of its reading: values that hold for as long as their key does.

A key must name everything the value follows from, so that nothing here can be out of date; what is not asked
for again makes room. Every database has its own.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Pool
from sqlalchemy.orm import Session

T = TypeVar("T")


class Kept(Generic[T]):
    """Up to `most` values for each database, the last used ones. Any thread may ask."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._values: WeakKeyDictionary[Pool, OrderedDict[Hashable, T]] = WeakKeyDictionary()

    def get(self, session: Session, key: Hashable, read: Callable[[], T]) -> T:
        """The value of a key, read where it is not kept. Two threads may read the same at once."""
        database = session.get_bind().engine.pool
        with self._lock:
            values = self._values.setdefault(database, OrderedDict())
            if key in values:
                values.move_to_end(key)
                return values[key]
        value = read()
        with self._lock:
            values[key] = value
            while len(values) > self._most:
                values.popitem(last=False)
        return value

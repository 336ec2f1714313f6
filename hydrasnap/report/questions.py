"""Questions about a jobset whose answers are kept for later runs, as they take long to find."""

from collections.abc import Callable
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

from msgspec import msgpack

from hydrasnap.model import JobsetKey
from hydrasnap.report.index import Index

T = TypeVar("T")


class Question(NamedTuple, Generic[T]):
    """What can be asked of a jobset, and `find`, which finds the answer.

    The answer follows from the jobset, its evaluations and its builds alone, and from `also`.
    `kind` is its type, one that msgspec encodes.
    """

    name: str
    kind: type[T]
    find: Callable[[Index, JobsetKey], T]
    also: Any = None

    def ask(self, index: Index, key: JobsetKey) -> T:
        """Return the answer; if builds are left in files, an earlier run may have kept it."""
        find = partial(self.find, index, key)
        if not _is_kept(index, key):
            return find()
        return index.builds.remembered(key, self.name, self._about(index, key), self.kind, find)

    def is_open(self, index: Index, key: JobsetKey) -> bool:
        """Return whether nobody has asked yet, and the answer will be kept."""
        if not _is_kept(index, key):
            return False
        return index.builds.lacks_answer(key, self.name, self._about(index, key))

    def _about(self, index: Index, key: JobsetKey) -> bytes:
        return index.situation(key) + msgpack.encode(self.also)


def _is_kept(index: Index, key: JobsetKey) -> bool:
    """Return whether answers are kept: no build of another jobset is in an evaluation of this."""
    return not index.builds.in_memory and not index.has_foreign_builds(key)

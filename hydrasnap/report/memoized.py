"""Functions of a jobset that take long, and whose results are kept on disk for later runs."""

from collections.abc import Callable
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

from msgspec import msgpack

from hydrasnap.model import JobsetKey
from hydrasnap.report.index import Index

T = TypeVar("T")


class Memoized(NamedTuple, Generic[T]):
    """A function of a jobset, memoized on disk under its `name`.

    The result depends on the jobset, its evaluations and its builds alone, and on `also`. `kind` is
    its type, one that msgspec encodes.
    """

    name: str
    kind: type[T]
    compute: Callable[[Index, JobsetKey], T]
    also: Any = None

    def of(self, index: Index, key: JobsetKey) -> T:
        """Return the result; where builds are left in files, an earlier run may have kept it."""
        compute = partial(self.compute, index, key)
        if not _is_memoized(index, key):
            return compute()
        return index.builds.memoized(key, self.name, self._inputs(index, key), self.kind, compute)

    def is_missing(self, index: Index, key: JobsetKey) -> bool:
        """Return whether the result would be kept, and no run has computed it yet."""
        if not _is_memoized(index, key):
            return False
        return index.builds.lacks_memo(key, self.name, self._inputs(index, key))

    def _inputs(self, index: Index, key: JobsetKey) -> bytes:
        return index.fingerprint(key) + msgpack.encode(self.also)


def _is_memoized(index: Index, key: JobsetKey) -> bool:
    """Return whether results are kept: no evaluation of the jobset holds a build of another one."""
    return not index.builds.in_memory and not index.has_foreign_builds(key)

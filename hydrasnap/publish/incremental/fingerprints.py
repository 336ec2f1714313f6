"""Fingerprints of what tasks and files are made from; they cost far less than rendering."""

from functools import cache, cached_property
from typing import NamedTuple

import msgspec

from hydrasnap.model import JobsetKey
from hydrasnap.publish.incremental.reads import AllBucketsReads, BucketReads, JobsetReads
from hydrasnap.publish.incremental.reads_finder import ReadsFinder
from hydrasnap.publish.incremental.state import digest
from hydrasnap.publish.pages.common.page import File, Page
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.task_list import RenderTask

_objects = msgspec.msgpack.Encoder()
_contexts = msgspec.msgpack.Encoder(enc_hook=repr)


def file_fingerprint(outside: bytes, item: Page | File) -> bytes:
    """Fingerprint a page by its template, its context and what it shows `outside` it.

    Any other file is fingerprinted by its text.
    """
    if isinstance(item, File):
        return digest(item.text.encode("utf-8", "surrogatepass"))
    return digest(outside, item.template.encode(), _contexts.encode(item.context))


class _Fingerprint(NamedTuple):
    """The fingerprint of what a task may read, and that of which of these builds have a page."""

    whole: bytes
    paged: bytes


class Fingerprinter:
    """Fingerprints what the tasks of a site may read."""

    def __init__(self, site: Site, settings: bytes) -> None:
        self._site = site
        self._settings = settings
        self._settings_and_names = digest(
            settings, *sorted(name.encode() for name in site.links.collisions)
        )
        self._reads = ReadsFinder(site)
        self._jobset = cache(self._jobset_fingerprint)
        self._bucket = cache(self._bucket_fingerprint)
        self._all_buckets = cache(self._all_buckets_fingerprint)

    def of(self, task: RenderTask) -> bytes:
        """Fingerprint what a task may read; empty if that is the whole snapshot."""
        if task.data is not None:
            return digest(self._settings_and_names, _objects.encode(task.data()))
        if not task.jobsets:
            return b""
        return digest(*(part.whole for part in self._parts(task)))

    def of_jobset(self, key: JobsetKey) -> bytes:
        """Fingerprint what all tasks of a jobset may read together; empty if that saves no time.

        While it stays the same, so do the fingerprints of these tasks.
        """
        if self._site.index.builds.in_memory:
            return b""
        return digest(self._jobset(key).whole, self._all_buckets(key).whole)

    def outside_contexts(self, task: RenderTask) -> bytes:
        """Fingerprint what the pages of a task show that is not in their contexts.

        The settings choose that, except the links to builds: those depend on which have a page.
        """
        policy = self._site.policy
        if policy.builds is None:
            return self._settings
        if not task.jobsets:
            return digest(self._settings, self._every_paged)
        return digest(self._settings, *(part.paged for part in self._parts(task)))

    def _parts(self, task: RenderTask) -> list[_Fingerprint]:
        """Return the fingerprints of a task's jobsets, and of its bucket or of all buckets."""
        jobsets = list(map(self._jobset, task.jobsets))
        if task.bucket is not None:
            return [*jobsets, self._bucket(task.bucket.key, task.bucket.number)]
        return [*jobsets, *map(self._all_buckets, task.jobsets)]

    def _jobset_fingerprint(self, key: JobsetKey) -> _Fingerprint:
        return _fingerprint(self._reads.of_jobset(key), self._settings_and_names)

    def _bucket_fingerprint(self, key: JobsetKey, number: int) -> _Fingerprint:
        """Fingerprint the builds of a bucket, their constituents, and aggregates with them."""
        return _fingerprint(self._reads.of_bucket(self._site.buckets[key][number]))

    def _all_buckets_fingerprint(self, key: JobsetKey) -> _Fingerprint:
        """Fingerprint all buckets of a jobset, without reading builds that are not in memory."""
        if not self._site.index.builds.in_memory:
            return _fingerprint(self._reads.of_all_buckets(key))
        found = [self._bucket(key, bucket.number) for bucket in self._site.buckets[key]]
        return _Fingerprint(
            digest(*(part.whole for part in found)), digest(*(part.paged for part in found))
        )

    @cached_property
    def _every_paged(self) -> bytes:
        return digest(_objects.encode(sorted(self._site.policy.builds or ())))


def _fingerprint(
    reads: JobsetReads | BucketReads | AllBucketsReads, *settings: bytes
) -> _Fingerprint:
    whole = digest(*settings, _objects.encode(reads))
    return _Fingerprint(whole, digest(_objects.encode(reads.paged)))

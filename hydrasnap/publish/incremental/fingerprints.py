"""Fingerprints of what tasks and files are made from; they cost far less than rendering."""

from functools import cache, cached_property
from typing import NamedTuple

import msgspec

from hydrasnap.model import JobsetKey
from hydrasnap.publish.incremental.reads import BucketReads, JobsetReads, WholeReads
from hydrasnap.publish.incremental.reads_finder import ReadsFinder
from hydrasnap.publish.incremental.state import digest
from hydrasnap.publish.pages.common.page import File, Page
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.task_list import RenderTask

_objects = msgspec.msgpack.Encoder()
_contexts = msgspec.msgpack.Encoder(enc_hook=repr)


def file_fingerprint(beside: bytes, item: Page | File) -> bytes:
    """Fingerprint a page by its template, its context and what it shows `beside` that.

    Any other file is fingerprinted by its text.
    """
    if isinstance(item, File):
        return digest(item.text.encode("utf-8", "surrogatepass"))
    return digest(beside, item.template.encode(), _contexts.encode(item.context))


class _Fingerprint(NamedTuple):
    """The fingerprint of what a task may read, and that of which of these builds have a page."""

    whole: bytes
    paged: bytes


class Fingerprinter:
    """Fingerprints what the tasks of a site may read."""

    def __init__(self, site: Site, settings: bytes) -> None:
        self._site = site
        self._chosen = settings
        self._settings = digest(settings, *sorted(name.encode() for name in site.links.collisions))
        self._declared = ReadsFinder(site)
        self._jobset = cache(self._jobset_fingerprint)
        self._bucket = cache(self._bucket_fingerprint)
        self._every_bucket = cache(self._fingerprint_of_every_bucket)

    def of(self, task: RenderTask) -> bytes:
        """Fingerprint what a task may read; empty if that is the whole snapshot."""
        if task.data is not None:
            return digest(self._settings, _objects.encode(task.data()))
        if not task.jobsets:
            return b""
        return digest(*(part.whole for part in self._parts(task)))

    def of_jobset(self, key: JobsetKey) -> bytes:
        """Fingerprint what all tasks of a jobset may read together; empty if that saves no time.

        While it stays the same, so do the fingerprints of these tasks.
        """
        if self._site.index.builds.in_memory:
            return b""
        return digest(self._jobset(key).whole, self._every_bucket(key).whole)

    def beside_contexts(self, task: RenderTask) -> bytes:
        """Fingerprint what the pages of a task show beside their contexts.

        The settings choose that, except the links to builds: those depend on which have a page.
        """
        policy = self._site.policy
        if policy.builds is None:
            return self._chosen
        if not task.jobsets:
            return digest(self._chosen, self._every_paged)
        return digest(self._chosen, *(part.paged for part in self._parts(task)))

    def _parts(self, task: RenderTask) -> list[_Fingerprint]:
        """Return the fingerprints of a task's jobsets, and of its bucket or of all buckets."""
        jobsets = list(map(self._jobset, task.jobsets))
        if task.bucket is not None:
            return [*jobsets, self._bucket(task.bucket.key, task.bucket.number)]
        return [*jobsets, *map(self._every_bucket, task.jobsets)]

    def _jobset_fingerprint(self, key: JobsetKey) -> _Fingerprint:
        return _fingerprint(self._declared.of_jobset(key), self._settings)

    def _bucket_fingerprint(self, key: JobsetKey, number: int) -> _Fingerprint:
        """Fingerprint the builds of a bucket, their constituents, and aggregates with them."""
        return _fingerprint(self._declared.of_bucket(self._site.buckets[key][number]))

    def _fingerprint_of_every_bucket(self, key: JobsetKey) -> _Fingerprint:
        """Fingerprint all buckets of a jobset, without reading builds that are not in memory."""
        if not self._site.index.builds.in_memory:
            return _fingerprint(self._declared.of_whole(key))
        found = [self._bucket(key, bucket.number) for bucket in self._site.buckets[key]]
        return _Fingerprint(
            digest(*(part.whole for part in found)), digest(*(part.paged for part in found))
        )

    @cached_property
    def _every_paged(self) -> bytes:
        return digest(_objects.encode(sorted(self._site.policy.builds or ())))


def _fingerprint(reads: JobsetReads | BucketReads | WholeReads, *settings: bytes) -> _Fingerprint:
    whole = digest(*settings, _objects.encode(reads))
    return _Fingerprint(whole, digest(_objects.encode(reads.paged)))

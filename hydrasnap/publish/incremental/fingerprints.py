"""Fingerprints of what tasks and files are made from; they cost far less than rendering."""

from functools import cache, cached_property
from typing import NamedTuple

import msgspec

from hydrasnap.model import JobsetKey
from hydrasnap.publish.incremental.declarations import Declarations
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
        self._declared = Declarations(site)
        self._jobset = cache(self._jobset_fingerprint)
        self._bucket = cache(self._bucket_fingerprint)

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
        return digest(self._jobset(key).whole, _objects.encode(self._declared.of_whole(key)))

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
        every = (bucket for key in task.jobsets for bucket in self._site.buckets[key])
        buckets = every if task.bucket is None else (task.bucket,)
        jobsets = map(self._jobset, task.jobsets)
        return [*jobsets, *(self._bucket(bucket.key, bucket.number) for bucket in buckets)]

    def _jobset_fingerprint(self, key: JobsetKey) -> _Fingerprint:
        reads = self._declared.of_jobset(key)
        whole = digest(self._settings, _objects.encode(reads))
        return _Fingerprint(whole, digest(_objects.encode(reads.paged)))

    def _bucket_fingerprint(self, key: JobsetKey, number: int) -> _Fingerprint:
        """Fingerprint the builds of a bucket, their constituents, and aggregates with them."""
        reads = self._declared.of_bucket(self._site.buckets[key][number])
        return _Fingerprint(digest(_objects.encode(reads)), digest(_objects.encode(reads.paged)))

    @cached_property
    def _every_paged(self) -> bytes:
        return digest(_objects.encode(sorted(self._site.policy.builds or ())))

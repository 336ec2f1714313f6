"""Fingerprints of what tasks and files are made from, which are cheap beside making them."""

from functools import cache

import msgspec

from hydrasnap.model import JobsetKey
from hydrasnap.publish.incremental.reads import Declarations
from hydrasnap.publish.incremental.state import digest
from hydrasnap.publish.pages import File, Page, Site
from hydrasnap.publish.tasks import RenderTask

_objects = msgspec.msgpack.Encoder()
_contexts = msgspec.msgpack.Encoder(enc_hook=repr)


def file_fingerprint(settings: bytes, item: Page | File) -> bytes:
    """Fingerprint a page by its template and context, another file by its text."""
    if isinstance(item, File):
        return digest(item.text.encode("utf-8", "surrogatepass"))
    return digest(settings, item.template.encode(), _contexts.encode(item.context))


class Fingerprinter:
    """Fingerprints what the tasks of a site may read."""

    def __init__(self, site: Site, settings: bytes) -> None:
        self._site = site
        self._settings = digest(settings, *sorted(name.encode() for name in site.links.twins))
        self._declared = Declarations(site)
        self._jobset = cache(self._jobset_fingerprint)
        self._bucket = cache(self._bucket_fingerprint)

    def of(self, task: RenderTask) -> bytes:
        """Fingerprint what a task may read; empty if that is the whole snapshot."""
        if task.data is not None:
            return digest(self._settings, _objects.encode(task.data()))
        if not task.jobsets:
            return b""
        all_buckets = (bucket for key in task.jobsets for bucket in self._site.buckets[key])
        buckets = all_buckets if task.bucket is None else (task.bucket,)
        return digest(
            *map(self._jobset, task.jobsets),
            *(self._bucket(bucket.key, bucket.number) for bucket in buckets),
        )

    def _jobset_fingerprint(self, key: JobsetKey) -> bytes:
        return digest(self._settings, _objects.encode(self._declared.of_jobset(key)))

    def _bucket_fingerprint(self, key: JobsetKey, number: int) -> bytes:
        """Fingerprint the builds of a bucket, their constituents, and aggregates with them."""
        return digest(_objects.encode(self._declared.of_bucket(self._site.buckets[key][number])))

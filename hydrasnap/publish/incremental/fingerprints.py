"""What the pages of a share are made from, as a digest that is cheap against making them."""

from collections.abc import Iterable, Iterator
from functools import cache

import msgspec
from msgspec import structs

from hydrasnap.model import Build, Evaluation, JobKey, Jobset, JobsetKey
from hydrasnap.publish.incremental.state import digest
from hydrasnap.publish.pages import File, Page, Site
from hydrasnap.publish.pages.common.buckets import Bucket
from hydrasnap.publish.tasks import RenderTask
from hydrasnap.report.transitive_inputs import LEVELS, producer

_objects = msgspec.msgpack.Encoder()
_contexts = msgspec.msgpack.Encoder(enc_hook=repr)


def item_fingerprint(settings: bytes, item: Page | File) -> bytes:
    """Digest what a file is made from: its template and context, or its text."""
    if isinstance(item, File):
        return digest(item.text.encode("utf-8", "surrogatepass"))
    return digest(settings, item.template.encode(), _contexts.encode(item.context))


class Fingerprinter:
    """Digests the part of a snapshot that a share may look at."""

    def __init__(self, site: Site, settings: bytes) -> None:
        self._site = site
        self._settings = digest(settings, *sorted(name.encode() for name in site.links.twins))
        self._state = cache(self._state_digest)
        self._pile = cache(self._pile_digest)

    def of(self, task: RenderTask) -> bytes:
        """Digest what a share is made from; nothing if it may look at the whole snapshot."""
        if task.data is not None:
            return digest(self._settings, _objects.encode(task.data()))
        if not task.jobsets:
            return b""
        of_jobsets = (bucket for key in task.jobsets for bucket in self._site.buckets[key])
        buckets = of_jobsets if task.bucket is None else (task.bucket,)
        states = map(self._state, task.jobsets)
        return digest(*states, *(self._pile(bucket.key, bucket.number) for bucket in buckets))

    def _pile_digest(self, key: JobsetKey, number: int) -> bytes:
        """Digest builds, the parts of aggregates among them and the aggregates of parts."""
        snapshot, bucket = self._site.snapshot, self._site.buckets[key][number]
        parts = {each: None for build in bucket.builds for each in build.constituents or ()}
        wholes = (self._site.index.aggregates_with(build.id) for build in bucket.builds)
        made_from = (
            bucket.builds,
            sorted(self._site.running.intersection(build.id for build in bucket.builds)),
            [snapshot.builds.get(part) for part in parts],
            [whole for whole in wholes if whole],
            [snapshot.sizes[job] for job in bucket.jobs if job in snapshot.sizes],
            list(self._taken(bucket)),
        )
        return digest(_objects.encode(made_from))

    def _taken(self, bucket: Bucket) -> Iterator[JobKey]:
        """Give the jobs whose pages stand below an old name of the jobset, as their own."""
        for name in self._site.old_names(bucket.key):
            old = (JobKey(*name, job.name) for job in bucket.jobs)
            yield from filter(self._site.index.builds_of_job, old)

    def _state_digest(self, key: JobsetKey) -> bytes:
        snapshot, index = self._site.snapshot, self._site.index
        jobset = snapshot.jobsets[key]
        evaluations = index.evaluations_of(key)
        return digest(
            self._settings,
            _objects.encode(snapshot.projects.get(key.project)),
            _objects.encode(_lasting(jobset)),
            _objects.encode(self._site.old_names(key)),
            *map(_objects.encode, evaluations),
            _objects.encode(self._strangers(key, evaluations)),
            *self._dependencies(evaluations),
        )

    def _strangers(
        self, key: JobsetKey, evaluations: Iterable[Evaluation]
    ) -> list[list[Build | None]]:
        """Return the builds of evaluations that no pile of the jobset has, or that are unknown."""
        own = {build.id for build in self._site.index.builds_of_jobset(key)}
        known = self._site.snapshot.builds
        return [
            [known.get(number) for number in found.builds if number not in own]
            for found in evaluations
        ]

    def _dependencies(self, evaluations: Iterable[Evaluation]) -> Iterator[bytes]:
        """Give what is known of builds that are inputs: who made them of what, as deep as told."""
        index, ahead, seen = self._site.index, list(evaluations), set[int]()
        for _ in range(LEVELS + 1):
            makers: dict[int, Evaluation] = {}
            for taker, found in ((one, each) for one in ahead for each in one.inputs):
                made = producer(index, found, taker)
                if found.dependency is not None:
                    known = found.dependency in self._site.snapshot.builds
                    yield _objects.encode([found.dependency, known, made and made.id])
                if made is not None and made.id not in seen:
                    makers[made.id] = made
            seen |= makers.keys()
            ahead = list(makers.values())
            for made in ahead:
                yield _objects.encode([made.flake, made.inputs, index.is_comparable(made)])


def _lasting(jobset: Jobset) -> Jobset:
    """Leave out what every check of a jobset changes; no page of its own shows that."""
    if jobset.overview is None:
        return jobset
    times = {"lastcheckedtime": None, "triggertime": None, "starttime": None}
    return structs.replace(jobset, overview=structs.replace(jobset.overview, **times))

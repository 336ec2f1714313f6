"""A snapshot that has no more than a task declares to read, and raises where more is asked for."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from msgspec import structs

from hydrasnap.model import Build, Evaluation, Jobset, JobsetKey, Project, Reasons, Snapshot
from hydrasnap.publish.incremental.reads import BucketReads, JobsetReads
from hydrasnap.publish.incremental.reads_finder import ReadsFinder
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.task_list import RenderTask
from hydrasnap.report.packages import KnownPackage, PackageIndex

V = TypeVar("V")
EVER = 10**12  # a number that no evaluation reaches


class UndeclaredReadError(AssertionError):
    """A task asked for an object that it did not declare."""


class Declared(Mapping[int, V]):
    """Objects by id: those declared; others are known to exist at most."""

    def __init__(self, objects: Iterable[V], known: Iterable[int]) -> None:
        self._objects = {found.id: found for found in objects}  # type: ignore[attr-defined]
        self._known = frozenset(known)

    def __getitem__(self, number: int) -> V:
        if number not in self._objects and number in self._known:
            raise UndeclaredReadError(number)
        return self._objects[number]

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self._objects))

    def __len__(self) -> int:
        return len(self._objects)

    def has(self, number: int) -> bool:
        """Tell whether an object is declared."""
        return number in self._objects

    def exists(self, number: int) -> bool:
        """Tell whether an object exists, declared or not."""
        return number in self._objects or number in self._known


class RestrictedSnapshot(Snapshot, frozen=True):
    """A snapshot of declared objects, in which the others of an evaluation exist and no more."""

    def builds_of(self, evaluation: Evaluation) -> list[Build]:
        """Return the declared builds of an evaluation."""
        assert isinstance(self.builds, Declared)
        return [self.builds[number] for number in evaluation.builds if self.builds.has(number)]

    def unknown_builds(self, evaluation: Evaluation) -> int:
        """Count the builds of an evaluation that do not exist, as the whole snapshot does."""
        assert isinstance(self.builds, Declared)
        return sum(not self.builds.exists(number) for number in evaluation.builds)


def restricted(site: Site, task: RenderTask) -> Site:
    """Return a site that has what a task declares; addresses and titles are those of the whole."""
    declared = ReadsFinder(site)
    jobsets = [declared.of_jobset(key) for key in task.jobsets]
    every = [bucket for key in task.jobsets for bucket in site.buckets[key]]
    buckets = [declared.of_bucket(b) for b in (every if task.bucket is None else [task.bucket])]
    snapshot = RestrictedSnapshot(
        origin=site.snapshot.origin,
        run=structs.replace(site.snapshot.run, gaps=()),
        projects={found.name: found for found in _projects(jobsets)},
        jobsets=dict(_jobsets(jobsets)),
        evaluations={found.id: found for found in _evaluations(jobsets)},
        builds=Declared(_builds(jobsets, buckets), site.snapshot.builds),
        sizes={found.key: found for reads in buckets for found in reads.sizes},
        live=site.snapshot.live,
        reasons=dict(_reasons(jobsets, buckets)),
    )
    people = {name for reads in buckets for name in reads.people}
    found = replace(site, snapshot=snapshot, known_packages=DeclaredPackages(buckets))
    feeds = {reads.jobset.key: reads.feed for reads in jobsets if reads.feed}
    # known before any task is made
    vars(found).update(links=site.links, buckets=site.buckets, jobset_feeds=feeds)
    if task.data is None:
        vars(found).update(people={one for one in site.people if one.label in people})
    else:  # what is declared is worked out before
        names = ("watched", "maintained", "unmatched", "people")
        vars(found).update({name: getattr(site, name) for name in names})
    return found


class DeclaredPackages(PackageIndex):
    """The packages of the jobs of some buckets."""

    def __init__(self, buckets: Iterable[BucketReads]) -> None:
        self._declared = {each[:2]: each.known for reads in buckets for each in reads.packages}

    def package_of(self, build: Build) -> KnownPackage | None:
        """Return the declared package of a build."""
        return self._declared.get((build.job_key, build.system))


def _projects(jobsets: Iterable[JobsetReads]) -> Iterator[Project]:
    yield from (reads.project for reads in jobsets if reads.project is not None)


def _jobsets(jobsets: Iterable[JobsetReads]) -> Iterator[tuple[JobsetKey, Jobset]]:
    for reads in jobsets:
        for producer in reads.producers:
            made = producer.evaluation
            yield (
                made.jobset_key,
                Jobset(project=made.project, name=made.jobset, first_evaluation=-EVER),
            )
    for reads in jobsets:
        yield from ((found.key, found) for found in (*reads.old_names, reads.jobset))


def _evaluations(jobsets: Iterable[JobsetReads]) -> Iterator[Evaluation]:
    own = {reads.jobset.key for reads in jobsets}
    for reads in jobsets:
        for producer in reads.producers:
            made = producer.evaluation
            if producer.is_comparable and made.jobset_key not in own:  # another one was before it
                yield Evaluation(id=-made.id, project=made.project, jobset=made.jobset)
            yield made
        yield from reads.holders
    for reads in jobsets:
        yield from reads.evaluations


def _reasons(
    jobsets: Iterable[JobsetReads], buckets: Iterable[BucketReads]
) -> Iterator[tuple[int, Reasons]]:
    for jobset in jobsets:
        yield from ((found.build, found) for found in jobset.reasons)
    for bucket in buckets:
        yield from ((found.build, found) for found in bucket.reasons)


def _builds(jobsets: Iterable[JobsetReads], buckets: Iterable[BucketReads]) -> Iterator[Build]:
    for reads in jobsets:
        yield from reads.dependencies
    for bucket in buckets:
        yield from (*bucket.sources, *bucket.constituents, *bucket.aggregates, *bucket.makers)
    for reads in jobsets:
        yield from (*reads.makers, *reads.foreign)
    for bucket in buckets:
        yield from bucket.builds
        for number, job in enumerate(bucket.old_jobs, start=1):
            yield Build(id=-number, project=job.project, jobset=job.jobset, job=job.name)

"""Finds what the tasks of a jobset and of a bucket may read, once for each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from hashlib import blake2b
from typing import TypeVar

from msgspec import msgpack, structs

from hydrasnap.model import Build, Evaluation, EvaluationInput, JobKey, Jobset, JobsetKey, Reasons
from hydrasnap.publish.incremental.reads import (
    AllBucketsReads,
    BucketReads,
    JobPackage,
    JobsetReads,
    Producer,
    paged_builds,
)
from hydrasnap.publish.pages.common.job_buckets import Bucket
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.report.root_causes import maker_of
from hydrasnap.report.transitive_inputs import LEVELS, producer

T = TypeVar("T")


class ReadsFinder:
    """Computes what may be read of each jobset and bucket of a site, once for each."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.of_jobset = cache(self._of_jobset)

    def _of_jobset(self, key: JobsetKey) -> JobsetReads:
        snapshot, index = self._site.snapshot, self._site.index
        evaluations = index.evaluations_of(key)
        own = set(index.builds.ids_of(key))
        members = {number for found in evaluations for number in found.builds}
        others = self._with_constituents(own | members) - own
        foreign = tuple(self._foreign(others))
        producers, dependencies = self._inputs(evaluations)
        reasons = tuple(filter(None, map(snapshot.reasons_of, foreign)))
        makers = tuple(self._makers(reasons))
        return JobsetReads(
            project=snapshot.projects.get(key.project),
            jobset=_without_times(snapshot.jobsets[key]),
            old_names=tuple(_without_times(snapshot.jobsets[k]) for k in self._site.old_names(key)),
            feed=self._site.jobset_feeds.get(key),
            evaluations=evaluations,
            unknown=tuple(sorted(others - snapshot.builds.keys())),
            foreign=foreign,
            holders=tuple(self._holders(key, foreign)),
            dependencies=dependencies,
            producers=producers,
            reasons=reasons,
            makers=makers,
            paged=paged_builds(self._site, (*foreign, *dependencies, *makers)),
            long_lists=tuple(e.id for e in evaluations if self._site.policy.has_long_lists(e)),
        )

    def _with_constituents(self, builds: set[int]) -> set[int]:
        """Add the constituents of builds, and those of the aggregates among these."""
        found, ahead = set(builds), [number for number in self._constituents if number in builds]
        while ahead:
            new = set(self._constituents[ahead.pop()]) - found
            found |= new
            ahead += new & self._constituents.keys()
        return found

    @cached_property
    def _constituents(self) -> Mapping[int, tuple[int, ...]]:
        return {found.id: found.constituents or () for found in self._site.index.aggregates}

    def _foreign(self, others: Iterable[int]) -> Iterator[Build]:
        """Yield all builds of the jobs of some builds, which belong to other jobsets."""
        builds = self._site.snapshot.builds
        jobs = {builds[number].job_key for number in others if number in builds}
        for job in sorted(jobs):
            yield from self._site.index.builds_of_job(job)

    def _holders(self, key: JobsetKey, foreign: Iterable[Build]) -> Iterator[Evaluation]:
        held: dict[int, tuple[Evaluation, list[int]]] = {}
        for build in foreign:
            for found in self._site.index.evaluations_with(build.id):
                if found.jobset_key != key:
                    held.setdefault(found.id, (found, []))[1].append(build.id)
        for _, (found, builds) in sorted(held.items()):
            yield _with_builds(found, builds)

    def _inputs(
        self, evaluations: Iterable[Evaluation]
    ) -> tuple[tuple[Producer, ...], tuple[Build, ...]]:
        """Follow inputs that are builds to the evaluations that made them, as deep as pages do."""
        index, builds = self._site.index, self._site.snapshot.builds
        producers: dict[int, tuple[Evaluation, set[int]]] = {}
        dependencies: dict[int, Build] = {}
        ahead = list(evaluations)
        for _ in range(LEVELS + 1):
            found: dict[int, Evaluation] = {}
            for consumer, dependency, one in _builds_in(ahead):
                if dependency in builds:
                    dependencies[dependency] = _reduced(builds[dependency])
                made = producer(index, one, consumer)
                if made is not None:
                    if made.id not in producers:
                        found[made.id] = made
                    producers.setdefault(made.id, (made, set()))[1].add(dependency)
            ahead = list(found.values())
        made_by = (
            Producer(_with_builds(made, held, inputs=True), index.is_comparable(made))
            for _, (made, held) in sorted(producers.items())
        )
        return tuple(made_by), tuple(dependencies[number] for number in sorted(dependencies))

    def of_bucket(self, bucket: Bucket) -> BucketReads:
        """Gather what may be read of the builds of a bucket."""
        site, index = self._site, self._site.index
        builds, sizes = site.snapshot.builds, site.snapshot.sizes
        parts = {part for build in bucket.builds for part in build.constituents or ()}
        aggregates_by_id = {
            found.id: found for build in bucket.builds for found in index.aggregates_with(build.id)
        }
        old = (
            JobKey(*name, job.name) for name in site.old_names(bucket.key) for job in bucket.jobs
        )
        constituents = tuple(builds[part] for part in sorted(parts) if part in builds)
        aggregates = tuple(aggregates_by_id[number] for number in sorted(aggregates_by_id))
        reasons = tuple(filter(None, map(site.snapshot.reasons_of, bucket.builds)))
        sources = tuple(self._sources(reasons))
        makers, packages = tuple(self._makers(reasons)), tuple(self._packages(bucket))
        people = {person for found in packages for person in found.known.maintainers}
        return BucketReads(
            builds=tuple(bucket.builds),
            running=tuple(sorted(site.running.intersection(b.id for b in bucket.builds))),
            constituents=constituents,
            aggregates=aggregates,
            sizes=tuple(sizes[job] for job in bucket.jobs if job in sizes),
            old_jobs=tuple(filter(index.builds_of_job, old)),
            paged=paged_builds(
                site, (*bucket.builds, *constituents, *aggregates, *sources, *makers)
            ),
            reasons=reasons,
            sources=sources,
            makers=makers,
            packages=packages,
            people=tuple(sorted(person.label for person in people & site.people)),
        )

    def of_all_buckets(self, key: JobsetKey) -> AllBucketsReads:
        """Gather what may be read of the builds of a jobset, without reading them."""
        site, index = self._site, self._site.index
        own, builds = frozenset(index.builds.ids_of(key)), index.builds
        reasons = tuple(self._reasons_by_jobset.get(key, ()))
        makers = tuple(self._makers(reasons))
        others = tuple(self._others(own))
        sources = tuple(self._sources(reasons))
        elsewhere = paged_builds(site, (*others, *sources, *makers))
        return AllBucketsReads(
            digest=builds.digest(key),
            others=others,
            running=tuple(sorted(site.running & own)),
            sizes=tuple(found for job, found in site.snapshot.sizes.items() if job[:2] == key),
            old_names=tuple(map(builds.digest, site.old_names(key))),
            paged=(*sorted(self._paged_by_jobset.get(key, ())), *elsewhere),
            jobs=tuple(sorted(site.policy.jobs_of(key) or ())),
            reasons=reasons,
            sources=sources,
            makers=makers,
            packages=self._packages_digest,
        )

    def _others(self, own: frozenset[int]) -> Iterator[Build]:
        """Yield the aggregates that hold some builds, and the constituents of these builds."""
        builds = self._site.index.builds
        for aggregate in self._site.index.aggregates:
            parts = aggregate.constituents or ()
            if aggregate.id in own:
                yield from (builds[part] for part in parts if part not in own and part in builds)
            elif not own.isdisjoint(parts):
                yield aggregate

    @cached_property
    def _reasons_by_jobset(self) -> Mapping[JobsetKey, list[Reasons]]:
        return self._by_jobset(self._site.snapshot.reasons.items())

    @cached_property
    def _paged_by_jobset(self) -> Mapping[JobsetKey, list[int]]:
        return self._by_jobset((number, number) for number in self._site.policy.builds or ())

    def _by_jobset(self, items: Iterable[tuple[int, T]]) -> Mapping[JobsetKey, list[T]]:
        """Group what is known of builds by the jobsets of these."""
        found: defaultdict[JobsetKey, list[T]] = defaultdict(list)
        for number, item in items:
            key = self._site.index.builds.jobset_of(number)
            if key is not None:
                found[key].append(item)
        return found

    @cached_property
    def _packages_digest(self) -> bytes:
        site = self._site
        people = sorted(person.label for person in site.people)
        return blake2b(msgpack.encode([site.packages.facts(), people]), digest_size=16).digest()

    def _sources(self, reasons: Iterable[Reasons]) -> Iterator[Build]:
        """Yield the builds on whose behalf failed steps ran, reduced to their names, each once."""
        builds = self._site.index.builds
        steps = (step for found in reasons for step in found.steps)
        sources = {step.propagated_from for step in steps if step.propagated_from in builds}
        yield from (_reduced(builds[number]) for number in sorted(filter(None, sources)))

    def _makers(self, reasons: Iterable[Reasons]) -> Iterator[Build]:
        """Yield the builds of the derivations that failed, each once."""
        steps = (step for found in reasons for step in found.steps)
        made = {found.id: found for step in steps if (found := maker_of(self._site.index, step))}
        yield from (made[number] for number in sorted(made))

    def _packages(self, bucket: Bucket) -> Iterator[JobPackage]:
        """Yield the packages that are known of the jobs of a bucket."""
        jobs = {(build.job_key, build.system): build for build in bucket.builds}
        for (job, system), build in sorted(jobs.items()):
            known = self._site.packages.package_of(build)
            if known is not None:
                yield JobPackage(job, system, known)


def _builds_in(
    evaluations: Iterable[Evaluation],
) -> Iterator[tuple[Evaluation, int, EvaluationInput]]:
    for consumer in evaluations:
        for found in consumer.inputs:
            if found.dependency is not None:
                yield consumer, found.dependency, found


def _reduced(build: Build) -> Build:
    return Build(id=build.id, project=build.project, jobset=build.jobset, job=build.job)


def _with_builds(found: Evaluation, builds: Iterable[int], *, inputs: bool = False) -> Evaluation:
    """Reduce an evaluation to its names and some of its builds, with or without its inputs."""
    return Evaluation(
        id=found.id,
        project=found.project,
        jobset=found.jobset,
        flake=found.flake if inputs else "",
        inputs=found.inputs if inputs else (),
        builds=tuple(sorted(builds)),
    )


def _without_times(jobset: Jobset) -> Jobset:
    """Leave out the times that every check of a jobset changes: no page of its own shows them."""
    if jobset.overview is None:
        return jobset
    times = {"lastcheckedtime": None, "triggertime": None, "starttime": None}
    return structs.replace(jobset, overview=structs.replace(jobset.overview, **times))

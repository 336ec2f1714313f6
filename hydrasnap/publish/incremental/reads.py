"""What each task of a render reads, declared as objects of the snapshot.

A task that names no jobset may read anything. Every other task may read what `ReadsFinder` gives
for it, and nothing else: its files change only if a fingerprint of these objects does.
A test renders each task from its declared objects alone and compares the files.
"""

from collections.abc import Iterable
from typing import NamedTuple

from hydrasnap.model import (
    Build,
    Evaluation,
    JobKey,
    Jobset,
    JobsetKey,
    JobSizes,
    Project,
    Reasons,
)
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.report.packages import KnownPackage
from hydrasnap.report.selections import Selection

_ALL = 0  # stands for every build; no build has this id


class Producer(NamedTuple):
    """The evaluation that made a build which is an input of another: its inputs, and its page.

    `evaluation` has no more than its names, its inputs and the build; `is_comparable` says whether
    it has a page.
    """

    evaluation: Evaluation
    is_comparable: bool


class JobsetReads(NamedTuple):
    """What a task may read of a jobset and of its evaluations."""

    project: Project | None
    jobset: Jobset  # without the times of checks, which move although nothing else does
    old_names: tuple[Jobset, ...]  # the jobsets that were renamed to this one
    feed: JobsetKey | None  # the jobset whose feed has its news
    evaluations: tuple[Evaluation, ...]
    # ids of builds that the evaluations or aggregates name and the snapshot lacks
    unknown: tuple[int, ...]
    # all builds of those jobs of other jobsets that an evaluation or an aggregate holds a build of
    foreign: tuple[Build, ...]
    holders: tuple[Evaluation, ...]  # the evaluations with these builds, reduced to them
    # builds that are inputs, reduced to their names, as deep as pages show
    dependencies: tuple[Build, ...]
    producers: tuple[Producer, ...]  # the evaluations that made them
    reasons: tuple[Reasons, ...]  # of the foreign builds
    makers: tuple[Build, ...]  # builds, of any jobset, of the derivations that failed in these
    # ids of those of all these builds that have a page, negative if only their job has
    paged: tuple[int, ...]
    long_lists: tuple[int, ...]  # evaluations whose lists have as many pages as they need


class JobPackage(NamedTuple):
    """The package of a job for a system."""

    job: JobKey
    system: str
    known: KnownPackage


class BucketReads(NamedTuple):
    """What a task may read of the builds of some jobs of a jobset."""

    builds: tuple[Build, ...]
    running: tuple[int, ...]  # ids of those that ran when the crawl asked
    constituents: tuple[Build, ...]  # of the aggregates among the builds
    aggregates: tuple[Build, ...]  # that have a build of the bucket as a constituent
    sizes: tuple[JobSizes, ...]  # of the jobs
    # jobs of the same names, with builds of their own, below an old name of the jobset
    old_jobs: tuple[JobKey, ...]
    # ids of those of all these builds that have a page, negative if only their job has
    paged: tuple[int, ...]
    reasons: tuple[Reasons, ...]  # of the builds
    sources: tuple[Build, ...]  # builds, reduced to their names, on whose behalf failed steps ran
    makers: tuple[Build, ...]  # builds, of any jobset, of the derivations that failed in these
    packages: tuple[JobPackage, ...]  # as far as they are known
    people: tuple[str, ...]  # labels of their maintainers who have a page


class AllBucketsReads(NamedTuple):
    """What all buckets of a jobset may read, and perhaps more, found without reading its builds."""

    digest: bytes  # of the builds
    others: tuple[Build, ...]  # of other jobsets: constituents, and aggregates that hold builds
    running: tuple[int, ...]
    sizes: tuple[JobSizes, ...]
    old_names: tuple[bytes, ...]  # digests of the builds that bear an old name of the jobset
    paged: tuple[int, ...]  # ids of those of the builds, and of all that follow, that have a page
    jobs: tuple[str, ...]  # names of those of the jobset that have a page
    reasons: tuple[Reasons, ...]
    sources: tuple[Build, ...]  # builds, reduced to their names, on whose behalf failed steps ran
    makers: tuple[Build, ...]
    packages: bytes  # digest of all that is known of packages


class SelectionReads(NamedTuple):
    """What pages may read of the jobs of a watch list or a maintainer."""

    selection: Selection
    # ids of those of its builds that have a page, negative if only their job has
    paged: tuple[int, ...]
    jobs: tuple[JobKey, ...]  # that made these fail, as far as they have a page
    long_lists: bool  # whether all lists have as many pages as they need


def selection_reads(site: Site, selection: Selection) -> SelectionReads:
    """Return what may be read of a selection."""
    changes = (change for one in selection.news for change in (*one.broken, *one.fixed))
    builds = [build for change in changes for build in (change.build, change.before) if build]
    builds += [build for job in selection.failing for build in (job.build, job.since) if build]
    culprits = {one.job for job in selection.failing for one in job.culprits if one.job}
    jobs = tuple(sorted(filter(site.policy.has_job_page, culprits)))
    is_whole = site.policy.long_lists is None
    return SelectionReads(selection, paged_builds(site, builds), jobs, is_whole)


def paged_builds(site: Site, builds: Iterable[Build]) -> tuple[int, ...]:
    """Return the ids of builds with a page, negative where only their job has one.

    Where all have one, no id is named.
    """
    policy = site.policy
    if policy.builds is None and policy.jobs is None:
        return (_ALL,)
    pages = ((policy.has_build_page(b), policy.has_job_page(b.job_key), b.id) for b in builds)
    return tuple(sorted(number if own else -number for own, job, number in pages if own or job))

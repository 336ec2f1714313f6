"""The page of a build: all that the API says of it, and its neighbours in the job's history."""

from collections.abc import Iterable, Iterator

from hydrasnap.formatting import plural
from hydrasnap.model import Build, BuildStatus, Metric, Outcome
from hydrasnap.publish.pages.build.failure_reasons import Why, why
from hydrasnap.publish.pages.build.products import (
    Derivation,
    ProductRow,
    derivation,
    product_rows,
)
from hydrasnap.publish.pages.common.breakage import Break, breakage_view
from hydrasnap.publish.pages.common.failure_cause import own_log
from hydrasnap.publish.pages.common.packages import PackageFacts, first_evaluation, package_facts
from hydrasnap.publish.pages.common.page import Link, Page, PageContext, View
from hydrasnap.publish.pages.common.rows import BuildRow, build_rows
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.common.sizes import SizeFact, build_sizes
from hydrasnap.report.history import breakage_of, builds_until, newer_build, older_build
from hydrasnap.report.tally import tally

_WORST_FIRST = (Outcome.FAILED, Outcome.ABORTED, Outcome.QUEUED, Outcome.SUCCEEDED)


class Neighbour(View, frozen=True, kw_only=True):
    """Another build of the same job, and its relation to this one; `rel` is the type of link."""

    name: str
    rel: str
    id: int
    status: BuildStatus
    label: str
    href: str


class BeforeRestart(View, frozen=True, kw_only=True):
    """The result that a build had before it was restarted, and when it finished."""

    status: BuildStatus
    label: str
    finished: int | None


class BuildPage(PageContext, frozen=True, kw_only=True):
    """A build; times are Unix seconds, None while they are not known."""

    id: int
    job: Link
    jobset: Link
    status: BuildStatus
    label: str
    sentence: str  # a sentence on the status beyond its label, or empty
    aggregate: str  # a sentence on the constituents, or empty
    log: str  # its address on the Hydra, empty if none is known
    system: str
    nixname: str
    releasename: str
    queued: int
    before_restart: BeforeRestart | None
    started: int | None
    finished: int | None
    duration: int | None
    sizes: tuple[SizeFact, ...]
    priority: int
    partial: bool  # whether it is known from a listing only
    gone: bool  # whether Hydra has deleted it
    products: tuple[ProductRow, ...]
    breakage: Break | None
    metrics: tuple[Metric, ...]
    # the first that holds the build, if possible with a page; later ones change too often
    evaluation: Link | None
    grid: str  # the jobset's table, which shows later evaluations
    constituents: tuple[BuildRow, ...] | None
    part_of: tuple[BuildRow, ...]
    neighbours: tuple[Neighbour, ...]
    derivation: Derivation
    why: Why | None  # the failed dependencies, None if it did not fail by one
    package: PackageFacts | None  # None if nothing is known of the package


def build_pages(site: Site, builds: Iterable[Build]) -> Iterator[Page]:
    """Yield the pages of builds."""
    for build in filter(site.policy.has_build_page, builds):
        yield Page(site.links.build(build.id), "build.html", build_page(site, build))


def build_page(site: Site, build: Build) -> BuildPage:
    """Describe a build."""
    label = build.label
    constituents = constituents_of(site, build)
    first = first_evaluation(site, build)
    return BuildPage(
        title=f"{build.job}: {label} · build {build.id} of {build.jobset_key}",
        description=f"Build {build.id} of the job {build.job} in {build.jobset_key}: {label}.",
        shows=f"This page shows all that the snapshot knows of build {build.id}.",
        crumbs=(*site.breadcrumbs(build.project, build.jobset), site.job_link(build.job_key)),
        live="" if build.deleted_upstream else site.live("build", str(build.id)),
        id=build.id,
        job=site.job_link(build.job_key),
        jobset=site.jobset_link(build.jobset_key, full=True),
        status=build.status,
        label=label,
        sentence=_sentence(site, build),
        aggregate=constituents_sentence(build, constituents),
        log=own_log(site, build),
        system=build.system,
        nixname=build.nixname,
        releasename=build.releasename,
        queued=build.timestamp,
        before_restart=before_restart(build),
        started=None if build.before_restart else build.starttime,
        finished=build.finished_at,
        duration=build.duration,
        sizes=tuple(build_sizes(site, build)),
        priority=build.priority,
        partial=build.partial,
        gone=build.deleted_upstream,
        products=tuple(product_rows(site, build)),
        breakage=breakage_view(site, breakage_of(site.index, build)),
        metrics=build.metrics,
        evaluation=site.evaluation_link(first),
        grid=site.links.jobset(build.jobset_key, "/jobs.html"),
        constituents=None if constituents is None else build_rows(site, constituents),
        part_of=build_rows(site, site.index.aggregates_with(build.id)),
        neighbours=tuple(_neighbours(site, build)),
        derivation=derivation(site, build, first),
        why=why(site, build),
        package=package_facts(site, build),
    )


def before_restart(build: Build) -> BeforeRestart | None:
    """Return the result of a restarted build before its restart; None for any other."""
    status = build.before_restart
    if status is None:
        return None
    label = status.label_for(build.buildstatus)
    return BeforeRestart(status=status, label=label, finished=build.stoptime)


def _sentence(site: Site, build: Build) -> str:
    """Return a sentence on the status of a build beyond its label, or an empty text."""
    if not build.finished and build.id in site.running:
        return "Build in progress when the Hydra was asked"
    return build.status.sentence


def constituents_of(site: Site, build: Build) -> list[Build] | None:
    """Return the known constituents of an aggregate, failures first; None for other builds."""
    if build.constituents is None:
        return None
    builds = site.snapshot.builds
    return sorted(
        (builds[number] for number in build.constituents if number in builds),
        key=lambda part: (_WORST_FIRST.index(part.status.outcome), part.job, part.system, part.id),
    )


def constituents_sentence(build: Build, constituents: list[Build] | None) -> str:
    """Return a sentence on the constituents of an aggregate; empty for other builds."""
    if not constituents or not build.constituents:
        return ""
    counts = tally(constituents, unknown=len(build.constituents) - len(constituents))
    every = plural(counts.total, "constituent")
    if counts.succeeded == counts.total:
        return f"all {every} succeeded"
    words = (
        (counts.failed, "failed"),
        (counts.aborted, "aborted"),
        (counts.queued, "still pending"),
        (counts.unknown, "not in the snapshot"),
    )
    (first, word), *rest = ((count, word) for count, word in words if count)
    return ", ".join(
        (f"{first:,} of {every} {word}", *(f"{count:,} {word}" for count, word in rest))
    )


def _neighbours(site: Site, build: Build) -> Iterator[Neighbour]:
    """Return the builds before and after this one of the same job and system."""
    newer, older = newer_build(site.index, build), older_build(site.index, build)
    found = [("Next build", "next", newer), ("Previous build", "prev", older)]
    if not build.status.succeeded and older and not older.status.succeeded:
        good = (b for b in builds_until(site.index, older) if b.status.succeeded)
        found.append(("Last success before", "", next(good, None)))
    for name, rel, other in found:
        if other is not None:
            yield Neighbour(
                name=name,
                rel=rel,
                id=other.id,
                status=other.status,
                label=other.label,
                href=site.links.build(other.id),
            )

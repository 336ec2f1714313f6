"""Permalinks: addresses that stay while what they lead to changes, such as the latest success."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from hydrasnap.model import Build, JobsetKey
from hydrasnap.publish.links import relative, safe_name
from hydrasnap.publish.pages.common.page import Link, Page, View
from hydrasnap.publish.pages.common.redirects import TEMPLATE, RedirectPage
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.report.history import JobHistory
from hydrasnap.report.index import Index
from hydrasnap.report.latest import finished_evaluations, latest_success, latest_successes
from hydrasnap.report.memoized import Memoized


class Successes(NamedTuple):
    """The newest successes of a jobset by system: of all builds, of finished evaluations."""

    newest: dict[str, Build]
    finished: dict[str, Build]


class Permalink(View, frozen=True, kw_only=True):
    """A permalink in words and as a path of the site, its address on the Hydra, and its target.

    `target` is where it leads at present, None where only the search knows.
    """

    label: str
    href: str
    live: str
    target: Link | None = None


def permalink_page(of: str, link: Permalink) -> Page:
    """Make the page of a permalink with a target; `of` names the project or jobset."""
    assert link.target is not None  # noqa: S101 - those of projects and jobsets have one
    context = RedirectPage(
        title=f"{link.label} of {of}",
        description=f"{link.label} of {of} is {link.target.label}.",
        shows="",
        live=link.live,
        says="At present it is",
        target=link.target,
        relative=relative(link.target.href, link.href),
    )
    return Page(link.href, TEMPLATE, context)


def jobset_permalinks(site: Site, key: JobsetKey) -> Iterator[Permalink]:
    """Return the permalinks of a jobset; ``latest-eval`` leads to an evaluation."""
    yield from _latest_builds(site, ("jobset", *key), [key])
    finished = site.finished_evaluations(key)
    shown = site.index.shown_evaluations(key)
    newest = next((found.id for found in shown if found.id in finished), None)
    if newest is not None:
        yield Permalink(
            label="Newest finished evaluation",
            href=site.links.jobset(key, "/latest-eval.html"),
            target=Link(label=f"evaluation {newest}", href=site.links.evaluation(newest)),
            live=site.live("jobset", *key, "latest-eval"),
        )


def project_permalinks(site: Site, project: str, keys: Iterable[JobsetKey]) -> Iterator[Permalink]:
    """Return the permalinks of a project with these jobsets."""
    yield from _latest_builds(site, ("project", project), list(keys))


def _latest_builds(
    site: Site, names: tuple[str, ...], keys: list[JobsetKey]
) -> Iterator[Permalink]:
    """Return the permalinks to the newest successes: of any, of finished evaluations, by system.

    `names` are the kind and the names of the project or jobset that has the addresses.
    """
    found = [SUCCESSES.of(site.index, key) for key in keys]
    by_system = latest_successes(chain.from_iterable(one.values() for one, _ in found))
    if not by_system:
        return
    yield _permalink(site, names, ("latest",), _newest(by_system), "Latest success")
    whole = latest_successes(chain.from_iterable(one.values() for _, one in found))
    if whole:
        label = "Latest success in a finished evaluation"
        yield _permalink(site, names, ("latest-finished",), _newest(whole), label)
    for system, build in by_system.items():
        yield _permalink(site, names, ("latest-for", system), build, f"Latest success for {system}")


def _successes(index: Index, key: JobsetKey) -> Successes:
    builds, evaluations = index.builds.of_jobset(key), index.snapshot.evaluations
    ids = {n for found in finished_evaluations(index, key) for n in evaluations[found].builds}
    return Successes(
        latest_successes(builds), latest_successes(each for each in builds if each.id in ids)
    )


SUCCESSES = Memoized("successes", Successes, _successes)


def _newest(builds: Mapping[str, Build]) -> Build:
    return max(builds.values(), key=attrgetter("id"))


def _permalink(
    site: Site, names: tuple[str, ...], segments: tuple[str, ...], build: Build, label: str
) -> Permalink:
    folder = "/".join((names[0], *map(site.links.name, names[1:]), *map(safe_name, segments)))
    return Permalink(
        label=label,
        href=f"{folder}.html",
        target=Link(label=f"build {build.id} of {build.job}", href=site.links.build(build.id)),
        live=site.live(*names, *segments),
    )


def job_permalinks(site: Site, history: JobHistory) -> Iterator[Permalink]:
    """Return the permalinks of a job; those by system only if it has several.

    They have no files, which would be several for each job: the search opens them, and so does the
    404 page for readers who follow Hydra's own address.
    """
    results = history.results
    best = latest_success(results)
    if best is None:
        return
    yield _of_job(site, best, ("latest",), "Latest success")
    systems = sorted({build.system for build in results})
    for system in systems if len(systems) > 1 else ():
        best = latest_success(build for build in results if build.system == system)
        if best is not None:
            yield _of_job(site, best, ("latest-for", system), f"Latest success for {system}")
    yield Permalink(
        label="Latest success in a finished evaluation",
        href=site.links.job_search(history.key, "latest-finished"),
        live=site.live("job", *history.key, "latest-finished"),
    )


def _of_job(site: Site, build: Build, names: tuple[str, ...], label: str) -> Permalink:
    return Permalink(
        label=label,
        href=site.links.job_search(build.job_key, *names),
        target=Link(label=f"build {build.id}", href=site.links.build(build.id)),
        live=site.live("job", *build.job_key, *names),
    )

"""Addresses that stay while what they lead to changes: the latest evaluation or good build."""

from collections.abc import Iterator

from hydrasnap.links import relative, safe_name
from hydrasnap.model import Build, JobKey, JobsetKey
from hydrasnap.pages.frame import Link
from hydrasnap.pages.page import File, Page
from hydrasnap.pages.redirects import TEMPLATE, RedirectPage, with_former
from hydrasnap.pages.site import Site
from hydrasnap.pages.view import View
from hydrasnap.report.history import JobHistory
from hydrasnap.report.latest import latest_finished_success, latest_success


class Permalink(View, frozen=True, kw_only=True):
    """A lasting address, in words and as a path of the site, and where it leads at present."""

    label: str
    href: str
    target: Link
    live: str


def permalink_page(of: str, link: Permalink) -> Page:
    """Give the page that leads on; `of` names the job or jobset."""
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
    """Name the lasting addresses of a jobset; ``latest-eval`` is Hydra's own word."""
    shown = site.index.shown_evaluations(key)
    finished = [found for found in shown if found.id in site.finished_evaluations(key)]
    for name, label, found, live in (
        ("latest", "Newest evaluation", shown, "evals"),
        ("latest-finished", "Newest finished evaluation", finished, "latest-eval"),
        ("latest-eval", "Newest finished evaluation (latest-eval)", finished, "latest-eval"),
    ):
        if found:
            number = found[0].id
            yield Permalink(
                label=label,
                href=site.links.jobset(key, f"/{name}.html"),
                target=Link(label=f"evaluation {number}", href=site.links.evaluation(number)),
                live=site.live("jobset", *key, live),
            )


def job_permalinks(site: Site, history: JobHistory) -> Iterator[Permalink]:
    """Name the lasting addresses of a job; those by system only where there are several."""
    results = history.results
    best = latest_success(results)
    if best is None:
        return
    yield _to_build(site, best, ("latest",), "Latest success")
    systems = sorted({build.system for build in results})
    for system in systems if len(systems) > 1 else ():
        best = latest_success(build for build in results if build.system == system)
        if best is not None:
            yield _to_build(site, best, ("latest-for", system), f"Latest success for {system}")


def finished_permalinks(site: Site, key: JobsetKey) -> Iterator[Page | File]:
    """Give the pages of a jobset's jobs that lead to the latest success in a finished evaluation.

    There is one for every job with a lasting address. It hangs on the other jobs of the jobset, so
    it is not made with the job's own page; while there is no such build it leads to that page.
    """
    finished = site.finished_evaluations(key)
    for job in filter(site.has_job_page, site.index.jobs_of(key)):
        builds = site.index.builds_of_job(job)
        if latest_success(builds) is None:
            continue
        whole = latest_finished_success(site.index, builds, finished)
        page = permalink_page(str(job), finished_permalink(site, job, whole))
        yield from with_former(site, key, [page], job)


def finished_permalink(site: Site, job: JobKey, whole: Build | None = None) -> Permalink:
    """Name the address that leads to `whole`, or to the job itself."""
    target = Link(label="not known: see the job", href=site.links.job(job))
    if whole is not None:
        target = Link(label=f"build {whole.id}", href=site.links.build(whole.id))
    return Permalink(
        label="Latest success in a finished evaluation",
        href=site.links.job(job, "/latest-finished.html"),
        target=target,
        live=site.live("job", *job, "latest-finished"),
    )


def _to_build(site: Site, build: Build, names: tuple[str, ...], label: str) -> Permalink:
    way = "/".join(map(safe_name, names))
    return Permalink(
        label=label,
        href=site.links.job(build.job_key, f"/{way}.html"),
        target=Link(label=f"build {build.id}", href=site.links.build(build.id)),
        live=site.live("job", *build.job_key, *names),
    )

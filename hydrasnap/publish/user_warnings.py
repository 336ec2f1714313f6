"""Warnings about a site: settings without effect, and parts that the cache has lost."""

import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import translate

from hydrasnap.formatting import listed, plural
from hydrasnap.model import JobKey, JobsetKey, Snapshot, Watch
from hydrasnap.publish.pages.common.api_scope import ApiScope
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.report.missing import Missing, missing_objects


def lost(snapshot: Snapshot) -> str:
    """Return what a cache lacks although its last run was complete: deleted files."""
    found = missing_objects(snapshot)
    if not snapshot.run.complete or not any(found):
        return ""
    what = amounts(found)
    return f"The cache lacks {what} that it refers to. Run `hydrasnap crawl` to fetch them again."


def amounts(found: Missing) -> str:
    """Return amounts of missing objects in words."""
    parts = [plural(count, kind[:-1]) for kind, count in found._asdict().items() if count]
    return listed(parts)


def matched(site: Site) -> str:
    """Say of how many jobs of the newest evaluations a list of packages knows the package."""
    if not site.is_listed:
        return ""
    return match_words(*site.unmatched)


def match_words(without: int, total: int) -> str:
    """Say how many jobs have no known package.

    >>> match_words(1, 4)
    'known of 3 of 4 jobs in the newest evaluations; 1 job (25 %) has none'
    """
    known = f"known of {total - without:,} of {plural(total, 'job')} in the newest evaluations"
    if not without:
        return known
    share = f"{max(1, round(100 * without / total))} %"
    return f"{known}; {plural(without, 'job')} ({share}) {'has' if without == 1 else 'have'} none"


def unused(site: Site) -> Iterator[str]:
    """Yield a sentence for each setting without effect, or without the full one."""
    yield from _notes(site)
    if site.api is ApiScope.WITHOUT_BUILDS:
        yield "Of the API as files, lists of builds would not fit into the size of the site."
    for name, number in sorted(site.baselines.items()):
        yield from _baseline(site, name, number)
    for watch in site.watches:
        yield from _watch(site, watch)


def _notes(site: Site) -> Iterator[str]:
    for note in sorted(site.notes):
        if not _is_on_something(site, note.split("/")):
            yield f"The note {note}.md is on nothing that the snapshot knows."


def _is_on_something(site: Site, names: list[str]) -> bool:
    """Return whether a note names an object of the snapshot, as Hydra or as its page spells it."""
    file_name, snapshot = site.links.name, site.snapshot
    project = _find(names[0], snapshot.projects, file_name)
    if project is None or len(names) == 1:
        return project is not None
    jobsets = (key.name for key in snapshot.jobsets if key.project == project)
    jobset = _find(names[1], jobsets, file_name)
    if jobset is None or len(names) == 2:  # noqa: PLR2004 - a project and a jobset
        return jobset is not None
    jobs: Iterable[JobKey] = site.index.jobs_of(JobsetKey(project, jobset))
    return _find("/".join(names[2:]), (job.name for job in jobs), file_name) is not None


def _find(name: str, known: Iterable[str], file_name: Callable[[str], str]) -> str | None:
    return next((found for found in known if name in (found, file_name(found))), None)


def _baseline(site: Site, name: str, number: int) -> Iterator[str]:
    pinned = f'[site] baselines "{name}" = {number}'
    evaluation = site.snapshot.evaluations.get(number)
    if JobsetKey(*name.split("/", 1)) not in site.snapshot.jobsets:
        yield f"{pinned}: the snapshot knows no such jobset."
    elif evaluation is None:
        yield f"{pinned}: the snapshot knows no such evaluation."
    elif (jobset := evaluation.jobset_key.path) != name:
        yield f"{pinned}: that evaluation is one of {jobset}."


def _watch(site: Site, watch: Watch) -> Iterator[str]:
    builds = site.snapshot.builds.values()
    kinds: dict[str, tuple[tuple[str, ...], Iterable[str]]] = {
        "jobset": (watch.jobsets, {key.path for key in site.snapshot.jobsets}),
        "job": (watch.jobs, {build.job for build in builds} if watch.jobs else ()),
        "system": (watch.systems, {build.system for build in builds} if watch.systems else ()),
    }
    unmatched = [
        (kind, glob) for kind, (globs, names) in kinds.items() for glob in _unmatched(globs, names)
    ]
    for kind, glob in unmatched:
        yield f'[[watch]] "{watch.name}": no {kind} matches "{glob}".'
    if not unmatched and not any(
        watch.has_jobset(build.jobset_key) and watch.has(build.job, build.system)
        for build in builds
    ):
        yield f'[[watch]] "{watch.name}": no build fits all that it asks for.'


def _unmatched(globs: Iterable[str], names: Iterable[str]) -> Iterator[str]:
    for glob in globs:
        fits = re.compile(translate(glob)).match
        if not any(map(fits, names)):
            yield glob

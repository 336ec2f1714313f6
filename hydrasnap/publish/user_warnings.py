"""Warnings about a site: settings without effect, and parts that the cache has lost."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from fnmatch import translate
from functools import partial
from typing import NamedTuple

from hydrasnap.formatting import listed, plural
from hydrasnap.model import JobKey, JobsetKey, Snapshot, Watch
from hydrasnap.publish.pages.common.api_scope import ApiScope
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.report.index import Index
from hydrasnap.report.memoized import Memoized
from hydrasnap.report.missing_objects import Missing, missing_objects


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
    question, index = fitting(watch), site.index
    found = [question.of(index, key) for key in index.builds.jobsets()]
    jobsets = _matched(watch.jobsets, {key.path for key in site.snapshot.jobsets})
    kinds = {
        "jobset": (watch.jobsets, jobsets),
        "job": (watch.jobs, {glob for one in found for glob in one.jobs}),
        "system": (watch.systems, {glob for one in found for glob in one.systems}),
    }
    unmatched = [
        (kind, glob) for kind, (globs, matched) in kinds.items() for glob in globs
        if glob not in matched
    ]  # fmt: skip
    for kind, glob in unmatched:
        yield f'[[watch]] "{watch.name}": no {kind} matches "{glob}".'
    if not unmatched and not any(one.builds for one in found):
        yield f'[[watch]] "{watch.name}": no build fits all that it asks for.'


class Fitting(NamedTuple):
    """Which globs of a watch list match in a jobset, and whether `builds` fit all that it asks."""

    jobs: tuple[str, ...]
    systems: tuple[str, ...]
    builds: bool


def fitting(watch: Watch) -> Memoized[Fitting]:
    """Ask what of a jobset a watch list matches."""
    return Memoized(f"fits watch {watch.name}", Fitting, partial(_fitting, watch), watch)


def _fitting(watch: Watch, index: Index, key: JobsetKey) -> Fitting:
    builds = index.builds.of_jobset(key)
    return Fitting(
        _matched(watch.jobs, {build.job for build in builds}),
        _matched(watch.systems, {build.system for build in builds}),
        watch.has_jobset(key) and any(watch.has(build.job, build.system) for build in builds),
    )


def _matched(globs: Iterable[str], names: Collection[str]) -> tuple[str, ...]:
    """Return those of some globs that match a name."""
    return tuple(glob for glob in globs if any(map(re.compile(translate(glob)).match, names)))

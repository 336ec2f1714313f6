"""Follows jobsets that the user selects by name and Hydra has renamed."""

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from glob import escape

from hydrasnap.client import endpoints as paths
from hydrasnap.crawl.missing_jobsets import ask_new_name
from hydrasnap.crawl.session import Note, Session
from hydrasnap.model import JobsetKey, Project

_LONGEST_CHAIN = 10


async def follow_renames(
    session: Session, projects: Iterable[Project]
) -> dict[JobsetKey, JobsetKey]:
    """Add the new names of renamed jobsets that are selected without a wildcard.

    Return the new names that Hydra gave just now; the cache does not have them yet.
    """
    names = {project.name: project.jobsets for project in projects}
    found: dict[JobsetKey, JobsetKey] = {}
    for key in session.selection.named:
        if key.project in names and key.name not in names[key.project]:
            with session.gap_at(paths.jobset(*key)):
                if new := await _current_name(session, key, names, found):
                    globs = (*session.selection.jobsets, escape(new.path))
                    session.selection = dataclasses.replace(session.selection, jobsets=globs)
                    session.watch(Note(_sentence(key, new)))
    return found


def _sentence(key: JobsetKey, new: JobsetKey) -> str:
    return (
        f"Hydra has renamed the jobset {key.path} to {new.path}, which is taken in its place: "
        "change the name in --jobset or under [crawl] in hydrasnap.toml."
    )


async def _current_name(
    session: Session,
    key: JobsetKey,
    names: Mapping[str, Collection[str]],
    found: dict[JobsetKey, JobsetKey],
) -> JobsetKey | None:
    """Follow the renames of a jobset, in the cache or else by Hydra's redirects."""
    for _ in range(_LONGEST_CHAIN):
        if key.name in names.get(key.project, ()):
            return key
        known = session.cache.jobsets.get(key)
        if known is not None and known.deleted_upstream:
            new = JobsetKey(key.project, known.renamed_to) if known.renamed_to else None
        else:
            new = await ask_new_name(session, key)
        if new is None:
            return None
        if known is None or not known.deleted_upstream:
            found[key] = new
        key = new
    return None

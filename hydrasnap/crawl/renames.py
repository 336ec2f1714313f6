"""Jobsets that the user names and Hydra has renamed: followed to their new name."""

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from glob import escape

from hydrasnap.client import paths
from hydrasnap.crawl.session import Note, Session
from hydrasnap.crawl.vanished import ask_new_name, rename
from hydrasnap.model import Jobset, JobsetKey, Project
from hydrasnap.plan import Selection

_LONGEST_CHAIN = 10


async def follow_renames(session: Session, projects: Iterable[Project]) -> Selection:
    """Return the selection with the new names of jobsets that it names without a wildcard."""
    names = {project.name: project.jobsets for project in projects}
    found = []
    for key in session.selection.named:
        if key.project in names and key.name not in names[key.project]:
            with session.gap_at(paths.errors(*key)):
                if new := await _current_name(session, key, names):
                    found.append(escape(f"{new.project}/{new.name}"))
                    session.watch(Note(_sentence(key, new)))
    return dataclasses.replace(session.selection, jobsets=(*session.selection.jobsets, *found))


def _sentence(key: JobsetKey, new: JobsetKey) -> str:
    return (
        f"Hydra has renamed the jobset {key.project}/{key.name} to {new.project}/{new.name}, which "
        "is taken in its place: change the name in --jobset or under [crawl] in hydrasnap.toml."
    )


async def _current_name(
    session: Session, key: JobsetKey, names: Mapping[str, Collection[str]]
) -> JobsetKey | None:
    """Go from name to name, by the signposts in the cache or else by Hydra's redirects."""
    for _ in range(_LONGEST_CHAIN):
        if key.name in names.get(key.project, ()):
            return key
        known = session.cache.jobsets.get(key)
        if known is not None and known.gone:
            new = JobsetKey(key.project, known.renamed_to) if known.renamed_to else None
        else:
            new = await ask_new_name(session, key)
            if new is not None:
                rename(session, known or Jobset(project=key.project, name=key.name), new)
        if new is None:
            return None
        key = new
    return None

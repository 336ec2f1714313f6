"""Jobsets that the overview no longer shows: hidden, renamed or deleted. The cache keeps them."""

from collections.abc import Collection, Mapping

from msgspec.structs import replace

from hydrasnap.client import endpoints as paths
from hydrasnap.crawl.deleted import mark_deleted
from hydrasnap.crawl.session import Session
from hydrasnap.errors import NotAHydraError, NotFoundError
from hydrasnap.model import Evaluation, Jobset, JobsetKey, Project
from hydrasnap.wire.projects import read_jobset


def find_missing_jobsets(
    session: Session, projects: Collection[Project], shown: Collection[JobsetKey]
) -> tuple[JobsetKey, ...]:
    """Return the jobsets that the cache has and the overview no longer shows."""
    names = {project.name: project.jobsets for project in projects}
    return tuple(
        key
        for key, jobset in session.cache.jobsets.items()
        if key.project in names
        and key not in shown
        and not jobset.deleted_upstream
        and (jobset.configuration.visible or key.name not in names[key.project])
        and session.selection.wants_jobset(key)
    )


async def settle_missing_jobsets(
    session: Session, missing_jobsets: Collection[JobsetKey], names: Mapping[str, Collection[str]]
) -> None:
    """Record whether each is hidden, renamed or deleted; `names` has each project's jobsets."""

    async def one(key: JobsetKey) -> None:
        jobset = session.cache.jobsets[key]
        if key.name in names[key.project]:
            hidden = replace(jobset.configuration, visible=False)
            session.cache.put(jobsets=[replace(jobset, configuration=hidden)])
            return
        with session.gap_at(paths.jobset(*key)):
            new = await ask_new_name(session, key)
            if new is None:
                delete_jobset(session, jobset)
            else:
                rename(session, jobset, new)

    await session.each(missing_jobsets, one)


async def ask_new_name(session: Session, key: JobsetKey) -> JobsetKey | None:
    """Return the new name of a jobset that is in no list; None if Hydra has deleted it.

    Only a 404 of the jobset itself says that it is deleted: old Hydras lack addresses below it. A
    jobset keeps its project when it is renamed.
    """
    path = paths.jobset(*key)
    try:
        target = await session.client.redirect(path, lambda body: read_jobset(body, path))
    except NotFoundError:
        return None
    new = paths.jobset_of(target) if target else None
    if new is None or new == key or new[0] != key.project:
        raise NotAHydraError(
            f"{path} is there, but the jobset is in no list.", hint="Ask again later."
        )
    return JobsetKey(*new)


def delete_jobset(session: Session, jobset: Jobset) -> None:
    """Mark a jobset that Hydra has deleted, with all its evaluations and builds."""
    mark_deleted(session, {e.id for e in session.cache.evaluations.values()
                        if e.jobset_key == jobset.key and not e.deleted_upstream})  # fmt: skip
    session.cache.put(jobsets=[replace(jobset, deleted_upstream=True)])


def rename(session: Session, jobset: Jobset, new: JobsetKey) -> None:
    """Move a jobset's history under its new name; the old record stays and names the new one."""
    cache = session.cache
    names = {"project": new.project, "jobset": new.name}
    title = {"project": new.project, "name": new.name}
    evaluations = [e for e in cache.evaluations.values() if e.jobset_key == jobset.key]
    builds = list(cache.builds_of(jobset.key))
    sizes = [s for s in cache.sizes.values() if s.key[:2] == jobset.key]
    successor = cache.jobsets.get(new)
    ids = {e.id for e in evaluations}.union(successor.evaluations if successor else ())
    overview = (successor or jobset).overview
    renamed = replace(
        successor or jobset,
        **title,
        overview=overview and replace(overview, **title),
        evaluations=tuple(sorted(ids, reverse=True)),
    )
    rename_record = replace(
        jobset,
        deleted_upstream=True,
        renamed_to=new.name,
        evaluations=(),
        first_evaluation=None,
        errormsg="",
    )
    cache.put(
        builds=[replace(build, **names) for build in builds],
        evaluations=[replace(e, **names) for e in evaluations],
        jobsets=[renamed, rename_record],
        sizes=[replace(found, **names) for found in sizes],
    )
    cache.drop(sizes=[found.key for found in sizes])


def take_over(session: Session, key: JobsetKey, listed: Collection[Evaluation]) -> int | None:
    """Move the history under a jobset's old name to its new one.

    Hydra renames a jobset with all that it has, and a new jobset may get the old name at once. So
    all evaluations move that are not newer than the newest one that is `listed` under the new name.
    Of a jobset of another project, which cannot be the same, the listed ones move alone. Return the
    first evaluation of all, if it is known and moved.
    """
    cache, first = session.cache, None
    ids = {evaluation.id for evaluation in listed}
    newest: dict[JobsetKey, int] = {}
    for evaluation in listed:
        known = cache.evaluations.get(evaluation.id)
        if known is not None and known.jobset_key != key:
            newest[known.jobset_key] = max(newest.get(known.jobset_key, 0), known.id)
    for old, last in newest.items():
        is_rename = old.project == key.project
        here = [e for e in cache.evaluations.values() if e.jobset_key == old]
        moved = [e for e in here if (e.id <= last if is_rename else e.id in ids)]
        gone = {e.id for e in moved}
        moving = {number for e in moved for number in e.builds}
        staying = {number for e in here if e.id not in gone for number in e.builds}
        builds = [
            build
            for build in cache.builds_of(old)
            if build.id not in staying and (is_rename or build.id in moving)
        ]
        names = {"project": key.project, "jobset": key.name, "deleted_upstream": False}
        cache.put(
            builds=[replace(build, **names) for build in builds],
            evaluations=[replace(e, **names) for e in moved],
        )
        first = _remove_moved(session, old, gone) or first
    return first


def _remove_moved(session: Session, old: JobsetKey, moved: set[int]) -> int | None:
    """Take the moved evaluations out of a jobset's record; return its first one if that moved.

    None is missing after the first, so the oldest one that stays is the first of the jobset that
    has the name now.
    """
    jobset = session.cache.jobsets.get(old)
    if jobset is None:
        return None
    has_moved = jobset.first_evaluation in moved
    left = tuple(number for number in jobset.evaluations if number not in moved)
    first = next(reversed(left), None) if has_moved else jobset.first_evaluation
    changed = replace(jobset, evaluations=left, first_evaluation=first)
    session.cache.put(jobsets=[changed])
    return jobset.first_evaluation if has_moved else None

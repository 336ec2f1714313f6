"""The first step: the projects and their jobsets, for one request and one for each project."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial

from msgspec.structs import replace

from hydrasnap.client import endpoints as paths
from hydrasnap.client.client import Client
from hydrasnap.crawl.empty_answers import confirm_empty
from hydrasnap.crawl.missing_jobsets import delete_jobset, find_missing_jobsets
from hydrasnap.crawl.renames import follow_renames
from hydrasnap.crawl.session import Session, Stage, Step
from hydrasnap.errors import ConfigError, NotAHydraError, NotFoundError
from hydrasnap.model import JobsetKey, JobsetOverview, Project
from hydrasnap.plan.selection import Selection
from hydrasnap.wire.projects import read_overviews, read_projects

_OFFERED = 12


@dataclass(frozen=True, slots=True)
class Overview:
    """What Hydra's overview says of the selected part: `jobsets` in the order to fetch them.

    Whether `missing_jobsets` were hidden, renamed or deleted is not known yet; `renamed` maps old
    names to new ones.
    """

    everything: tuple[Project, ...]
    projects: tuple[Project, ...]
    jobsets: tuple[JobsetOverview, ...]
    missing_jobsets: tuple[JobsetKey, ...]
    renamed: Mapping[JobsetKey, JobsetKey]


async def fetch_overview(session: Session) -> Overview:
    """Ask for the projects and for the jobsets of each selected one."""
    session.watch(Stage("projects"))
    path, note = paths.OVERVIEW, session.note_list_at(paths.OVERVIEW)
    read = partial(read_projects, where=path, note=note)
    everything = await session.client.read(
        path, confirm_empty(session.client, read, path, unlikely=True)
    )
    renamed = await follow_renames(session, everything)
    check_selection(everything, session.selection, session.cache.jobsets.keys() | renamed.keys())
    selected = [project for project in everything if session.selection.wants_project(project)]
    check_budget(session.client, len(selected), len(renamed))
    found: dict[str, list[JobsetOverview]] = {}

    async def one(project: Project) -> None:
        path = paths.jobsets(project.name)
        with session.gap_at(path):
            found[project.name] = await _overviews(session, project)
        session.watch(Step())

    session.watch(Stage("jobsets of each project", len(selected)))
    await session.each(selected, one)
    jobsets = [
        overview
        for project in selected
        for overview in found.get(project.name, ())
        if session.selection.wants_jobset(overview.key)
    ]
    answered = [
        project
        for project in selected
        if project.name in found and paths.jobsets(project.name) not in session.incomplete
    ]
    settled = {overview.key for overview in jobsets} | renamed.keys()
    missing_jobsets = find_missing_jobsets(session, answered, settled)
    session.progress.begin(jobsets, session.cache.jobsets.keys())
    session.overviewed = True
    return Overview(tuple(everything), tuple(selected), tuple(jobsets), missing_jobsets, renamed)


async def _overviews(session: Session, project: Project) -> list[JobsetOverview]:
    path = paths.jobsets(project.name)

    def read(body: bytes) -> list[JobsetOverview]:
        return read_overviews(body, project.name, path, session.note_list_at(path))

    is_sure = not project.jobsets or project.name in session.cache.manifest.empty_projects
    found = await session.client.read(
        path, read if is_sure else confirm_empty(session.client, read, path, unlikely=True)
    )
    if project.jobsets:
        session.cache.note_empty_project(project.name, is_empty=not found)
    if session.selection.hidden:
        shown = {jobset.name for jobset in found}
        found += [
            JobsetOverview(project=project.name, name=name)
            for name in project.jobsets
            if name not in shown
        ]
    return found


def check_budget(client: Client, projects: int, renamed: int) -> None:
    """Raise ConfigError for a budget that the overview alone would spend."""
    most, login = client.settings.limits.requests, 2 * client.logged_in
    # the overview and, as headway, one jobset or the new name of each renamed one
    needed = login + 1 + projects + max(renamed, 1)
    if projects and most is not None and most < needed:
        raise ConfigError(
            f"--max-requests {most} is too little: the overview alone takes {needed - 1} here.",
            hint=f"Allow {needed} at least, or choose fewer projects with --project.",
        )


def check_selection(
    projects: Iterable[Project], selection: Selection, known: Collection[JobsetKey] = ()
) -> None:
    """Raise ConfigError for a glob that matches nothing, and list what there is.

    `known` are the jobsets in the cache: what Hydra has renamed or deleted since is no mistake.
    """
    projects = list(projects)
    names = [project.name for project in projects if selection.hidden or not project.hidden]
    keys = [JobsetKey(project.name, name) for project in projects for name in project.jobsets]
    for glob in selection.projects:
        everything = {project.name for project in projects} | {key.project for key in known}
        if not any(fnmatchcase(name, glob) for name in everything):
            raise ConfigError(f"No project matches --project {glob!r}.", hint=_offer(names))
    for glob in selection.jobsets:
        if not any(Selection(jobsets=(glob,)).wants_jobset(key) for key in (*keys, *known)):
            project = glob.partition("/")[0]
            near = [k.path for k in keys if k.project == project] or names
            raise ConfigError(f"No jobset matches --jobset {glob!r}.", hint=_offer(near))
    if projects and not any(selection.wants_project(project) for project in projects):
        raise ConfigError(
            "The selection leaves no project: what matches is excluded, or hidden and not asked "
            "for with --hidden.",
            hint=_offer(names),
        )


def _offer(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:_OFFERED])
    more = f" and {len(names) - _OFFERED} more" if len(names) > _OFFERED else ""
    return f"This Hydra has: {shown}{more}." if names else "This Hydra has none."


def keep_projects(session: Session, overview: Overview) -> None:
    """Store the selected projects, beside the others that the cache has."""
    known = session.cache.projects
    chosen = {project.name for project in overview.projects}
    session.cache.put(
        projects=[p for p in overview.everything if p.name in chosen or p.name in known]
    )


async def settle_missing_projects(session: Session, overview: Overview) -> None:
    """Mark the projects that the overview no longer has, once Hydra says that there are none."""
    names = {project.name for project in overview.everything}
    missing = [
        project
        for name, project in session.cache.projects.items()
        if name not in names and not project.deleted_upstream
    ]

    async def one(project: Project) -> None:
        path = paths.jobsets(project.name)
        with session.gap_at(path):
            try:
                await session.client.read(path, lambda body: read_overviews(body, "", path))
            except NotFoundError:
                for jobset in list(session.cache.jobsets.values()):
                    if jobset.project == project.name:
                        delete_jobset(session, jobset)
                deleted = replace(project, deleted_upstream=True)
                session.cache.put(projects=[deleted])
            else:
                raise NotAHydraError(f"{path} is there, but the project is not in the list at /.")

    await session.each(missing, one)

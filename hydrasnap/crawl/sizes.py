"""The sixth step: sizes of the builds of chosen jobs, for two requests a job with new successes."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from hydrasnap.client import endpoints as paths
from hydrasnap.crawl.empty_answers import confirm_empty
from hydrasnap.crawl.session import Note, Session, Stage, Step
from hydrasnap.model import JobKey, JobsetKey, JobSizes
from hydrasnap.model.merging import join_sizes
from hydrasnap.plan.sizes import missing_sizes, successes
from hydrasnap.wire.builds import read_sizes


@dataclass(frozen=True, slots=True)
class ChosenJobs:
    """The jobs whose sizes the user wants: their successful builds, and the missing answers.

    `unmatched` are globs that match no job, `unaddressable` jobs for which Hydra has no address.
    """

    good: Mapping[JobKey, Collection[int]]
    missing: tuple[tuple[JobKey, str], ...]
    unmatched: tuple[str, ...]
    unaddressable: tuple[JobKey, ...]


def chosen_jobs(session: Session, jobsets: Collection[JobsetKey]) -> ChosenJobs:
    """Choose among the known jobs of some jobsets."""
    cache, selection = session.cache, session.selection
    if not selection.sizes:
        return ChosenJobs({}, (), (), ())
    jobs, unmatched = selection.sized(
        {build.job_key for key in jobsets for build in cache.builds_of(key)}
    )
    unaddressable = tuple(job for job in jobs if not paths.is_job_name(job.name))
    asked = set(jobs).difference(unaddressable)
    here = (build for key in jobsets for build in cache.builds_of(key))
    good = successes(build for build in here if build.job_key in asked)
    return ChosenJobs(
        good, tuple(missing_sizes(good, session.cache.sizes)), tuple(unmatched), unaddressable
    )


async def fetch_sizes(session: Session, jobsets: Collection[JobsetKey]) -> None:
    """Fetch the sizes of chosen jobs of which a build has succeeded since the last time."""
    chosen = chosen_jobs(session, frozenset(jobsets))
    for text in _remarks(chosen):
        session.watch(Note(text))
    if chosen.missing:
        session.watch(Stage("sizes", len(chosen.missing)))

    async def one(question: tuple[JobKey, str]) -> None:
        job, kind = question
        path = paths.sizes(kind, *job)
        read = partial(read_sizes, where=path)
        with session.gap_at(path):  # an empty answer is right where Hydra knows no size
            answer = await session.client.read(path, confirm_empty(session.client, read, path))
            nothing = JobSizes(project=job.project, jobset=job.jobset, job=job.name)
            known = session.cache.sizes.get(job, nothing)
            session.cache.put(sizes=[join_sizes(known, kind, answer, chosen.good[job])])
        session.watch(Step())

    await session.each(chosen.missing, one)


def _remarks(chosen: ChosenJobs) -> Iterator[str]:
    for glob in chosen.unmatched:
        yield f"No job matches --sizes {glob!r}; a job is written PROJECT/JOBSET/JOB."
    if chosen.unaddressable:
        yield (
            f"Hydra has no address for a job named like {chosen.unaddressable[0].name!r}: "
            f"{len(chosen.unaddressable)} of those that --sizes chooses are left out."
        )

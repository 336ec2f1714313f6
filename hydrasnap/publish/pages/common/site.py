"""The whole site as its pages see it: the snapshot, its index, addresses, and the user's texts."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from hashlib import blake2b
from typing import TypeVar
from urllib.parse import urlsplit

from msgspec import msgpack

from hydrasnap.formatting import visible_name
from hydrasnap.model import Evaluation, JobKey, JobsetKey, PackageList, Snapshot, Watch
from hydrasnap.publish.collisions import links_of
from hydrasnap.publish.links import Links, live_path
from hydrasnap.publish.page_limits import Limits
from hydrasnap.publish.pages.common.api_scope import ApiScope
from hydrasnap.publish.pages.common.job_buckets import Bucket, buckets
from hydrasnap.publish.pages.common.page import Appearance, Document, Link
from hydrasnap.publish.pages.common.page_priorities import EVERYTHING, Policy
from hydrasnap.publish.pages.common.parents import name_now
from hydrasnap.report.health import JobsetHealth, ProjectHealth, overview
from hydrasnap.report.index import Index
from hydrasnap.report.latest import finished_evaluations
from hydrasnap.report.packages import PackageIndex, Person, Workload, jobs_by_person
from hydrasnap.report.selections import (
    Chooser,
    Selection,
    hidden_jobsets,
    maintainer_chooser,
    newest_time,
    present_builds,
    present_jobsets,
    selections,
    watch_chooser,
)
from hydrasnap.report.transitions import News, news

W = TypeVar("W", bound=Hashable)


@dataclass(frozen=True)
class Site:
    """Everything the pages are made from.

    `base` is the absolute address of the site or empty; `lost` says in words what the cache should
    hold and does not. `source` is the input of evaluations that holds the files of the packages;
    `staff` are the maintainers of jobs in the newest evaluations, most failing jobs first, and
    `is_listed` tells that a list of packages was given.
    """

    snapshot: Snapshot
    title: str = ""
    base: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)
    documents: tuple[Document, ...] = ()
    policy: Policy = EVERYTHING
    watches: tuple[Watch, ...] = ()
    baselines: Mapping[str, int] = field(default_factory=dict)
    api: ApiScope = ApiScope.NONE
    lost: str = ""
    limits: Limits = field(default_factory=Limits)
    aggregates: tuple[str, ...] = ()
    look: Appearance = field(default_factory=Appearance)
    known_packages: PackageIndex | None = None
    source: str = "nixpkgs"
    staff: tuple[Workload, ...] = ()
    is_listed: bool = False
    known_index: Index | None = None

    @cached_property
    def index(self) -> Index:
        """The index of the snapshot."""
        known = self.known_index
        return known if known and known.snapshot is self.snapshot else Index(self.snapshot)

    @cached_property
    def packages(self) -> PackageIndex:
        """The packages of jobs."""
        return self.known_packages or PackageIndex(self.snapshot, PackageList())

    @cached_property
    def watched(self) -> Mapping[str, Selection]:
        """The selections of watch lists, by name."""
        found = self._selections(watch_chooser(self.watches, hidden_jobsets(self.snapshot)))
        return {
            watch.name: found.get(watch.name, Selection())._replace(
                unread=sum(map(watch.has_jobset, self.unread))
            )
            for watch in self.watches
        }

    @cached_property
    def maintained(self) -> Mapping[Person, Selection]:
        """The selections of the maintainers that have a page."""
        choose = maintainer_chooser(self.packages, hidden_jobsets(self.snapshot))
        found = self._selections(choose) if self.staff else {}
        paged = self.staff[: self.policy.maintainers]
        unread = len(self.unread)
        return {one.person: found[one.person]._replace(unread=unread) for one in paged}

    @cached_property
    def people(self) -> frozenset[Person]:
        """The maintainers that have a page."""
        return frozenset(one.person for one in self.staff[: self.policy.maintainers])

    @cached_property
    def jobs_of_people(self) -> Mapping[str, tuple[str, ...]]:
        """The names, without their system, of the jobs of each maintainer, by label."""
        return jobs_by_person(self.packages, present_builds(self.index)) if self.staff else {}

    @cached_property
    def unmatched(self) -> tuple[int, int]:
        """How many jobs of the newest evaluations have no known package, and how many there are."""
        return self.packages.unmatched(present_builds(self.index))

    def _selections(self, chooser: Callable[[JobsetKey], Chooser[W] | None]) -> dict[W, Selection]:
        most = max(self.limits.transitions, self.limits.feed_entries)
        keys = present_jobsets(self.snapshot)
        return selections(self.index, keys, chooser, self.news, most)

    @cached_property
    def health(self) -> tuple[ProjectHealth, ...]:
        """The health of all projects and their jobsets, by project."""
        return overview(self.index)

    @cached_property
    def jobset_health(self) -> Mapping[JobsetKey, JobsetHealth]:
        """The health of each jobset that was not renamed, by project."""
        return {health.key: health for project in self.health for health in project.jobsets}

    @cached_property
    def unread(self) -> tuple[JobsetKey, ...]:
        """The jobsets in use whose newest evaluation is not known in full."""
        return tuple(
            health.key
            for health in self.jobset_health.values()
            if health.in_use and (health.tally.unknown or not health.is_read)
        )

    def shown_jobsets(self, project: str) -> list[JobsetKey]:
        """Return the jobsets of a project that Hydra does not hide, by name."""
        return [
            key
            for key, health in self.jobset_health.items()
            if key.project == project and health.jobset.configuration.visible
        ]

    def old_names(self, key: JobsetKey) -> tuple[JobsetKey, ...]:
        """Return the names that a jobset had before it was renamed."""
        return self._old_names.get(key, ())

    @cached_property
    def _old_names(self) -> dict[JobsetKey, tuple[JobsetKey, ...]]:
        old_names: dict[JobsetKey, tuple[JobsetKey, ...]] = {}
        for key in self.snapshot.jobsets:
            name = name_now(self.snapshot.jobsets, key)
            if name != key:
                old_names[name] = (*old_names.get(name, ()), key)
        return old_names

    @cached_property
    def jobset_feeds(self) -> Mapping[JobsetKey, JobsetKey]:
        """The jobset whose feed has the news of each jobset: for an old name, the present one."""
        present = {key: name_now(self.snapshot.jobsets, key) for key in self.snapshot.jobsets}
        return {
            key: name
            for key, name in present.items()
            if newest_time(self.index, [name]) is not None
        }

    @cached_property
    def buckets(self) -> dict[JobsetKey, tuple[Bucket, ...]]:
        """The jobs of all jobsets in buckets."""
        return {key: buckets(self.index, key) for key in self.snapshot.jobsets}

    def prepare(self) -> None:
        """Compute what many pages need, before processes are forked that share it."""
        self.links.project("")
        assert self.jobset_health is not None  # noqa: S101 - asking is what fills it
        if not self.index.builds.in_memory:
            for key in self.snapshot.jobsets:
                self.news(key)
                self.finished_evaluations(key)
        self.index.prepare()

    @cached_property
    def links(self) -> Links:
        """The addresses of all pages."""
        return links_of(self.index, builds=self.policy.builds, jobs=self.policy.jobs)

    @cached_property
    def news(self) -> Callable[[JobsetKey], tuple[News, ...]]:
        """Return what the evaluations of a jobset broke and fixed, newest first."""
        return cache(lambda key: tuple(news(self.index, key)))

    @cached_property
    def finished_evaluations(self) -> Callable[[JobsetKey], frozenset[int]]:
        """Return the evaluations of a jobset all of whose builds have a result."""
        return cache(partial(finished_evaluations, self.index))

    @cached_property
    def origin(self) -> str:
        """The address of the Hydra, without a slash at its end."""
        return self.snapshot.origin.rstrip("/")

    @cached_property
    def host(self) -> str:
        """The host of the Hydra."""
        return urlsplit(self.snapshot.origin).netloc or self.snapshot.origin

    @cached_property
    def name(self) -> str:
        """The title of the site."""
        return self.title or self.host

    @cached_property
    def running(self) -> frozenset[int]:
        """The builds that were running when the Hydra was asked, by id."""
        live = self.snapshot.live
        return frozenset(build.id for build in (live and live.running) or ())

    def digest(self) -> bytes:
        """Return a digest of what every page shows: the address of the Hydra, and the menu.

        The menu leads to the live state and to the maintainers where there are some. Which builds
        and jobs have a page is among what each task reads.
        """
        menu = self.snapshot.live is not None, bool(self.staff)
        return blake2b(msgpack.encode([self.snapshot.origin, menu])).digest()

    def live(self, *names: str) -> str:
        """Return the address of an object on the Hydra itself."""
        return self.origin + live_path(*names)

    def note(self, *names: str) -> str:
        """Return the Markdown note on a project, jobset or job; empty if there is none."""
        plain = "/".join(names)
        return self.notes.get(plain) or self.notes.get("/".join(map(self.links.name, names)), "")

    def project_link(self, project: str) -> Link:
        """Return the link to a project."""
        return Link(label=visible_name(project), href=self.links.project(project))

    def jobset_link(self, key: JobsetKey, *, full: bool = False) -> Link:
        """Return the link to a jobset, by its own name or with the project's."""
        label = str(key) if full else visible_name(key.name)
        return Link(label=label, href=self.links.jobset(key))

    def job_link(self, key: JobKey) -> Link:
        """Return the link to a job, by its own name."""
        return Link(label=visible_name(key.name), href=self.links.job(key))

    def job_file(self, key: JobKey) -> str | None:
        """Return the name of a job's page, empty if it has none, None if it is the job's name."""
        file = self.links.name(key.name) if self.policy.has_job_page(key) else ""
        return None if file == key.name else file

    def maintainer_link(self, person: Person) -> Link:
        """Return the link to a maintainer, with an empty address for one without a page."""
        href = self.links.maintainer(person.label) if person in self.people else ""
        return Link(label=person.label, href=href)

    def evaluation_href(self, evaluation: Evaluation) -> str:
        """Return the path of an evaluation's page; empty for a mere baseline, which has none."""
        if not self.index.is_comparable(evaluation):
            return ""
        return self.links.evaluation(evaluation.id)

    def evaluation_link(self, evaluation: Evaluation | None) -> Link | None:
        """Return the link to an evaluation, by its number."""
        if evaluation is None:
            return None
        return Link(label=str(evaluation.id), href=self.evaluation_href(evaluation))

    def breadcrumbs(self, project: str, jobset: str | None = None) -> tuple[Link, ...]:
        """Return the breadcrumbs of a project or jobset."""
        above = (Link(label="Projects", href=Links.OVERVIEW), self.project_link(project))
        if jobset is None:
            return above
        return (*above, self.jobset_link(JobsetKey(project, jobset)))

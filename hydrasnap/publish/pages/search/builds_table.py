"""A table of builds as a script, small enough that a browser can load a quarter of a million.

`jobs.js` reads it: for comparisons, and for filters that look at more builds than a page has. It
has a column for what differs from row to row: `names` of jobs, each relative to the one before;
`ids`, each less the one before; and `kinds`, numbers of `combos`. A combo is what many rows have
alike: numbers of a system, a status and a jobset, whether the build has a page, where the page of
its job is, and a note that means what the file says.
"""

from collections.abc import Iterable
from functools import cache, partial
from itertools import pairwise
from typing import NamedTuple

from hydrasnap.model import Build, BuildStatus, JobsetKey
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.search.jobs import folder_of
from hydrasnap.publish.pages.search.shards import Numbers, front_coded

_PLAIN, _MOVED, _NONE = range(3)  # where a job's page is: where its name says, elsewhere, nowhere

Row = tuple[Build, int]
Combo = tuple[int, int, int, int, int, int]


class _Shared(NamedTuple):
    """What the combos of many builds share; `paged` are the jobs of their jobset with a page."""

    system: int
    status: int
    jobset: int
    folder: str
    paged: frozenset[str] | None  # None if all have one


class BuildTable:
    """Writes builds as columns, each with a note."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._systems: Numbers[str] = Numbers()
        self._statuses: Numbers[tuple[str, str, str]] = Numbers()
        self._jobsets: Numbers[JobsetKey] = Numbers()
        self._combos: Numbers[Combo] = Numbers()
        self._files: dict[int, str] = {}
        self._folder = cache(partial(folder_of, site))
        self._shared = cache(self._find_shared)

    def columns(self, rows: Iterable[Row]) -> dict[str, object]:
        """Return the columns of builds in their order, and what these refer to."""
        every = list(rows)
        builds = [build for build, _ in every]
        ids = [0, *(build.id for build in builds)]
        kinds = [self._kind(row, *one) for row, one in enumerate(every)]
        return {
            "names": front_coded(build.job for build in builds),
            "ids": [number - before for before, number in pairwise(ids)],
            "kinds": kinds,
            "files": self._files,
            "combos": tuple(self._combos.known),
            "systems": tuple(self._systems.known),
            "statuses": tuple(self._statuses.known),
            "jobsets": tuple(map(self._jobset, self._jobsets.known)),
        }

    def status(self, build: Build) -> int:
        """Return the number of a build's status."""
        return self._status(build.status, build.buildstatus)

    def _status(self, status: BuildStatus, code: int | None) -> int:
        return self._statuses((status.label_for(code), status.outcome.value, status.icon))

    def _kind(self, row: int, build: Build, note: int) -> int:
        shared = self._shared(
            build.system, build.status, build.buildstatus, build.project, build.jobset
        )
        paged = int(self._site.policy.has_build_page(build))
        place = self._place(row, build, shared)
        return self._combos((shared.system, shared.status, paged, place, note, shared.jobset))

    def _find_shared(
        self, system: str, status: BuildStatus, code: int | None, project: str, jobset: str
    ) -> _Shared:
        key = JobsetKey(project, jobset)
        return _Shared(
            self._systems(system),
            self._status(status, code),
            self._jobsets(key),
            self._folder(key),
            self._site.policy.jobs_of(key),
        )

    def _place(self, row: int, build: Build, shared: _Shared) -> int:
        if shared.paged is not None and build.job not in shared.paged:
            return _NONE
        page = self._site.links.job(build.job_key)
        if page == f"{shared.folder}{build.job}.html":
            return _PLAIN
        self._files[row] = page
        return _MOVED

    def _jobset(self, key: JobsetKey) -> tuple[str, str, str, str]:
        """Return the names of a jobset, its page, and the folder of the pages of its jobs."""
        return (*key, self._site.links.jobset(key), self._folder(key))

"""What one request sees: a snapshot that stays the same until the answer is complete."""

from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request

from hydrasnap.model import JobKey, Jobset, JobsetKey, Live, Snapshot
from hydrasnap.report.index import Index
from hydrasnap.server.replies import missing, quoted, redirect


class Source(Protocol):
    """Where snapshots come from; it is asked once for each request."""

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot to answer from: the same object as long as nothing changes."""
        ...

    @property
    def live(self) -> Live | None:
        """What the Hydra was doing; None where nobody asked."""
        ...


@dataclass(frozen=True, slots=True)
class View:
    """A request, and the snapshot that answers it."""

    request: Request
    index: Index
    source: Source

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot."""
        return self.index.snapshot

    def parameter(self, name: str) -> str:
        """Return a parameter of the query, empty where it is missing."""
        return self.request.query_params.get(name, "")

    def segment(self, name: str) -> str:
        """Return a part of the path by the name that the route gives it."""
        return str(self.request.path_params[name])

    @property
    def job_key(self) -> JobKey:
        """The names of the job that the path names, in a jobset that there is."""
        return JobKey(*self.jobset.key, self.segment("job"))

    @property
    def rest(self) -> list[str]:
        """The segments behind what the route names, which redirects pass on."""
        return str(self.request.path_params.get("rest", "")).split("/")

    @property
    def jobset(self) -> Jobset:
        """The jobset that the path names; an old name of a renamed one redirects."""
        key = JobsetKey(self.segment("project"), self.segment("jobset"))
        if key.project not in self.snapshot.projects:
            missing(f"Project {quoted(key.project)} doesn't exist.")
        jobset = self.snapshot.jobsets.get(key)
        if jobset is None:
            missing(f"Jobset {quoted(key.name)} doesn't exist.")
        if jobset.renamed_to is not None:
            kind, _, _, *rest = self.request.scope["path"].strip("/").split("/")
            new = [kind, key.project, jobset.renamed_to, *rest]
            raise redirect(self.request, new, status=301)
        return jobset

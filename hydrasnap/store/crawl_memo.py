"""What a crawl remembers beside the objects, so that it asks no useless question again."""

from collections.abc import Iterable, Mapping

import msgspec

from hydrasnap.model import JobKey
from hydrasnap.store.layout import SCHEMA, Manifest


class CrawlMemo:
    """The notes in the `manifest`; they reach the disk when a run ends."""

    def __init__(self) -> None:
        self.manifest = Manifest(schema=SCHEMA, origin="")

    @property
    def non_aggregate_jobs(self) -> frozenset[JobKey]:
        """The jobs that looked like aggregates, were asked, and are none."""
        return frozenset(JobKey(*job) for job in self.manifest.non_aggregate_jobs)

    def add_non_aggregate_jobs(self, jobs: Iterable[JobKey]) -> None:
        """Remember that jobs are no aggregates."""
        both = tuple(sorted({*self.manifest.non_aggregate_jobs, *map(tuple, jobs)}))
        self.manifest = msgspec.structs.replace(self.manifest, non_aggregate_jobs=both)

    def note_checked(self, checked: Mapping[str, int]) -> None:
        """Remember when older failures of jobsets were fetched again, in Unix seconds."""
        both = {**self.manifest.checked, **checked}
        self.manifest = msgspec.structs.replace(self.manifest, checked=both)

    def note_empty_project(self, project: str, *, is_empty: bool) -> None:
        """Remember whether a project that names jobsets shows none of them."""
        others = {name for name in self.manifest.empty_projects if name != project}
        both = tuple(sorted(others | ({project} if is_empty else set())))
        self.manifest = msgspec.structs.replace(self.manifest, empty_projects=both)

    def note_revisit(self, addresses: Iterable[str]) -> None:
        """Remember the addresses that the next run asks again."""
        revisit = tuple(sorted(set(addresses)))
        self.manifest = msgspec.structs.replace(self.manifest, revisit=revisit)

    def note_pages(self, without: int) -> None:
        """Remember since when this Hydra has no known pages of builds; 0 where it has."""
        self.manifest = msgspec.structs.replace(self.manifest, without_pages=without)

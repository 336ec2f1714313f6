"""What every search needs first: projects, jobsets, statuses, and where the rest is."""

from collections.abc import Iterator

from hydrasnap.model import BuildStatus, Evaluation, Project
from hydrasnap.publish.pages.common.page import File
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.search.jobs import IDS, folder_of
from hydrasnap.publish.pages.search.package_names import LONGEST
from hydrasnap.publish.pages.search.people import people_buckets
from hydrasnap.publish.pages.search.shards import shard
from hydrasnap.publish.pages.search.store_paths import prefix_of
from hydrasnap.report.health import is_in_use
from hydrasnap.report.inputs import inputs_of


def search_directory_files(site: Site) -> Iterator[File]:
    """Yield the shard that the search loads first, and that of the evaluations."""
    directory = {
        "origin": site.origin,
        "projects": [
            [project.name, site.links.project(project.name), _about(project)]
            for project in site.snapshot.projects.values()
        ],
        "jobsets": list(_jobsets(site)),
        "idle": [
            place
            for place, jobset in enumerate(site.snapshot.jobsets.values())
            if not is_in_use(site.snapshot, jobset)
        ],
        "statuses": [
            [status.label, status.outcome.value, status.icon, status.sentence]
            for status in BuildStatus
        ],
        "ids": sorted(site.snapshot.builds)[::IDS],
        "paths": prefix_of(len(site.snapshot.builds)),
        "people": people_buckets(site),
    }
    yield shard("directory", directory)
    yield shard("evals", _evaluations(site))
    yield shard("commits", _commits(site))


def _evaluations(site: Site) -> list[object]:
    """List the evaluations, newest first.

    Each has its id, jobset, whether it has a page, whether it is finished, its time, and whether
    Hydra has deleted it.
    """
    number = {key: place for place, key in enumerate(site.snapshot.jobsets)}
    return [
        [
            found.id,
            number[found.jobset_key],
            int(bool(site.evaluation_href(found))),
            int(found.id in site.finished_evaluations(found.jobset_key)),
            found.timestamp,
            int(found.deleted_upstream),
        ]
        for found in _newest_first(site)
    ]


def _newest_first(site: Site) -> list[Evaluation]:
    every = (found for found in site.snapshot.evaluations.values() if found.hasnewbuilds)
    return sorted(every, key=lambda found: -found.id)


def _commits(site: Site) -> list[object]:
    """Yield the names and revisions of each evaluation's inputs, in the order of evaluations."""
    return [
        [word for one in inputs_of(found) if one.revision for word in (one.name, one.revision)]
        for found in _newest_first(site)
    ]


def _about(project: Project) -> str:
    """Return the words of a project in which Hydra's search looks too, each once."""
    words = (project.displayname, project.description)
    return ": ".join(filter(None, (_also(each, project.name) for each in words)))[:LONGEST]


def _jobsets(site: Site) -> Iterator[object]:
    """Yield of each jobset its project, name, page, folder of jobs, words and buckets."""
    for key, jobset in site.snapshot.jobsets.items():
        words = _also(jobset.configuration.description, key.name)
        if jobset.renamed_to is not None:
            words = f"now {jobset.renamed_to}"
        page, folder = site.links.jobset(key), folder_of(site, key)
        yield [key.project, key.name, page, folder, words, len(site.buckets[key])]


def _also(words: str, name: str) -> str:
    return "" if words == name else words[:LONGEST]

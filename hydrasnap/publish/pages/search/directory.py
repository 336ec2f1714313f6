"""What every search needs first: projects, jobsets, statuses, and where the rest is."""

from collections.abc import Iterator

from hydrasnap.model import BuildStatus, Project
from hydrasnap.publish.pages.common.page import File
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.search.jobs import first_ids, folder_of
from hydrasnap.publish.pages.search.names import LONGEST
from hydrasnap.publish.pages.search.paths import prefix_of
from hydrasnap.publish.pages.search.shards import shard


def directory_files(site: Site) -> Iterator[File]:
    """Write the shard that the search loads first, and the one of the evaluations."""
    directory = {
        "origin": site.snapshot.origin.rstrip("/"),
        "projects": _projects(site),
        "jobsets": _jobsets(site),
        "statuses": [
            [status.label, status.outcome.value, status.icon, status.sentence]
            for status in BuildStatus
        ],
        "ids": first_ids(site.snapshot.builds),
        "paths": prefix_of(len(site.snapshot.builds)),
    }
    yield shard("directory", directory)
    yield shard("evals", _evaluations(site))


def _evaluations(site: Site) -> list[object]:
    """List the evaluations, newest first: id, jobset, whether it has a page, and is finished."""
    number = {key: place for place, key in enumerate(site.snapshot.jobsets)}
    every = sorted(site.snapshot.evaluations.values(), key=lambda found: -found.id)
    return [
        [
            found.id,
            number[found.jobset_key],
            int(bool(site.evaluation_href(found))),
            int(found.id in site.finished_evaluations(found.jobset_key)),
        ]
        for found in every
        if found.hasnewbuilds
    ]


def _projects(site: Site) -> list[object]:
    return [
        [project.name, site.links.project(project.name), _about(project)]
        for project in site.snapshot.projects.values()
    ]


def _about(project: Project) -> str:
    """Join the words of a project, each said once, that Hydra's search looks in too."""
    words = (project.displayname, project.description)
    return ": ".join(filter(None, (_also(each, project.name) for each in words)))[:LONGEST]


def _jobsets(site: Site) -> list[object]:
    """Tell of each jobset its project, name, page, the folder of its jobs, words and piles."""
    rows: list[object] = []
    for key, jobset in site.snapshot.jobsets.items():
        words = _also(jobset.configuration.description, key.name)
        if jobset.renamed_to is not None:
            words = f"now {jobset.renamed_to}"
        page, folder = site.links.jobset(key), folder_of(site, key)
        rows.append([key.project, key.name, page, folder, words, len(site.buckets[key])])
    return rows


def _also(words: str, name: str) -> str:
    return "" if words == name else words[:LONGEST]

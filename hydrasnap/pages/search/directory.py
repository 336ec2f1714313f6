"""What every search needs first: projects, jobsets, statuses, and where the rest is."""

from collections.abc import Mapping

from hydrasnap.model import BuildStatus, Project
from hydrasnap.pages.search.catalogue import Catalogue
from hydrasnap.pages.search.names import LONGEST, Names
from hydrasnap.pages.site import Site


def directory(
    site: Site, catalogue: Catalogue, names: Names, sizes: Mapping[str, object]
) -> object:
    """Write the shard that the search loads first."""
    return {
        "origin": site.snapshot.origin.rstrip("/"),
        "projects": _projects(site),
        "jobsets": _jobsets(site, catalogue),
        "systems": catalogue.systems,
        "statuses": [
            [status.label, status.outcome.value, status.icon, status.sentence]
            for status in BuildStatus
        ],
        "sets": names.sets,
        "endings": names.endings,
        "combos": names.combos,
        **sizes,
    }


def evaluations(site: Site, catalogue: Catalogue) -> object:
    """Write the evaluations, newest first: id, jobset, and whether there is a page."""
    number = {key: place for place, key in enumerate(catalogue.jobsets)}
    every = sorted(site.snapshot.evaluations.values(), key=lambda found: -found.id)
    return [
        [found.id, number[found.jobset_key], int(bool(site.evaluation_href(found)))]
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


def _jobsets(site: Site, catalogue: Catalogue) -> list[object]:
    """Tell of each jobset its project, name, page and the folder of its jobs."""
    rows: list[object] = []
    for key in catalogue.jobsets:
        jobset = site.snapshot.jobsets[key]
        words = _also(jobset.configuration.description, key.name)
        folder = "/".join(("job", *map(site.links.name, key), ""))
        rows.append([key.project, key.name, site.links.jobset(key), folder, words])
    return rows


def _also(words: str, name: str) -> str:
    return "" if words == name else words[:LONGEST]

"""The answers of Hydra's API as files, for clients that can be given an address to begin with.

A file lies below ``api/`` where Hydra has the address, with the ending ``.json``: ``/build/12`` is
``api/build/12.json``. Only the builds that have a page have a file; lists of builds are left out
where they do not fit into the size of the site.
"""

from collections.abc import Iterator

from msgspec.json import encode

from hydrasnap.model import Evaluation, Jobset
from hydrasnap.publish.pages.common.api_scope import ApiScope
from hydrasnap.publish.pages.common.page import File
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.server import hydra_json


def api_files(site: Site) -> Iterator[File]:
    """Yield the files, if the settings ask for them."""
    if site.api is ApiScope.NONE:
        return
    snapshot, name = site.snapshot, site.links.name
    projects = snapshot.projects.values()
    yield _file("projects", hydra_json.projects(projects))
    yield _file("queue", list(map(hydra_json.brief_build, site.index.queued())))
    for project in projects:
        jobsets = [each for key, each in snapshot.jobsets.items() if key.project == project.name]
        yield _file(f"project/{name(project.name)}", hydra_json.project(project))
        yield _file(f"jobsets/{name(project.name)}", hydra_json.overviews(jobsets))
    for jobset in snapshot.jobsets.values():
        if jobset.renamed_to is None:
            yield from _jobset_files(site, jobset)
    for evaluation in snapshot.evaluations.values():
        yield from _evaluation_files(site, evaluation)
    yield from _build_files(site)


def _file(path: str, value: object) -> File:
    return File(f"api/{path}.json", encode(value).decode() + "\n")


def _jobset_files(site: Site, jobset: Jobset) -> Iterator[File]:
    path = f"jobset/{site.links.name(jobset.project)}/{site.links.name(jobset.name)}"
    yield _file(path, hydra_json.jobset(jobset))
    yield _file(f"{path}/errors", hydra_json.jobset(jobset, with_error=True))
    listed = site.index.evaluations_of(jobset.key)
    all_pages = {"evals": list(map(hydra_json.evaluation, listed))}
    yield _file(f"{path}/evals", {**all_pages, "first": "?page=1", "last": "?page=1"})


def _evaluation_files(site: Site, evaluation: Evaluation) -> Iterator[File]:
    path = f"eval/{evaluation.id}"
    yield _file(path, hydra_json.evaluation(evaluation))
    if site.api is ApiScope.ALL:
        builds = site.snapshot.builds_of(evaluation)
        yield _file(f"{path}/builds", [hydra_json.full_build(site.index, each) for each in builds])


def _build_files(site: Site) -> Iterator[File]:
    for number, build in site.snapshot.builds.items():
        if not site.policy.has_build_page(build):
            continue
        yield _file(f"build/{number}", hydra_json.full_build(site.index, build))
        if build.constituents:
            written = hydra_json.constituents(site.index, build)
            yield _file(f"build/{number}/constituents", written)

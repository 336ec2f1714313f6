"""The order of projects and jobsets: Hydra's, which puts the hidden and the disabled last."""

from example import all_pages, jobset, snapshot
from msgspec import structs

from hydrasnap.model import JobsetConfiguration, JobsetState, Project
from hydrasnap.publish.pages.common.page import Page
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.overview.overview import OverviewPage
from hydrasnap.publish.pages.overview.project import ProjectPage


def test_what_is_hidden_stands_behind_the_rest_and_what_is_off_is_folded() -> None:
    off, on = JobsetState.DISABLED, JobsetState.ENABLED
    wanted = {"a": (on, False), "b": (off, False), "c": (on, True), "d": (off, True)}
    every = [
        jobset(name, configuration=JobsetConfiguration(state=state, visible=visible))
        for name, (state, visible) in wanted.items()
    ]
    projects = {
        name: Project(name=name, enabled=state is on, hidden=not visible)
        for name, (state, visible) in wanted.items()
    }
    given = snapshot()
    given = structs.replace(
        given,
        projects={**projects, **given.projects},
        jobsets={**given.jobsets, **{one.key: one for one in every}},
    )
    found = {page.path: page.context for page in all_pages(Site(given)) if isinstance(page, Page)}
    project, overview = found["project/p.html"], found["index.html"]
    assert isinstance(project, ProjectPage)
    assert isinstance(overview, OverviewPage)
    names = [[row.link.label for row in rows] for rows in (project.jobsets, project.off)]
    assert names == [["c", "empty", "j", "weird", "a"], ["d", "gone", "b"]]
    shown = [[row.link.label for row in rows] for rows in (overview.projects, overview.off)]
    assert shown == [["c", "p", "a"], ["d", "void", "b"]]

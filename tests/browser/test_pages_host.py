"""On a host like GitHub Pages, below a path of its own, every address of Hydra leads somewhere."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest
from example import jobset, snapshot
from msgspec import structs
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as TooLateError
from selectolax.lexbor import LexborHTMLParser

from hydrasnap.formatting import visible
from hydrasnap.model import Snapshot
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings

pytest_plugins = ("chromium",)
pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
TABS = 4  # that load at the same time


def hydra_addresses(shown: Snapshot) -> Iterator[tuple[str, str]]:
    """Yield the addresses that Hydra has for what a snapshot holds, and what a page there names."""
    for project in shown.projects:
        yield f"project/{quote(project)}", project
    for key, found in shown.jobsets.items():
        address = "/".join(map(quote, ("jobset", *key)))
        name = found.renamed_to or key.name
        yield from ((f"{address}{below}", name) for below in ("", "/evals", "/all"))
    for evaluation in shown.evaluations.values():
        if evaluation.hasnewbuilds:
            yield f"eval/{evaluation.id}", str(evaluation.id)
    evaluations_with = {i: e.id for e in shown.evaluations.values() for i in e.builds}
    named = [build for build in shown.builds.values() if build.job not in (".", "..")]
    for build in named:  # a browser leaves dots out of an address
        yield f"build/{build.id}", str(build.id)
        job = "/".join(quote(name, safe="") for name in build.job_key)
        yield f"job/{job}", build.job
        yield f"job/{job}/latest-for/{build.system}", build.job
        if build.id in evaluations_with:
            yield f"eval/{evaluations_with[build.id]}/job/{quote(build.job, safe='')}", build.job


@pytest.mark.slow
def test_every_address_of_hydra_leads_to_what_it_names(
    opened: Opener, pages_host: tuple[str, Path], requests: list[str]
) -> None:
    address, folder = pages_host
    shown = snapshot()
    publish(shown, SiteSettings(policy="notable"), folder)
    tabs = [opened() for _ in range(TABS)]  # none is behind another one, and waits to be drawn
    lost = []
    every = dict(hydra_addresses(shown)).items()
    with httpx.Client(base_url=address) as host:
        addresses = [(path, name) for path, name in every if not is_there(host, path, name)]
    assert 0 < len(addresses) < len(every)
    for start in range(0, len(addresses), TABS):
        visits = list(zip(tabs, addresses[start : start + TABS], strict=False))
        for tab, (path, _) in visits:
            tab.goto(f"{address}/{path}", wait_until="commit")
        lost += [(path, tab.url) for tab, (path, name) in visits if not is_named(tab, name)]
    assert lost == []
    assert {urlsplit(request).netloc for request in requests} == {urlsplit(address).netloc}


def is_there(host: httpx.Client, address: str, name: str) -> bool:
    """Tell whether a page stands at an address and names something, whatever shows it."""
    answer = host.get(address)
    page = LexborHTMLParser(answer.content)
    if answer.status_code != httpx.codes.OK or page.css_first("[http-equiv=refresh]"):
        return False
    return any(visible(name) in main.text() for main in page.css("main"))


def is_named(page: Page, name: str) -> bool:
    """Wait until a page names something, and tell whether it does."""
    page.wait_for_load_state("load")
    try:
        page.wait_for_function(
            "(name) => document.querySelector('main')?.textContent.includes(name)",
            arg=visible(name), timeout=5000,
        )  # fmt: skip
    except TooLateError:
        return False
    return True


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("jobset/p/.jobsets", "jobset/p/~2Ejobsets.html"),
        ("jobset/p/.jobsets/evals?page=2", "jobset/p/~2Ejobsets/evals.html"),
        ("project/.hidden", "project/~2Ehidden.html"),
        ("project/.hidden/all", "project/~2Ehidden/all.html"),
        ("eval/12?compare=other", "eval/12/compare.html"),
        ("eval/12?compare=-86400", "eval/12/compare.html"),
        ("eval/12#tabs-now-fail", "eval/12#newly-failing"),
        ("eval/12#tabs-inputs", "eval/12#inputs"),
        ("jobset/p/j#tabs-configuration", "jobset/p/j#configuration"),
        ("jobset/p/j#tabs-jobs", "jobset/p/j/jobs.html"),
        ("build/201#tabs-details", "build/201#derivation"),
    ],
)
def test_an_address_that_is_only_hydras_leads_to_what_it_names(
    opened: Opener, pages_host: tuple[str, Path], address: str, page: str
) -> None:
    host, folder = pages_host
    publish(dotted(), SiteSettings(), folder)
    tab = opened()
    tab.goto(f"{host}/{address}")
    tab.wait_for_url(f"{host}/{page}")


def dotted() -> Snapshot:
    """Make a snapshot with a project and a jobset whose names begin with a dot."""
    found = snapshot()
    named = structs.replace(found.projects["p"], name=".hidden", jobsets=())
    declared = jobset(".jobsets", evaluations=(20,))
    return structs.replace(
        found,
        projects={**found.projects, named.name: named},
        jobsets={**found.jobsets, declared.key: declared},
    )

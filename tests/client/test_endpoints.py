"""The list of addresses that a crawl may ask for."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydrasnap.client import endpoints as paths
from hydrasnap.client.settings import normal_origin
from hydrasnap.errors import CrawlError

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(
    lambda name: name not in (".", "..")
)


@pytest.mark.parametrize(
    "path",
    [
        "/build/1/restart", "/build/1/cancel", "/build/1/bump", "/build/1/keep/1", "/eval/1/cancel",
        "/eval/1/restart-failed", "/eval/1/bump", "/logout", "/login", "/admin", "/api/push",
        "/build/1/", "/build/", "/build/x", "/build/1?x=1", "/build/-1", "//evil/",
        "/eval/1?full=1&x",
        "/jobset/p/", "/jobset/p/j/",
        "/jobset/p/j/evals?page=-1", "/jobset/../build/errors", "/jobset/p/./errors",
        "/jobset/p/j/k/errors", "/job/p/j/k", "/job/p/j/k/sizes", "/job/p/j/a/b/closure-sizes",
        "/job/p/j/../closure-sizes", "/api/jobsets?project=..", "",
        "/build/1/constituents\n", "/build/1\n", "https://elsewhere/", "/build/1#x",
        "/machines/x", "/status?x=1", "/api/nrbuilds?nr=5", "/api/nrbuilds?nr=5&period=week",
        "/jobset/p/j/evals?page=1/../../../../build/1/restart",
    ],
)  # fmt: skip
def test_what_is_not_on_the_list_is_refused(path: str) -> None:
    with pytest.raises(CrawlError, match="is not an address that hydrasnap asks for"):
        paths.check(path)


@given(NAMES, NAMES, st.integers(1, 10**9))
def test_every_address_of_its_own_is_on_the_list(project: str, name: str, number: int) -> None:
    for path in (
        paths.OVERVIEW, paths.jobsets(project), paths.errors(project, name),
        paths.evaluations(project, name), paths.evaluations(project, name, page=number),
        paths.latest_evaluation(project, name), paths.evaluation(number),
        paths.evaluation_builds(number), paths.listing(number), paths.build(number),
        paths.constituents(number), paths.queue(number),
        paths.RUNNING, paths.MACHINES, paths.RUNNER,
        paths.throughput("hour", number), paths.throughput("day", number),
        paths.sizes("closure", project, name, name), paths.sizes("output", project, name, name),
    ):  # fmt: skip
        assert paths.check(path) == path
        assert path.isascii()


@given(NAMES, NAMES)
def test_names_come_back_from_an_address(project: str, name: str) -> None:
    assert paths.jobset_of(paths.errors(project, name)) == (project, name)
    assert unquote(paths.jobsets(project)) == f"/api/jobsets?project={project}"


@pytest.mark.parametrize(
    ("path", "jobset", "number"),
    [
        ("/jobset/p/j/evals", ("p", "j"), None),
        ("/jobset/p", None, None),
        ("/eval/858", None, 858),
        ("/eval/858/builds", None, 858),
        ("/eval/abc", None, None),
        ("/evals/8", None, None),
        ("", None, None),
    ],
)
def test_targets_of_redirects_are_read(
    path: str, jobset: tuple[str, str] | None, number: int | None
) -> None:
    assert (paths.jobset_of(path), paths.evaluation_of(path)) == (jobset, number)


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("hydra.example.org", "https://hydra.example.org"),
        ("https://Hydra.Example.org/", "https://hydra.example.org"),
        ("https://h:443/", "https://h"),
        ("http://h:80", "http://h"),
        ("http://h:443", "http://h:443"),
        ("http://x:y@h:3000/hydra/?q#f", "http://h:3000/hydra"),
        ("http://[::1]:3000/", "http://[::1]:3000"),
    ],
)
def test_an_origin_has_one_spelling_and_no_login(address: str, origin: str) -> None:
    assert normal_origin(address) == origin
    assert normal_origin(origin) == origin

"""Tests of the addresses: every name its own safe file, every way back and forth right."""

from posixpath import join, normpath
from urllib.parse import unquote

import pytest
from example import AWKWARD_JOBS, snapshot
from hypothesis import given
from hypothesis import strategies as st

from hydrasnap.model import JobKey, JobsetKey
from hydrasnap.publish.collisions import links_of
from hydrasnap.publish.links import (
    Links,
    case_collisions,
    live_path,
    outward,
    relative,
    root_of,
    safe_name,
)
from hydrasnap.report.index import Index

NAMES = st.text(st.characters(), max_size=200) | st.sampled_from(AWKWARD_JOBS)
PATHS = st.lists(st.sampled_from(["a", "b", "c d", "e:f", "~2F", "+="]), min_size=1).map("/".join)


@given(st.sets(NAMES, max_size=20))
def test_different_names_become_files_that_differ_even_where_case_does_not_count(
    names: set[str],
) -> None:
    links = Links(case_collisions(names))
    files = {links.name(name).lower() for name in names}
    assert len(files) == len(names)


@given(NAMES)
def test_a_file_name_is_safe_on_every_file_system(name: str) -> None:
    file = safe_name(name)
    assert file.isascii()
    assert file.isprintable()
    assert not set(file) & set(' /\\:*?"<>|%#&;$`!')
    assert not file.startswith(".")
    assert not file.endswith((".", " ", ".html", ".json"))
    assert 0 < len(file) <= 138
    assert file.partition(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9"}


def test_ordinary_names_stay_as_they_are() -> None:
    for name in ("python3Packages.numpy.x86_64-linux", "gtk+3", "release-26.05", "a_b"):
        assert safe_name(name) == name


def test_names_that_differ_by_case_keep_apart_and_the_lower_one_keeps_its_address() -> None:
    links = links_of(Index(snapshot()))
    files = {links.job(JobKey("p", "weird", name)) for name in ("CON", "con", "Con")}
    assert len({file.lower() for file in files}) == 3
    assert links.job(JobKey("p", "weird", "con")) == "job/p/weird/~63on.html"


@given(PATHS, PATHS)
def test_a_relative_address_leads_where_it_should(target: str, page: str) -> None:
    address = unquote(relative(target, page))
    assert normpath(join("/", *page.split("/")[:-1], address)) == f"/{target}"


def test_a_fragment_stays_behind_the_address() -> None:
    assert relative("eval/1.html#new", "eval/1.html") == "#new"
    assert relative("eval/1.html#new", "index.html") == "eval/1.html#new"


def test_the_root_is_as_far_up_as_the_page_is_deep() -> None:
    assert root_of("index.html") == ""
    assert root_of("job/p/j/k.html") == "../../../"


def test_pages_have_the_addresses_of_hydra() -> None:
    links = Links()
    assert links.build(12) == "build/12.html"
    assert links.jobset(JobsetKey("p", "j"), "/evals.html") == "jobset/p/j/evals.html"
    assert links.jobset(JobsetKey("p", ".jobsets")) == "jobset/p/~2Ejobsets.html"
    assert live_path("job", "p", "j", "a/b c") == "/job/p/j/a%2Fb%20c"


@pytest.mark.parametrize(
    "address",
    [
        "https://nixos.org/",
        "HTTP://example.org:8080/a?b=c#d",
        "mailto:someone@example.org",
        "https://user@example.org/~x",
    ],
)
def test_an_address_of_the_web_or_of_mail_may_be_linked(address: str) -> None:
    assert outward(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "javascript:alert(1)",
        "javascript:alert(1)//https://example.org/",
        "JaVaScRiPt:alert(1)",
        " https://example.org/",
        "https://exa mple.org/",
        "https://example.org/\u202egnp.exe",
        "https://[bad/",
        "https://example.org:port/",
        'https://example.org/"onclick="x',
        "data:text/html,x",
        "file:///etc/passwd",
        "//example.org/",
        "vbscript:x",
        "https://",
    ],
)
def test_any_other_address_may_not(address: str) -> None:
    assert outward(address) is None


def test_a_query_is_kept_as_it_is_quoted() -> None:
    job = JobKey("p", "j", "a/b")
    target = Links(jobs=()).job(job)
    assert relative(target, "build/1.html") == "../search.html?job/p/j/a%2Fb"

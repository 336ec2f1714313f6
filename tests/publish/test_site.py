"""Tests of a whole site: all that it links to is there, and nothing in it is dangerous."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import pytest
from example import AWKWARD_JOBS, ERROR, FETCH_ERROR, ORIGIN, evaluation, jobset, snapshot
from msgspec import structs
from selectolax.lexbor import LexborHTMLParser, LexborNode

from hydrasnap.model import JobKey
from hydrasnap.publish.collisions import links_of
from hydrasnap.publish.output.ownership import MANIFEST, STATE
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.report.index import Index

FETCHED = ("src", "srcset", "poster", "data", "background", "action", "formaction")


class Site(NamedTuple):
    """A rendered site: its folder, and its pages by path."""

    folder: Path
    pages: dict[str, LexborHTMLParser]


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != STATE
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("site")
    publish(snapshot(), SiteSettings(), folder)
    pages = {
        path: LexborHTMLParser(content.decode())
        for path, content in files(folder).items()
        if path.endswith(".html")
    }
    return Site(folder, pages)


def links(site: Site) -> Iterator[tuple[str, LexborNode, str]]:
    """Give each page that is no 404 page, its elements with an address, and the address."""
    for path, page in site.pages.items():
        for node in page.css("[href], [src]"):
            address = node.attributes.get("href") or node.attributes.get("src") or ""
            yield path, node, address


def test_every_link_and_anchor_resolves(site: Site) -> None:
    broken = []
    for path, _, address in links(site):
        if urlsplit(address).scheme or (path, Path(address).name) == ("404.html", "root.js"):
            continue  # that page looks for the root in the folders above it
        place, _, anchor = address.partition("?")[0].partition("#")
        target = (site.folder / path).parent / unquote(place) if place else site.folder / path
        key = target.resolve().relative_to(site.folder.resolve()).as_posix()
        found = target.is_file()
        if found and anchor:
            found = site.pages[key].css_first(f'[id="{anchor}"]') is not None
        if not found:
            broken.append((path, address))
    assert broken == []


def test_links_lead_to_the_web_or_stay_inside(site: Site) -> None:
    schemes = {urlsplit(address).scheme for _, _, address in links(site)}
    assert schemes <= {"", "http", "https", "mailto"}
    assert not [a for _, _, a in links(site) if a.startswith(("/", "\\"))]


def test_nothing_is_fetched_from_another_host(site: Site) -> None:
    for path, page in site.pages.items():
        for node in page.css(
            "link, script, img, iframe, object, embed, audio, video, source, form"
        ):
            for name in (*FETCHED, "href"):
                address = node.attributes.get(name)
                assert not address or not urlsplit(address).netloc, f"{path}: {node.html}"
    style = (site.folder / "static" / "style.css").read_text()
    assert style.count("url(") == style.count('url("data:image/svg+xml,')
    assert "@import" not in style


def test_hostile_names_stay_text(site: Site) -> None:
    for path, page in site.pages.items():
        assert [node for node in page.css("script") if not node.attributes.get("src")] == [], path
        assert not page.css('[onclick], [onerror], [onload], iframe, [href^="javascript" i]'), path
        assert "\u202e" not in (page.html or "")


def test_every_link_can_be_seen(site: Site) -> None:
    for path, page in site.pages.items():
        unseen = [node.html for node in page.css("main a, h1") if not node.text().strip()]
        assert unseen == [], path


def test_every_awkward_job_has_its_page_inside_the_folder(site: Site) -> None:
    addresses = links_of(Index(snapshot()))
    paths = {addresses.job(JobKey("p", "weird", job)) for job in AWKWARD_JOBS}
    assert len(paths) == len(AWKWARD_JOBS)
    for path in paths:
        file = site.folder / path
        assert file.is_file()
        assert file.resolve().is_relative_to(site.folder.resolve())


def test_ids_are_unique_and_pages_have_one_heading_and_a_title(site: Site) -> None:
    titles: set[str] = set()
    for path, page in site.pages.items():
        ids = [node.attributes["id"] for node in page.css("[id]")]
        assert len(ids) == len(set(ids)), path
        assert len(page.css("h1")) == 1, path
        assert page.css_first('meta[name=description][content]:not([content=""])'), path
        titles.update(node.text() for node in page.css("head > title"))
    assert len(titles) == len(site.pages)


def test_all_errors_can_be_read_and_found(site: Site) -> None:
    text = "".join(node.text() for node in site.pages["jobset/p/j/errors.html"].css("main"))
    assert "<b>undefined</b> variable 'foo'\n  at\there\n" in text
    assert FETCH_ERROR in text
    assert ERROR.count("\x1b") > 0
    assert "\x1b" not in text


def test_two_renders_are_equal_and_a_second_writes_nothing(site: Site, tmp_path: Path) -> None:
    publish(snapshot(), SiteSettings(), tmp_path / "other")
    assert files(tmp_path / "other") == files(site.folder)
    again = publish(snapshot(), SiteSettings(), tmp_path / "other")
    assert (again.written, again.removed) == (0, 0)
    assert again.unchanged == len(files(site.folder)) - 1
    assert MANIFEST in files(site.folder)


def test_a_crawl_in_which_nothing_happened_changes_what_tells_the_time(tmp_path: Path) -> None:
    first = snapshot()
    publish(first, SiteSettings(), tmp_path)
    key = next(key for key, jobset in first.jobsets.items() if jobset.overview)
    seen = first.jobsets[key].overview
    assert seen is not None
    jobset = structs.replace(
        first.jobsets[key], overview=structs.replace(seen, lastcheckedtime=2_000_000_000)
    )
    later = structs.replace(
        first,
        run=structs.replace(first.run, finished=first.run.finished + 3600, requests=7),
        jobsets={**first.jobsets, key: jobset},
    )
    assert publish(later, SiteSettings(), tmp_path).written == 4  # page, script, badge and its data


def test_every_page_leads_to_the_live_hydra_or_is_ours(site: Site) -> None:
    for path, page in site.pages.items():
        assert page.css_first(f'.foot a[href^="{ORIGIN}"]') is not None, path


def test_from_the_overview_one_reaches_every_page(site: Site) -> None:
    seen, waiting = {"404.html"}, ["index.html"]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for node in site.pages[path].css("a[href], form[action]"):
            link = node.attributes.get("href") or node.attributes.get("action") or ""
            address = unquote(link.partition("#")[0])
            target = ((site.folder / path).parent / address).resolve()
            if address.endswith(".html") and not urlsplit(address).scheme:
                waiting.append(target.relative_to(site.folder.resolve()).as_posix())
    old = {path for path in site.pages if path.startswith(("jobset/p/old", "job/p/old/"))}
    assert seen | old == set(site.pages)


def test_a_jobset_whose_evaluations_cannot_be_compared_says_so_and_has_no_empty_table(
    tmp_path: Path,
) -> None:
    found = snapshot()
    alone = jobset("alone", evaluations=(30,))
    shown = structs.replace(
        found,
        jobsets={**found.jobsets, alone.key: alone},
        evaluations={**found.evaluations, 30: evaluation(30, (), jobset="alone")},
    )
    publish(shown, SiteSettings(), tmp_path)
    for path, place in (("alone.html", "#evaluations > p"), ("alone/evals.html", "p.lead")):
        page = LexborHTMLParser((tmp_path / "jobset/p" / path).read_text())
        (told,) = page.css(place)
        assert "can compare with the one before" in told.text()
        assert page.css("table.evaluations") == []

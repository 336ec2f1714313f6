"""Tests of the feeds: valid by RFC 4287, right, and the same each time."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser  # type: ignore[import-untyped]
import pytest
from example import HOSTILE, NOON, evaluation, snapshot
from lxml import etree
from msgspec import structs

from hydrasnap.model import Evaluation, JobsetKey, Watch
from hydrasnap.publish.page_limits import Limits
from hydrasnap.publish.pages.common.page import File
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.feeds.atom import moment
from hydrasnap.publish.pages.feeds.feeds import feed_files
from hydrasnap.publish.pages.selections.watch import watch_pages
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings

BASE = "https://example.org/snap"
WATCHES = (Watch("every job"), Watch(HOSTILE, jobs=("breaks",)), Watch("none", jobs=("no-job",)))
ATOM = "{http://www.w3.org/2005/Atom}"
# What RFC 4287, appendix B, says of the elements that a feed of ours may have.
SCHEMA = """
<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="http://www.w3.org/2005/Atom"
         datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
 <start><element name="feed"><optional><attribute name="xml:lang"/></optional><interleave>
  <ref name="id"/><ref name="title"/><ref name="updated"/>
  <oneOrMore><element name="author"><element name="name"><text/></element></element></oneOrMore>
  <optional><element name="generator"><text/></element></optional>
  <oneOrMore><ref name="link"/></oneOrMore>
  <zeroOrMore><element name="entry"><interleave>
   <ref name="id"/><ref name="title"/><ref name="updated"/><oneOrMore><ref name="link"/></oneOrMore>
   <element name="content"><attribute name="type"><value>xhtml</value></attribute>
    <element name="div" ns="http://www.w3.org/1999/xhtml"><zeroOrMore><choice>
     <element name="p"><text/></element>
     <element name="ul"><oneOrMore><element name="li"><mixed><optional>
      <element name="a"><attribute name="href"><data type="anyURI"/></attribute><text/></element>
     </optional></mixed></element></oneOrMore></element>
    </choice></zeroOrMore></element></element>
  </interleave></element></zeroOrMore>
 </interleave></element></start>
 <define name="id"><element name="id"><data type="anyURI"/></element></define>
 <define name="title"><element name="title"><text/></element></define>
 <define name="updated"><element name="updated"><data type="dateTime"/></element></define>
 <define name="link"><element name="link">
  <attribute name="href"><data type="anyURI"/></attribute>
  <attribute name="rel"><choice><value>self</value><value>alternate</value></choice></attribute>
  <attribute name="type"><data type="string"><param name="pattern">.+/.+</param></data></attribute>
 </element></define>
</grammar>
"""


def feeds(site: Site) -> dict[str, str]:
    every = (*feed_files(site), *watch_pages(site))
    files = [file for file in every if isinstance(file, File)]
    return {file.path: file.text for file in files if file.path.endswith(".atom")}


def parsed(text: str) -> Any:
    found = feedparser.parse(text.encode(), sanitize_html=False, resolve_relative_uris=False)
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    return found


def many(count: int) -> Site:
    """Make a site whose jobset p:j breaks and mends in turn."""
    every = snapshot()
    evaluations: dict[int, Evaluation] = dict(every.evaluations)
    for number in range(30, 30 + count):
        evaluations[number] = evaluation(number, ((201, 202) if number % 2 else (101, 102)))
    return Site(structs.replace(every, evaluations=evaluations))


@pytest.mark.parametrize("base", ["", BASE])
def test_every_feed_keeps_the_schema_and_the_rules_beyond_it(base: str) -> None:
    schema = etree.RelaxNG(etree.fromstring(SCHEMA))
    ids: list[str] = []
    site = Site(snapshot(), base=base, watches=WATCHES)
    for path, text in feeds(site).items():
        root = etree.fromstring(text.encode())
        schema.assertValid(root)
        here = [str(found.text) for found in root.iter(f"{ATOM}id")]
        assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", name) for name in here), path
        assert len(here) == len(set(here))
        ids.append(here[0])
        for place in (root, *root.iter(f"{ATOM}entry")):
            ways = [(link.get("rel"), link.get("type")) for link in place.findall(f"{ATOM}link")]
            assert len(ways) == len(set(ways))
    assert {site.links.watch(watch.name, "/feed.atom") for watch in WATCHES} <= feeds(site).keys()
    old = site.links.jobset(JobsetKey("p", "old"), "/feed.atom")
    assert old in feeds(site)  # the same feed where it was once
    assert len(ids) == len(set(ids)) + 1


def test_an_entry_names_what_an_evaluation_broke_and_mended() -> None:
    found = parsed(feeds(Site(snapshot()))["jobset/p/j/feed.atom"])
    (entry,) = found.entries
    assert entry.title == "p:j: 2 newly failing, 1 fixed in evaluation 12"
    assert entry.updated == moment(NOON + 202 + 65)  # by then the last of its builds had ended
    assert found.feed.updated == entry.updated
    text = entry.content[0].value
    assert "breaks (x86_64-linux): failed" in text
    assert text.index("Newly failing") < text.index("breaks") < text.index("Newly succeeding")
    assert text.index("Newly succeeding") < text.index("mended")


def test_links_are_relative_to_the_feed_or_absolute_by_the_base() -> None:
    plain = parsed(feeds(Site(snapshot()))["jobset/p/j/feed.atom"])
    assert plain.entries[0].link == "../../../eval/12.html"
    assert 'href="../../../build/201.html"' in plain.entries[0].content[0].value
    based = parsed(feeds(Site(snapshot(), base=BASE + "/"))["jobset/p/j/feed.atom"])
    assert based.entries[0].link == f"{BASE}/eval/12.html"
    assert [link.href for link in based.feed.links] == [
        f"{BASE}/jobset/p/j/feed.atom",
        f"{BASE}/jobset/p/j.html",
    ]


def test_every_address_of_every_feed_is_on_the_site(tmp_path: Path) -> None:
    publish(snapshot(), SiteSettings(), tmp_path)
    count = 0
    for feed in tmp_path.rglob("*.atom"):
        root = etree.fromstring(feed.read_bytes())
        for element in root.iterfind(".//*[@href]"):
            address = urljoin(feed.as_uri(), element.get("href"))
            assert Path(urlsplit(address).path).is_file(), (feed, address)
            count += 1
    assert count > 10


def test_a_page_points_to_its_feed(tmp_path: Path) -> None:
    publish(snapshot(), SiteSettings(), tmp_path)
    for page in ("jobset/p/j", "project/p"):
        text = (tmp_path / f"{page}.html").read_text()
        assert '<link rel="alternate" type="application/atom+xml" title="What broke in p' in text


def test_a_project_has_the_news_of_all_its_jobsets_newest_first() -> None:
    every = many(4).snapshot
    other = structs.replace(every.evaluations[12], id=32, jobset="weird")
    weird = structs.replace(every.evaluations[11], id=29, jobset="weird")
    evaluations = {**every.evaluations, 29: weird, 31: every.evaluations[31], 32: other}
    site = Site(structs.replace(every, evaluations=evaluations))
    entries = parsed(feeds(site)["project/p/feed.atom"]).entries
    numbers = [int(entry.link.removesuffix(".html").rpartition("/")[2]) for entry in entries]
    assert numbers == sorted(numbers, reverse=True)
    assert {entry.title.partition(": ")[0] for entry in entries} == {"p:j", "p:weird"}


def test_a_feed_holds_the_newest_entries_only() -> None:
    most = Limits().feed_entries
    site = many(most + 5)
    entries = parsed(feeds(site)["jobset/p/j/feed.atom"]).entries
    assert len(entries) == most
    assert len(site.news(JobsetKey("p", "j"))) > most


def test_a_long_list_is_cut_and_says_so() -> None:
    site = Site(snapshot(), limits=Limits(feed_items=1))
    (entry,) = parsed(feeds(site)["jobset/p/j/feed.atom"]).entries
    assert entry.title.startswith("p:j: 2 newly failing")
    assert "and 1 more" in entry.content[0].value


def test_a_jobset_without_evaluations_has_no_feed(tmp_path: Path) -> None:
    assert "jobset/p/empty/feed.atom" not in feeds(Site(snapshot()))
    publish(snapshot(), SiteSettings(), tmp_path)
    assert "feed.atom" not in (tmp_path / "jobset/p/empty.html").read_text()
    assert "feed.atom" in (tmp_path / "jobset/p/j.html").read_text()


def test_a_feed_without_entries_is_as_old_as_its_newest_evaluation() -> None:
    found = parsed(feeds(Site(snapshot()))["jobset/p/weird/feed.atom"])
    evaluations = Site(snapshot()).index.evaluations_of(JobsetKey("p", "weird"))
    assert found.entries == []
    assert found.feed.updated == moment(max(one.timestamp for one in evaluations))


def test_an_entry_without_any_time_is_left_out() -> None:
    every = snapshot()
    timeless = {
        number: structs.replace(found, timestamp=0) if number == 12 else found
        for number, found in every.evaluations.items()
    }
    builds = {number: structs.replace(b, stoptime=None) for number, b in every.builds.items()}
    site = Site(structs.replace(every, evaluations=timeless, builds=builds))
    text = feeds(site)["jobset/p/j/feed.atom"]
    assert parsed(text).entries == []
    assert "1970" not in text


def test_hostile_names_stay_text_in_a_feed() -> None:
    every = snapshot()
    odd = f"{HOSTILE}\x00\u202e\ud800"
    broken = structs.replace(every.builds[201], job=odd)
    before = structs.replace(every.builds[101], job=odd)
    site = Site(structs.replace(every, builds={**every.builds, 201: broken, 101: before}))
    text = feeds(site)["jobset/p/j/feed.atom"]
    assert "<script" not in text
    assert "⟨U+0000⟩⟨U+202E⟩⟨U+D800⟩" in "".join(
        map(str, etree.fromstring(text.encode()).itertext())
    )


def test_two_hydras_name_nothing_alike_and_one_always_the_same() -> None:
    names = {
        parsed(
            feeds(Site(structs.replace(snapshot(), origin=origin)))["project/p/feed.atom"]
        ).feed.id
        for origin in ("http://127.0.0.1:3100", "http://127.0.0.1:3100/", "http://[::1]")
    }
    assert len(names) == 2

"""Tests of long lists of changes: spread over pages, never cut."""

import pytest
from example import all_pages, snapshot
from msgspec import structs

from hydrasnap.publish.page_limits import Limits
from hydrasnap.publish.pages.common.changes import ListPage
from hydrasnap.publish.pages.common.page import Page
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.evaluation.evaluation import EvaluationPage
from hydrasnap.publish.pages.overview.queue import queue_page

FEW = Limits(rows_shown=2, rows_of_further_page=3, rows_of_list=3, rows_of_page=3)


@pytest.fixture
def pages() -> dict[str, Page]:
    found = list(all_pages(Site(snapshot(), limits=FEW)))
    assert len({item.path for item in found}) == len(found)
    return {item.path: item for item in found if isinstance(item, Page)}


def test_a_long_list_goes_on_on_numbered_pages_and_loses_nothing(pages: dict[str, Page]) -> None:
    page = pages["eval/21.html"].context
    assert isinstance(page, EvaluationPage)
    longest = max(page.changes.lists, key=lambda found: found.count)
    assert longest.count > 5
    rows = list(longest.rows)
    assert len(rows) == 2
    for link in longest.more:
        more = pages[link.href].context
        assert isinstance(more, ListPage)
        assert link in more.pages
        ends = [more.rows[0].job, more.rows[-1].job]
        assert link.span == (" to ".join(ends) if ends[0] != ends[1] else ends[0])
        rows += more.rows
    assert len({(row.job, row.system, row.id) for row in rows}) == len(rows) == longest.count


def test_a_short_list_has_no_further_page(pages: dict[str, Page]) -> None:
    page = pages["eval/21.html"].context
    assert isinstance(page, EvaluationPage)
    short = [found for found in page.changes.lists if found.count <= 3]
    assert short
    assert not any(found.more for found in short)


def test_what_is_undecided_is_counted_and_only_the_first_are_listed() -> None:
    found = snapshot()
    kept = {number: build for number, build in found.builds.items() if number != 101}
    pages = {
        page.path: page.context
        for page in all_pages(Site(structs.replace(found, builds=kept), limits=Limits(undecided=1)))
        if isinstance(page, Page)
    }
    page = pages["eval/12.html"]
    assert isinstance(page, EvaluationPage)
    assert [row.job for row in page.changes.undecided] == ["breaks"]
    assert page.changes.undecided_total == 2


def test_of_a_long_queue_the_first_are_listed_and_all_are_counted() -> None:
    page = queue_page(Site(snapshot(), limits=Limits(queued_builds=1)))
    assert ([row.id for row in page.rows], page.total) == ([203], 2)
    assert sum(row.amount for row in page.jobsets) == 2

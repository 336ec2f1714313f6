"""Tests of the file with all builds of a jobset, which filters read."""

import json
from typing import Any

from example import snapshot

from hydrasnap.model import JobsetKey
from hydrasnap.publish.page_limits import Limits
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.jobset.builds_file import builds_files, builds_paths

KEY = JobsetKey("p", "j")


def table(limits: Limits) -> dict[str, Any]:
    (file,) = builds_files(Site(snapshot(), limits=limits), KEY)
    assert file.path == "search/jobset/p/j.js"
    assert file.text.startswith('hydrasnapShard("../search/jobset/p/j",')
    found: dict[str, Any] = json.loads(file.text.partition(",")[2].removesuffix(");\n"))
    return found


def test_it_has_all_builds_and_in_which_evaluations_they_are() -> None:
    site = Site(snapshot())
    found = table(Limits())
    places = found["places"]
    known = {build.id for build in site.index.builds_of_jobset(KEY)}
    ids = [sum(found["ids"][: row + 1]) for row in range(len(found["ids"]))]
    assert known <= set(ids)
    assert len(set(ids)) == len(ids)
    for number, kind in zip(ids, found["kinds"], strict=True):
        held = {found["evaluations"][at] for at in places[found["combos"][kind][4]]}
        assert held == {one.id for one in site.index.shown_evaluations(KEY) if number in one.builds}


def test_of_very_many_it_has_those_of_the_newest_evaluation() -> None:
    site = Site(snapshot())
    newest = site.index.shown_evaluations(KEY)[0]
    found = table(Limits(builds_of_jobset=1))
    assert found["evaluations"] == [newest.id]
    assert len(found["ids"]) == len(site.index.builds_of(newest))


def test_a_jobset_without_builds_has_none() -> None:
    site = Site(snapshot())
    empty = [key for key in site.snapshot.jobsets if not site.index.builds_of_jobset(key)]
    assert empty
    assert builds_paths(site, [KEY, *empty]) == ("search/jobset/p/j",)
    assert list(builds_files(site, empty[0])) == []

"""Comparing a cache that was kept with one of a fresh crawl, and with its own files."""

from pathlib import Path

import msgspec

from hydrasnap.model import Snapshot
from hydrasnap.report.missing_objects import missing_objects
from hydrasnap.store.opening import check_cache, read_snapshot


def is_intact(folder: Path) -> bool:
    """Return whether no file of a cache is damaged, and no evaluation lacks its file."""
    damaged = check_cache(folder).damaged
    return not damaged and not missing_objects(read_snapshot(folder)).evaluations


def assert_up_to_date(kept: Snapshot, now: Snapshot) -> None:
    """Compare a cache with a fresh one: it has all that is there, and beside it only the past.

    An evaluation in the middle that Hydra deletes moves none of its counts; so it may be unmarked.
    """
    for name, project in now.projects.items():
        assert kept.projects[name] == project
    for key, jobset in now.jobsets.items():
        mine = kept.jobsets[key]
        assert set(jobset.evaluations) <= set(mine.evaluations), key
        same = {"evaluations": (), "first_evaluation": None}
        assert msgspec.structs.replace(mine, **same) == msgspec.structs.replace(jobset, **same)
    for number, evaluation in now.evaluations.items():
        assert kept.evaluations[number] == evaluation
    for number, build in now.builds.items():
        assert kept.builds[number] == build
    _assert_the_rest_is_the_past(kept, now)


def _assert_the_rest_is_the_past(kept: Snapshot, now: Snapshot) -> None:
    held = {n for e in kept.evaluations.values() if e.id not in now.evaluations for n in e.builds}
    extra = {n for n in kept.builds if n not in now.builds}
    parts = {n for b in kept.builds.values() for n in b.constituents or ()}
    assert extra <= held | parts

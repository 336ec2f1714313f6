"""Since when and why the builds of an evaluation fail, as few numbers for scripts.

Each failure is four numbers: how many rows it stands behind the failure before, how far behind
itself its first failed build is by number and in minutes from the evaluation (null for both where
none is known), and the place of its way of failing.
"""

from collections.abc import Sequence
from itertools import chain

from hydrasnap.model import Build, BuildStatus, Evaluation
from hydrasnap.publish.pages.common.failure_cause import own_log
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.search.shards import Numbers
from hydrasnap.report.history import run_until
from hydrasnap.report.root_causes import Culprit, culprits

_ITSELF, _UNREAD, _FORGOTTEN, _NO_LOG = range(4)  # what is known of a failure without a culprit


class Failures:
    """Numbers ways of failing and the derivations at fault, and writes them."""

    def __init__(self, site: Site, evaluation: Evaluation) -> None:
        self._site = site
        self._minute = evaluation.timestamp // 60
        self._culprits: Numbers[tuple[str, str, str]] = Numbers()
        self._ways: Numbers[tuple[int, int, int, tuple[int, ...]]] = Numbers()

    def value(self, builds: Sequence[Build]) -> dict[str, object]:
        """Return the failures among builds, by their rows."""
        rows = [n for n, b in enumerate(builds) if b.status.unsuccessful]
        steps = (row - before for before, row in zip([0, *rows], rows, strict=False))
        failures = zip(steps, map(self._failure, (builds[row] for row in rows)), strict=True)
        return {
            "failures": list(chain.from_iterable((step, *failure) for step, failure in failures)),
            "ways": tuple(self._ways.known),
            "culprits": tuple(self._culprits.known),
            "hydra": self._site.origin,
        }

    def _failure(self, build: Build) -> tuple[int | None, int | None, int]:
        run = run_until(self._site.index, build)
        since = run.since
        paged = int(since is not None and self._site.policy.has_build_page(since))
        found = tuple(self._culprit(one) for one in culprits(self._site.index, build))
        exact = int(run.last_good is not None)
        way = self._ways((exact, paged, self._known(build), found))
        if since is None:
            return None, None, way
        minutes = since.stoptime // 60 - self._minute if since.stoptime else None
        return build.id - since.id, minutes, way

    def _culprit(self, found: Culprit) -> int:
        page = self._site.links.job(found.job) if found.job else ""
        return self._culprits((found.name, page, found.log))

    def _known(self, build: Build) -> int:
        if build.status is BuildStatus.DEPENDENCY_FAILED:
            read = self._site.snapshot.reasons_of(build) is not None
            return _FORGOTTEN if read else _UNREAD
        return _ITSELF if own_log(self._site, build) else _NO_LOG

"""Ask ahead, on all processors, what the pages of large jobsets are made from.

Answers are kept beside the cache, so whoever asks afterwards reads them. Otherwise one process
would look for them, one after the other, before the rendering is shared out.
"""

from collections.abc import Iterator
from typing import Any

from hydrasnap.model import JobsetKey
from hydrasnap.publish.collisions import COLLISIONS
from hydrasnap.publish.pages.common.page_priorities import ranks
from hydrasnap.publish.pages.common.permalinks import SUCCESSES
from hydrasnap.publish.pages.jobset.latest_builds import newest
from hydrasnap.publish.pages.search.catalogue import SYSTEM_COUNTS
from hydrasnap.publish.pages.search.paths import PATHS
from hydrasnap.publish.parallel import cores, map_ordered
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.publish.user_warnings import fitting
from hydrasnap.report.index import Index
from hydrasnap.report.questions import Question
from hydrasnap.report.root_causes import OUTPUTS
from hydrasnap.report.tally import TALLIES

_MANY = 100_000  # builds; of fewer, answers are found sooner than a process is started


def ask_ahead(index: Index, settings: SiteSettings, many: int = _MANY) -> None:
    """Find and keep the answers that are missing, if they are of `many` builds."""
    every = asked(index, settings)
    missing = [(question, key) for question, key in every if question.is_open(index, key)]
    if sum(index.builds.count(key) for _, key in missing) < many:
        return

    def answer(number: int) -> None:
        question, key = missing[number]
        question.ask(index, key)

    for _ in map_ordered(answer, [[number] for number in range(len(missing))], cores()):
        pass


def asked(index: Index, settings: SiteSettings) -> Iterator[tuple[Question[Any], JobsetKey]]:
    """Yield all questions, each with its jobset.

    Those that take longest come first, so that no process waits long.
    """
    keys = sorted(index.builds.jobsets(), key=index.builds.count, reverse=True)
    if settings.policy != "all":
        yield from ((ranks(key, settings.watches), key) for key in keys)
    rest = (COLLISIONS, SUCCESSES, PATHS, newest(settings.limits.latest_builds), SYSTEM_COUNTS)
    causes = (OUTPUTS,) if index.snapshot.reasons else ()
    for question in (TALLIES, *causes, *map(fitting, settings.watches), *rest):
        yield from ((question, key) for key in keys)

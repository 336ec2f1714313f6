"""What Hydra's HTML pages of builds say, read by plain rules: nothing of hydrasnap is used here.

The rules are those of Hydra's ``build.tt``: the rows below "Failed build steps" name what failed,
"propagated from" those that ran for another build; "Maintainer(s)" has e-mail addresses.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from recounted import Build
from selectolax.lexbor import LexborHTMLParser, LexborNode

Look = Callable[[str], str | None]  # takes a path, gives the page, or None where Hydra has none
Cause = tuple[str, ...]  # the store paths that a derivation should have made

WITHOUT_PAGE = ("succeeded", "queued", "cancelled", "failed-with-output")
"""The statuses of builds whose pages name no failed step."""


class Step(NamedTuple):
    """A failed step: its outputs, and whether it ran for another build."""

    outputs: Cause
    propagated: bool


class BuildPage(NamedTuple):
    """What the page of a build says: failed steps, and the addresses of maintainers."""

    steps: tuple[Step, ...]
    maintainers: tuple[str, ...]


def read_page(text: str) -> BuildPage:
    """Read the page of a build."""
    page = LexborHTMLParser(text)
    steps: list[Step] = []
    for head in page.css("h3"):
        if head.text(strip=True) == "Failed build steps":
            table = head.next
            while table is not None and table.tag != "table":
                table = table.next
            steps += filter(None, map(_step, table.css("tbody tr") if table else ()))
    told: list[str] = []
    for head in page.css("#tabs-details th"):
        if head.text(strip=True) == "Maintainer(s):" and head.parent is not None:
            cell = head.parent.css_first("td")
            told = re.findall(r"[^\s,]+@[^\s,]+", cell.text()) if cell else []
    return BuildPage(tuple(steps), tuple(dict.fromkeys(told)))


def _step(row: LexborNode) -> Step | None:
    cells = row.css("td")
    words = " ".join(cells[1].text().split()) if len(cells) > 4 else ""
    if not words.startswith(("Build of", "Substitution of")):
        return None
    outputs = tuple(re.findall(r"/nix/store/[^\s,]+", words))
    return Step(outputs, "propagated from" in " ".join(cells[4].text().split()))


class Reasons(NamedTuple):
    """The root causes of an evaluation with the builds below each, and what nothing is known of.

    Of the builds that failed by a dependency `vanished` have a page that names none.
    """

    causes: Mapping[Cause, frozenset[int]]
    vanished: int


def reasons(builds: Iterable[Build], pages: Mapping[int, BuildPage]) -> Reasons:
    """Find the root causes of builds whose pages are known."""
    below: defaultdict[Cause, set[int]] = defaultdict(set)
    vanished = 0
    for build in builds:
        page = pages.get(build.id)
        if page is None:
            continue
        vanished += build.status == "dependency-failed" and not page.steps
        elsewhere = [step for step in page.steps if step.propagated]
        for step in elsewhere or page.steps:
            if step.outputs and not set(step.outputs) & set(build.outputs):
                below[step.outputs].add(build.id)
    return Reasons({cause: frozenset(found) for cause, found in below.items()}, vanished)


def maintainers_of_jobs(
    builds: Iterable[Build], pages: Mapping[int, BuildPage]
) -> dict[str, tuple[str, ...]]:
    """Return the addresses of the maintainers of each job, by its newest page."""
    found: dict[str, tuple[str, ...]] = {}
    for build in sorted(builds):
        page = pages.get(build.id)
        if page is not None and page.maintainers:
            found[build.job] = page.maintainers
    return found


def labels(addresses: Iterable[str]) -> dict[str, str]:
    """Name people by what stands before the @; namesakes are numbered by their addresses."""
    found: dict[str, str] = {}
    for address in sorted(set(addresses), key=str.lower):
        name, number = address.partition("@")[0], 1
        label = name
        while label.lower() in map(str.lower, found.values()):
            number += 1
            label = f"{name} {number}"
        found[address] = label
    return found

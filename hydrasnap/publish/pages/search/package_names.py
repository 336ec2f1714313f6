"""The names of all packages, small enough that a browser can look for any part of them.

A name is cut into a set (``python3Packages.``), where many share it, and the rest. The rests stand
in order, each as the number of characters it shares with the one before, what follows, and, where
it differs from the one before, ``!`` and the number of a place list. A place is a set, a jobset and
a combination of endings. So names that come in many sets, jobsets and systems are written once.
Other names by which a package is known (its Nix name, where that says more) follow a space.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from hydrasnap.publish.pages.common.page import File
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.search.job_catalogue import Catalogue, Package
from hydrasnap.publish.pages.search.shards import Numbers, after, base36, shard

PART = 60_000  # characters of names in one shard
SHARED_BY = 8  # names that make a set worth a number
LONGEST = 400  # characters of a name that are searched
_ALIASES = 8
_ESCAPES = {"~": "~0", "|": "~1", "!": "~2", " ": "~3"}
_ESCAPED = re.compile("[~|! ]")

Place = tuple[int, int, int]
Entry = tuple[str, tuple[Place, ...]]
Part = tuple[str, tuple[str, str]]
"""A shard: its first name, and its content, which is place lists and names."""


class Spelled(NamedTuple):
    """A package as its names are written: the number of its set, and its jobs.

    An ending is written as twice its number, and one more where the job's page is not where its
    name suggests: `here` if all jobs have a page, `elsewhere` if none has.
    """

    set: int
    rest: str
    jobs: tuple[str, ...]
    here: tuple[int, ...]
    elsewhere: tuple[int, ...]


def package_name_files(site: Site, catalogue: Catalogue) -> Iterator[File]:
    """Yield the shards with the names of all packages, and the one that explains them.

    That one has the systems, sets and endings; `combos`, lists of endings: twice the number of the
    ending, and one more where the job's page is not where its name suggests; and `names`, of each
    shard its first name, in lower case, and its size in characters.
    """
    sets = _sets({package.name for package in catalogue.packages})
    numbers = {name: place for place, name in enumerate(sets)}
    endings: Numbers[str] = Numbers()
    combos: Numbers[tuple[int, ...]] = Numbers()
    known = [_spelled(site, package, numbers, endings) for package in catalogue.packages]
    places: defaultdict[str, list[Place]] = defaultdict(list)
    for jobset, key in enumerate(catalogue.jobsets):
        paged = site.policy.jobs_of(key)
        for number in catalogue.numbers_of(jobset):
            name = known[number]
            places[name.rest].append((name.set, jobset, combos(_combo(name, paged))))
    aliases: defaultdict[str, set[str]] = defaultdict(set)
    for name, package in zip(known, catalogue.packages, strict=True):
        if package.aliases:
            aliases[name.rest].update(package.aliases)
    parts = list(_parts(_entries(places, aliases)))
    head = {
        "systems": catalogue.systems,
        "sets": sets,
        "endings": list(endings.known),
        "combos": list(combos.known),
        "names": [(first, sum(map(len, content))) for first, content in parts],
    }
    yield shard("names", head)
    for number, (_, content) in enumerate(parts):
        yield shard(f"names-{number}", content)


def _spelled(
    site: Site, package: Package, sets: Mapping[str, int], endings: Numbers[str]
) -> Spelled:
    set_, rest = _cut(package.name, sets)
    jobs = tuple(package.name + ending for ending in package.endings)
    here = tuple(
        endings(end) * 2 + (site.links.name(job) != job)
        for end, job in zip(package.endings, jobs, strict=True)
    )
    return Spelled(sets[set_], rest, jobs, here, tuple(ending | 1 for ending in here))


def _combo(name: Spelled, paged: frozenset[str] | None) -> tuple[int, ...]:
    """Return the endings of a package in a jobset; `paged` are its jobs with a page, None: all."""
    if paged is None:
        return name.here
    if paged.isdisjoint(name.jobs):
        return name.elsewhere
    pairs = zip(name.jobs, name.here, strict=True)
    return tuple(ending if job in paged else ending | 1 for job, ending in pairs)


def _sets(packages: Iterable[str]) -> tuple[str, ...]:
    """Return the prefixes that many names share; the empty one stands first."""
    counts = Counter(package[: package.rfind(".") + 1] for package in packages)
    return ("", *sorted(name for name, n in counts.items() if name and n >= SHARED_BY))


def _cut(package: str, sets: Mapping[str, int]) -> tuple[str, str]:
    end = package.rfind(".") + 1
    return (package[:end], package[end:]) if package[:end] in sets else ("", package)


def _entries(places: Mapping[str, list[Place]], aliases: Mapping[str, set[str]]) -> Iterator[Entry]:
    for rest in sorted(places, key=lambda name: (name.lower(), name)):
        names = (rest, *(name[:LONGEST] for name in sorted(aliases.get(rest, ()))[:_ALIASES]))
        escaped = (_ESCAPED.sub(lambda found: _ESCAPES[found[0]], name) for name in names)
        yield " ".join(escaped), tuple(sorted(places[rest]))


def _parts(entries: Iterable[Entry]) -> Iterator[Part]:
    """Cut the entries into shards."""
    part: list[Entry] = []
    size = 0
    for entry in entries:
        part.append(entry)
        size += len(entry[0])
        if size >= PART:
            yield _part(part)
            part, size = [], 0
    if part:
        yield _part(part)


def _part(entries: list[Entry]) -> Part:
    lists: Numbers[tuple[Place, ...]] = Numbers()
    texts = []
    for (before, old), (name, places) in pairwise([("", ()), *entries]):
        mark = f"!{base36(lists(places))}" if places != old else ""
        texts.append(f"{after(before, name)}{mark}")
    spelled = "|".join(
        ",".join(".".join(map(base36, place)) for place in places) for places in lists.known
    )
    return entries[0][0].lower(), (spelled, "|".join(texts))

"""The names of all packages, small enough that a browser can look for any part of them.

A name is cut into a set (``python3Packages.``), where many share it, and the rest. The rests stand
in order, each as the number of characters it shares with the one before, what follows, and, where
it differs from the one before, ``!`` and the number of a place list. A place is a set, a jobset and
a combination of endings. So names that come in many sets, jobsets and systems are written once.
Other names by which a package is known (its Nix name, where that says more) follow a space.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from hydrasnap.model import JobsetKey
from hydrasnap.publish.pages.common.page import File
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.search.catalogue import Catalogue, is_told, plain
from hydrasnap.publish.pages.search.shards import Numbers, after, base36, shard

PART = 60_000  # characters of names in one shard
SHARED_BY = 8  # names that make a set worth a number
LONGEST = 400  # characters of a name that are searched
_ALIASES = 8
_ESCAPES = {"~": "~0", "|": "~1", "!": "~2", " ": "~3"}
_ESCAPED = re.compile("[~|! ]")

Place = tuple[int, int, int]
Entry = tuple[str, tuple[Place, ...]]


class Part(NamedTuple):
    """A shard: its first name, its place lists and its names."""

    first: str
    content: tuple[str, str]


def name_files(site: Site, catalogue: Catalogue) -> Iterator[File]:
    """Yield the shards with the names of all packages, and the one that explains them.

    That one has the systems, sets and endings; `combos`, lists of endings: twice the number of the
    ending, and one more where the job's page is not where its name suggests; and `names`, of each
    shard its first name, in lower case, and its size in characters.
    """
    every = list(catalogue.packages())
    sets = _sets(sorted(set().union(*every)))
    numbers = {name: place for place, name in enumerate(sets)}
    endings: Numbers[str] = Numbers()
    combos: Numbers[tuple[int, ...]] = Numbers()
    places: defaultdict[str, set[Place]] = defaultdict(set)
    aliases: defaultdict[str, set[str]] = defaultdict(set)
    for jobset, (key, packages) in enumerate(zip(catalogue.jobsets, every, strict=True)):
        is_moved = _mover(site, key)
        for package, jobs in packages.items():
            combo = (endings(end) * 2 + is_moved(package + end) for end in sorted(jobs))
            set_, rest = _cut(package, numbers)
            places[rest].add((numbers[set_], jobset, combos(tuple(combo))))
            if any(jobs.values()):
                aliases[rest] |= _aliases(package, jobs.values())
    parts = list(_parts(_entries(places, aliases)))
    head = {
        "systems": catalogue.systems,
        "sets": sets,
        "endings": list(endings.known),
        "combos": list(combos.known),
        "names": [(part.first, sum(map(len, part.content))) for part in parts],
    }
    yield shard("names", head)
    for number, part in enumerate(parts):
        yield shard(f"names-{number}", part.content)


def _mover(site: Site, key: JobsetKey) -> Callable[[str], bool]:
    """Return a function that tells whether the page of a job is not where its name suggests."""
    paged, name = site.policy.jobs_of(key), site.links.name
    return lambda job: (paged is not None and job not in paged) or name(job) != job


def _sets(packages: Iterable[str]) -> tuple[str, ...]:
    """Return the prefixes that many names share; the empty one stands first."""
    counts = Counter(package[: package.rfind(".") + 1] for package in packages)
    return ("", *sorted(name for name, n in counts.items() if name and n >= SHARED_BY))


def _cut(package: str, sets: Mapping[str, int]) -> tuple[str, str]:
    end = package.rfind(".") + 1
    return (package[:end], package[end:]) if package[:end] in sets else ("", package)


def _aliases(package: str, jobs: Iterable[Iterable[str]]) -> set[str]:
    """Return the Nix names, without version, that a search would not find by the job's name."""
    own = plain(package)
    return {name for name in set().union(*jobs) if not is_told(name, own)}


def _entries(places: Mapping[str, set[Place]], aliases: Mapping[str, set[str]]) -> Iterator[Entry]:
    for rest in sorted(places, key=lambda name: (name.lower(), name)):
        names = (rest, *(name[:LONGEST] for name in sorted(aliases.get(rest, ()))[:_ALIASES]))
        yield " ".join(map(_escape, names)), tuple(sorted(places[rest]))


def _escape(name: str) -> str:
    return _ESCAPED.sub(lambda found: _ESCAPES[found[0]], name)


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
    spelled = "|".join(",".join(map(_spell, places)) for places in lists.known)
    return Part(entries[0][0].lower(), (spelled, "|".join(texts)))


def _spell(place: Place) -> str:
    return ".".join(map(base36, place))

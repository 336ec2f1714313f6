"""A share of the site from its pages to its files, or the finding that it is there already."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from hydrasnap.output import Stage
from hydrasnap.pages import File, Page, Share, Site, shares
from hydrasnap.render import Renderer
from hydrasnap.scope import Scope, item_digest
from hydrasnap.standing import Standing
from hydrasnap.state import Entry, Made, State

_PIECES, _TOGETHER = 32, 4  # pieces of each process at least, shares of a piece at most


class Done(NamedTuple):
    """What became of a share; `made` is None if it is what it was, `changed` are its new files."""

    key: str
    made: Made | None
    changed: frozenset[str]


class Work:
    """Renders the shares of a site by their number; what `before` tells of is not made again."""

    def __init__(
        self, site: Site, renderer: Renderer, stage: Stage, output: Path, before: State
    ) -> None:
        self._site = site
        self._renderer = renderer
        self._stage = stage
        self._before = before
        self._settings = before.settings
        self._stands = Standing(output, before)
        self._shares = tuple(shares(site))
        self._scope = Scope(site, before.settings)

    def __len__(self) -> int:
        return len(self._shares)

    def pieces(self, workers: int) -> list[list[int]]:
        """Put shares that look at few builds together, so that little is sent to and fro."""
        weights = list(map(self._weight, self._shares))
        most = sum(weights) / (workers * _PIECES)
        pieces: list[list[int]] = []
        weight = 0
        for number, more in enumerate(weights):
            if not pieces or weight + more > most or len(pieces[-1]) == _TOGETHER:
                pieces.append([])
                weight = 0
            pieces[-1].append(number)
            weight += more
        return pieces

    def _weight(self, share: Share) -> int:
        """Count the builds that a share may look at."""
        if share.pile is not None:
            return len(share.pile.builds)
        jobsets = share.jobsets or self._site.piles
        return sum(len(pile.builds) for key in jobsets for pile in self._site.piles[key])

    def __call__(self, number: int) -> Done:
        """Render a share, as far as that is needed."""
        share = self._shares[number]
        digest = self._scope.of(share)
        known = self._before.shares.get(share.key)
        if known and digest and known.digest == digest and self._stands.all_of(known):
            return Done(share.key, None, frozenset())
        changed: list[str] = []
        entries = tuple(self._entries(share, known, changed))
        return Done(share.key, Made.of(digest, entries), frozenset(changed))

    def _entries(self, share: Share, known: Made | None, changed: list[str]) -> Iterator[Entry]:
        old = {entry.path: entry for entry in known.entries()} if known else {}
        for item in share.make():
            digest = item_digest(self._settings, item)
            entry = old.get(item.path)
            if entry and entry.digest == digest and self._stands(entry):
                yield entry
                continue
            staged = self._stage.put(item.path, self._content(item))
            if staged.changed:
                changed.append(item.path)
            yield Entry(item.path, staged.size, digest, isinstance(item, Page))

    def _content(self, item: Page | File) -> bytes:
        if isinstance(item, File):
            return item.text.encode()
        return self._renderer.render(item)

"""`[[notify]]`: tell people what newly fails and what was fixed, once for each event.

What has been sent is noted in the cache folder, so that the next run sends what a killed one has
not. A first run sends nothing: everything would be news.
"""

import hashlib
import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from hydrasnap import __version__
from hydrasnap.cli.output import OutputOptions
from hydrasnap.cli.signals import stoppable
from hydrasnap.config.keys import Config
from hydrasnap.config.site_keys import NotifyTable
from hydrasnap.errors import OutputError
from hydrasnap.formatting import plural
from hydrasnap.model import Jobset, Snapshot, fits
from hydrasnap.publish.links import Links
from hydrasnap.publish.masking import mask_snapshot
from hydrasnap.report.changes import Change
from hydrasnap.report.health import is_hidden
from hydrasnap.report.index import Index
from hydrasnap.report.transitions import News, news
from hydrasnap.store.atomic import read_whole, write_whole
from hydrasnap.store.layout import UNREADABLE
from hydrasnap.store.opening import read_snapshot

NOTES = ".notified.json"
_SECONDS = 60

SentEvents = dict[str, list[str]]


def run_notify(config: Config, options: OutputOptions) -> None:
    """Notify the configured receivers of what is new to them."""
    if config.notify:
        with stoppable("The next run sends what was not sent."):
            notify(read_snapshot(Path(config.cache.folder)), config, options)


def notify(snapshot: Snapshot, config: Config, options: OutputOptions) -> None:
    """Send every receiver its new events; a failure is a warning, and the next run tries again."""
    if not snapshot.run.complete:
        return
    file = Path(config.cache.folder, NOTES)
    snapshot = mask_snapshot(snapshot)
    index, sent = Index(snapshot), _read(file)
    for receiver in config.notify:
        found = [item for jobset in snapshot.jobsets.values() if _wants(receiver, snapshot, jobset)
                 for item in news(index, jobset.key)]  # fmt: skip
        name = _identity(receiver)
        events = sorted({event for item in found for event in _events(item)})
        fresh = set(events) - set(sent.get(name, events))
        problem = ""
        if fresh:
            problem = _send(receiver, _message(snapshot, config, found, fresh))
        if problem:
            where = receiver.command[0] if receiver.command else urlsplit(receiver.url).hostname
            options.warn(f"{where} could not be notified: {problem}; the next run tries again.",
                         {"kind": "notify"})  # fmt: skip
            continue
        _write(file, sent := {**sent, name: events})
        if fresh:
            options.log([f"  told    {plural(len(fresh), 'event')}"], "notified",
                        {"events": len(fresh)})  # fmt: skip


def _wants(receiver: NotifyTable, snapshot: Snapshot, jobset: Jobset) -> bool:
    """Return whether a receiver wants a jobset; a hidden one only if it names jobsets."""
    if not receiver.jobsets:
        return not is_hidden(snapshot, jobset)
    return fits(jobset.key.path, receiver.jobsets)


def _identity(receiver: NotifyTable) -> str:
    """Return a name for a receiver in the notes, without its address, which may hold a token."""
    parts = json.dumps([receiver.command, receiver.url])
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def _events(item: News) -> Iterator[str]:
    for kind, changes in (("broken", item.broken), ("fixed", item.fixed)):
        for change in changes:
            yield f"{item.evaluation.id} {kind} {change.system} {change.job}"


def _message(
    snapshot: Snapshot, config: Config, found: Sequence[News], fresh: set[str]
) -> dict[str, Any]:
    """Return the message on new events; its `id` is the same whenever it is sent again."""
    links, base = Links(), config.site.base.rstrip("/")

    def rows(item: News, kind: str, changes: Iterable[Change]) -> list[dict[str, Any]]:
        return [
            {
                "job": change.job,
                "system": change.system,
                "build": change.build.id,
                "status": change.build.label,
                "page": f"{base}/{links.build(change.build.id)}" if base else "",
            }
            for change in changes
            if change.build and f"{item.evaluation.id} {kind} {change.system} {change.job}" in fresh
        ]

    evaluations = [
        {
            "jobset": item.evaluation.jobset_key.path,
            "evaluation": item.evaluation.id,
            "page": f"{base}/{links.evaluation(item.evaluation.id)}" if base else "",
            "newly_failing": rows(item, "broken", item.broken),
            "fixed": rows(item, "fixed", item.fixed),
        }
        for item in found
        if not fresh.isdisjoint(_events(item))
    ]
    return {
        "id": hashlib.sha256("\n".join(sorted(fresh)).encode()).hexdigest()[:16],
        "origin": snapshot.origin,
        "site": base,
        "as_of": snapshot.run.started,
        "evaluations": evaluations,
    }


def _send(receiver: NotifyTable, message: Mapping[str, Any]) -> str:
    """Run the command or post to the address; return what went wrong."""
    text = json.dumps(message)
    try:
        if receiver.command:
            done = subprocess.run(  # noqa: S603 - the user's own command
                receiver.command, input=text, text=True, timeout=_SECONDS, check=False
            )
            return f"exit code {done.returncode}" if done.returncode else ""
        headers = {"Content-Type": "application/json", "User-Agent": f"hydrasnap/{__version__}"}
        sending = httpx.stream(
            "POST", receiver.url, content=text, headers=headers, timeout=_SECONDS
        )
        with sending as answer:  # whose body may be of any length, and says no more
            return "" if answer.is_success else f"status {answer.status_code}"
    except subprocess.TimeoutExpired:
        return f"no end within {_SECONDS} s"
    except (OSError, httpx.HTTPError, httpx.InvalidURL) as error:
        return getattr(error, "strerror", "") or type(error).__name__


def _read(file: Path) -> SentEvents:
    """Read which events were sent; unreadable notes count as those of a first run."""
    with suppress(OSError, *UNREADABLE):
        return msgspec.json.decode(read_whole(file), type=SentEvents)
    return {}


def _write(file: Path, sent: SentEvents) -> None:
    try:
        write_whole(file, json.dumps(sent, sort_keys=True).encode())
    except OSError as error:
        raise OutputError(
            f"What was notified cannot be noted in {file}: {error.strerror}.",
            hint="Make room; until then, events are sent again.",
        ) from error

"""Where each object lies in the cache folder, and how it is written there.

    cache/
      snapshot.json               schema, origin, the last runs, notes of the crawler
      origin                      the address of the Hydra, for a day when snapshot.json is lost
      projects/NAME.json
      jobsets/PROJECT/NAME.json
      evals/ID.json
      builds/FIRST.json           the builds FIRST to FIRST + 999, one a line, each build once
      sizes/PROJECT/JOBSET/JOB.json   how big the builds of a job are, where that was asked for
      live.json                   what the Hydra was doing, and when, if the last run asked for it
      journal.jsonl               what a run fetched and has not filed yet; empty between runs
      unfinished.json             how far a run came that ended early; see `unfinished`

Keys are sorted and defaults left out, so the same objects are the same bytes.
"""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

from hydrasnap.model import (
    Build,
    Evaluation,
    JobKey,
    Jobset,
    JobsetKey,
    JobSizes,
    Live,
    Project,
    Run,
)
from hydrasnap.model.objects import Value

SCHEMA = 1
SHARD = 1000
MANIFEST = "snapshot.json"
ORIGIN = "origin"
JOURNAL = "journal.jsonl"
UNFINISHED = "unfinished.json"
LIVE = "live.json"

encoder = msgspec.json.Encoder(order="sorted")

_ESCAPED = re.compile(r"[^a-z0-9_.-]|^\.|\.$|^(?=(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)).")
_LONGEST = 180


class Manifest(Value, frozen=True):
    """What `snapshot.json` says: where a run leaves its times and figures.

    `non_aggregate_jobs` looked like aggregates, were asked, and are none. `checked` is when a
    jobset's older failures were last fetched again, in Unix seconds. `empty_projects` name jobsets
    and were found to show none of them. `revisit` are the addresses of which the last run got no
    answer, or one that was partly unreadable or contradicted another: the next run asks them again.
    """

    schema: int
    origin: str
    runs: tuple[Run, ...] = ()
    non_aggregate_jobs: tuple[tuple[str, str, str], ...] = msgspec.field(
        name="plain_jobs", default=()
    )
    checked: dict[str, int] = msgspec.field(default_factory=dict)
    empty_projects: tuple[str, ...] = msgspec.field(name="silent", default=())
    revisit: tuple[str, ...] = ()


def file_name(name: str) -> str:
    """Return a file name that is different for different names on any file system.

    >>> file_name("release-26.05"), file_name(".jobsets"), file_name("Con"), file_name("a.")
    ('release-26.05', '%2Ejobsets', '%43on', 'a%2E')
    """
    safe = _ESCAPED.sub(lambda found: "".join(f"%{b:02X}" for b in found[0].encode()), name)
    if len(safe) <= _LONGEST:
        return safe
    return f"{safe[:_LONGEST]}%%{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def project_path(name: str) -> Path:
    """Return where a project lies, below the cache folder."""
    return Path("projects", f"{file_name(name)}.json")


def jobset_path(key: JobsetKey) -> Path:
    """Return where a jobset lies, below the cache folder."""
    return Path("jobsets", file_name(key.project), f"{file_name(key.name)}.json")


def evaluation_path(number: int) -> Path:
    """Return where an evaluation lies, below the cache folder."""
    return Path("evals", f"{number}.json")


def sizes_path(key: JobKey) -> Path:
    """Return where the sizes of a job's builds lie, below the cache folder."""
    folder = Path("sizes", file_name(key.project), file_name(key.jobset))
    return folder / f"{file_name(key.name)}.json"


def shard_of(number: int) -> int:
    """Return the first build id of the shard that holds a build."""
    return number - number % SHARD


def shard_path(first: int) -> Path:
    """Return where the builds from id `first` on lie, below the cache folder."""
    return Path("builds", f"{first}.json")


def encode_object(value: Project | Jobset | Evaluation | JobSizes | Live | Manifest) -> bytes:
    """Write an object with one key or element a line, for `jq` and `git diff`."""
    return msgspec.json.format(encoder.encode(value), indent=1) + b"\n"


def encode_shard(builds: Iterable[Build]) -> bytes:
    """Write builds by id, one a line."""
    lines = (encoder.encode(build) for build in sorted(builds, key=lambda build: build.id))
    return b"[\n" + b",\n".join(lines) + b"\n]\n"

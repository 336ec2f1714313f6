"""Where each object lies in the cache folder, and how it is written there.

    cache/
      snapshot.json               schema, origin, the last runs, notes of the crawler
      origin                      the address of the Hydra, for a day when snapshot.json is lost
      projects/NAME.json
      jobsets/PROJECT/NAME.json
      evals/ID.json
      builds/FIRST.json           the builds FIRST to FIRST + 999, one a line, each build once
      reasons/FIRST.json          why builds failed and whose they are, in the same way
      sizes/PROJECT/JOBSET/JOB.json   how big the builds of a job are, where that was asked for
      live.json                   what the Hydra was doing, and when, if the last run asked for it
      journal.jsonl               what a run has not written to its files yet; gone between runs
      .index/                     what is computed from the rest, and can be computed again
      unfinished.json             what a run that ended early leaves to the next; see `checkpoint`

Keys are sorted and defaults left out, so the same objects are the same bytes. Each object ends with
a checksum of what stands before it, so that damage is seen even where it leaves valid JSON. Files
of versions that wrote no checksum are read as they are.
"""

import hashlib
import re
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from hydrasnap.model import JobKey, JobsetKey, Run
from hydrasnap.model.objects import Value
from hydrasnap.model.value_bounds import Time

SCHEMA = 1
SHARD = 1000
MANIFEST = "snapshot.json"
ORIGIN = "origin"
JOURNAL = "journal.jsonl"
UNFINISHED = "unfinished.json"
LIVE = "live.json"
INDEXES = ".index"

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for bytes that are no JSON of the wanted shape."""

encoder = msgspec.json.Encoder(order="sorted")

_ESCAPED = re.compile(r"[^a-z0-9_.-]|^\.|\.$|^(?=(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)).")
_LONGEST = 180


class Manifest(Value, frozen=True):
    """What `snapshot.json` says: where a run leaves its times and figures.

    `non_aggregate_jobs` looked like aggregates, were asked, and are none. `checked` is when a
    jobset's older failures were last fetched again, in Unix seconds. `empty_projects` name jobsets
    and were found to show none of them. `revisit` are the addresses of which the last run got no
    answer, or one that was partly unreadable or contradicted another: the next run asks them again.
    `without_pages` is when this Hydra was found to have no pages that say why builds fail.
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
    without_pages: Time = 0


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


def reasons_path(first: int) -> Path:
    """Return where the reasons of the builds from id `first` on lie, below the cache folder."""
    return Path("reasons", f"{first}.json")


def encode_object(value: Value) -> bytes:
    """Return an object with one key or element a line, for `jq` and `git diff`."""
    plain = msgspec.json.format(encoder.encode(value), indent=1).removesuffix(b"\n}")
    return b'%b,\n "checksum": "%08x"\n}\n' % (plain, zlib.crc32(plain))


def encode_shard(objects: Iterable[Value]) -> bytes:
    """Return builds or reasons by id, one a line."""
    return b"[\n" + b",\n".join(map(encode_line, objects)) + b"\n]\n"


def encode_line(value: Value | Mapping[str, Value]) -> bytes:
    """Return an object in one line."""
    plain = encoder.encode(value)[:-1]
    return b'%b,"checksum":"%08x"}' % (plain, zlib.crc32(plain))


_LINE_TAIL = len(b',"checksum":"12345678"}')
_OBJECT_TAIL = len(b',\n "checksum": "12345678"\n}\n')


def is_line_checked(line: bytes) -> bool:
    """Return whether a line has a checksum."""
    return line[-_LINE_TAIL:].startswith(b',"checksum":"')


def is_line_intact(line: bytes) -> bool:
    """Return whether a line is what was written, as far as it has a checksum."""
    tail = line[-_LINE_TAIL:]
    if not is_line_checked(line):
        return b'"checksum"' not in tail
    return tail[13:21] == b"%08x" % zlib.crc32(line[:-_LINE_TAIL])


def is_object_intact(data: bytes) -> bool:
    """Return whether a file of one object is what was written, as far as it has a checksum."""
    tail = data[-_OBJECT_TAIL:]
    if not tail.startswith(b',\n "checksum": "'):
        return b'"checksum":' not in data
    return tail[16:24] == b"%08x" % zlib.crc32(data[:-_OBJECT_TAIL])

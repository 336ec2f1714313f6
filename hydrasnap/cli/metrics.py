"""The state of a snapshot as Prometheus text metrics, for a file that an exporter reads."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from hydrasnap.config.keys import Config
from hydrasnap.errors import OutputError
from hydrasnap.formatting import mask_logins
from hydrasnap.model import Snapshot
from hydrasnap.report.health import JobsetHealth, overview
from hydrasnap.report.index import Index
from hydrasnap.report.missing_objects import missing_objects
from hydrasnap.store.opening import read_snapshot

Labels = dict[str, str]
Sample = tuple[Labels, float]


def metrics_text(snapshot: Snapshot) -> str:
    """Return all metrics of a snapshot, in the text format of Prometheus."""
    return "".join(line for name, help_text, samples in _metrics(snapshot)
                   for line in _family(name, help_text, samples))  # fmt: skip


def _metrics(snapshot: Snapshot) -> Iterator[tuple[str, str, list[Sample]]]:
    """Yield the name, the meaning and the samples of each metric."""
    for name, text, value in _of_snapshot(snapshot):
        yield name, text, [({}, value)]
    health = [
        jobset
        for project in overview(Index(snapshot))
        for jobset in project.jobsets
        if not jobset.jobset.deleted_upstream
    ]
    labels = [{"project": found.key.project, "jobset": found.key.name} for found in health]
    for name, text, values in _of_jobsets(health):
        pairs = zip(labels, values, strict=True)
        yield name, text, [(label, value) for label, value in pairs if value is not None]


def _of_snapshot(snapshot: Snapshot) -> Iterator[tuple[str, str, float]]:
    run, missing = snapshot.run, missing_objects(snapshot)
    yield from (
        ("data_timestamp_seconds", "When the last crawl began, in Unix time.", run.started),
        ("run_seconds", "How long the last crawl took.", run.finished - run.started),
        ("run_requests", "Requests of the last crawl.", run.requests),
        ("run_bytes", "Bytes that the last crawl received.", run.bytes),
        ("run_complete", "1 if the last crawl came to its end without gaps.", run.complete),
        ("gaps", "Parts of the Hydra that could not be read.", len(run.gaps)),
        ("missing_builds", "Builds that are still to be fetched.", missing.builds),
        ("projects", "Projects in the snapshot.", len(snapshot.projects)),
        ("jobsets", "Jobsets in the snapshot.", len(snapshot.jobsets)),
        ("evaluations", "Evaluations in the snapshot.", len(snapshot.evaluations)),
        ("builds", "Builds in the snapshot.", len(snapshot.builds)),
    )


def _of_jobsets(
    health: Sequence[JobsetHealth],
) -> Iterator[tuple[str, str, Sequence[float | None]]]:
    yield from (
        (
            "jobset_newly_failing",
            "Jobs that the newest evaluation broke.",
            [found.newly_failing for found in health],
        ),
        (
            "jobset_unsuccessful",
            "Builds of the newest evaluation that did not succeed; absent where it was not read.",
            [found.tally.unsuccessful if found.is_read else None for found in health],
        ),
        (
            "jobset_evaluation_timestamp_seconds",
            "When the newest evaluation was made, in Unix time; absent where there is none.",
            [found.latest.timestamp if found.latest else None for found in health],
        ),
    )


def _family(name: str, help_text: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP hydrasnap_{name} {help_text}\n# TYPE hydrasnap_{name} gauge\n"
    for labels, value in samples:
        inner = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"hydrasnap_{name}{f'{{{inner}}}' if inner else ''} {float(value):.17g}\n"


def _escaped(text: str) -> str:
    text = mask_logins(text).encode(errors="replace").decode()
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def save_metrics(config: Config, file: Path | None) -> None:
    """Write the metrics of the configured cache to a file, where one is named; it appears whole."""
    if file is None:
        return
    text, temporary = metrics_text(read_snapshot(Path(config.cache.folder))), None
    try:
        with NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=file.parent, prefix=".hydrasnap-", delete=False
        ) as found:
            temporary = Path(found.name)
            found.write(text)
        temporary.chmod(0o644)  # an exporter runs as another user
        temporary.replace(file)
    except OSError as error:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        raise OutputError(
            f"The metrics cannot be written to {file}: {error.strerror}.",
            hint="Name a file in a folder that can be written with --metrics.",
        ) from error

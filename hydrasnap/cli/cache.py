"""Commands on an existing cache: describe it, prune it, merge others into it."""

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from hydrasnap.cli.crawl import crawl_retention
from hydrasnap.cli.output import OutputOptions
from hydrasnap.cli.reports import pruned_line, status_fields, status_lines
from hydrasnap.cli.signals import stoppable
from hydrasnap.config.keys import Config
from hydrasnap.crawl.prune import prune
from hydrasnap.errors import ConfigError
from hydrasnap.store.lock import holder
from hydrasnap.store.merge import merge_caches
from hydrasnap.store.opening import open_cache, read_snapshot


def run_prune(config: Config, options: OutputOptions) -> None:
    """Drop from the configured cache what [retention] does not keep, and say how much."""
    retention, folder = crawl_retention(config), Path(config.cache.folder)
    if not retention.limits:
        raise ConfigError(
            "Nothing says what to drop.",
            hint="Set evaluations, days, deleted or hidden under [retention] in hydrasnap.toml.",
        )
    origin = read_snapshot(folder).origin
    with (
        stoppable("Run again to drop the rest."),
        open_cache(folder, origin, lambda path, reason: None) as cache,
    ):
        done = prune(cache, retention)
    options.log([pruned_line(done)], "pruned", asdict(done))


def run_merge(config: Config, caches: Sequence[Path], options: OutputOptions) -> None:
    """Join caches into the configured one, and say what it holds then."""
    target = Path(config.cache.folder)
    with stoppable("Run again to merge the rest."):
        whole = merge_caches(caches, target)
    amounts = {
        "jobsets": len(whole.jobsets),
        "evaluations": len(whole.evaluations),
        "builds": len(whole.builds),
    }
    held = ", ".join(f"{amount:,} {name}" for name, amount in amounts.items())
    options.log([f"merged into {target}, which holds {held}"], "merged", amounts)


def describe_cache(folder: Path, options: OutputOptions, *, markdown: bool = False) -> float:
    """Say what the cache holds; return the age of the data in seconds."""
    snapshot = read_snapshot(folder)
    if markdown:
        from hydrasnap.cli.markdown import markdown_lines

        click.echo("\n".join(markdown_lines(snapshot)))
        return time.time() - snapshot.run.started
    files = (path for path in folder.rglob("*.json") if path.is_file())
    fields = status_fields(snapshot, sum(path.stat().st_size for path in files), holder(folder))
    now = time.time()
    options.answer(status_lines(snapshot, fields, now), "status", fields)
    return now - snapshot.run.started

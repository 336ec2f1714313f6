"""What the commands do, once their options are checked."""

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import click
import msgspec

from hydrasnap.cli.options import Telling
from hydrasnap.cli.progress import Teller, teller
from hydrasnap.cli.words import crawl_summary, plan_lines, publish_summary, status_lines
from hydrasnap.client import Credentials, Limits, Settings, World, is_private_host, normal_origin
from hydrasnap.config import Config, password
from hydrasnap.crawl import Note, Outcome, Pruned, dry_run, prune
from hydrasnap.crawl import crawl as crawl_into
from hydrasnap.errors import ConfigError
from hydrasnap.plan import Retention, Selection, Way
from hydrasnap.publish import SiteSettings, publish_cache
from hydrasnap.report import Watch
from hydrasnap.store import Cache, open_cache, read_snapshot


def run_crawl(config: Config, telling: Telling) -> Outcome:
    """Crawl the configured Hydra into the configured cache, and say how it went."""
    origin = _origin(config)
    settings, selection, retention = _settings(config), _selection(config), _retention(config)
    if not config.hydra.contact and not is_private_host(origin) and not telling.quiet:
        click.echo(
            f"No contact is set. Tell the operators of {origin} who asks: "
            'contact = "you@example.org" under [hydra] in hydrasnap.toml.',
            err=True,
        )

    def run(cache: Cache, watch: Teller) -> Outcome:
        outcome = asyncio.run(crawl_into(cache, settings, selection, watch=watch))
        if retention.limits:
            prune(cache, retention)
        return outcome

    bar = teller(telling, settings.limits)
    outcome = _crawl(Path(config.cache.folder), origin, bar, run)
    _say(origin, outcome, telling)
    return outcome


def plan_crawl(config: Config, telling: Telling) -> None:
    """Ask for the overview alone, and say what a crawl would ask for."""
    origin = _origin(config)
    with (
        teller(telling, Limits()) as watch,
        open_cache(Path(config.cache.folder), origin, _damaged(watch)) as cache,
    ):
        asked, steps = asyncio.run(
            dry_run(cache, _settings(config), _selection(config), watch=watch)
        )
    for line in plan_lines(steps, asked):
        click.echo(line)


def run_prune(config: Config) -> Pruned:
    """Drop from the configured cache what the retention does not want."""
    retention, folder = _retention(config), Path(config.cache.folder)
    if not retention.limits:
        raise ConfigError(
            "Nothing says what to drop. Set evaluations, days, deleted or hidden under [retention] "
            "in hydrasnap.toml."
        )
    origin = read_snapshot(folder).origin
    with open_cache(folder, origin, lambda path, reason: None) as cache:
        return prune(cache, retention)


def _origin(config: Config) -> str:
    """Return the address of the configured Hydra in its one spelling."""
    if not config.hydra.url:
        raise ConfigError(
            "Which Hydra? Give its address, as in `hydrasnap snapshot https://hydra.example.org`, "
            "or set `url` under [hydra] in hydrasnap.toml."
        )
    return normal_origin(config.hydra.url)


def _damaged(watch: Teller) -> Callable[[Path, str], None]:
    def tell(path: Path, reason: str) -> None:
        watch(Note(f"{path} is damaged ({reason}); what it held is fetched again."))

    return tell


def _crawl(
    folder: Path,
    origin: str,
    telling: AbstractContextManager[Teller],
    run: Callable[[Cache, Teller], Outcome],
) -> Outcome:
    with telling as watch, open_cache(folder, origin, _damaged(watch)) as cache:
        return run(cache, watch)


def _say(origin: str, outcome: Outcome, telling: Telling) -> None:
    """Print how a crawl went."""
    if telling.json:
        click.echo(json.dumps({"event": "done", **msgspec.to_builtins(outcome.run)}), err=True)
    elif not telling.quiet:
        click.echo(crawl_summary(origin, outcome))


def _settings(config: Config) -> Settings:
    return Settings(
        contact=config.hydra.contact,
        rate=config.crawl.rate,
        concurrency=config.crawl.concurrency,
        credentials=_credentials(config),
        limits=Limits(
            requests=config.crawl.max_requests,
            seconds=config.crawl.max_seconds,
            bytes=config.crawl.max_bytes,
        ),
    )


def _credentials(config: Config) -> Credentials | None:
    if not config.hydra.username:
        return None
    secret = password(config)
    if secret is None:
        secret = click.prompt(
            f"Password of {config.hydra.username} at {config.hydra.url}", hide_input=True, err=True
        )
    return Credentials(config.hydra.username, secret)


def _retention(config: Config) -> Retention:
    return Retention(
        evaluations=config.retention.evaluations,
        days=config.retention.days,
        window=config.crawl.evaluations + 1,
        deleted=config.retention.deleted == "keep",
        hidden=config.retention.hidden == "keep",
    )


_WAYS = {
    "auto": None,
    "singly": Way.SINGLY,
    "together": Way.TOGETHER,
    "listing": Way.LISTING,
}


def _selection(config: Config) -> Selection:
    return Selection(
        projects=config.crawl.projects,
        jobsets=config.crawl.jobsets,
        exclude=config.crawl.exclude,
        hidden=config.crawl.hidden,
        evaluations=config.crawl.evaluations,
        way=_WAYS[config.crawl.builds],
        details=config.crawl.details,
        recheck=int(config.crawl.recheck_days * 86400),
    )


def run_render(config: Config, telling: Telling) -> None:
    """Render the configured cache to the configured folder, and say what was written."""
    site = config.site
    settings = SiteSettings(
        title=site.title,
        base=site.base,
        templates=Path(site.templates) if site.templates else None,
        pages=Path(site.pages) if site.pages else None,
        notes=Path(site.notes) if site.notes else None,
        policy=site.policy,
        max_bytes=site.max_bytes,
        baselines=site.baselines,
        watches=tuple(Watch(w.name, w.jobs, w.jobsets, w.systems) for w in config.watch),
    )
    _render(Path(config.cache.folder), settings, Path(site.output), telling)


def _render(cache: Path, settings: SiteSettings, output: Path, telling: Telling) -> None:
    done = publish_cache(cache, settings, output)
    if not telling.quiet and not telling.json:
        click.echo(publish_summary(done))


def run_demo(moment: int, cache: Path, output: Path, telling: Telling) -> Outcome:
    """Crawl and render the embedded Hydra as it was at a moment."""
    from httpx import ASGITransport

    from hydrasnap.demo import DemoHydra

    hydra = DemoHydra(moment)
    world = World(transport=ASGITransport(app=hydra))

    def run(cache: Cache, watch: Teller) -> Outcome:
        crawled = crawl_into(
            cache, Settings(rate=float("inf")), Selection(), watch=watch, world=world,
            clock=lambda: float(hydra.world.now),
        )  # fmt: skip
        return asyncio.run(crawled)

    outcome = _crawl(cache, hydra.ORIGIN, teller(telling, Limits()), run)
    _say(hydra.ORIGIN, outcome, telling)
    _render(cache, SiteSettings(title="hydrasnap demo"), output, telling)
    return outcome


def describe_cache(folder: Path) -> list[str]:
    """Say what the cache holds."""
    snapshot = read_snapshot(folder)
    files = (path for path in folder.rglob("*.json") if path.is_file())
    return status_lines(snapshot, sum(path.stat().st_size for path in files), time.time())

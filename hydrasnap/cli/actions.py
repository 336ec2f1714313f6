"""What the commands do, once their options are checked."""

import getpass
import time
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path

import click
from msgspec import structs

from hydrasnap.cli.events import OutputOptions
from hydrasnap.cli.preflight import check_folders
from hydrasnap.cli.progress import EventSink, teller
from hydrasnap.cli.reports import (
    crawl_summary,
    plan_fields,
    plan_lines,
    status_fields,
    status_lines,
)
from hydrasnap.cli.site import render_into
from hydrasnap.cli.stopping import run_stoppable, stoppable
from hydrasnap.client import Credentials, Limits, Settings, World, is_this_machine, normal_origin
from hydrasnap.config.loading import Config, password
from hydrasnap.crawl import LIVE_REQUESTS, CrawlResult, Note, dry_run, prune
from hydrasnap.crawl import crawl as crawl_into
from hydrasnap.errors import ConfigError
from hydrasnap.formatting import plural
from hydrasnap.plan import FetchStrategy, Retention, Selection
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.store import Cache, check_folder, holder, open_cache, read_snapshot

_KEPT = "What was fetched is kept; run again to go on."


def run_crawl(config: Config, telling: OutputOptions) -> CrawlResult:
    """Crawl the configured Hydra into the configured cache, and say how it went."""
    origin, folder = _origin(config), Path(config.cache.folder)
    check_folder(folder)
    settings, selection, retention = _settings(config), _selection(config), _retention(config)

    def run(cache: Cache, watch: EventSink) -> CrawlResult:
        if not config.hydra.contact and not is_this_machine(origin):
            watch(Note(_no_contact(origin)))
        outcome = run_stoppable(crawl_into(cache, settings, selection, watch=watch))
        if retention.limits:
            prune(cache, retention)
        return outcome

    outcome = _crawl(folder, origin, teller(telling, settings.limits), run)
    _say(origin, outcome, telling)
    return outcome


def _no_contact(origin: str) -> str:
    return (
        f"No contact is set. Tell the operators of {origin} who asks: "
        'contact = "you@example.org" under [hydra] in hydrasnap.toml.'
    )


def plan_crawl(config: Config, telling: OutputOptions) -> None:
    """Ask for the overview alone, and say what a crawl would ask for."""
    origin, folder = _origin(config), Path(config.cache.folder)
    check_folder(folder)
    settings, selection = _settings(config), _selection(config)
    with (
        stoppable(""),
        teller(telling, Limits()) as watch,
        open_cache(folder, origin, _damaged(watch)) as cache,
    ):
        asked, steps = run_stoppable(dry_run(cache, settings, selection, watch=watch))
    plan = (steps, asked, LIVE_REQUESTS if selection.live else 0)
    telling.answer("\n".join(plan_lines(*plan)), "plan", plan_fields(*plan))


def run_prune(config: Config, telling: OutputOptions) -> None:
    """Drop from the configured cache what the retention does not want, and say how much."""
    retention, folder = _retention(config), Path(config.cache.folder)
    if not retention.limits:
        raise ConfigError(
            "Nothing says what to drop. Set evaluations, days, deleted or hidden under [retention] "
            "in hydrasnap.toml."
        )
    origin = read_snapshot(folder).origin
    with (
        stoppable("Run again to drop the rest."),
        open_cache(folder, origin, lambda path, reason: None) as cache,
    ):
        done = prune(cache, retention)
    jobsets, evaluations = plural(done.jobsets, "jobset"), plural(done.evaluations, "evaluation")
    text = f"dropped {jobsets}, {evaluations} and {plural(done.builds, 'build')}"
    telling.log(text, "pruned", asdict(done))


def _origin(config: Config) -> str:
    """Return the address of the configured Hydra in its one spelling."""
    if not config.hydra.url:
        raise ConfigError(
            "Which Hydra? Give its address, as in `hydrasnap snapshot https://hydra.example.org`, "
            "or set `url` under [hydra] in hydrasnap.toml."
        )
    return normal_origin(config.hydra.url)


def _damaged(watch: EventSink) -> Callable[[Path, str], None]:
    def tell(path: Path, reason: str) -> None:
        watch(Note(f"{path} is damaged ({reason}); what it held is fetched again."))

    return tell


def _crawl(
    folder: Path,
    origin: str,
    telling: AbstractContextManager[EventSink],
    run: Callable[[Cache, EventSink], CrawlResult],
) -> CrawlResult:
    with stoppable(_KEPT), telling as watch, open_cache(folder, origin, _damaged(watch)) as cache:
        return run(cache, watch)


def _say(origin: str, outcome: CrawlResult, telling: OutputOptions) -> None:
    """Say how a crawl went."""
    run = outcome.run
    fields = {**structs.asdict(run), "gaps": [structs.asdict(gap) for gap in run.gaps]}
    if outcome.error is None or run.known_evaluations + run.new_evaluations or telling.json:
        telling.log(crawl_summary(origin, outcome), "done", {"origin": origin, **fields})


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
        secret = _asked(f"{config.hydra.username} at {config.hydra.url}")
    return Credentials(config.hydra.username, secret)


def _asked(account: str) -> str:
    """Ask for a password on the terminal, where there is one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return str(click.prompt(f"Password of {account}", hide_input=True, err=True))
    except getpass.GetPassWarning:
        raise ConfigError(
            f"No password is set for {account}, and there is no terminal to ask for it. Set "
            "HYDRASNAP_PASSWORD, or password_file under [hydra] in hydrasnap.toml."
        ) from None


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
    "singly": FetchStrategy.PER_BUILD,
    "together": FetchStrategy.BULK,
    "listing": FetchStrategy.LISTING,
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
        sizes=config.crawl.sizes,
        live=config.crawl.live,
    )


def run_demo(moment: int, cache: Path, output: Path, telling: OutputOptions) -> CrawlResult:
    """Crawl and render the embedded Hydra as it was at a moment."""
    from httpx import ASGITransport

    from hydrasnap.demo import DemoHydra

    hydra = DemoHydra(moment)
    check_folders(cache, output)
    world = World(transport=ASGITransport(app=hydra))
    wishes = Selection(live=True, sizes=hydra.SIZED)

    def run(cache: Cache, watch: EventSink) -> CrawlResult:
        crawled = crawl_into(
            cache, Settings(rate=float("inf")), wishes, watch=watch, world=world,
            clock=lambda: float(hydra.world.now),
        )  # fmt: skip
        return run_stoppable(crawled)

    outcome = _crawl(cache, hydra.ORIGIN, teller(telling, Limits()), run)
    _say(hydra.ORIGIN, outcome, telling)
    render_into(output, cache, SiteSettings(title="hydrasnap demo"), telling)
    return outcome


def describe_cache(folder: Path, telling: OutputOptions) -> None:
    """Say what the cache holds."""
    snapshot = read_snapshot(folder)
    files = (path for path in folder.rglob("*.json") if path.is_file())
    fields = status_fields(snapshot, sum(path.stat().st_size for path in files), holder(folder))
    lines = status_lines(snapshot, fields, time.time())
    telling.answer("\n".join(lines), "status", fields)

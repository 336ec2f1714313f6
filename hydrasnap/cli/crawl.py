"""Crawling, as commands ask for it: a configuration becomes a crawl, whose result is reported."""

import getpass
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path

import click

from hydrasnap.cli.output import OutputOptions
from hydrasnap.cli.progress import EventSink, crawl_progress
from hydrasnap.cli.reports import crawl_fields, crawl_lines, plan_fields, plan_lines, pruned_line
from hydrasnap.cli.signals import run_stoppable, stoppable
from hydrasnap.client.run_budget import Limits
from hydrasnap.client.settings import Credentials, Settings, normal_origin
from hydrasnap.client.throttle import is_this_machine
from hydrasnap.config.keys import Config
from hydrasnap.config.secrets import SecretName, Secrets, secret_of
from hydrasnap.crawl.dry_run import dry_run
from hydrasnap.crawl.live import LIVE_REQUESTS
from hydrasnap.crawl.prune import prune
from hydrasnap.crawl.run import CrawlResult
from hydrasnap.crawl.run import crawl as crawl_into
from hydrasnap.crawl.session import Note
from hydrasnap.errors import ConfigError
from hydrasnap.plan.retention import Retention
from hydrasnap.plan.selection import FetchStrategy, Selection
from hydrasnap.query.index_file import write_database
from hydrasnap.store.cache import Cache
from hydrasnap.store.opening import open_cache
from hydrasnap.store.ownership import check_folder

_KEPT = "What was fetched is kept; run again to go on."
_NO_CONTACT = (
    "No contact is set. Tell the operators of {} who asks: "
    'contact = "you@example.org" under [hydra] in hydrasnap.toml.'
)


def run_crawl(config: Config, options: OutputOptions, secrets: Secrets) -> CrawlResult:
    """Crawl the configured Hydra into the configured cache, and say how it went."""
    origin, folder = _origin(config), Path(config.cache.folder)
    check_folder(folder)
    settings, selection = crawl_settings(config, secrets), crawl_selection(config)
    retention = crawl_retention(config)

    def run(cache: Cache, watch: EventSink) -> CrawlResult:
        if not config.hydra.contact and not is_this_machine(origin):
            watch(Note(_NO_CONTACT.format(origin)))
        result = run_stoppable(crawl_into(cache, settings, selection, watch=watch))
        if retention.limits:
            dropped = prune(cache, retention)
            if any(asdict(dropped).values()):
                watch(Note(f"[retention] {pruned_line(dropped)} from the cache."))
        return result

    result = crawl_folder(folder, origin, crawl_progress(options, settings.limits), run)
    report_crawl(origin, result, options)
    return result


def plan_crawl(config: Config, options: OutputOptions, secrets: Secrets) -> None:
    """Ask for the overview alone, and say what a crawl would ask for."""
    origin, folder = _origin(config), Path(config.cache.folder)
    check_folder(folder)
    settings, selection = crawl_settings(config, secrets), crawl_selection(config)
    with (
        stoppable(""),
        crawl_progress(options, Limits()) as watch,
        open_cache(folder, origin, _report_damage(watch)) as cache,
    ):
        asked, steps = run_stoppable(dry_run(cache, settings, selection, watch=watch))
    plan = (steps, asked, LIVE_REQUESTS if selection.live else 0)
    options.answer(plan_lines(*plan), "plan", plan_fields(*plan))


def _origin(config: Config) -> str:
    """Return the address of the configured Hydra in its one spelling."""
    if not config.hydra.url:
        raise ConfigError(
            "Which Hydra?",
            hint="Give its address, as in `hydrasnap snapshot https://hydra.example.org`, or set "
            "`url` under [hydra] in hydrasnap.toml.",
        )
    return normal_origin(config.hydra.url)


def _report_damage(watch: EventSink) -> Callable[[Path, str], None]:
    def report(path: Path, reason: str) -> None:
        watch(Note(f"{path} is damaged ({reason}); what it held is fetched again."))

    return report


def crawl_folder(
    folder: Path,
    origin: str,
    progress: AbstractContextManager[EventSink],
    run: Callable[[Cache, EventSink], CrawlResult],
) -> CrawlResult:
    """Run a crawl into a cache folder, then bring the index of `hydrasnap query` up to date."""
    with (
        stoppable(_KEPT),
        progress as watch,
        open_cache(folder, origin, _report_damage(watch)) as cache,
    ):
        result = run(cache, watch)
        write_database(folder, cache.snapshot)
        return result


def report_crawl(origin: str, result: CrawlResult, options: OutputOptions) -> None:
    """Report what a crawl did, unless it ended before it learned anything."""
    run = result.run
    if result.error is None or run.known_evaluations + run.new_evaluations or options.json:
        options.log(crawl_lines(origin, result), "done", crawl_fields(origin, result))


def crawl_settings(config: Config, secrets: Secrets) -> Settings:
    """Return how a configuration wants the Hydra to be asked."""
    hydra, proxy = config.hydra, f"the server in front of {config.hydra.url}"
    return Settings(
        contact=hydra.contact,
        rate=config.crawl.rate,
        concurrency=config.crawl.concurrency,
        credentials=_login(config, secrets, hydra.username, "password", hydra.url),
        basic=_login(config, secrets, hydra.basic_username, "basic_password", proxy),
        limits=Limits(
            requests=config.crawl.max_requests,
            seconds=config.crawl.max_seconds,
            bytes=config.crawl.max_bytes,
        ),
    )


def _login(
    config: Config, secrets: Secrets, username: str, name: SecretName, where: str
) -> Credentials | None:
    """Return a login with the password of that name, which is asked for where none is set."""
    if not username:
        return None
    password = secret_of(config, secrets, name) or _ask_for(name, f"{username} at {where}")
    return Credentials(username, password)


def _ask_for(name: SecretName, account: str) -> str:
    """Ask for a password on the terminal, where there is one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return str(click.prompt(f"Password of {account}", hide_input=True, err=True))
    except getpass.GetPassWarning:
        raise ConfigError(
            f"No password is set for {account}, and there is no terminal to ask for it.",
            hint=f"Set HYDRASNAP_{name.upper()}, or {name}_file under [hydra] in hydrasnap.toml.",
        ) from None


def crawl_retention(config: Config) -> Retention:
    """Return how much of the history a configuration keeps."""
    return Retention(
        evaluations=config.retention.evaluations,
        days=config.retention.days,
        window=config.crawl.evaluations + 1,
        deleted=config.retention.deleted == "keep",
        hidden=config.retention.hidden == "keep",
    )


def crawl_selection(config: Config) -> Selection:
    """Return what a configuration wants of the Hydra."""
    builds = config.crawl.builds
    return Selection(
        projects=config.crawl.projects,
        jobsets=config.crawl.jobsets,
        exclude=config.crawl.exclude,
        hidden=config.crawl.hidden,
        evaluations=config.crawl.evaluations,
        strategy=None if builds == "auto" else FetchStrategy(builds),
        details=config.crawl.details,
        recheck=int(config.crawl.recheck_days * 86400),
        sizes=config.crawl.sizes,
        live=config.crawl.live,
        reasons=config.crawl.reasons,
    )

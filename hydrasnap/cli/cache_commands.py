"""The commands on an existing cache: describe, check, prune, merge and serve it, notify."""

from pathlib import Path
from typing import Any

import click

from hydrasnap.cli import options as opt
from hydrasnap.config.secrets import Secrets
from hydrasnap.errors import EXIT_FAILURE, EXIT_STALE


@click.command()
@opt.config_option
@opt.cache_option
@opt.output_options
def prune(**options: Any) -> None:
    """Drop from the cache what [retention] does not keep.

    [retention] is a table in hydrasnap.toml. A crawl does this too, where that sets a limit.

    \b
    hydrasnap prune --config hydrasnap.toml
    """
    from hydrasnap.cli.cache import run_prune

    output = opt.take_output_options(options)
    run_prune(opt.load_config(options), output)


@click.command()
@opt.config_option
@opt.cache_option
@opt.metrics_option
@click.option(
    "--max-age", type=opt.DURATION, metavar="AGE",
    help="End with exit code 5 if the data are older, such as 2h or 90min.",
)  # fmt: skip
@click.option("--markdown", is_flag=True, help="Write a report in Markdown, for a CI summary.")
@opt.output_options
def status(metrics: Path | None, max_age: int | None, *, markdown: bool, **options: Any) -> None:
    """Say what the cache holds, its age, size and gaps.

    \b
    hydrasnap status --cache cache
    hydrasnap status --max-age 2h --quiet || echo "the snapshot is old"
    """
    from hydrasnap.cli.cache import describe_cache
    from hydrasnap.cli.metrics import save_metrics

    output = opt.take_output_options(options)
    config = opt.load_config(options)
    age = describe_cache(Path(config.cache.folder), output, markdown=markdown)
    save_metrics(config, metrics)
    if max_age is not None and age > max_age:
        raise click.exceptions.Exit(EXIT_STALE)


@click.command()
@click.argument("caches", nargs=-1, required=True, type=opt.FOLDER, metavar="CACHE...")
@opt.config_option
@opt.cache_option
@opt.output_options
def merge(caches: tuple[str, ...], **options: Any) -> None:
    """Join what several caches of one Hydra hold into one cache.

    This lets several crawls share the work, each with a selection of its own. What two of them
    hold is taken from the newer.

    \b
    hydrasnap merge part-1 part-2 --cache cache
    """
    from hydrasnap.cli.cache import run_merge

    output = opt.take_output_options(options)
    run_merge(opt.load_config(options), [Path(cache) for cache in caches], output)


@click.command("notify")
@opt.config_option
@opt.cache_option
@opt.output_options
def notify_command(**options: Any) -> None:
    """Tell receivers what newly fails and what was fixed.

    The receivers are in [[notify]] in hydrasnap.toml. `hydrasnap snapshot` does this too, once the
    site is written. Nothing is told twice, and nothing before a snapshot is complete.

    \b
    hydrasnap notify
    """
    from hydrasnap.cli.notify import run_notify

    output = opt.take_output_options(options)
    config = opt.load_config(options)
    if not config.notify:
        output.warn("Nobody is told: there is no [[notify]] in the settings.", {})
    run_notify(config, output)


@click.command()
@opt.config_option
@opt.cache_option
@opt.output_option
@click.option("--repair", is_flag=True, help="Put damaged files of the cache aside.")
@click.option("--ask", is_flag=True, help="Ask the Hydra, and say what a crawl would ask for.")
@opt.output_options
@click.pass_obj
def check(secrets: Secrets, /, *, repair: bool, ask: bool, **options: Any) -> None:
    """Check the settings, the cache and the site.

    The exit code is 1 if anything is wrong. The cache is read in full; of the site, every link is
    followed.

    \b
    hydrasnap check --quiet --log-format json
    """
    from hydrasnap.cli.check import run_check
    from hydrasnap.cli.crawl import plan_crawl

    output = opt.take_output_options(options)
    config = opt.load_config(options)
    is_fine = run_check(config, output, repair=repair)
    if ask:
        plan_crawl(config, output, secrets)
    if not is_fine:
        raise click.exceptions.Exit(EXIT_FAILURE)


@click.command()
@opt.config_option
@opt.cache_option
@opt.output_option
@click.option("--host", default="127.0.0.1", metavar="HOST",
              help="Listen on HOST (default: 127.0.0.1, this machine alone).")  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65535), default=8000, metavar="PORT",
              help="Listen on PORT; 0 is any that is free (default: 8000).")  # fmt: skip
@click.option("--open", is_flag=True, help="Open the site in the browser.")
@click.option("--watch", is_flag=True,
              help="Render again when the cache, templates, texts or settings change, and reload "
                   "the pages that are open.")  # fmt: skip
@opt.output_options
def serve(**options: Any) -> None:
    """Serve the site, and Hydra's read API, from the cache.

    At Hydra's own addresses, browsers get the site, requests whose Accept names application/json
    get JSON, and other programs get Hydra's own pages. The first line on standard output is the
    address. A new crawl is taken over without a restart.

    \b
    hydrasnap serve --cache cache --open
    curl -H 'Accept: application/json' http://127.0.0.1:8000/build/12
    """
    from hydrasnap.cli.serve import Serving, run_serve

    names = ("host", "port", "open", "watch")
    serving = Serving(**{name: options.pop(name) for name in names})
    output = opt.take_output_options(options)
    given = [f"--{name}={options[name]}" for name in ("config", "cache", "output") if options[name]]
    run_serve(opt.load_config(options), serving, output, given)

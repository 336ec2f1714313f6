"""The commands. Heavy imports wait until a command runs, so that `--help` is instant."""

from pathlib import Path
from typing import Any

import click

from hydrasnap import __version__
from hydrasnap.cli import options as opt
from hydrasnap.cli.events import OutputOptions, print_line
from hydrasnap.cli.program import Program
from hydrasnap.cli.query import query
from hydrasnap.config.secrets import Secrets
from hydrasnap.errors import EXIT_FAILURE, EXIT_GAPS, EXIT_STALE

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group("hydrasnap", cls=Program, context_settings=CONTEXT)
@click.version_option(__version__, prog_name="hydrasnap")
def main() -> None:
    """Copy a Hydra (the Nix CI) into a static site: browsable, searchable, offline.

    \b
    hydrasnap demo                               see it work, without a network
    hydrasnap snapshot https://hydra.example.org copy and render

    Exit codes: 0 success, 1 failure, 2 wrong use or configuration, 3 snapshot with gaps,
    4 another run holds the cache or the site, 5 older than --max-age, 130 interrupted,
    143 ended by SIGTERM.
    """


@main.command()
@click.argument("url", required=False, default="")
@opt.selection_options
@click.option("--contact", default="", metavar="TEXT", help="How its operators reach you.")
@click.option("--base", default="", metavar="URL", help="Where the site will be published.")
@click.option("--username", default="", metavar="NAME", help="The account on a private Hydra.")
@click.option(
    "--basic-username",
    default="",
    metavar="NAME",
    help="The user for basic authentication in front of the Hydra.",
)
@click.option(
    "--with",
    "recipes",
    multiple=True,
    metavar="WHAT",
    help="Write the files for github, gitlab, forgejo, systemd, crontab, nginx or caddy.",
)
@click.option("--yes", is_flag=True, help="Ask nothing; take the defaults for what is not given.")
@opt.output_options
@click.pass_obj
def init(secrets: Secrets, /, **options: Any) -> None:
    """Set up a snapshot of the Hydra at URL in the current folder.

    URL may be the address of any of its pages. This checks that the Hydra can be read, shows its
    jobsets, says what a first snapshot costs, and writes hydrasnap.toml and the files that run it.

    \b
    hydrasnap init https://hydra.example.org
    hydrasnap init https://hydra.example.org --with github --with nginx --yes
    """
    from hydrasnap.cli.init import Wishes, run_init

    output = opt.take_output_options(options)
    run_init(Wishes(**options), output, secrets, Path())


@main.command()
@click.argument("url", required=False)
@opt.config_option
@opt.cache_option
@opt.output_option
@opt.crawl_options
@opt.metrics_option
@opt.output_options
@click.pass_obj
def snapshot(secrets: Secrets, /, url: str | None, metrics: Path | None, **options: Any) -> None:
    """Crawl the Hydra at URL, then render the site.

    URL may be left out where hydrasnap.toml names it.

    \b
    hydrasnap snapshot https://hydra.example.org --project nixpkgs --evaluations 5
    """
    from hydrasnap.cli.cache import run_notify, save_metrics
    from hydrasnap.cli.crawl import run_crawl
    from hydrasnap.cli.site import check_all, run_render

    output = opt.take_output_options(options)
    config = opt.load_config(options, url)
    check_all(config)
    result = run_crawl(config, output, secrets)
    lost = ""
    if result.error is None or result.out_of_budget:
        lost = run_render(config, output).lost
        run_notify(config, output)
    save_metrics(config, metrics)
    _end(result, output, lost)


@main.command()
@click.argument("url", required=False)
@opt.config_option
@opt.cache_option
@opt.crawl_options
@opt.output_options
@opt.metrics_option
@click.option("--dry-run", is_flag=True, help="Ask for the overview alone, and print the plan.")
@click.pass_obj
def crawl(secrets: Secrets, /, url: str | None, metrics: Path | None, **options: Any) -> None:
    """Copy what the Hydra at URL knows into the cache.

    \b
    hydrasnap crawl https://hydra.example.org --jobset 'nixpkgs/*' --dry-run
    hydrasnap crawl https://hydra.example.org --jobset 'nixpkgs/*'
    """
    from hydrasnap.cli.cache import save_metrics
    from hydrasnap.cli.crawl import plan_crawl, run_crawl

    output, dry = opt.take_output_options(options), options.pop("dry_run")
    config = opt.load_config(options, url)
    if dry:
        plan_crawl(config, output, secrets)
    else:
        result = run_crawl(config, output, secrets)
        save_metrics(config, metrics)
        _end(result, output)


@main.command()
@opt.config_option
@opt.cache_option
@opt.output_option
@opt.output_options
def render(**options: Any) -> None:
    """Render the site from the cache, without a network.

    \b
    hydrasnap render --cache cache --output _site
    """
    from hydrasnap.cli.site import run_render

    output = opt.take_output_options(options)
    if run_render(opt.load_config(options), output).lost:
        raise click.exceptions.Exit(EXIT_GAPS)


@main.command()
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


@main.command()
@click.option("--moment", type=click.IntRange(1, 3), default=1, metavar="N",
              help="Show it at moment 1, 2 or 3 of its life (default: 1).")  # fmt: skip
@click.option("--cache", type=opt.FOLDER, default="demo-cache", metavar="DIR",
              help="Keep the copied data in DIR (default: demo-cache).")  # fmt: skip
@click.option("--output", type=opt.FOLDER, default="demo-site", metavar="DIR",
              help="Write the site to DIR (default: demo-site).")  # fmt: skip
@opt.output_options
def demo(moment: int, **options: Any) -> None:
    """Crawl and render a small Hydra that is built in.

    This needs no network and no settings. A later moment asks only for what changed, and writes
    only that.

    \b
    hydrasnap demo
    hydrasnap demo --moment 2      the same Hydra an hour later
    """
    from hydrasnap.cli.demo import run_demo

    output = opt.take_output_options(options)
    result = run_demo(moment, Path(options["cache"]), Path(options["output"]), output)
    _end(result, output)


@main.command()
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


@main.command()
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
    from hydrasnap.cli.cache import describe_cache, save_metrics

    output = opt.take_output_options(options)
    config = opt.load_config(options)
    age = describe_cache(Path(config.cache.folder), output, markdown=markdown)
    save_metrics(config, metrics)
    if max_age is not None and age > max_age:
        raise click.exceptions.Exit(EXIT_STALE)


@main.command()
@click.argument("file", type=opt.FILE)
@opt.config_option
@opt.output_option
@opt.output_options
def bundle(file: Path, **options: Any) -> None:
    """Pack the site into FILE, to open it offline.

    FILE ends in .zip, .tar.gz or .tar.zst. The same site gives the same bytes.

    \b
    hydrasnap bundle site.zip
    """
    from hydrasnap.cli.site import run_bundle

    output = opt.take_output_options(options)
    run_bundle(opt.load_config(options), file, output)


main.add_command(query)


@main.command()
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


@main.command("notify")
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
    from hydrasnap.cli.cache import run_notify

    output = opt.take_output_options(options)
    run_notify(opt.load_config(options), output)


@main.command()
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


def _end(result: Any, output: OutputOptions, lost: str = "") -> None:
    """End with the exit code that tells how the crawl went."""
    if result.error is not None and not result.out_of_budget:
        raise result.error
    if result.error is not None and not output.json:
        print_line(f"{result.error.message} The next run goes on from here.")
    if lost or not result.run.complete:
        raise click.exceptions.Exit(EXIT_GAPS)

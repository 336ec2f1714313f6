"""The commands that make a snapshot: set it up, crawl, render, pack, and the demo of all that."""

from pathlib import Path
from typing import Any

import click

from hydrasnap.cli import options as opt
from hydrasnap.cli.output import OutputOptions, print_line
from hydrasnap.config.secrets import Secrets
from hydrasnap.errors import EXIT_GAPS


@click.command()
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
    from hydrasnap.cli.init import InitOptions, run_init

    output = opt.take_output_options(options)
    run_init(InitOptions(**options), output, secrets, Path())


@click.command()
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
    from hydrasnap.cli.crawl import run_crawl
    from hydrasnap.cli.metrics import save_metrics
    from hydrasnap.cli.notify import run_notify
    from hydrasnap.cli.render import check_all, run_render

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


@click.command()
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
    from hydrasnap.cli.crawl import plan_crawl, run_crawl
    from hydrasnap.cli.metrics import save_metrics

    output, dry = opt.take_output_options(options), options.pop("dry_run")
    config = opt.load_config(options, url)
    if dry:
        plan_crawl(config, output, secrets)
    else:
        result = run_crawl(config, output, secrets)
        save_metrics(config, metrics)
        _end(result, output)


@click.command()
@opt.config_option
@opt.cache_option
@opt.output_option
@opt.output_options
def render(**options: Any) -> None:
    """Render the site from the cache, without a network.

    \b
    hydrasnap render --cache cache --output _site
    """
    from hydrasnap.cli.render import run_render

    output = opt.take_output_options(options)
    if run_render(opt.load_config(options), output).lost:
        raise click.exceptions.Exit(EXIT_GAPS)


@click.command()
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
    from hydrasnap.cli.render import run_bundle

    output = opt.take_output_options(options)
    run_bundle(opt.load_config(options), file, output)


@click.command()
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


def _end(result: Any, output: OutputOptions, lost: str = "") -> None:
    """End with the exit code that tells how the crawl went."""
    if result.error is not None and not result.out_of_budget:
        raise result.error
    if result.error is not None and not output.json:
        print_line(f"{result.error.message} The next run goes on from here.")
    if lost or not result.run.complete:
        raise click.exceptions.Exit(EXIT_GAPS)

"""The commands. Heavy imports wait until a command runs, so that `--help` is instant."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from hydrasnap import __version__
from hydrasnap.cli import options as opt
from hydrasnap.cli.events import OutputOptions, tell_error, wants_json
from hydrasnap.cli.stopping import Stopped, fast_exit, stoppable
from hydrasnap.errors import EXIT_GAPS

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Group(click.Group):
    """A group that explains an interruption instead of tracing it."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """Run, and end a run that fails or is interrupted with a sentence or an event."""
        try:
            with stoppable(""):
                code = super().main(args, *rest, **{**extra, "standalone_mode": False}) or 0
        except (click.ClickException, click.Abort) as ended:
            error = Stopped("Stopped.") if isinstance(ended, click.Abort) else ended
            tell_error(error, as_json=wants_json(sys.argv[1:] if args is None else args))
            code = error.exit_code
        if args is None:
            fast_exit(code)
        raise SystemExit(code)


@click.group("hydrasnap", cls=Group, context_settings=CONTEXT)
@click.version_option(__version__, prog_name="hydrasnap")
def main() -> None:
    """Copy a Hydra (the Nix CI) into a static site: browsable, searchable, offline.

    \b
    hydrasnap demo                               see it work, without a network
    hydrasnap snapshot https://hydra.example.org copy and render

    Exit codes: 0 success, 1 failure, 2 wrong use or configuration, 3 snapshot with gaps,
    4 another run holds the cache or the site, 130 interrupted.
    """


@main.command()
@click.argument("url", required=False)
@opt.config_option
@opt.cache_option
@opt.output_option
@opt.crawl_options
@opt.telling_options
def snapshot(url: str | None, **options: Any) -> None:
    """Crawl the Hydra at URL, then render the site.

    URL may be left out where hydrasnap.toml names it.

    \b
    hydrasnap snapshot https://hydra.example.org --project nixpkgs --evaluations 5
    """
    from hydrasnap.cli import actions as work
    from hydrasnap.cli import site

    telling = opt.telling(options)
    config = opt.configured(options, url)
    site.check_all(config)
    outcome = work.run_crawl(config, telling)
    lost = ""
    if outcome.error is None or outcome.out_of_budget:
        lost = site.run_render(config, telling).lost
    _end(outcome, telling, lost)


@main.command()
@click.argument("url", required=False)
@opt.config_option
@opt.cache_option
@opt.crawl_options
@opt.telling_options
@click.option("--dry-run", is_flag=True, help="Ask for the overview alone, and print the plan.")
def crawl(url: str | None, **options: Any) -> None:
    """Copy what the Hydra at URL knows into the cache.

    \b
    hydrasnap crawl https://hydra.example.org --jobset 'nixpkgs/*' --dry-run
    hydrasnap crawl https://hydra.example.org --jobset 'nixpkgs/*'
    """
    from hydrasnap.cli import actions as work

    telling, dry = opt.telling(options), options.pop("dry_run")
    config = opt.configured(options, url)
    if dry:
        work.plan_crawl(config, telling)
    else:
        _end(work.run_crawl(config, telling), telling)


@main.command()
@opt.config_option
@opt.cache_option
@opt.output_option
@opt.work_options
def render(**options: Any) -> None:
    """Render the site from the cache, without a network.

    \b
    hydrasnap render --cache cache --output _site
    """
    from hydrasnap.cli import site

    telling = opt.telling(options)
    if site.run_render(opt.configured(options), telling).lost:
        raise click.exceptions.Exit(EXIT_GAPS)


@main.command()
@click.option("--moment", type=click.IntRange(1, 3), default=1, metavar="N",
              help="Show it at moment 1, 2 or 3 of its life (default: 1).")  # fmt: skip
@click.option("--cache", type=opt.FOLDER, default="demo-cache", metavar="DIR",
              help="Keep the copied data in DIR (default: demo-cache).")  # fmt: skip
@click.option("--output", type=opt.FOLDER, default="demo-site", metavar="DIR",
              help="Write the site to DIR (default: demo-site).")  # fmt: skip
@opt.telling_options
def demo(moment: int, **options: Any) -> None:
    """Crawl and render a small Hydra that is built in.

    This needs no network and no settings. A later moment asks only for what changed, and writes
    only that.

    \b
    hydrasnap demo
    hydrasnap demo --moment 2      the same Hydra an hour later
    """
    from hydrasnap.cli import actions as work

    telling = opt.telling(options)
    outcome = work.run_demo(moment, Path(options["cache"]), Path(options["output"]), telling)
    _end(outcome, telling)


@main.command()
@opt.config_option
@opt.cache_option
@opt.work_options
def prune(**options: Any) -> None:
    """Drop from the cache what [retention] does not keep.

    [retention] is a table in hydrasnap.toml. A crawl does this too, where that sets a limit.

    \b
    hydrasnap prune --config hydrasnap.toml
    """
    from hydrasnap.cli import actions as work

    telling = opt.telling(options)
    work.run_prune(opt.configured(options), telling)


@main.command()
@opt.config_option
@opt.cache_option
@opt.answer_options
def status(**options: Any) -> None:
    """Say what the cache holds, its age, size and gaps.

    \b
    hydrasnap status --cache cache
    """
    from hydrasnap.cli import actions as work

    telling = opt.telling(options)
    work.describe_cache(Path(opt.configured(options).cache.folder), telling)


def _end(outcome: Any, telling: OutputOptions, lost: str = "") -> None:
    """End with the exit code that tells how the crawl went."""
    if outcome.error is not None and not outcome.out_of_budget:
        raise outcome.error
    if outcome.error is not None and not telling.json:
        click.echo(f"{outcome.error.message} The next run goes on from here.", err=True)
    if lost or not outcome.run.complete:
        raise click.exceptions.Exit(EXIT_GAPS)

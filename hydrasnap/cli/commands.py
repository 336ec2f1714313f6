"""All commands, as one group. Heavy imports wait until a command runs: `--help` is instant."""

import click

from hydrasnap import __version__
from hydrasnap.cli.cache_commands import check, merge, notify_command, prune, serve, status
from hydrasnap.cli.program import Program
from hydrasnap.cli.query import query
from hydrasnap.cli.snapshot_commands import bundle, crawl, demo, init, render, snapshot

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
COMMANDS = (
    init,
    snapshot,
    crawl,
    render,
    serve,
    demo,
    prune,
    status,
    bundle,
    query,
    merge,
    notify_command,
    check,
)


@click.group("hydrasnap", cls=Program, commands=COMMANDS, context_settings=CONTEXT)
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

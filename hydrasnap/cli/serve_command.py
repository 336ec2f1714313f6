"""The command `serve`: its options and help. What it does is in `cli/serve.py`, a heavy import."""

from typing import Any

import click

from hydrasnap.cli import options as opt


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

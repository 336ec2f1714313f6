"""Options that several commands share, and the configuration that is loaded from them.

The options of a single command stand with it, in `snapshot_commands`, `cache_commands` or `query`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import click

from hydrasnap.cli.output import OutputOptions

if TYPE_CHECKING:
    from hydrasnap.config.keys import Config

F = TypeVar("F", bound=Callable[..., Any])


class _Folder(click.ParamType[str]):
    """A folder by its name, which cannot be empty."""

    name = "folder"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse an empty name, which would be the current folder."""
        return str(value) if value else self.fail("it is empty; name a folder.", param, ctx)


class _Duration(click.ParamType[int]):
    """A span of time in seconds, written like ``90min`` or ``2h``."""

    name = "duration"
    _units: ClassVar = {"s": 1, "min": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read a whole number and a unit."""
        digits = str(value).rstrip("abcdefghijklmnopqrstuvwxyz ")
        unit = str(value)[len(digits) :].strip()
        if not digits.isdecimal() or unit not in self._units:
            self.fail("write a whole number and s, min, h, d or w, such as 2h.", param, ctx)
        return int(digits) * self._units[unit]


FOLDER = _Folder()
DURATION = _Duration()
FILE = click.Path(dir_okay=False, path_type=Path)


def bundle(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Return one decorator for several options, which `--help` lists in this order."""

    def add(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return add


config_option = click.option(
    "--config",
    type=FILE,
    help="Read the settings from FILE instead of hydrasnap.toml.",
    metavar="FILE",
)

cache_option = click.option(
    "--cache", type=FOLDER, metavar="DIR", help="The folder of the copied data (default: cache)."
)

output_option = click.option(
    "--output", type=FOLDER, metavar="DIR", help="The folder of the site (default: _site)."
)

metrics_option = click.option(
    "--metrics", type=FILE, metavar="FILE",
    help="Write the state of the snapshot to FILE, as Prometheus metrics.",
)  # fmt: skip

selection_options = bundle(
    click.option(
        "--project", "projects", multiple=True, metavar="GLOB",
        help="Take only projects whose name matches; may be given again.",
    ),
    click.option(
        "--jobset", "jobsets", multiple=True, metavar="GLOB",
        help="Take only jobsets whose PROJECT/JOBSET matches, such as 'nixpkgs/*'.",
    ),
    click.option(
        "--exclude", multiple=True, metavar="GLOB",
        help="Leave out projects or jobsets that match.",
    ),
    click.option(
        "--evaluations", type=int, metavar="N",
        help="Show the newest N evaluations of each jobset (default: 10).",
    ),
)  # fmt: skip

crawl_options = bundle(
    selection_options,
    click.option(
        "--hidden", is_flag=True, default=None, help="Take hidden projects and jobsets too."
    ),
    click.option(
        "--sizes", multiple=True, metavar="GLOB",
        help="Ask how big the builds of jobs are whose PROJECT/JOBSET/JOB matches.",
    ),
    click.option(
        "--live/--no-live", default=None,
        help="Ask what the Hydra is doing now, for five requests (default: no).",
    ),
    click.option(
        "--rate", type=float, metavar="R",
        help="Ask at most R times a second (default: 1; no limit on this machine itself).",
    ),
    click.option(
        "--concurrency", type=int, metavar="N",
        help="Ask up to N questions at once, at most 16 (default: 1).",
    ),
    click.option(
        "--max-requests", type=int, metavar="N", help="Stop cleanly after N requests."
    ),
    click.option(
        "--max-time", "max_seconds", type=int, metavar="SECONDS",
        help="Stop cleanly after SECONDS.",
    ),
    click.option(
        "--max-bytes", type=int, metavar="N", help="Stop cleanly after N bytes were received."
    ),
)  # fmt: skip

output_options = bundle(
    click.option("--quiet", is_flag=True, help="Print errors and answers only."),
    click.option(
        "--verbose", is_flag=True, help="Print a line for each request, and more on faults."
    ),
    click.option("--no-progress", is_flag=True, help="Print plain lines instead of a bar."),
    click.option(
        "--log-format", type=click.Choice(["text", "json"]), default="text",
        help="Print sentences, or a JSON object a line for machines.",
    ),
)  # fmt: skip


def take_output_options(options: dict[str, Any]) -> OutputOptions:
    """Take the output options out of the options of a command."""
    return OutputOptions(
        quiet=options.pop("quiet"),
        verbose=options.pop("verbose"),
        progress=not options.pop("no_progress"),
        json=options.pop("log_format") == "json",
    )


def load_config(options: dict[str, Any], url: str | None = None) -> "Config":
    """Apply a command's options on top of the configuration file, and check the result."""
    from hydrasnap.config.loading import load

    tables = {
        "hydra": {"url": url},
        "cache": {"folder": options.pop("cache", None)},
        "site": {"output": options.pop("output", None)},
    }
    path = options.pop("config", None)
    return load(path, {**tables, "crawl": options})

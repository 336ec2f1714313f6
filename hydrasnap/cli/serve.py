"""`hydrasnap serve`: the site and the API of a cache over HTTP, for as long as it runs."""

import logging
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from asyncio import CancelledError
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import click
import uvicorn

from hydrasnap.cli.output import OutputOptions, print_line
from hydrasnap.cli.render import run_render
from hydrasnap.config.keys import Config
from hydrasnap.config.loading import DEFAULT_FILE
from hydrasnap.errors import EXIT_GAPS, EXIT_LOCKED, ConfigError
from hydrasnap.publish.collisions import links_of
from hydrasnap.publish.masking import mask_snapshot
from hydrasnap.report.index import Index
from hydrasnap.server.background import RELOADING, Follower
from hydrasnap.server.newest_snapshot import CacheSource
from hydrasnap.server.rendered_site import SitePages
from hydrasnap.server.serve import serve_app

_PAUSE = 2.0  # seconds
_GRACE = 2  # seconds that answers on their way have when the server ends


@dataclass(frozen=True, slots=True)
class Serving:
    """Where to listen, and what to do beside answering."""

    host: str = "127.0.0.1"
    port: int = 8000
    open: bool = False
    watch: bool = False


def run_serve(
    config: Config, serving: Serving, output: OutputOptions, arguments: Sequence[str]
) -> None:
    """Render the site, then serve it until somebody stops it.

    `arguments` are those that make `hydrasnap render` write the same site.
    """
    run_render(config, replace(output, quiet=True))  # the first line printed is the address
    source = CacheSource(Path(config.cache.folder), mask_snapshot)
    follower = Follower(
        source,
        watched=(lambda: _sources_of(config)) if serving.watch else None,
        render=lambda: _render(arguments),
        warn=print_line,
    )
    addition = RELOADING if serving.watch else ""
    pages = SitePages(Path(config.site.output).absolute(), _file_names(source), addition)
    settings = uvicorn.Config(
        serve_app(source, pages, follower),
        log_level="warning",
        access_log=output.verbose,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
    )
    with _listen(serving) as listener:
        address = _address(listener, serving.host)
        click.echo(address)
        if serving.open:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        server = uvicorn.Server(settings)
        follower.is_ending = lambda: server.should_exit
        logging.getLogger("uvicorn.error").addFilter(_is_no_cut_off)
        with suppress(KeyboardInterrupt):  # uvicorn has ended in order, and passes Ctrl-C on
            server.run(sockets=[listener])


def _is_no_cut_off(record: logging.LogRecord) -> bool:
    """Return whether a log record says more than that the server's end cut off an answer."""
    cut = record.exc_info is not None and record.exc_info[0] is CancelledError
    return not cut and "timeout graceful shutdown" not in record.getMessage()


def _file_names(source: CacheSource) -> Callable[[str], str]:
    """Return the function from an object's names to its file name, for the newest snapshot."""
    snapshot, links = source.snapshot, links_of(Index(source.snapshot))

    def name(of: str) -> str:
        nonlocal snapshot, links
        if source.snapshot is not snapshot:
            snapshot, links = source.snapshot, links_of(Index(source.snapshot))
        return links.name(of)

    return name


def _listen(serving: Serving) -> socket.socket:
    """Bind the port; 0 takes any free one."""
    try:
        family = socket.getaddrinfo(serving.host, serving.port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((serving.host, serving.port), family=family, backlog=2048)
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(
            f"Cannot listen on {serving.host}, port {serving.port}: {reason}.",
            hint="Choose another address with --host, or another port with --port.",
        ) from error


def _address(listener: socket.socket, host: str) -> str:
    port = listener.getsockname()[1]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _sources_of(config: Config) -> Iterator[Path]:
    """Return the files that the site is made from, apart from the cache."""
    yield Path(config.file or DEFAULT_FILE)
    if config.site.notes:
        yield Path(config.site.notes)
    for folder in (config.site.templates, config.site.pages):
        if folder:
            yield from (path for path in Path(folder).rglob("*") if path.is_file())


def _render(arguments: Sequence[str]) -> bool:
    """Render in a separate process, which reads the settings again and frees its memory.

    While another run holds the site or the cache, this waits and tries again.
    """
    command = [sys.executable, "-m", "hydrasnap.cli", "render", "--quiet", *arguments]
    while True:
        done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL)  # noqa: S603 - our own
        if done.returncode != EXIT_LOCKED:
            return done.returncode in (0, EXIT_GAPS)
        time.sleep(_PAUSE)

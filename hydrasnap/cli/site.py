"""Rendering, as commands ask for it. What makes pages is imported where there are some to make."""

from collections.abc import Callable
from pathlib import Path

import click

from hydrasnap.cli.events import OutputOptions
from hydrasnap.cli.render_bar import RenderBar
from hydrasnap.cli.stopping import handle_sigint_once, stoppable
from hydrasnap.cli.units import publish_fields, publish_summary
from hydrasnap.config.loading import Config
from hydrasnap.model import Watch
from hydrasnap.publish.incremental.checks import PreviousRun, inspect, unchanged_site
from hydrasnap.publish.settings import Published, SiteSettings


def check_all(config: Config) -> None:
    """Refuse what would spoil the rendering at its end, before anything is asked or written."""
    from hydrasnap.cli.preflight import check_folders, check_site

    check_folders(Path(config.cache.folder), Path(config.site.output))
    check_site(config, _settings(config))


def run_render(config: Config, telling: OutputOptions) -> Published:
    """Render the configured cache to the configured folder, and say what was written."""
    cache, output = Path(config.cache.folder), Path(config.site.output)
    return render_into(output, cache, _settings(config), telling, lambda: check_all(config))


def render_into(
    output: Path,
    cache: Path,
    settings: SiteSettings,
    telling: OutputOptions,
    check: Callable[[], None] = lambda: None,
) -> Published:
    """Render a cache to a folder, unless its site stands there, and say what was written.

    `check` is called before anything is rendered.
    """
    previous = inspect(cache, settings, output)
    done = unchanged_site(previous, output)
    if done is None:
        check()
        done = _rendered(output, cache, settings, telling, previous)
    _say(done, telling)
    return done


def _rendered(
    output: Path, cache: Path, settings: SiteSettings, telling: OutputOptions, previous: PreviousRun
) -> Published:
    from hydrasnap.publish.pipeline import publish
    from hydrasnap.store import read_snapshot

    with stoppable("The cache is whole; `hydrasnap render` writes the site."), handle_sigint_once():
        telling.begin("render")
        with RenderBar(telling) as bar:
            return publish(read_snapshot(cache), settings, output, bar, previous=previous)


def _say(done: Published, telling: OutputOptions) -> None:
    telling.log(publish_summary(done), "rendered", publish_fields(done))
    if done.lost and not telling.json:
        click.echo(done.lost, err=True)


def _settings(config: Config) -> SiteSettings:
    site = config.site
    return SiteSettings(
        title=site.title,
        base=site.base,
        templates=Path(site.templates) if site.templates else None,
        pages=Path(site.pages) if site.pages else None,
        notes=Path(site.notes) if site.notes else None,
        policy=site.policy,
        max_bytes=site.max_bytes,
        baselines=site.baselines,
        watches=tuple(Watch(w.name, w.jobs, w.jobsets, w.systems) for w in config.watch),
    )

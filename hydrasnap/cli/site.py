"""Rendering, as commands ask for it. What makes pages is imported where there are some to make."""

from collections.abc import Callable
from pathlib import Path

import click

from hydrasnap.cli.bar import RenderBar
from hydrasnap.cli.stopping import heard_once, stoppable
from hydrasnap.cli.telling import Telling
from hydrasnap.cli.words import publish_fields, publish_summary
from hydrasnap.config import Config
from hydrasnap.model import Watch
from hydrasnap.settings import Published, SiteSettings
from hydrasnap.standing import Left, look, standing


def check_all(config: Config) -> None:
    """Refuse what would spoil the rendering at its end, before anything is asked or written."""
    from hydrasnap.cli.ready import check_folders, check_site

    check_folders(Path(config.cache.folder), Path(config.site.output))
    check_site(config, _settings(config))


def run_render(config: Config, telling: Telling) -> Published:
    """Render the configured cache to the configured folder, and say what was written."""
    cache, output = Path(config.cache.folder), Path(config.site.output)
    return render_into(output, cache, _settings(config), telling, lambda: check_all(config))


def render_into(
    output: Path,
    cache: Path,
    settings: SiteSettings,
    telling: Telling,
    check: Callable[[], None] = lambda: None,
) -> Published:
    """Render a cache to a folder, unless its site stands there, and say what was written.

    `check` is called before anything is rendered.
    """
    left = look(cache, settings, output)
    done = standing(left, output)
    if done is None:
        check()
        done = _rendered(output, cache, settings, telling, left)
    _say(done, telling)
    return done


def _rendered(
    output: Path, cache: Path, settings: SiteSettings, telling: Telling, left: Left
) -> Published:
    from hydrasnap.publish import publish
    from hydrasnap.store import read_snapshot

    with stoppable("The cache is whole; `hydrasnap render` writes the site."), heard_once():
        telling.begin("render")
        with RenderBar(telling) as bar:
            return publish(read_snapshot(cache), settings, output, bar, left=left)


def _say(done: Published, telling: Telling) -> None:
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

"""Rendering, as commands ask for it. Modules that make pages are imported only to make some."""

from collections.abc import Callable
from pathlib import Path

from hydrasnap.cli.output import OutputOptions, print_line
from hydrasnap.cli.packages import package_settings
from hydrasnap.cli.progress import render_progress
from hydrasnap.cli.reports import render_fields, render_lines
from hydrasnap.cli.signals import handle_signals_once, stoppable
from hydrasnap.config.keys import Config
from hydrasnap.formatting import plural, size
from hydrasnap.model import Watch
from hydrasnap.publish.pipeline import publish_cache
from hydrasnap.publish.settings import Published, SiteSettings


def check_all(config: Config) -> None:
    """Check what would make a render fail, before anything is fetched or written."""
    from hydrasnap.cli.preflight import check_folders, check_site

    check_folders(Path(config.cache.folder), Path(config.site.output))
    check_site(config, _settings(config))


def run_render(config: Config, options: OutputOptions) -> Published:
    """Render the configured cache to the configured folder, and say what was written."""
    cache, output = Path(config.cache.folder), Path(config.site.output)
    return render_into(output, cache, _settings(config), options, lambda: check_all(config))


def render_into(
    output: Path,
    cache: Path,
    settings: SiteSettings,
    options: OutputOptions,
    check: Callable[[], None] = lambda: None,
) -> Published:
    """Render a cache to a folder, unless its site is there already, and say what was written.

    `check` is called before anything is rendered.
    """

    def begin() -> None:
        check()
        options.begin("render")

    with (
        stoppable("The cache is whole; `hydrasnap render` writes the site."),
        handle_signals_once(),
        render_progress(options) as progress,
    ):
        done = publish_cache(cache, settings, output, progress=progress, before_render=begin)
    options.log(render_lines(done), "rendered", render_fields(done))
    if done.lost and not options.json:
        print_line(done.lost)
    return done


def run_bundle(config: Config, file: Path, options: OutputOptions) -> None:
    """Pack the configured site into one file, and say how big that is."""
    from hydrasnap.publish.bundle import bundle

    with stoppable(""), handle_signals_once():
        count = bundle(Path(config.site.output), file)
    amount = file.stat().st_size
    line = f"packed {plural(count, 'file')} into {file}, {size(amount)}"
    options.log([line], "bundled", {"file": str(file), "files": count, "bytes": amount})


def _settings(config: Config) -> SiteSettings:
    site = config.site
    return SiteSettings(
        title=site.title,
        base=site.base,
        templates=Path(site.templates) if site.templates else None,
        pages=Path(site.pages) if site.pages else None,
        notes=Path(site.notes) if site.notes else None,
        files=Path(site.files) if site.files else None,
        logo=site.logo,
        accent=site.accent,
        css=site.css,
        intro=site.intro,
        aggregates=site.aggregates,
        policy=site.policy,
        max_bytes=site.max_bytes,
        max_files=site.max_files,
        baselines=site.baselines,
        api=site.api,
        packages=package_settings(config),
        manifest=site.manifest,
        watches=tuple(Watch(w.name, w.jobs, w.jobsets, w.systems) for w in config.watch),
    )

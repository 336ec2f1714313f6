"""Checks before the first request: folders, texts and templates that the site needs.

Otherwise a crawl of an hour could end with a site that cannot be written.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from jinja2 import TemplateError

from hydrasnap.config.keys import Config
from hydrasnap.config.messages import Mistake, SettingsError
from hydrasnap.errors import ConfigError
from hydrasnap.publish.output.ownership import check_output_folder
from hydrasnap.publish.render.renderer import environment
from hydrasnap.publish.render.template_errors import TEMPLATE_EXCEPTIONS, explain
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.publish.site_content import documents, notes
from hydrasnap.store.ownership import check_folder


def check_site(config: Config, settings: SiteSettings) -> None:
    """Refuse folders and files of the settings that do not exist or cannot be used."""
    if found := [*_missing_folders(config, settings)]:
        raise SettingsError(found)
    settings.packages.load()
    list(documents(settings.pages))
    notes(settings.notes)
    _check_templates(settings.templates)


def _missing_folders(config: Config, settings: SiteSettings) -> Iterator[Mistake]:
    for key in ("templates", "pages", "notes", "files"):
        folder = getattr(settings, key)
        if folder is not None and not folder.is_dir():
            path = ("site", key)
            why = "is no folder" if folder.exists() else "does not exist"
            yield Mistake(
                config.key(*path),
                path,
                problem=f": {folder} {why}.",
                hint="Make it, or correct the setting.",
            )


def _check_templates(own: Path | None) -> None:
    """Compile the user's templates; mistakes that depend on a page show when it is rendered."""
    jinja = environment(own)
    for file in sorted(own.glob("*.html")) if own is not None else ():
        try:
            jinja.get_template(file.name)
        except (TemplateError, *TEMPLATE_EXCEPTIONS) as error:
            reason = explain(error, file.name, own)
            if reason is None:
                raise
            raise reason from error


def check_folders(cache: Path, site: Path) -> None:
    """Refuse folders in which hydrasnap would overwrite the files of others."""
    one, other = (Path(os.path.realpath(folder)) for folder in (cache, site))
    if one == other:
        raise ConfigError(
            f"The cache and the site cannot share the folder {cache}.",
            hint="Choose two with --cache and --output.",
        )
    for inner, outer, words in ((one, other, "cache cannot lie in the site"),
                                (other, one, "site cannot lie in the cache")):  # fmt: skip
        if outer in inner.parents:
            raise ConfigError(
                f"The {words}: {inner} is inside {outer}.",
                hint="Choose two folders apart with --cache and --output.",
            )
    check_folder(cache)
    check_output_folder(site)

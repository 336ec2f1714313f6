"""Pages become bytes: the Jinja environment and its filters.

Everything that comes from a Hydra is hostile: autoescape is on for all templates, an undefined name
is an error, and characters that are invisible or turn the text around are shown by their number.
"""

import re
from collections.abc import Callable
from functools import lru_cache, partial
from html import escape
from operator import call
from pathlib import Path

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    TemplateError,
    pass_context,
)
from jinja2.runtime import Context
from markupsafe import Markup

from hydrasnap.formatting import clock, date, duration, number, size, visible_bytes, visible_name
from hydrasnap.publish.links import root_of
from hydrasnap.publish.pages.common.page import Page
from hydrasnap.publish.pages.common.site_facts import SiteFacts
from hydrasnap.publish.render.environment import UserTemplates, site_environment
from hydrasnap.publish.render.template_errors import TEMPLATE_EXCEPTIONS, explain
from hydrasnap.publish.resources import bundled

_NONE = Markup('<span class="none">\N{EN DASH}</span>')
_BREAK = re.compile(r"[./_+-](?!(?:64|darwin|linux)\b)")  # not within a system


@lru_cache(maxsize=65536)
def _time(seconds: int | None, text: Callable[[int], str] = clock) -> Markup:
    """Return a time in UTC as HTML, for people and for scripts."""
    if seconds is None:
        return _NONE
    iso = clock(seconds)
    if len(iso) != len("2026-11-23 00:00"):
        return Markup("<span>{}</span>").format(iso)
    machine = f"{iso[:10]}T{iso[11:]}Z"
    return Markup('<time datetime="{}">{}</time>').format(machine, text(seconds))


def _optional(text: Callable[[int], str], value: int | None) -> str | Markup:
    return _NONE if value is None else text(value)


@lru_cache(maxsize=65536)
def _breakable(text: str) -> Markup:
    """Return a long name as HTML that may break after dots, slashes and dashes."""
    if len(text) < 20 or not text.isprintable():  # noqa: PLR2004 - fits a phone as it is
        return Markup.escape(visible_name(text))
    return Markup(_BREAK.sub(r"\g<0><wbr>", escape(text)))  # noqa: S704 - escaped in this line


def _steps(letters: int, most: int) -> int:
    """Round a number of letters up to what the style sheet has a class for: dozens from 24 on."""
    return min(most, max(24, -(-letters // 12) * 12))


def _row_class(job: str, jobset: str = "") -> Markup:
    """Name the class by which the style sheet knows how high a row of a long table is.

    That is told by the letters of its links, in steps; a row with short ones has no class.
    """
    letters = max(len(job), len(jobset) + 6)
    return _class(_steps(letters, 240) if letters > 13 else 0)  # noqa: PLR2004 - fits in one line


@lru_cache(maxsize=256)
def _class(letters: int) -> Markup:
    return Markup(' class="n{}"').format(letters) if letters else Markup()


@pass_context
def _markdown(context: Context, text: str) -> Markup:
    from hydrasnap.publish.render.markdown import markdown_html  # most runs have no such page

    return markdown_html(text, context["root"])


def environment(templates: Path | None, site: SiteFacts | None = None) -> Environment:
    """Return the Jinja environment; a file in `templates` wins over the bundled one of its name.

    Such a file can extend what it replaces as ``bundled/NAME``. Without a `site`, templates can be
    compiled and not rendered. What pages call most are filters: before it calls a function, Jinja
    looks whether that wants to see the context.
    """
    ours = FileSystemLoader(bundled("templates"))
    loaders = [ours, PrefixLoader({"bundled": ours})]
    if templates is not None:
        loaders.insert(0, UserTemplates(templates))
    env = site_environment(ChoiceLoader(loaders), sandboxed=templates is not None)
    env.globals["site"] = site
    env.filters.update(
        {
            "build_path": site.build if site else str,
            "once": lru_cache(maxsize=4096, typed=True)(call),  # of a macro with the same values
            "shared": lru_cache(maxsize=256)(partial(_shared, env)),
            "time": _time,
            "date": partial(_time, text=date),
            "duration": partial(_optional, duration),
            "size": partial(_optional, size),
            "number": partial(_optional, number),
            "breakable": _breakable,
            "markdown": _markdown,
            "row_class": _row_class,
            "steps": _steps,
        }
    )
    return env


class Renderer:
    """Renders pages to bytes with the bundled templates, or those of a user's folder instead."""

    def __init__(self, site: SiteFacts, templates: Path | None = None) -> None:
        self._user_templates = templates
        self._environment = environment(templates, site)

    def render(self, page: Page) -> bytes:
        """Render a page; its template sees ``page``, ``path`` and ``root``."""
        try:
            template = self._environment.get_template(page.template)
            text = template.render(page=page.context, path=page.path, root=root_of(page.path))
        except (TemplateError, *TEMPLATE_EXCEPTIONS) as error:
            reason = explain(error, page.template, self._user_templates)
            if reason is None:
                raise
            raise reason from error
        return visible_bytes(text)


def _shared(env: Environment, name: str, root: str) -> Markup:
    """Render a part that all pages of one depth have alike; the filter remembers it."""
    text = env.get_template(name).render(root=root)
    return Markup(text)  # noqa: S704 - a template has escaped what is in it

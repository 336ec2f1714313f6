"""Pages become bytes: the Jinja environment, its filters, and Markdown made harmless.

Everything that comes from a Hydra is hostile: autoescape is on for all templates, an undefined name
is an error, and characters that are invisible or turn the text around are shown by their number.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from html import escape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nh3
from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    TemplateError,
    pass_context,
)
from jinja2.runtime import Context
from markdown import Markdown
from markupsafe import Markup

from hydrasnap.blame import MISHAPS, explain
from hydrasnap.links import outward, root_of
from hydrasnap.pages.page import Page
from hydrasnap.phrases import clock, date, duration, number, size, visible, visible_bytes
from hydrasnap.resources import bundled
from hydrasnap.templating import LeanEnvironment

_NONE = Markup('<span class="none">\N{EN DASH}</span>')
_EXTENSIONS = ("tables", "fenced_code", "sane_lists", "footnotes", "def_list", "abbr")
_ATTRIBUTES = nh3.ALLOWED_ATTRIBUTES | {"span": {"class"}}  # for the signs of the style sheet
_BREAK = re.compile(r"[./_+-]")


@lru_cache(maxsize=65536)
def _time(seconds: int | None, text: Callable[[int], str] = clock) -> Markup:
    """Write a moment in UTC, for people and for scripts."""
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
    """Let a long name break after its dots, slashes and dashes."""
    if len(text) < 20 or not text.isprintable():  # noqa: PLR2004 - fits a phone as it is
        return Markup.escape(text)
    return Markup(_BREAK.sub(r"\g<0><wbr>", escape(text)))  # noqa: S704 - escaped in this line


def _attribute(root: str, tag: str, attribute: str, value: str) -> str | None:
    """Keep a link or image of a Markdown text if it stays on the site or leads outward."""
    if attribute not in {"href", "src", "cite"}:
        return value
    if value.startswith("#"):
        return value
    if ":" not in value.partition("/")[0] and not value.startswith("//"):
        return root + value.lstrip("/")
    return outward(value) if tag == "a" else None


def markdown_html(text: str, root: str) -> Markup:
    """Render Markdown for a page whose way to the site's root is `root`; unsafe HTML goes.

    A link without a host is meant from the site's root; a picture of another host is left out.
    """
    html = Markdown(extensions=list(_EXTENSIONS), output_format="html").convert(visible(text))
    clean = nh3.clean(
        html,
        attributes=_ATTRIBUTES,
        attribute_filter=partial(_attribute, root),
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    return Markup(clean)  # noqa: S704 - this is the one place where HTML is made, by a sanitizer


@pass_context
def _markdown(context: Context, text: str) -> Markup:
    return markdown_html(text, context["root"])


def environment(templates: Path | None) -> Environment:
    """Return the Jinja environment; a file in `templates` wins over the bundled one of its name.

    Such a file can extend what it replaces as ``bundled/NAME``.
    """
    own = FileSystemLoader(bundled("templates"))
    loaders = [own, PrefixLoader({"bundled": own})]
    if templates is not None:
        loaders.insert(0, FileSystemLoader(templates))
    env = LeanEnvironment(ChoiceLoader(loaders))
    env.filters.update(
        {
            "time": _time,
            "date": partial(_time, text=date),
            "duration": partial(_optional, duration),
            "size": partial(_optional, size),
            "number": partial(_optional, number),
            "breakable": _breakable,
            "markdown": _markdown,
        }
    )
    return env


class Renderer:
    """Turns pages into bytes; `site` is what every template may ask about the whole site."""

    def __init__(self, site: Mapping[str, Any], templates: Path | None = None) -> None:
        self._own = templates
        self._environment = environment(templates)
        self._environment.globals["site"] = SimpleNamespace(**site)
        self._environment.globals["shared"] = lru_cache(maxsize=256)(self._shared)
        self._environment.globals["once"] = lru_cache(maxsize=4096, typed=True)(_once)

    def render(self, page: Page) -> bytes:
        """Render a page; its template sees ``page``, ``path`` and ``root``."""
        try:
            template = self._environment.get_template(page.template)
            text = template.render(page=page.context, path=page.path, root=root_of(page.path))
        except (TemplateError, *MISHAPS) as error:
            raise explain(error, page.template, self._own) or error from error
        return visible_bytes(text)

    def _shared(self, name: str, root: str) -> Markup:
        """Render a part that all pages of one depth have alike."""
        text = self._environment.get_template(name).render(root=root)
        return Markup(text)  # noqa: S704 - a template has escaped what is in it


def _once(macro: Callable[..., Markup], *values: object) -> Markup:
    """Call a macro; the environment's ``once`` remembers what it gave for the same values."""
    return macro(*values)

"""Convert Markdown to safe HTML."""

import re
from functools import partial

import nh3
from markdown import Markdown
from markupsafe import Markup

from hydrasnap.formatting import visible
from hydrasnap.publish.links import outward

_EXTENSIONS = ("tables", "fenced_code", "sane_lists", "footnotes", "def_list", "abbr")
_ATTRIBUTES = nh3.ALLOWED_ATTRIBUTES | {"span": {"class"}}  # for the signs of the style sheet
_BLANK = re.compile(r"^[\0- ]+|[\t\n\r]|[\0- ]+$")


def _attribute(root: str, tag: str, attribute: str, value: str) -> str | None:
    """Keep a link or image of a Markdown text if it stays on the site or leads outward."""
    if attribute not in {"href", "src", "cite"}:
        return value
    value = _BLANK.sub("", value).replace("\\", "/")  # as browsers read an address
    if value.startswith("#"):
        return value
    if ":" not in value.partition("/")[0] and not value.startswith("//"):
        return root + value.lstrip("/")
    return outward(value) if tag == "a" else None


def markdown_html(text: str, root: str) -> Markup:
    """Render Markdown as safe HTML; `root` is the relative path from the page to the root.

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

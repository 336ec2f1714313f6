"""What users add to their site: their own pages, a logo, a style sheet, colours."""

from typing import NamedTuple

from hydrasnap.publish.pages.common.page import View


class Document(View, frozen=True, kw_only=True):
    """A Markdown page: where it lives on the site, its title and its text."""

    path: str
    title: str
    text: str


class Appearance(NamedTuple):
    """The user's logo and style sheet, files below the site's root; colours; the introduction."""

    logo: str = ""
    accent: str = ""
    css: str = ""
    intro: bool = True

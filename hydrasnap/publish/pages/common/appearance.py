"""How the user wants the site to look."""

from typing import NamedTuple


class Appearance(NamedTuple):
    """The user's logo and style sheet, files below the site's root; colours; the introduction."""

    logo: str = ""
    accent: str = ""
    css: str = ""
    intro: bool = True

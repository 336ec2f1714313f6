"""Which template is to blame: the file and line in which a rendering failed, and whose it is."""

import traceback
from pathlib import Path

from jinja2 import TemplateNotFound, TemplateSyntaxError

from hydrasnap.errors import ConfigError
from hydrasnap.publish.resources import bundled

# What an expression in a template can raise: `1 + "a"`, `x[9]`, `1 / 0`, a call of what is no
# function, a macro that calls itself; and a file that is not UTF-8.
TEMPLATE_EXCEPTIONS = (
    TypeError,
    ValueError,
    LookupError,
    ArithmeticError,
    AttributeError,
    RecursionError,
)


def explain(error: Exception, name: str, user_templates: Path | None) -> ConfigError | None:
    """Return what is wrong with a user's template; None if the error is ours.

    `name` is the template that was asked for, and `user_templates` the folder of the user.
    """
    file, line = _place(error, user_templates) or (_file(name, user_templates), None)
    if user_templates is None:
        return None
    place = f"{file}, line {line}" if line else str(file)
    if file.is_relative_to(user_templates):
        return ConfigError(
            f"The template {place} cannot be used: {_reason(error)}.", hint="Correct it."
        )
    return ConfigError(
        f"The template {place}, which comes with hydrasnap, cannot be used together with those in "
        f"{user_templates}: {_reason(error)}.",
        hint="Correct what replaces ours there.",
    )


def _place(error: Exception, user_templates: Path | None) -> tuple[Path, int | None] | None:
    """Find the place in a template where an error arose, in one of the user's rather than ours."""
    if isinstance(error, TemplateSyntaxError) and error.filename:
        return Path(error.filename), error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    found = [(Path(frame.filename), frame.lineno) for frame in frames]
    for folder in filter(None, (user_templates, bundled("templates"))):
        inside = [place for place in found if place[0].is_relative_to(folder)]
        if inside:
            return inside[-1]
    return None


def _file(name: str, user_templates: Path | None) -> Path:
    if user_templates is not None and (user_templates / name).is_file():
        return user_templates / name
    return bundled("templates") / name.removeprefix("bundled/")


def _reason(error: Exception) -> str:
    if isinstance(error, TemplateNotFound):
        return f"there is no template {error.name!r}, which it asks for"
    if isinstance(error, UnicodeDecodeError):
        return f"it is not UTF-8 (byte {error.start + 1})"
    if isinstance(error, RecursionError):
        return "it calls itself without an end"
    text = str(error) or type(error).__name__
    return text.strip().rstrip(".")

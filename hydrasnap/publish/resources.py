"""Where the files that come with the package are: its templates and the site's static part."""

from pathlib import Path

from hydrasnap.errors import HydrasnapError


def bundled(name: str) -> Path:
    """Return a folder such as ``templates``, which an editable install has beside the package."""
    package = Path(__file__).parents[1]
    for folder in (package / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise HydrasnapError(
        f"The folder {name!r} is missing from {package}.", hint="Please install hydrasnap again."
    )

"""The user's texts in Markdown: pages of their own, and notes on what the Hydra knows."""

from collections.abc import Iterator
from pathlib import Path

from hydrasnap.errors import ConfigError
from hydrasnap.publish.links import Links, safe_name
from hydrasnap.publish.pages import Document
from hydrasnap.publish.resources import bundled


def documents(own: Path | None) -> Iterator[Document]:
    """Read the Markdown pages by name, the user's instead of ours."""
    files = {file.stem: file for file in (bundled("site") / "pages").glob("*.md")}
    if own is not None:
        files |= {file.stem: file for file in sorted(own.glob("*.md"))}
    for stem in sorted(files):
        path = f"{safe_name(stem)}.html"
        if path in Links.OURS:
            message = f"{files[stem]} would replace one of our own pages; give it another name."
            raise ConfigError(message)
        title, text = _titled(_read(files[stem]), stem)
        yield Document(path=path, title=title, text=text)


def _titled(text: str, stem: str) -> tuple[str, str]:
    """Take the first heading of a Markdown text as its title."""
    first, _, rest = text.lstrip().partition("\n")
    if first.startswith("# "):
        return first[2:].strip(), rest
    return stem.replace("-", " ").capitalize(), text


def notes(folder: Path | None) -> dict[str, str]:
    """Read the Markdown notes by what they are on: ``PROJECT``, ``PROJECT/JOBSET`` and so on."""
    if folder is None:
        return {}
    files = sorted(folder.rglob("*.md"))
    return {file.relative_to(folder).with_suffix("").as_posix(): _read(file) for file in files}


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        message = f"{file} is not UTF-8 (byte {error.start + 1}); save it as text in UTF-8."
        raise ConfigError(message) from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(f"{file} cannot be read: {reason}.") from error

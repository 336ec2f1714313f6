"""Files that run hydrasnap and serve the site, made from the recipes in the package."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hydrasnap import __version__
from hydrasnap.errors import OutputError

RECIPES: dict[str, tuple[tuple[str, str], ...]] = {
    "github": (("github.yml.j2", ".github/workflows/snapshot.yml"),),
    "gitlab": (("gitlab.yml.j2", ".gitlab-ci.yml"),),
    "forgejo": (("forgejo.yml.j2", ".forgejo/workflows/snapshot.yml"),),
    "systemd": (
        ("service.j2", "deploy/hydrasnap.service"),
        ("timer.j2", "deploy/hydrasnap.timer"),
        ("sysusers.j2", "deploy/hydrasnap.sysusers"),
    ),
    "crontab": (("crontab.j2", "deploy/crontab"),),
    "nginx": (("nginx.conf.j2", "deploy/nginx.conf"),),
    "caddy": (("Caddyfile.j2", "deploy/Caddyfile"),),
}


@dataclass(frozen=True, slots=True)
class RecipeFacts:
    """What the recipes need to know; `minute` is when in an hour a run begins."""

    origin: str
    base: str
    username: str
    basic_username: str
    folder: str
    program: str
    minute: int


def recipe_files(names: tuple[str, ...], facts: RecipeFacts) -> Iterator[tuple[Path, str]]:
    """Yield the path, below the folder of the settings, and the text of each file."""
    folder = Path(__file__).parent / "recipes"
    jinja = Environment(  # plain text for programs, not HTML
        loader=FileSystemLoader(folder), undefined=StrictUndefined, autoescape=False,  # noqa: S701
        block_start_string="[%", block_end_string="%]", variable_start_string="[[",
        variable_end_string="]]", comment_start_string="[#", comment_end_string="#]",
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    context = {
        **asdict(facts),
        "version": __version__,
        "host": urlsplit(facts.origin).hostname,
        "site_host": urlsplit(facts.base).hostname or "snapshot.example.org",
    }
    for name in names:
        for template, path in RECIPES[name]:
            yield Path(path), jinja.get_template(template).render(context)


def write_files(folder: Path, files: dict[Path, str]) -> None:
    """Write files; the caller has checked that none is replaced against the user's will."""
    for path, text in files.items():
        target = folder / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise OutputError(f"{target} cannot be written: {error.strerror}.") from error

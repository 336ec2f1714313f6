"""Where the web shows a repository, a revision of it, and the way between two revisions.

Knows GitHub, GitLab and Gitea by their public hosts, from git addresses and flake references.
"""

import re
from urllib.parse import quote

from hydrasnap.links import outward

_GITLAB = frozenset({"gitlab.com", "gitlab.freedesktop.org", "gitlab.gnome.org", "gitlab.haskell.org"})
_GITEA = frozenset({"codeberg.org", "gitea.com", "git.lix.systems"})
_REMOTE = re.compile(
    r"(?:git\+)?(?:https?://|ssh://|git://)?(?:[\w.-]+@)?(?P<host>[\w.-]+\.[a-z]+)[/:]"
    r"(?P<path>[\w.~-]+(?:/[\w.~+-]+)+?)(?:\.git)?/?(?:[?#].*)?"
)
_FLAKE = re.compile(r"(?P<kind>github|gitlab):(?P<path>[\w.~-]+/[\w.~+-]+)(?:/(?P<rev>[^?#]+))?.*")
_REVISION = re.compile(r"[0-9a-f]{7,64}")


def repository(uri: str) -> tuple[str, str] | None:
    """Return the host and the path that a repository has on the web, where it is known.

    >>> repository("https://github.com/NixOS/nixpkgs.git")
    ('github.com', 'NixOS/nixpkgs')
    """
    flake = _FLAKE.fullmatch(uri)
    if flake:
        return f"{flake['kind']}.com", flake["path"]
    remote = _REMOTE.fullmatch(uri.strip())
    if remote and (remote["host"] == "github.com" or remote["host"] in _GITLAB | _GITEA):
        return remote["host"], remote["path"]
    return None


def _inner(host: str) -> str:
    return "/-" if host in _GITLAB else ""


def page(uri: str) -> str | None:
    """Return the web page of a repository, or the address itself where it is one."""
    found = repository(uri)
    return f"https://{found[0]}/{found[1]}" if found else outward(uri)


def commit(uri: str, revision: str) -> str | None:
    """Return the web page of a revision."""
    found = repository(uri)
    if not found or not _REVISION.fullmatch(revision):
        return None
    return f"https://{found[0]}/{found[1]}{_inner(found[0])}/commit/{revision}"


def comparison(uri: str, old: str, new: str) -> str | None:
    """Return the web page that shows the commits between two revisions."""
    found = repository(uri)
    if not found or not _REVISION.fullmatch(old) or not _REVISION.fullmatch(new):
        return None
    return f"https://{found[0]}/{found[1]}{_inner(found[0])}/compare/{old}...{new}"


def flake_page(flake: str) -> str | None:
    """Return the web page of a flake reference, at its revision where it names one."""
    found = _FLAKE.fullmatch(flake)
    if not found or not found["rev"]:
        return page(flake)
    host = f"{found['kind']}.com"
    return f"https://{host}/{found['path']}{_inner(host)}/tree/{quote(found['rev'])}"

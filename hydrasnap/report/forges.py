"""Where a Git remote or a flake reference can be read in a browser."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, quote, unquote, urlsplit

from msgspec import Struct

_REVISION = re.compile(r"[0-9a-f]{7,64}")
_HOST = re.compile(
    r"(?=.{4,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+"
)
_PATH = re.compile(r"~?[A-Za-z0-9_.+-]+(?:/[A-Za-z0-9_.+-]+)+")
_SCP = re.compile(r"[A-Za-z0-9_.-]+@([A-Za-z0-9.-]+):([^/].*)")
_ARCHIVE = re.compile(r"/(.+?)(?:/-)?/archive/([0-9a-f]{7,64})(?:/[^/]*|\.tar\.[a-z0-9]+|\.zip)")
_SCHEMES = {"http", "https", "git", "ssh", "git+http", "git+https", "git+ssh"}


class Forge(Struct, frozen=True):
    """How one kind of forge writes its addresses below a repository's."""

    commit: str
    compare: str | None
    file: str


GITHUB = Forge("/commit/{0}", "/compare/{0}...{1}", "/blob/{0}/{1}")
GITLAB = Forge("/-/commit/{0}", "/-/compare/{0}...{1}", "/-/blob/{0}/{1}")
GITEA = Forge("/commit/{0}", "/compare/{0}...{1}", "/src/commit/{0}/{1}")
SOURCEHUT = Forge("/commit/{0}", None, "/tree/{0}/item/{1}")

_KNOWN: Mapping[str, Forge] = {
    "github.com": GITHUB,
    "gitlab.com": GITLAB,
    "codeberg.org": GITEA,
    "gitea.com": GITEA,
    "git.lix.systems": GITEA,
    "git.clan.lol": GITEA,
    "git.sr.ht": SOURCEHUT,
}
_FAMILIES: Mapping[str, Forge] = {"gitlab": GITLAB, "gitea": GITEA, "forgejo": GITEA}
_FLAKE_FORGES = {
    "github": ("github.com", GITHUB),
    "gitlab": ("gitlab.com", GITLAB),
    "sourcehut": ("git.sr.ht", SOURCEHUT),
}


class Remote(Struct, frozen=True):
    """A repository on a known forge, as ``host`` and ``owner/name``."""

    host: str
    path: str
    forge: Forge

    def commit_url(self, revision: str) -> str | None:
        """Return the address of a commit, or None if `revision` is not a commit's name."""
        if not is_revision(revision):
            return None
        return self._url + self.forge.commit.format(revision)

    def file_url(self, revision: str, path: str, line: str = "") -> str | None:
        """Return the address of a line of a file at a commit."""
        steps = path.split("/")
        if not is_revision(revision) or {"", ".", ".."} & set(steps):
            return None
        file = self._url + self.forge.file.format(revision, "/".join(map(quote, steps)))
        return f"{file}#L{line}" if line.isdecimal() and line.isascii() else file

    def compare_url(self, old: str, new: str) -> str | None:
        """Return the address that shows the changes from `old` to `new`, None if there is none."""
        if self.compare_pattern is None or not (is_revision(old) and is_revision(new)):
            return None
        return self.compare_pattern.replace("{0}", old).replace("{1}", new)

    @property
    def compare_pattern(self) -> str | None:
        """Return the address of the changes from ``{0}`` to ``{1}``; None if the forge has none."""
        return None if self.forge.compare is None else self._url + self.forge.compare

    @property
    def _url(self) -> str:
        return f"https://{self.host}/{self.path}"


class Pin(Struct, frozen=True):
    """A flake reference taken apart; `revision` is empty where it names none."""

    remote: Remote | None
    revision: str


def is_revision(text: str) -> bool:
    """Return whether a text can be the name of a commit."""
    return _REVISION.fullmatch(text) is not None


def remote(uri: str) -> Remote | None:
    """Return the repository of a Git remote, without user names and passwords."""
    scp = _SCP.fullmatch(uri)
    if scp:
        return _repository(scp[1], scp[2])
    try:
        parts = urlsplit(uri)
        host = parts.hostname if parts.scheme in _SCHEMES and parts.port is None else None
    except ValueError:
        return None
    return _repository(host, parts.path.strip("/")) if host else None


def flake_remote(flake: str) -> Pin | None:
    """Parse a flake reference; None if it names neither a repository nor a revision.

    The forms are in the Nix manual: "Flake references" of ``nix flake``, and the "Lockable HTTP
    Tarball Protocol", by which an address of a tarball carries ``rev``.
    """
    try:
        parts = urlsplit(flake)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    except ValueError:
        return None
    revision = query.get("rev", "")
    if parts.scheme in _FLAKE_FORGES:
        known_host, forge = _FLAKE_FORGES[parts.scheme]
        owner, _, rest = parts.path.partition("/")
        name, _, pinned = rest.partition("/")
        place = _repository(query.get("host", known_host), f"{unquote(owner)}/{name}", forge)
        return _pin(place, revision or pinned)
    if parts.scheme.startswith("git+"):
        return _pin(remote(flake), revision)
    archive = _ARCHIVE.fullmatch(parts.path)
    if archive and parts.hostname:
        return _pin(_repository(parts.hostname, archive[1]), revision or archive[2])
    return _pin(None, revision) if is_revision(revision) else None


def _pin(place: Remote | None, revision: str) -> Pin:
    return Pin(place, revision if is_revision(revision) else "")


def _repository(host: str, path: str, forge: Forge | None = None) -> Remote | None:
    """Return a repository; an unknown host counts only if the kind of its `forge` is known."""
    host, path = host.lower(), path.removesuffix(".git")
    if not _HOST.fullmatch(host):
        return None
    forge = _KNOWN.get(host) or _FAMILIES.get(host.partition(".")[0]) or forge
    if forge is None or not _PATH.fullmatch(path) or {".", ".."} & set(path.split("/")):
        return None
    return Remote(host, path, forge)

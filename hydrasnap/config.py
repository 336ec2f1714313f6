"""`hydrasnap.toml`, the environment and the options → one checked value.

What an option says beats the environment, which beats the file. Relative folders in the file are
relative to the file. Every mistake names the file, the key and what is allowed.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from hydrasnap.errors import ConfigError

DEFAULT_FILE = "hydrasnap.toml"

Positive = Annotated[int, Meta(ge=1)]
Natural = Annotated[int, Meta(ge=0)]
Rate = Annotated[float, Meta(gt=0, le=1000)]
Glob = Annotated[str, Meta(min_length=1)]


class HydraTable(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[hydra]``: which one, and who asks."""

    url: str = ""
    contact: str = ""
    username: str = ""
    password_file: str = ""


class CrawlTable(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[crawl]``: what to take and how hard to ask."""

    projects: tuple[Glob, ...] = ()
    jobsets: tuple[Glob, ...] = ()
    exclude: tuple[Glob, ...] = ()
    hidden: bool = False
    evaluations: Positive = 10
    rate: Rate | None = None
    concurrency: Annotated[int, Meta(ge=1, le=16)] = 1
    builds: Literal["auto", "singly", "together", "listing"] = "auto"
    details: Natural = 100
    recheck_days: Annotated[float, Meta(gt=0)] = 7.0
    max_requests: Positive | None = None
    max_seconds: Positive | None = None
    max_bytes: Positive | None = None


class RetentionTable(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[retention]``: how much history to keep beyond what Hydra still has."""

    evaluations: Positive | None = None
    days: Positive | None = None
    deleted: Literal["keep", "drop"] = "keep"
    hidden: Literal["keep", "drop"] = "keep"


class CacheTable(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[cache]``: where the copy of the data lies."""

    folder: Glob = "cache"


class SiteTable(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[site]``: how the pages look and where they go."""

    title: str = ""
    base: str = ""
    output: Glob = "_site"
    templates: str = ""
    pages: str = ""
    policy: Literal["auto", "all", "notable"] = "auto"
    max_bytes: Positive = 900_000_000
    notes: str = ""
    baselines: dict[str, Positive] = {}


class WatchTable(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[[watch]]``: jobs to follow across jobsets, on a page, in a feed and in a badge."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    jobs: tuple[Glob, ...] = ()
    jobsets: tuple[Glob, ...] = ()
    systems: tuple[Glob, ...] = ()


class Config(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file; `file` is None where there is none."""

    hydra: HydraTable = HydraTable()
    crawl: CrawlTable = CrawlTable()
    cache: CacheTable = CacheTable()
    retention: RetentionTable = RetentionTable()
    site: SiteTable = SiteTable()
    watch: tuple[WatchTable, ...] = ()

    def folder(self, name: str) -> Path | None:
        """Return a folder named in the file, or None where it is not named."""
        return Path(name) if name else None


def load(
    path: Path | None,
    options: Mapping[str, Mapping[str, Any]],
    environment: Mapping[str, str] = os.environ,
) -> Config:
    """Read `path`, or `hydrasnap.toml` if there is one here, and lay the rest over it.

    The environment may give HYDRASNAP_URL and HYDRASNAP_USERNAME. `options` has the tables of the
    file; values that are None or empty do not count.
    """
    tables = _read(path)
    where = str(path or DEFAULT_FILE)
    _convert(tables, where)  # so that a mistake in the file is not blamed on the options
    tables = {name: table if isinstance(table, list) else dict(table)
              for name, table in tables.items()}  # fmt: skip
    for key in ("url", "username"):
        if found := environment.get(f"HYDRASNAP_{key.upper()}"):
            tables.setdefault("hydra", {})[key] = found
    for name, given in options.items():
        chosen = {key: value for key, value in given.items() if value not in (None, (), "")}
        tables.setdefault(name, {}).update(chosen)
    return _checked(_convert(tables, None))


def password(config: Config, environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the password from ``HYDRASNAP_PASSWORD`` or the password file, if there is one."""
    if found := environment.get("HYDRASNAP_PASSWORD"):
        return found
    if not config.hydra.password_file:
        return None
    path = Path(config.hydra.password_file)
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"The password file {path} ([hydra] password_file) cannot be read: {error}."
        ) from error


def _read(path: Path | None) -> dict[str, Any]:
    file = path or Path(DEFAULT_FILE)
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        if path is None:
            return {}
        raise ConfigError(f"There is no configuration file {path} (--config).") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The configuration file {file} cannot be read: {error}.") from error
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} is not valid TOML: {error}.") from error
    return _anchored(tables, file.parent)


def _anchored(tables: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Make the folders that the file names relative to the file."""
    names = {"cache": ["folder"], "site": ["output", "templates", "pages", "notes"],
             "hydra": ["password_file"]}  # fmt: skip
    for table, keys in names.items():
        found = tables.get(table)
        for key in keys:
            if isinstance(found, dict) and isinstance(found.get(key), str) and found[key]:
                found[key] = str(folder / found[key])
    return tables


def _convert(tables: dict[str, Any], where: str | None) -> Config:
    """Check the types; `where` is the file, or None where only an option can be wrong."""
    try:
        return msgspec.convert(tables, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(_sentence(str(error), where)) from None


_OPTIONS = {
    "max_seconds": "max-time",
    "projects": "project",
    "jobsets": "jobset",
    "folder": "cache",
}


def _sentence(problem: str, where: str | None) -> str:
    """Turn msgspec's words into one about the file's own keys, or about an option."""
    what, _, path = problem.partition(" - at `$")
    place = path.rstrip("`").strip(".")
    table, _, key = place.partition(".")
    if where is None:
        name = key.partition("[")[0]
        return f"--{_OPTIONS.get(name, name.replace('_', '-'))}: {_plain(what)}."
    unknown = re.match(r"Object contains unknown field `(.+)`", what)
    if unknown:
        known = _known(table)
        near = get_close_matches(unknown[1], known, 1)
        hint = f"did you mean `{near[0]}`?" if near else f"known are {', '.join(known)}."
        return f"{where}: {f'[{table}] ' if table else ''}{unknown[1]} is not a setting; {hint}"
    name = f"[{table}] {key}" if key else f"[{table}]"
    return f"{where}: {name}: {_plain(what)}."


def _known(table: str) -> tuple[str, ...]:
    fields = Config.__struct_fields__
    if not table:
        return fields
    if table.startswith("watch["):
        return WatchTable.__struct_fields__
    return type(getattr(Config(), table)).__struct_fields__ if table in fields else ()


def _plain(what: str) -> str:
    """Say what is allowed in everyday words."""
    words = {
        "`int`": "a whole number", "`float`": "a number", "`str`": "a text", "`bool`":
        "true or false", "`array`": "a list", "`object`": "a table",
    }  # fmt: skip
    for term, word in words.items():
        what = what.replace(term, word)
    return what[:1].lower() + what[1:]


def _checked(config: Config) -> Config:
    """Refuse what the types cannot: addresses that are none, or that hold a password."""
    for table, key in (("hydra", "url"), ("site", "base")):
        value = getattr(getattr(config, table), key)
        if value:
            _check_address(value, f"[{table}] {key}")
    names = [watch.name.lower() for watch in config.watch]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigError(f"[[watch]] name: there are two lists called {twice!r}; rename one.")
    keep = config.retention.evaluations
    if keep is not None and keep <= config.crawl.evaluations:
        raise ConfigError(
            f"[retention] evaluations = {keep} is too few: [crawl] evaluations = "
            f"{config.crawl.evaluations} needs {config.crawl.evaluations + 1} or more, one to "
            "compare the oldest with."
        )
    if "\n" in config.hydra.contact or not config.hydra.contact.isprintable():
        raise ConfigError("[hydra] contact must be one line, such as an e-mail address.")
    return config


def _check_address(value: str, name: str) -> None:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018  (raises for a port that is none)
    except ValueError as error:
        raise ConfigError(f"{name}: {value!r} is not an address: {error}.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(
            f"{name}: {value!r} is not an address; write it like https://hydra.example.org."
        )
    if parts.username or parts.password:
        raise ConfigError(
            f"{name} must not hold a login. Use [hydra] username and HYDRASNAP_PASSWORD."
        )

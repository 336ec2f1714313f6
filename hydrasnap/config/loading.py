"""`hydrasnap.toml`, the environment and the options → one checked value.

What an option says beats the environment, which beats the file. Relative folders in the file are
relative to the file. Every mistake names the file, the key and what is allowed.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from hydrasnap.config.messages import key as key_name
from hydrasnap.config.messages import mistake, toml_mistake
from hydrasnap.errors import ConfigError

DEFAULT_FILE = "hydrasnap.toml"

Positive = Annotated[int, Meta(ge=1, lt=2**53)]
Natural = Annotated[int, Meta(ge=0, lt=2**53)]
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
    sizes: tuple[Glob, ...] = ()
    live: bool = False
    recheck_days: Annotated[float, Meta(gt=0, le=36_500)] = 7.0
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


class Tables(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All tables of the file."""

    hydra: HydraTable = HydraTable()
    crawl: CrawlTable = CrawlTable()
    cache: CacheTable = CacheTable()
    retention: RetentionTable = RetentionTable()
    site: SiteTable = SiteTable()
    watch: tuple[WatchTable, ...] = ()


class Config(Tables, frozen=True, kw_only=True):
    """The tables, and the name of the file that they come from, empty where there is none."""

    file: str = ""

    def key(self, *steps: str | int) -> str:
        """Name a key of the file, and the file."""
        return f"{self.file}: {key_name(list(steps))}" if self.file else key_name(list(steps))


def load(
    path: Path | None,
    options: Mapping[str, Mapping[str, Any]],
    environment: Mapping[str, str] = os.environ,
) -> Config:
    """Read `path`, or `hydrasnap.toml` if there is one here, and lay the rest over it.

    The environment may give HYDRASNAP_URL and HYDRASNAP_USERNAME. `options` has the tables of the
    file; values that are None or empty tuples do not count.
    """
    file, tables = _read(path)
    config = _convert(tables, file)  # so that a mistake in the file is not blamed on the options
    _check_tables(config)
    given = {name: dict(table) for name, table in tables.items() if isinstance(table, dict)}
    for key in ("url", "username"):
        if found := environment.get(f"HYDRASNAP_{key.upper()}"):
            given.setdefault("hydra", {})[key] = found
            check_url(found, "HYDRASNAP_URL") if key == "url" else None
    for name, table in options.items():
        chosen = {key: value for key, value in table.items() if value not in (None, ())}
        given.setdefault(name, {}).update(chosen)
    if (url := options.get("hydra", {}).get("url")) is not None:
        check_url(url, "URL")
    config = _convert({**tables, **given}, file, is_option=True)
    _check_retention(config, options.get("crawl", {}).get("evaluations"))
    return config


def password(config: Config, environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the password from ``HYDRASNAP_PASSWORD`` or the password file, if there is one."""
    if found := environment.get("HYDRASNAP_PASSWORD"):
        return found
    if not config.hydra.password_file:
        return None
    path, key = Path(config.hydra.password_file), config.key("hydra", "password_file")
    try:
        found = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{key}: {path} cannot be read: {_reason(error)}.") from error
    if not found:
        raise ConfigError(f"{key}: {path} is empty. Its first line must be the password.")
    return found


def _read(path: Path | None) -> tuple[str, dict[str, Any]]:
    """Return the name of the file and its tables."""
    file = path or Path(DEFAULT_FILE)
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        if path is None:
            return "", {}
        raise ConfigError(f"There is no configuration file {path} (--config).") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"The configuration file {file} cannot be read: {_reason(error)}."
        ) from error
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} {toml_mistake(text, str(error))}") from error
    except RecursionError:
        raise ConfigError(f"{file} is nested too deeply; no setting needs that.") from None
    return str(file), _anchored(tables, file.parent)


def _reason(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"it is not UTF-8 (byte {error.start + 1})"
    return (error.strerror or str(error)).lower()


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


_OPTIONS = {
    "max_seconds": "max-time",
    "projects": "project",
    "jobsets": "jobset",
    "folder": "cache",
}


def _convert(tables: dict[str, Any], file: str, *, is_option: bool = False) -> Config:
    """Check the types; with `is_option` the file is right, and only an option can be wrong."""
    try:
        found = msgspec.convert(tables, Tables)
    except msgspec.ValidationError as error:
        sentence = mistake(error, tables, Tables)
        if is_option:
            raise ConfigError(_of_option(sentence)) from None
        raise ConfigError(f"{file}: {sentence}") from None
    return Config(**{name: getattr(found, name) for name in found.__struct_fields__}, file=file)


def _of_option(sentence: str) -> str:
    """Name the option instead of the key."""
    _, key, rest = sentence.split(" ", 2)
    rest = re.sub(r"^item \d+ ", "", rest)
    key = key.rstrip(",")
    return f"--{_OPTIONS.get(key, key.replace('_', '-'))} {rest}"


def _check_tables(config: Config) -> None:
    """Refuse what the types of the file cannot: addresses that are none, lists of one name."""
    for table, key in (("hydra", "url"), ("site", "base")):
        value = getattr(getattr(config, table), key)
        if value:
            check_url(value, config.key(table, key))
    if not config.hydra.contact.isprintable():
        raise ConfigError(
            f"{config.key('hydra', 'contact')} must be one line, such as an e-mail address."
        )
    _check_watches(config)
    for name in config.site.baselines:
        if ":" not in name.strip(":"):
            raise ConfigError(
                f"{config.key('site', 'baselines')}: {name!r} names no jobset; "
                'write it as PROJECT:JOBSET, such as "nixpkgs:trunk".'
            )


def _check_watches(config: Config) -> None:
    names = [watch.name.strip().lower() for watch in config.watch]
    for number, name in enumerate(names):
        if not name:
            raise ConfigError(f"{config.key('watch', number)} has an empty name. Give it one.")
        if name in names[:number]:
            raise ConfigError(
                f"{config.key('watch', number, 'name')}: there is another list called "
                f"{config.watch[number].name!r}; rename one."
            )


def _check_retention(config: Config, option: int | None) -> None:
    keep, shown = config.retention.evaluations, config.crawl.evaluations
    if keep is not None and keep <= shown:
        why = "[crawl] evaluations" if option is None else "--evaluations"
        raise ConfigError(
            f"{config.key('retention', 'evaluations')} must be {shown + 1} or more, not {keep}: "
            f"{why} = {shown}, and one more is needed to compare the oldest with."
        )


def check_url(value: str, name: str) -> None:
    """Refuse an address that is none or that holds a login; `name` says where it stands."""
    example = "write it like https://hydra.example.org."
    if "@" in re.split("[/?#]", value.partition("//")[2], maxsplit=1)[0]:
        raise ConfigError(
            f"{name} must not hold a login. Use [hydra] username and HYDRASNAP_PASSWORD."
        )
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018  (raises for a port that is none)
    except ValueError as error:
        raise ConfigError(f"{name}: {value!r} is not an address ({error}); {example}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", value):
        raise ConfigError(f"{name}: {value!r} is not an address; {example}")

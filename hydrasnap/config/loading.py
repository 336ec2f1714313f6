"""Combine `hydrasnap.toml`, the environment and the options into one checked Config.

Options beat the environment, which beats the file. Relative folders in the file are relative to
the file. All mistakes are reported at once; each names its place, and what is expected there.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import tomli
from msgspec import inspect, structs

from hydrasnap.config.addresses import pasted_page, problem_of
from hydrasnap.config.checking import Namer, misfits
from hydrasnap.config.keys import Config, Tables
from hydrasnap.config.messages import Mistake, SettingsError, Step, key_name
from hydrasnap.errors import ConfigError
from hydrasnap.formatting import decoded

DEFAULT_FILE = "hydrasnap.toml"
ENVIRONMENT = {
    "url": "HYDRASNAP_URL",
    "username": "HYDRASNAP_USERNAME",
    "basic_username": "HYDRASNAP_BASIC_USERNAME",
    "password_file": "HYDRASNAP_PASSWORD_FILE",
    "basic_password_file": "HYDRASNAP_BASIC_PASSWORD_FILE",
}

_OPTIONS = {
    "url": "URL",
    "max_seconds": "--max-time",
    "projects": "--project",
    "jobsets": "--jobset",
    "folder": "--cache",
}
_FOLDERS = {
    "cache": ("folder",),
    "site": ("output", "templates", "pages", "notes", "files"),
    "packages": ("file",),
    "hydra": ("password_file", "basic_password_file"),
}
_TOML_HINTS = {
    "Cannot overwrite a value": "A key stands there a second time; keep one of them.",
    r"Illegal character '\n'": "A text has no closing quotation mark.",
    "Cannot declare": "A table stands there a second time; put all its keys below the first.",
    "Cannot mutate": "A table stands there a second time; put all its keys below the first.",
}

Layer = dict[str, Any]


def load(
    path: Path | None,
    options: Mapping[str, Mapping[str, Any]],
    environment: Mapping[str, str] = os.environ,
) -> Config:
    """Read `path`, or ./hydrasnap.toml if it exists; apply environment and options on top.

    `options` has the tables of the file; values that are None or empty tuples do not count.
    """
    file, tables = _read(path)
    return _checked(file, tables, options, environment)


def check_options(options: Mapping[str, Mapping[str, Any]]) -> Config:
    """Check options alone, without a file and an environment."""
    return _checked("", {}, options, {})


def _checked(
    file: str,
    tables: Layer,
    options: Mapping[str, Mapping[str, Any]],
    environment: Mapping[str, str],
) -> Config:
    around = {"hydra": _from_environment(environment)}
    chosen = {
        name: {key: value for key, value in table.items() if value not in (None, ())}
        for name, table in options.items()
    }
    found = [
        *_mistakes(tables, lambda path: f"{file}: {key_name(path)}" if path else file),
        *_mistakes(around, lambda path: ENVIRONMENT[str(path[1])]),
        *_mistakes(chosen, _option_name, given=True),
    ]
    if found:
        raise SettingsError(found)
    layers = _anchored(tables, Path(file).parent), around, _anchored(chosen, Path())
    config = _converted(_merged(layers), file)
    window = options.get("crawl", {}).get("evaluations")
    if found := [*_retention_mistakes(config, is_option=window is not None)]:
        raise SettingsError(found)
    return config


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    found = {key: environment.get(name, "").strip() for key, name in ENVIRONMENT.items()}
    return {key: value for key, value in found.items() if value}


def _option_name(path: Sequence[Step]) -> str:
    key = str(path[1])
    return _OPTIONS.get(key, f"--{key.replace('_', '-')}")


def _read(path: Path | None) -> tuple[str, Layer]:
    """Return the name of the file and its tables; an empty name if there is no file."""
    file = path or Path(DEFAULT_FILE)
    try:
        text = decoded(file.read_bytes())
    except FileNotFoundError:
        if path is None:
            return "", {}
        raise ConfigError(f"There is no configuration file {path} (--config).") from None
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"The configuration file {file} is not UTF-8 (byte {error.start + 1}).",
            hint="Save it as text in UTF-8.",
        ) from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(f"The configuration file {file} cannot be read: {reason}.") from error
    return str(file), _parsed(file, text)


def _parsed(file: Path, text: str) -> Layer:
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        line = text.count("\n", 0, min(error.pos, len(text.rstrip()))) + 1
        hints = (hint for start, hint in _TOML_HINTS.items() if error.msg.startswith(start))
        raise ConfigError(
            f"{file} is not valid TOML, line {line}: {error.msg}.", hint=next(hints, "")
        ) from error
    except RecursionError:
        raise ConfigError(f"{file} is nested too deeply.", hint="No setting needs that.") from None


def _mistakes(tables: Layer, where: Namer, *, given: bool = False) -> Iterator[Mistake]:
    """Yield what does not fit the types of the keys, and texts that cannot be used.

    `given` says that the user gave the values as options, where an empty one is a mistake too.
    """
    yield from misfits(tables, inspect.type_info(Tables), where)
    for table, key in (("hydra", "url"), ("site", "base")):
        value = _part(tables, table, key)
        if isinstance(value, str) and (value.strip() or given):
            path = (table, key)
            yield from _address_mistakes(value.strip(), where(path), path, is_option=given)
    contact = _part(tables, "hydra", "contact")
    if isinstance(contact, str) and not contact.isprintable():
        place = ("hydra", "contact")
        yield Mistake(where(place), place, problem=" must be one line, such as an e-mail address.")
    for key in ("username", "basic_username"):
        if ":" in str(_part(tables, "hydra", key) or ""):
            path = ("hydra", key)
            yield Mistake(where(path), path, problem=" must be a name alone, without a colon.")
    yield from _home_mistakes(tables, where)
    yield from _baseline_mistakes(_part(tables, "site", "baselines"), where)
    yield from _watch_mistakes(tables.get("watch"), where)
    yield from _notify_mistakes(tables.get("notify"), where)


def _part(tables: Layer, table: str, key: str) -> Any:
    found = tables.get(table)
    return found.get(key) if isinstance(found, dict) else None


def _address_mistakes(
    value: str, where: str, path: tuple[str, str], *, is_option: bool
) -> Iterator[Mistake]:
    problem, hint = problem_of(value)
    page = pasted_page(value) if path[0] == "hydra" else None
    if not problem and page is not None:
        problem = f" is the address of a page. The address of the Hydra itself is {page.origin}."
        options = {"--project": page.project, "--jobset": page.jobset}
        keys = {"projects": page.project, "jobsets": page.jobset}
        if is_option:
            wanted = "".join(f" {name} {value}" for name, value in options.items() if value)
            hint = f"Give {page.origin}{wanted}"
        else:
            wanted = "".join(
                f', and {name} = ["{value}"] under [crawl]' for name, value in keys.items() if value
            )
            hint = f"Set url = {page.origin!r}{wanted}."
    if problem:
        yield Mistake(where, path, problem=problem, hint=hint)


def _home_mistakes(tables: Layer, where: Namer) -> Iterator[Mistake]:
    for path in ((table, key) for table, keys in _FOLDERS.items() for key in keys):
        name = _part(tables, *path)
        if isinstance(name, str) and _at_home(name) is None:
            yield Mistake(
                where(path),
                path,
                problem=": the home folder for ~ is not known.",
                hint="Write the path in full, or ./~ for a folder of that name.",
            )


def _at_home(name: str) -> Path | None:
    """Return a path with ``~`` as the home folder; None if there is none."""
    try:
        return Path(name).expanduser()
    except RuntimeError:
        return None


def _baseline_mistakes(baselines: Any, where: Namer) -> Iterator[Mistake]:
    for name in baselines if isinstance(baselines, dict) else ():
        if not all(_jobset(name).partition("/")[::2]):
            path = ("site", "baselines")
            yield Mistake(where(path), path, problem=f": {name!r} names no jobset.",
                          hint='Write it as PROJECT/JOBSET, such as "nixpkgs/trunk".')  # fmt: skip


def _watch_mistakes(watches: Any, where: Namer) -> Iterator[Mistake]:
    tables = watches if isinstance(watches, list) else []
    names = [table.get("name") if isinstance(table, dict) else None for table in tables]
    keys = [name.strip().lower() if isinstance(name, str) else None for name in names]
    for number, name in enumerate(keys):
        if name == "" and names[number]:
            path: tuple[Step, ...] = ("watch", number)
            yield Mistake(where(path), path, problem=" has an empty name.", hint="Give it one.")
        elif name and name in keys[:number]:
            path = ("watch", number, "name")
            problem = f": there is another list called {names[number]!r}."
            yield Mistake(where(path), path, problem=problem, hint="Rename one.")


def _notify_mistakes(receivers: Any, where: Namer) -> Iterator[Mistake]:
    """Yield a mistake for each receiver that is not one command or one address."""
    for number, table in enumerate(receivers if isinstance(receivers, list) else ()):
        path: tuple[Step, ...] = ("notify", number)
        if not isinstance(table, dict):
            continue
        if bool(table.get("command")) == bool(table.get("url")):
            yield Mistake(where(path), path, problem=" must have a command or a url.",
                          hint="Give it one of the two.")  # fmt: skip
        elif not str(table.get("url") or "https://").startswith(("http://", "https://")):
            path = (*path, "url")
            yield Mistake(where(path), path, problem=" is not an address.",
                          hint="Write it like https://chat.example.org/hook.")  # fmt: skip


def _anchored(tables: Layer, folder: Path) -> Layer:
    """Return the tables with the folders that they name relative to `folder`."""
    anchored = dict(tables)
    for table, keys in _FOLDERS.items():
        named = {key: name for key in keys if (name := _part(tables, table, key))}
        if named:
            paths = {key: str(folder / (_at_home(name) or name)) for key, name in named.items()}
            anchored[table] = {**tables[table], **paths}
    return anchored


def _merged(layers: Iterable[Layer]) -> Layer:
    """Lay tables over each other; the last wins."""
    merged: Layer = {}
    for layer in layers:
        for name, table in layer.items():
            is_table = isinstance(table, dict)
            merged[name] = {**merged.get(name, {}), **table} if is_table else table
    return merged


def _converted(tables: Layer, file: str) -> Config:
    """Return the checked tables as a value, with jobsets in one spelling."""
    found = msgspec.convert(tables, Tables)
    crawl, site = found.crawl, found.site
    spelled = {
        "hydra": structs.replace(found.hydra, url=found.hydra.url.strip()),
        "crawl": structs.replace(
            crawl,
            jobsets=_jobsets(crawl.jobsets),
            exclude=_jobsets(crawl.exclude),
            sizes=tuple(glob if "/" in glob else glob.replace(":", "/", 2) for glob in crawl.sizes),
        ),
        "site": structs.replace(
            site,
            base=site.base.strip(),
            baselines={_jobset(name): number for name, number in site.baselines.items()},
        ),
        "watch": tuple(structs.replace(w, jobsets=_jobsets(w.jobsets)) for w in found.watch),
        "notify": tuple(structs.replace(n, jobsets=_jobsets(n.jobsets)) for n in found.notify),
    }
    return Config(**{**structs.asdict(found), **spelled}, file=file)


def _jobsets(globs: Iterable[str]) -> tuple[str, ...]:
    return tuple(_jobset(glob) for glob in globs)


def _jobset(name: str) -> str:
    """Return a jobset as ``PROJECT/JOBSET``; Hydra itself writes ``PROJECT:JOBSET``."""
    return name if "/" in name else name.replace(":", "/", 1)


def _retention_mistakes(config: Config, *, is_option: bool) -> Iterator[Mistake]:
    kept, window = config.retention.evaluations, config.crawl.evaluations
    if kept is not None and kept <= window:
        path = ("retention", "evaluations")
        why = "--evaluations" if is_option else "[crawl] evaluations"
        yield Mistake(
            config.key(*path),
            path,
            expected=f"{window + 1} or more",
            found=kept,
            hint=f"{why} is {window}, and one more is needed to compare the oldest with.",
        )

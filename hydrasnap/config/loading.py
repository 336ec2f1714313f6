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

from hydrasnap.config.keys import Config, Tables
from hydrasnap.config.layers import Layer, anchored, merge_layers
from hydrasnap.config.messages import Mistake, SettingsError, Step, key_name
from hydrasnap.config.type_checks import Namer, misfits
from hydrasnap.config.value_checks import jobset_name, retention_mistakes, unusable_values
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

_MOST_BYTES = 10_000_000
_OPTIONS = {
    "url": "URL",
    "max_seconds": "--max-time",
    "projects": "--project",
    "jobsets": "--jobset",
    "folder": "--cache",
}
_TOML_HINTS = {
    "Cannot overwrite a value": "A key stands there a second time; keep one of them.",
    r"Illegal character '\n'": "A text has no closing quotation mark.",
    "Cannot declare": "A table stands there a second time; put all its keys below the first.",
    "Cannot mutate": "A table stands there a second time; put all its keys below the first.",
}


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
    variables = {key: environment.get(name, "").strip() for key, name in ENVIRONMENT.items()}
    around = {"hydra": {key: value for key, value in variables.items() if value}}
    chosen = {
        name: {key: value for key, value in table.items() if value not in (None, ())}
        for name, table in options.items()
    }
    found = [
        *_mistakes(tables, lambda path: f"{file}: {key_name(path)}" if path else file),
        *_mistakes(around, lambda path: ENVIRONMENT[str(path[1])]),
        *_mistakes(chosen, _option_name, are_options=True),
    ]
    if found:
        raise SettingsError(found)
    layers = anchored(tables, Path(file).parent), around, anchored(chosen, Path())
    config = _converted(merge_layers(layers), file)
    window = options.get("crawl", {}).get("evaluations")
    if found := [*retention_mistakes(config, is_option=window is not None)]:
        raise SettingsError(found)
    return config


def _mistakes(tables: Layer, where: Namer, *, are_options: bool = False) -> Iterator[Mistake]:
    """Yield what does not fit the types of the keys, and values that cannot be used."""
    yield from misfits(tables, inspect.type_info(Tables), where)
    yield from unusable_values(tables, where, are_options=are_options)


def _option_name(path: Sequence[Step]) -> str:
    key = str(path[1])
    return _OPTIONS.get(key, f"--{key.replace('_', '-')}")


def _read(path: Path | None) -> tuple[str, Layer]:
    """Return the name of the file and its tables; an empty name if there is no file."""
    file = path or Path(DEFAULT_FILE)
    try:
        with file.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise ConfigError(
                f"The configuration file {file} has more than {_MOST_BYTES // 1_000_000} MB."
            )
        text = decoded(content)
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
    except ValueError:
        raise ConfigError(f"{file} has a number of thousands of digits.") from None
    except RecursionError:
        raise ConfigError(f"{file} is nested too deeply.", hint="No setting needs that.") from None


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
            baselines={jobset_name(name): number for name, number in site.baselines.items()},
        ),
        "watch": tuple(structs.replace(w, jobsets=_jobsets(w.jobsets)) for w in found.watch),
        "notify": tuple(structs.replace(n, jobsets=_jobsets(n.jobsets)) for n in found.notify),
    }
    return Config(**{**structs.asdict(found), **spelled}, file=file)


def _jobsets(globs: Iterable[str]) -> tuple[str, ...]:
    return tuple(jobset_name(glob) for glob in globs)

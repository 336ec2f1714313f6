"""Finds values of the right type that cannot be used, such as the address of a page."""

import re
from collections.abc import Iterator
from typing import Any

from hydrasnap.config.addresses import is_address, pasted_page, problem_of
from hydrasnap.config.keys import Config
from hydrasnap.config.layers import FOLDERS, Layer, value_of, with_home
from hydrasnap.config.messages import Mistake, Step
from hydrasnap.config.site_keys import ACCENT
from hydrasnap.config.type_checks import Namer
from hydrasnap.formatting import is_utf8


def unusable_values(tables: Layer, where: Namer, *, are_options: bool) -> Iterator[Mistake]:
    """Yield a mistake for each value that cannot be used.

    `are_options` says that they come from options, of which an empty one is a mistake too.
    """
    for table, key in (("hydra", "url"), ("site", "base")):
        value = value_of(tables, table, key)
        if isinstance(value, str) and (value.strip() or are_options):
            path = (table, key)
            yield from _address_mistakes(value.strip(), where(path), path, is_option=are_options)
    contact = value_of(tables, "hydra", "contact")
    if isinstance(contact, str) and not contact.isprintable():
        place = ("hydra", "contact")
        yield Mistake(where(place), place, problem=" must be one line, such as an e-mail address.")
    for key in ("username", "basic_username"):
        if ":" in str(value_of(tables, "hydra", key) or ""):
            path = ("hydra", key)
            yield Mistake(where(path), path, problem=" must be a name alone, without a colon.")
    accent = value_of(tables, "site", "accent")
    if isinstance(accent, str) and not re.fullmatch(ACCENT, accent):
        place = ("site", "accent")
        expected = 'a colour such as "#7a1fa2", or two with a comma between'
        yield Mistake(where(place), place, expected=expected, found=accent)
    yield from _path_mistakes(tables, where)
    yield from _letter_mistakes(tables, where)
    yield from _baseline_mistakes(value_of(tables, "site", "baselines"), where)
    yield from _watch_mistakes(tables.get("watch"), where)
    yield from _notify_mistakes(tables.get("notify"), where)


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
    if not problem and path[0] == "site" and set("?#") & set(value):
        problem = " must be the address of a folder, without what begins with ? or #."
        hint = f"Set base = {re.split('[?#]', value)[0]!r}."
    if problem:
        yield Mistake(where, path, problem=problem, hint=hint)


def _path_mistakes(tables: Layer, where: Namer) -> Iterator[Mistake]:
    for path in ((table, key) for table, keys in FOLDERS.items() for key in keys):
        name = value_of(tables, *path)
        if isinstance(name, str) and "\0" in name:
            problem = " must be the name of a file or folder, without a null character."
            yield Mistake(where(path), path, problem=problem)
        elif isinstance(name, str) and with_home(name) is None:
            yield Mistake(
                where(path),
                path,
                problem=": the home folder for ~ is not known.",
                hint="Write the path in full, or ./~ for a folder of that name.",
            )


def _letter_mistakes(tables: Layer, where: Namer) -> Iterator[Mistake]:
    """Yield a mistake for each text but the name of a file that is not UTF-8."""
    for table, values in tables.items():
        for key, value in values.items() if isinstance(values, dict) else ():
            texts = value if isinstance(value, list | tuple) else [value]
            if key not in FOLDERS.get(table, ()) and not all(is_utf8(str(text)) for text in texts):
                path = (table, key)
                yield Mistake(where(path), path, problem=" must be text in UTF-8.")


def _baseline_mistakes(baselines: Any, where: Namer) -> Iterator[Mistake]:
    for name in baselines if isinstance(baselines, dict) else ():
        if not all(jobset_name(name).partition("/")[::2]):
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
        parts = table.get("command")
        if bool(parts) == bool(table.get("url")):
            yield Mistake(where(path), path, problem=" must have a command or a url.",
                          hint="Give it one of the two.")  # fmt: skip
        elif "\0" in "".join(map(str, parts if isinstance(parts, list) else ())):
            yield Mistake(where(path), path, problem=" has a command with a null character.",
                          hint="Write it without.")  # fmt: skip
        elif table.get("url") and not is_address(str(table["url"])):
            path = (*path, "url")
            yield Mistake(where(path), path, problem=" is not an address.",
                          hint="Write it like https://chat.example.org/hook.")  # fmt: skip


def retention_mistakes(config: Config, *, is_option: bool) -> Iterator[Mistake]:
    """Yield a mistake where fewer evaluations are kept than shown; `is_option` tells by what."""
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


def jobset_name(name: str) -> str:
    """Return a jobset as ``PROJECT/JOBSET``; Hydra itself writes ``PROJECT:JOBSET``."""
    return name if "/" in name else name.replace(":", "/", 1)

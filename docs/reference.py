"""Write the pages of the handbook that come from the code: settings, commands, messages and more.

    python docs/reference.py            write the pages that are named at the end of this file
    python docs/reference.py --check    say which of them are out of date, and fail

A test compares them too.
"""

import argparse
import re
import sys
import types
import typing
from collections.abc import Iterable, Iterator
from inspect import cleandoc, getsource
from pathlib import Path

import click
import msgspec
from messages import messages
from msgspec import inspect as kinds

from hydrasnap.cli import main as program
from hydrasnap.cli.metrics import metrics_text
from hydrasnap.cli.output import EVENTS
from hydrasnap.config.keys import Tables
from hydrasnap.model import Run, Snapshot
from hydrasnap.publish.pages.common.page import Page, View
from hydrasnap.publish.pages.common.site_facts import SiteFacts
from hydrasnap.publish.task_list import render_tasks

DOCS = Path(__file__).parent

CONFIGURATION = """\
# Configuration

hydrasnap reads `hydrasnap.toml` from the current folder, or the file named by `--config`.
Options of the command line win over it. Folders in the file are relative to the file. Every key
may be left out; the defaults are below. Mistakes are reported together, with the key and what
it may be, before the first request.

A glob takes `*` for any characters, `?` for one, and `[abc]` for one of several. Jobsets are
spelled `PROJECT/JOBSET`; Hydra's own `PROJECT:JOBSET` is accepted too.

"""

COMMANDS = """\
# Commands

`hydrasnap COMMAND --help` prints what is below the name of each command.

## Exit codes

| code | meaning |
|---|---|
| 0 | success |
| 1 | failure: the Hydra, the cache or the output folder cannot be used; the old site stays |
| 2 | wrong use or wrong configuration |
| 3 | a snapshot with gaps: a part could not be read, or a budget is used up; the site says so |
| 4 | another run is writing to the cache or to the site |
| 5 | `status --max-age`: the data are older than that |
| 130 | interrupted (Ctrl-C); what was fetched is kept |
| 129, 143 | ended by SIGHUP or SIGTERM; what was fetched is kept |

## Events

With `--log-format json`, every line on standard error is a JSON object, and its `event` says
what it is. What a command was asked to print, such as a status or a plan, is such an object on
standard output.

| event | says |
|---|---|
EVENTS

## hydrasnap

"""

TEMPLATES = """\
# Templates and their contexts

A template sees these names:

| name | holds |
|---|---|
| `page` | the context of the page, which depends on the template: see below |
| `path` | the path of the page below the root of the site, such as `build/12.html` |
| `root` | the relative way from the page to the root, such as `../` |
| `site` | the facts of the site, the same on every page: see `SiteFacts` |

These filters come in addition to [Jinja's own][filters]; each takes `None` and then writes a
dash.

| filter | writes |
|---|---|
| `time`, `date` | a time in Unix seconds as date and time, or as a date, in UTC |
| `duration` | seconds with their two greatest units, such as `1 h 2 min` |
| `size` | bytes with a binary unit, such as `12.0 MiB` |
| `number` | a number with separators between thousands |
| `build_path` | the path of a build's page from its id, as `site.build` does |
| `breakable` | a long name that may break after dots, dashes and slashes |
| `markdown` | Markdown as HTML without anything that could run |

A field that is not listed here may change without notice.

[filters]: https://jinja.palletsprojects.com/templates/#list-of-builtin-filters

"""


def configuration() -> str:
    """Write the reference of the settings."""
    parts = [CONFIGURATION]
    whole = kinds.type_info(Tables)
    assert isinstance(whole, kinds.StructType)
    for field in whole.fields:
        table, is_list = _table(field.type)
        name = f"[[{field.name}]]" if is_list else f"[{field.name}]"
        parts.append(f"\n## {name}\n\n{cleandoc(table.cls.__doc__ or '')}\n")
        parts += [_key(found) for found in table.fields]
    return "\n".join(parts)


def _table(kind: kinds.Type) -> tuple[kinds.StructType, bool]:
    is_list = isinstance(kind, kinds.VarTupleType)
    found = kind.item_type if isinstance(kind, kinds.VarTupleType) else kind
    assert isinstance(found, kinds.StructType)
    return found, is_list


def _key(field: kinds.Field) -> str:
    kind, description, examples = _described(field.type)
    default = _toml(field.default) if field.default is not msgspec.NODEFAULT else None
    if field.default_factory is not msgspec.NODEFAULT:
        default = _toml(field.default_factory())
    told = "required" if field.required else f"default: {default}" if default else "no default"
    example = f" Example: `{field.name} = {_toml(examples[0])}`." if examples else ""
    return f"- **`{field.name}`** ({_words(kind)}; {told}): {description}{example}"


def _described(kind: kinds.Type) -> tuple[kinds.Type, str, list[object]]:
    """Find the description and the examples that a type carries."""
    if isinstance(kind, kinds.Metadata):
        extra = kind.extra_json_schema or {}
        inner, description, examples = _described(kind.type)
        return inner, extra.get("description", description), extra.get("examples", examples)
    if isinstance(kind, kinds.UnionType):
        for part in kind.types:
            if not isinstance(part, kinds.NoneType):
                return _described(part)
    return kind, "", []


def _words(kind: kinds.Type) -> str:
    """Say what a value of a type is."""
    kind, _, _ = _described(kind)
    if isinstance(kind, kinds.LiteralType):
        return "one of " + ", ".join(f"`{_toml(value)}`" for value in kind.values)
    if isinstance(kind, kinds.VarTupleType):
        return "list of texts"
    names: dict[type[kinds.Type], str] = {
        kinds.BoolType: "true or false", kinds.IntType: "whole number",
        kinds.FloatType: "number", kinds.StrType: "text", kinds.DictType: "table",
    }  # fmt: skip
    return names[type(kind)]


def _toml(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        inner = ", ".join(f'"{key}" = {_toml(found)}' for key, found in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    return f"{value}"


def commands() -> str:
    """Write the help of every command."""
    settings = {**program.context_settings, "max_content_width": 96}
    context = click.Context(program, info_name="hydrasnap", **settings)
    rows = "\n".join(f"| `{name}` | {text} |" for name, text in EVENTS.items())
    head = COMMANDS.replace("EVENTS", rows)
    return "\n".join([head, _help(program, context), *_parts(program, context)])


def _parts(group: click.Group, context: click.Context) -> Iterator[str]:
    """Describe the commands of a group, and those of the groups among them."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context, max_content_width=96)
        yield f"## {inner.command_path}\n\n{_help(command, inner)}"
        if isinstance(command, click.Group):
            yield from _parts(command, inner)


def _help(command: click.Command, context: click.Context) -> str:
    context.terminal_width = 96
    return f"```text\n{command.get_help(context)}\n```\n"


def templates() -> str:
    """Write the contract on what each template is given."""
    found = dict(_contexts())
    parts = [TEMPLATES, "## Contexts\n", "| template | context |", "|---|---|"]
    parts += [
        f"| `{name}` | {', '.join(f'`{kind.__name__}`' for kind in sorted(kinds_, key=str))} |"
        for name, kinds_ in sorted(found.items())
    ]
    views = _closure({SiteFacts, *(kind for used in found.values() for kind in used)})
    parts.append("")
    parts += [
        _view(view) for view in sorted(views, key=lambda view: (view.__name__, view.__module__))
    ]
    return "\n".join(parts)


def _contexts() -> Iterator[tuple[str, set[type]]]:
    """Make every page of the embedded Hydra, and note which context each template is given."""
    sys.path.insert(0, str(DOCS.parent / "tests"))
    from example import every_kind_of_site

    found: dict[str, set[type]] = {}
    for site in every_kind_of_site():
        for task in render_tasks(site):
            for item in task.make():
                if isinstance(item, Page):
                    found.setdefault(item.template, set()).add(type(item.context))
    yield from found.items()


def _closure(views: Iterable[type]) -> set[type]:
    """Add the views that the fields of views hold, and those that they extend."""
    found: set[type] = set()
    ahead = list(views)
    while ahead:
        view = ahead.pop()
        if view in found:
            continue
        found.add(view)
        ahead += [base for base in view.__bases__ if issubclass(base, View) and base is not View]
        for kind in typing.get_type_hints(view).values():
            ahead += _views_in(kind)
    return found


def _views_in(kind: object) -> Iterator[type]:
    if isinstance(kind, type) and issubclass(kind, View):
        yield kind
    for inner in typing.get_args(kind):
        yield from _views_in(inner)


def _view(view: type) -> str:
    bases = [
        base.__name__ for base in view.__bases__ if issubclass(base, View) and base is not View
    ]
    extends = f" (and all of `{bases[0]}`)" if bases else ""
    hints = typing.get_type_hints(view)
    own = [name for name in view.__annotations__ if name in hints]
    meanings = _meanings(view)
    rows = [f"| `{name}` | `{_type(hints[name])}` | {meanings.get(name, '')} |" for name in own]
    table = "\n".join(["", "| field | type | holds |", "|---|---|---|", *rows, ""]) if rows else ""
    return f"### {view.__name__}\n\n{cleandoc(view.__doc__ or '')}{extends}\n{table}"


def _meanings(view: type) -> dict[str, str]:
    """Return the comments on the fields of a class, behind them or on the line above."""
    found = {}
    above = ""
    for line in getsource(view).splitlines():
        field = re.match(r"    (\w+): [^#]*(?:#\s*(.*))?$", line)
        if field and (meaning := field[2] or above):
            found[field[1]] = meaning.replace("|", "\\|")
        comment = re.match(r"    # (.*)$", line)
        above = comment[1] if comment else ""
    return found


def _type(kind: object) -> str:
    if kind is type(None):
        return "None"
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
        return " \\| ".join(map(_type, typing.get_args(kind)))
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is not None:
        name = getattr(origin, "__name__", str(origin))
        return f"{name}[{', '.join('…' if one is ... else _type(one) for one in inner)}]"
    return getattr(kind, "__name__", "…" if kind is ... else str(kind))


METRICS = """\
# Metrics

`--metrics FILE`, an option of `snapshot`, `crawl` and `status`, writes the state of the snapshot in
Prometheus' text format, for the textfile collector of the node exporter. All are gauges. Those of a
jobset carry the labels `project` and `jobset`.

| metric | holds |
|---|---|
"""


def metrics() -> str:
    """Write what each metric holds."""
    nothing = Snapshot(origin="", run=Run(), projects={}, jobsets={}, evaluations={}, builds={})
    found = re.findall(r"^# HELP (\w+) (.*)$", metrics_text(nothing), re.MULTILINE)
    return METRICS + "".join(f"| `{name}` | {text} |\n" for name, text in found)


PAGES = {
    "configuration.md": configuration, "commands.md": commands, "templates.md": templates,
    "messages.md": messages, "metrics.md": metrics,
}  # fmt: skip


def main() -> None:
    """Write the pages, or check them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if one differs")
    check = parser.parse_args().check
    stale = []
    for name, write in PAGES.items():
        text, file = write(), DOCS / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            stale.append(name)
            if not check:
                file.write_text(text, encoding="utf-8")
    if check and stale:
        raise SystemExit(f"Out of date: {', '.join(stale)}. Run `python docs/reference.py`.")


if __name__ == "__main__":
    main()

"""`hydrasnap query`: questions about the cache, answered as a table, as JSON or as CSV."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hydrasnap.cli import options as opt
from hydrasnap.cli.output import harmless_json
from hydrasnap.errors import ConfigError, one_line
from hydrasnap.formatting import clock, duration, mask_logins, visible
from hydrasnap.model.value_bounds import LARGEST

if TYPE_CHECKING:
    from hydrasnap.query.database import Database
    from hydrasnap.query.table import Column, Table

Question = Callable[["Database"], "Table"]

EXIT_MATCHES = 1
_FORMULAS = ("=", "+", "-", "@")  # what a spreadsheet takes for the start of one
_GAP = "  "


_question = opt.bundle(
    opt.config_option,
    opt.cache_option,
    click.option("--json", "form", flag_value="json", help="Print a JSON object for each row."),
    click.option("--csv", "form", flag_value="csv", help="Print comma-separated values."),
    click.option("--exit-code", is_flag=True, help="End with exit code 1 if anything matches."),
    opt.output_options,
)


@click.group()
def query() -> None:
    """Ask the cache what fails, since when, and what changed.

    Globs are those of the settings: * stands for anything, also for a dot.

    \b
    hydrasnap query failing nixpkgs/trunk --system x86_64-linux --since 7d
    hydrasnap query diff 1815000 1815442 --csv
    """


@query.command()
@click.argument("jobsets", nargs=-1, required=True, metavar="JOBSET...")
@click.option("--system", "systems", multiple=True, metavar="GLOB",
              help="Take only builds whose system matches; may be given again.")  # fmt: skip
@click.option("--since", type=opt.DURATION, metavar="AGE",
              help="Take only what began to fail within AGE, such as 12h, 7d or 4w.")  # fmt: skip
@click.option("--cause", default="", metavar="NAME",
              help="Take only what NAME made fail, such as openssl.")  # fmt: skip
@click.option("--maintainer", default="", metavar="NAME",
              help="Take only what NAME maintains.")  # fmt: skip
@_question
def failing(jobsets: tuple[str, ...], **options: Any) -> None:
    """List what fails in the newest evaluation, and since when.

    JOBSET is a glob PROJECT/JOBSET. The age counts back from the time of the snapshot. Causes and
    maintainers are known where the crawl has read the page of a build.

    \b
    hydrasnap query failing 'nixos/release-*' --since 24h --exit-code
    """
    from hydrasnap.query.failures import FailureFilter
    from hydrasnap.query.failures import failing as ask

    wanted = FailureFilter(options.pop("cause"), options.pop("maintainer"))
    systems, age = options.pop("systems"), options.pop("since")

    def question(db: "Database") -> "Table":
        return ask(db, jobsets, systems, None if age is None else db.now - age, wanted)

    _answer(options, question)


@query.command()
@click.argument("job")
@_question
def job(job: str, **options: Any) -> None:
    """Say how a job is: its newest build, and since when it fails.

    JOB is a glob, or PROJECT/JOBSET/JOB.

    \b
    hydrasnap query job 'nixpkgs/*/python3Packages.numpy.*'
    """
    from hydrasnap.query.jobs import job_states

    _answer(options, lambda db: job_states(db, job))


@query.command()
@click.argument("job")
@_question
def history(job: str, **options: Any) -> None:
    """List the builds of a job, newest first.

    JOB is a glob, or PROJECT/JOBSET/JOB.

    \b
    hydrasnap query history nixpkgs/trunk/hello.x86_64-linux --json
    """
    from hydrasnap.query.jobs import history as ask

    _answer(options, lambda db: ask(db, job))


@query.command()
@click.argument("old", type=click.IntRange(1, LARGEST))
@click.argument("new", type=click.IntRange(1, LARGEST))
@_question
def diff(old: int, new: int, **options: Any) -> None:
    """List what changed from the evaluation OLD to NEW.

    What still fails and what still succeeds is left out.

    \b
    hydrasnap query diff 1815000 1815442
    """
    from hydrasnap.query.evaluations import differences

    _answer(options, lambda db: differences(db, old, new))


@query.command()
@click.argument("evaluation", type=click.IntRange(1, LARGEST))
@_question
def causes(evaluation: int, **options: Any) -> None:
    """List what made builds of EVALUATION fail, the widest first.

    \b
    hydrasnap query causes 1815442
    """
    from hydrasnap.query.failures import causes as ask

    _answer(options, lambda db: ask(db, evaluation))


@query.command()
@click.argument("jobsets", nargs=-1, required=True, metavar="JOBSET...")
@_question
def blockers(jobsets: tuple[str, ...], **options: Any) -> None:
    """List what keeps aggregates from success, the widest first.

    JOBSET is a glob PROJECT/JOBSET; its newest evaluation counts.

    \b
    hydrasnap query blockers nixos/trunk-combined
    """
    from hydrasnap.query.failures import blockers as ask

    _answer(options, lambda db: ask(db, jobsets))


@query.command()
@click.argument("revision")
@_question
def contains(revision: str, **options: Any) -> None:
    """List the evaluations that had an input at REVISION.

    The first digits of REVISION are enough, four at least. Evaluations of later revisions contain
    it too; only the history of the repository tells which these are.

    \b
    hydrasnap query contains 4b1164c3
    """
    from hydrasnap.query.evaluations import containing

    _answer(options, lambda db: containing(db, revision))


def _answer(options: dict[str, Any], question: Question) -> None:
    """Ask the configured cache, and print the answer."""
    from hydrasnap.query.index_file import ask

    form, exit_code = options.pop("form"), options.pop("exit_code")
    output = opt.take_output_options(options)
    folder = Path(opt.load_config(options).cache.folder)
    try:
        table = ask(folder, question)
    except UnicodeEncodeError:
        raise ConfigError("What is asked for must be text in UTF-8.") from None
    if form == "csv":
        click.echo(_as_csv(table), nl=False)
    elif form == "json" or output.json:
        for row in table.rows:
            line = json.dumps(dict(zip(_names(table), map(_masked, row), strict=True)))
            click.echo(harmless_json(line))
    else:
        output.answer(_as_lines(table), "answer", {})
    if exit_code and table.rows:
        raise click.exceptions.Exit(EXIT_MATCHES)


def _names(table: "Table") -> list[str]:
    return [column.name for column in table.columns]


def _as_csv(table: "Table") -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [_names(table), *([_plain(value) for value in row] for row in table.rows)]
    )
    return text.getvalue()


def _masked(value: Any) -> Any:
    """Mask the passwords in a text of the Hydra."""
    return mask_logins(value) if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    """Return a text on one line that no terminal, CI system or spreadsheet obeys."""
    if not isinstance(value, str):
        return value
    text = one_line(visible(_masked(value)))
    return f"'{text}" if text.startswith(_FORMULAS) else text


def _as_lines(table: "Table") -> list[str]:
    """Align the columns, numbers to the right; a terminal gives some letters two cells or none."""
    from rich.cells import cell_len

    from hydrasnap.query.table import Kind

    if not table.rows:
        return ["Nothing matches."]
    columns = table.columns
    cells = [list(map(_cell, row, columns)) for row in table.rows]
    titles = list(map(_title, columns))
    widths = [max(map(cell_len, column)) for column in zip(titles, *cells, strict=True)]
    right = [column.kind in (Kind.NUMBER, Kind.DURATION) for column in columns]

    def padded(cell: str, width: int, numeric: bool) -> str:
        space = " " * (width - cell_len(cell))
        return space + cell if numeric else cell + space

    return [_GAP.join(map(padded, row, widths, right)).rstrip() for row in [titles, *cells]]


def _title(column: "Column") -> str:
    """Name a column for people, who read durations in units of their own."""
    from hydrasnap.query.table import Kind

    name = "duration" if column.kind is Kind.DURATION else column.name
    return name.replace("_", " ").capitalize()


def _cell(value: Any, column: "Column") -> str:
    """Write a value for people."""
    from hydrasnap.query.table import Kind

    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if column.kind is Kind.TIME:
        return clock(value)
    if column.kind is Kind.DURATION:
        return duration(value)
    return visible(str(value))

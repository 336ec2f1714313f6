"""Write the manual page and the shell completions, which come from the code.

    python docs/manual.py            write man/ and completions/
    python docs/manual.py --check    say which files are out of date, and fail

A test compares them too.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import click
from click.shell_completion import get_completion_class

from hydrasnap import __version__
from hydrasnap.cli import main as program

ROOT = Path(__file__).parent.parent
CODES = (
    ("0", "Success."),
    ("1", "Failure: the Hydra, the cache or the output folder cannot be used."),
    ("2", "Wrong use or wrong configuration."),
    ("3", "A snapshot with gaps; the site says which."),
    ("4", "Another run is writing to the cache or to the site."),
    ("5", "The data are older than status \\-\\-max\\-age allows."),
    ("129, 130, 143", "Ended by SIGHUP, SIGINT or SIGTERM; what was fetched is kept."),
)
VARIABLES = (
    ("HYDRASNAP_URL", "The address of the Hydra."),
    ("HYDRASNAP_USERNAME, HYDRASNAP_PASSWORD", "The account on a private Hydra."),
    ("HYDRASNAP_PASSWORD_FILE", "A file whose first line is the password."),
    ("HYDRASNAP_BASIC_USERNAME, HYDRASNAP_BASIC_PASSWORD", "The same for a proxy before it."),
    ("HYDRASNAP_BASIC_PASSWORD_FILE", "A file whose first line is that password."),
)


def manual() -> str:
    """Write the manual page."""
    context = click.Context(program, info_name="hydrasnap", **program.context_settings)
    lines = [
        f'.TH HYDRASNAP 1 "" "hydrasnap {__version__}" "User Commands"',
        ".SH NAME",
        "hydrasnap \\- copy a Hydra, the Nix CI, into a static site",
        ".SH SYNOPSIS",
        ".B hydrasnap",
        ".I command",
        "[options]",
        ".SH DESCRIPTION",
        *_prose(cleandoc(program.help or "").split("\f")[0]),
        ".SH COMMANDS",
        *_commands(program, context),
        ".SH EXIT STATUS",
        *_list(CODES),
        ".SH ENVIRONMENT",
        *_list(VARIABLES),
        ".SH FILES",
        *_list((("hydrasnap.toml", "The settings, in the current folder."),)),
        ".SH SEE ALSO",
        "The handbook: https://github.com/hydrasnap/hydrasnap/blob/main/docs/index.md",
    ]
    return "\n".join(lines) + "\n"


def _commands(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        usage = " ".join([inner.command_path, *command.collect_usage_pieces(inner)])
        yield f".SS {_escaped(usage)}"
        yield from _prose(cleandoc(command.help or ""))
        for option in command.get_params(inner):
            record = option.get_help_record(inner)
            if record is not None and record[1]:
                yield from (".TP", f".B {_escaped(record[0])}", _escaped(record[1]))
        if isinstance(command, click.Group):
            yield from _commands(command, inner)


def _prose(text: str) -> Iterator[str]:
    """Yield paragraphs; what follows a backspace is an example and keeps its lines."""
    for paragraph in text.split("\n\n"):
        if paragraph.startswith("\b"):
            example = paragraph.removeprefix("\b\n").splitlines()
            yield from (".PP", ".nf", *map(_escaped, example), ".fi")
        else:
            yield from (".PP", _escaped(" ".join(paragraph.split())))


def _list(pairs: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for name, text in pairs:
        yield from (".TP", f".B {_escaped(name)}", text)


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^(?=[.'])", r"\\&", text)


def completion(shell: str) -> str:
    """Write the completion for a shell."""
    found = get_completion_class(shell)
    assert found is not None
    values = found(program, {}, "hydrasnap", "_HYDRASNAP_COMPLETE")
    return found.source_template % values.source_vars()


FILES = {
    "man/hydrasnap.1": manual,
    "completions/hydrasnap.bash": lambda: completion("bash"),
    "completions/hydrasnap.fish": lambda: completion("fish"),
    "completions/_hydrasnap": lambda: completion("zsh"),
}


def main() -> None:
    """Write the files, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    only_compare = parser.parse_args().check
    old = [
        name
        for name, make in FILES.items()
        if not (ROOT / name).exists() or (ROOT / name).read_text(encoding="utf-8") != make()
    ]
    for name in old:
        sys.stdout.write(f"{name}\n")
        if not only_compare:
            (ROOT / name).parent.mkdir(exist_ok=True)
            (ROOT / name).write_text(FILES[name](), encoding="utf-8")
    if only_compare and old:
        raise SystemExit("Out of date: run `python docs/manual.py`.")


if __name__ == "__main__":
    main()

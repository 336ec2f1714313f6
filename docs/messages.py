"""The page of all error messages, read from the source: where an error is made, its words stand."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from hydrasnap import errors

PACKAGE = Path(errors.__file__).parent
HEAD = """\
# Messages

Every error says what is wrong, and most say what to do. With `--log-format json`, these are the
fields `message` and `hint` of an `error` event, and `kind` names the group below. `…` stands for
what differs from case to case. [Troubleshooting](troubleshooting.md) tells more about common ones.

Mistakes in the settings have the form *file: key must be what is expected, not what was found*.
All mistakes of a file are reported at once.
"""


def messages() -> str:
    """Write all messages by the kind of the error."""
    found = defaultdict(set)
    for file in sorted(PACKAGE.rglob("*.py")):
        for kind, message, hint in _messages(ast.parse(file.read_text(encoding="utf-8"))):
            found[kind].add((message, hint))
    parts = [HEAD]
    for kind, known in _kinds():
        if found[kind]:
            about = (known.__doc__ or "").splitlines()[0]
            parts.append(f"## {kind}\n\n{about} Exit code {known.exit_code}.\n")
            parts += ["| message | what to do |", "|---|---|"]
            parts += [f"| {message} | {hint} |" for message, hint in sorted(found[kind])]
            parts.append("")
    return "\n".join(parts)


def _kinds() -> Iterator[tuple[str, type[errors.HydrasnapError]]]:
    for name, known in vars(errors).items():
        if isinstance(known, type) and issubclass(known, errors.HydrasnapError):
            yield name, known


def _messages(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    """Yield the kind, the words and the hint of each error that a module makes."""
    kinds = dict(_kinds())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            message = _words(node.args[0])
            if node.func.id in kinds and " " in message:
                hint = "".join(_words(k.value) for k in node.keywords if k.arg == "hint")
                yield node.func.id, _cell(message), _cell(hint if " " in hint else "")


def _words(node: ast.expr) -> str:
    """Return the text of an expression, with ``…`` for what only a run knows."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(map(_words, parts))
        case ast.IfExp(body=one, orelse=other):
            return " ".join(filter(None, [_words(one), _words(other)]))
        case _:
            return "…"


def _cell(text: str) -> str:
    """Return text for a cell of a table in Markdown."""
    return text.replace("……", "…").replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")

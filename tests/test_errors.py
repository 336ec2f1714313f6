"""Errors carry what is wrong and what to do apart, on one line each."""

import ast
import pickle
import re
from pathlib import Path

import pytest

from hydrasnap import errors
from hydrasnap.errors import BudgetError, HydrasnapError, one_line


def test_message_and_hint_stand_apart_and_are_shown_together() -> None:
    error = HydrasnapError("The disk is full.", hint="Make room.")
    assert (error.message, error.hint) == ("The disk is full.", "Make room.")
    assert str(error) == error.format_message() == "The disk is full. Make room."
    assert str(HydrasnapError("The disk is full.")) == "The disk is full."


def test_an_error_comes_whole_out_of_another_process() -> None:
    error = pickle.loads(pickle.dumps(BudgetError("Too much.", hint="Allow more.")))  # noqa: S301
    assert (type(error), error.message, error.hint) == (BudgetError, "Too much.", "Allow more.")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\n::error::b", "a ::error::b"),
        ("a\r\nb\x0bc\x0cd\x85e\u2028f\u2029g", "a  b c d e f g"),
        ("\x1b[2Jx\x07", "\ufffd[2Jx\ufffd"),
        ("x\u202ey\u200bz", "x\ufffdy\ufffdz"),
        ("a\tb\xa0c", "a b c"),
        ("##[error]x ##vso[a] ##teamcity[b]", "# #[error]x # #vso[a] # #teamcity[b]"),
        ("## heading ##", "## heading ##"),
        ("Größe ☃", "Größe ☃"),
    ],
)  # fmt: skip
def test_text_of_a_stranger_stays_on_its_line(text: str, line: str) -> None:
    assert one_line(text) == line
    error = HydrasnapError(text, hint=text)
    assert (error.message, error.hint) == (line, line)


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    assert errors.__doc__ is not None
    classes = {
        name: value
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, HydrasnapError)
    }
    for name, kind in classes.items():
        line = next(line for line in errors.__doc__.splitlines() if f" {name} " in line)
        depth = len(kind.__mro__) - len(HydrasnapError.__mro__)
        assert line.index(name) == 4 + 4 * depth, name


@pytest.mark.slow
def test_advice_stands_in_the_hint() -> None:
    """A second sentence, or what follows a semicolon, is for the hint of an error."""
    found = []
    for file in sorted((Path(errors.__file__).parent).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                text = _literal(node.args[0]) if node.func.id in CLASSES else ""
                if re.search(r"[.?!] +[A-Z]|; ", text):
                    found.append(f"{file.name}:{node.lineno}: {text}")
    assert found == []


CLASSES = {name for name in vars(errors) if name.endswith("Error")}


def _literal(node: ast.expr) -> str:
    """Return the text of a literal, with an X for each value in it."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in parts)

"""Tests of the Jinja environments: what templates may use, and what is kept of compiled ones."""

from pathlib import Path
from typing import Any

import pytest
from jinja2 import DictLoader, TemplateError, UndefinedError
from jinja2.exceptions import SecurityError

from hydrasnap.publish.render.environment import (
    CompiledTemplates,
    SiteEnvironment,
    site_environment,
)

# Documented features of Jinja that a user's templates can rely on: template, and what it renders.
FEATURES = {
    "attribute of a mapping": ("{{ facts.count }}", "3"),
    "key of a mapping": ("{{ facts['count'] }}", "3"),
    "block twice": ("{% block head %}H{% endblock %}{{ self.head() }}", "HH"),
    "super": ('{% extends "base" %}{% block b %}[{{ super() }}]{% endblock %}', "<[base]>"),
    "macro": ("{% macro m(x, y=2) %}{{ x }}{{ y }}{% endmacro %}{{ m(1) }}{{ m(1, y=5) }}", "1215"),
    "call": (
        "{% macro box() %}({{ caller('<') }}){% endmacro %}"
        "{% call(sign) box() %}{{ sign }}{% endcall %}",
        "(&lt;)",
    ),
    "include": ('{% include "part" %}', "part of &lt;x&gt;"),
    "include without context": ('{% include "alone" without context %}', "alone"),
    "optional include": ('{% include "absent" ignore missing %}.', "."),
    "import": ('{% import "lib" as lib %}{{ lib.twice("a") }}', "aa"),
    "import with context": ('{% import "lib" as lib with context %}{{ lib.named() }}', "&lt;x&gt;"),
    "from import": ('{% from "lib" import twice as two %}{{ two("b") }}', "bb"),
    "loop": ("{% for n in [1, 2] %}{{ loop.index }}/{{ loop.length }} {% endfor %}", "1/2 2/2 "),
    "recursive loop": (
        "{% for n in tree recursive %}{{ n[0] }}{{ loop(n[1]) }}{% endfor %}",
        "ab",
    ),
    "set block": ("{% set a %}<b>{% endset %}{{ a }}", "<b>"),
    "namespace": (
        "{% set ns = namespace(n=0) %}{% for i in [1, 2] %}{% set ns.n = ns.n + i %}{% endfor %}"
        "{{ ns.n }}",
        "3",
    ),
    "filter block": ("{% filter upper %}a{% endfilter %}", "A"),
    "with": ("{% with a = 1 %}{{ a }}{% endwith %}", "1"),
    "default": ("{{ facts.absent | default('none') }}{{ absent | default('-') }}", "none-"),
    "defined": ("{{ facts.absent is defined }} {{ facts.count is defined }}", "False True"),
    "conditional": ("{{ 'yes' if facts.count > 2 else 'no' }}", "yes"),
    "map and select": ("{{ rows | map(attribute='n') | select('odd') | join(',') }}", "1,3"),
    "raw": ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
    "escape": ("{{ name }}{{ name | e }}", "&lt;x&gt;&lt;x&gt;"),
}
PARTS = {
    "base": "<{% block b %}base{% endblock %}>",
    "part": "part of {{ name }}",
    "alone": "alone",
    "lib": "{% macro twice(a) %}{{ a }}{{ a }}{% endmacro %}"
    "{% macro named() %}{{ name }}{% endmacro %}",
}
VALUES: dict[str, Any] = {
    "name": "<x>",
    "facts": {"count": 3},
    "tree": [("a", [("b", [])])],
    "rows": [{"n": 1}, {"n": 2}, {"n": 3}],
}


@pytest.mark.parametrize("sandboxed", [False, True], ids=["bundled", "sandboxed"])
@pytest.mark.parametrize("feature", FEATURES)
def test_documented_features_of_jinja_work(feature: str, sandboxed: bool) -> None:
    source, expected = FEATURES[feature]
    jinja = site_environment(DictLoader({**PARTS, "page": source}), sandboxed=sandboxed)
    assert jinja.get_template("page").render(VALUES) == expected


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ name.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.environ }}",
        "{{ facts.update(count=4) }}",
        "{{ '{0.__class__}'.format(name) }}",
        "{{ lipsum.__globals__ }}",
    ],
)
def test_a_users_template_cannot_run_code_or_change_values(source: str) -> None:
    jinja = site_environment(DictLoader({"page": source}), sandboxed=True)
    with pytest.raises((SecurityError, UndefinedError)):
        jinja.get_template("page").render(VALUES)


def test_a_name_that_is_not_there_is_an_error() -> None:
    jinja = site_environment(DictLoader({"page": "{{ absent }}"}), sandboxed=False)
    with pytest.raises(TemplateError, match="absent"):
        jinja.get_template("page").render(VALUES)


def render(folder: Path, text: str) -> str:
    jinja = SiteEnvironment(DictLoader({"page": text}), CompiledTemplates(folder))
    return jinja.get_template("page").render(name="<x>")


def compiled(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def test_a_compiled_template_is_kept_and_used(tmp_path: Path) -> None:
    class Uncompiling(SiteEnvironment):
        def _generate(self, *_: object, **__: object) -> str:
            raise AssertionError

    assert render(tmp_path, "Hello {{ name }}") == "Hello &lt;x&gt;"
    assert len(compiled(tmp_path)) == 1
    jinja = Uncompiling(DictLoader({"page": "Hello {{ name }}"}), CompiledTemplates(tmp_path))
    assert jinja.get_template("page").render(name="<x>") == "Hello &lt;x&gt;"


def test_a_changed_template_is_compiled_again(tmp_path: Path) -> None:
    assert render(tmp_path, "one {{ name }}") == "one &lt;x&gt;"
    assert render(tmp_path, "two {{ name }}") == "two &lt;x&gt;"
    assert len(compiled(tmp_path)) == 1


@pytest.mark.parametrize("damage", [b"", b"no bytecode", None])
def test_a_template_that_cannot_be_read_or_kept_is_compiled(
    tmp_path: Path, damage: bytes | None
) -> None:
    folder = tmp_path / "templates"
    if damage is None:
        folder.write_text("a file where the folder should be")
    else:
        render(folder, "{{ name }}")
        compiled(folder)[0].write_bytes(damage)
    assert render(folder, "{{ name }}") == "&lt;x&gt;"

"""Tests of the renderer: everything is escaped, Markdown is harmless, users' templates win."""

from pathlib import Path

import pytest
from jinja2 import Environment, TemplateNotFound, UndefinedError

from hydrasnap.errors import ConfigError
from hydrasnap.formatting import visible
from hydrasnap.publish.pages.common.page import Appearance, Page, PageContext
from hydrasnap.publish.pages.common.site_facts import SiteFacts
from hydrasnap.publish.render.environment import UserTemplates
from hydrasnap.publish.render.markdown import markdown_html
from hydrasnap.publish.render.renderer import Renderer, environment
from hydrasnap.publish.render.template_errors import explain

NOTHING = '<span class="none">\N{EN DASH}</span>'
FACTS = SiteFacts(
    title="S", base="", origin="https://hydra.example", look=Appearance(), menu=(), build=str
)
FRAME = PageContext(title="<T>", description="d", shows="a\u202eb")

COLUMNS = 120


def render(tmp_path: Path, source: str, path: str = "a/b.html") -> str:
    (tmp_path / "own.html").write_text(source)
    return Renderer(FACTS, tmp_path).render(Page(path, "own.html", FRAME)).decode()


def test_values_are_escaped_in_any_template(tmp_path: Path) -> None:
    assert render(tmp_path, "{{ page.title }}") == "&lt;T&gt;"


def test_a_page_knows_the_way_to_the_root(tmp_path: Path) -> None:
    assert render(tmp_path, "{{ root }}{{ path }}", "a/b/c.html") == "../../a/b/c.html"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ nothing }}", "own.html.*nothing"),
        ("{{ page.nothing }}", "own.html.*nothing"),
        ("{% if %}", "own.html, line 1"),
        ('{% include "absent.html" %}', "own.html, line 1 .*absent.html"),
        ('\n{{ 1 + "a" }}', "own.html, line 2 .*operand"),
        ("\n{{ path() }}", "own.html, line 2 .*not callable"),
        ("{{ 1 / 0 }}", "own.html, line 1 .*division by zero. Correct it.$"),
        ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "own.html, line 1 .*calls itself"),
        ('{% from "macros.html" import nothing %}{{ nothing() }}', "own.html, line 1 .*nothing"),
    ],
)
def test_a_broken_template_is_an_error_that_names_it(
    tmp_path: Path, source: str, words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        render(tmp_path, source)


def test_a_template_of_ours_that_misses_what_the_user_replaced_leads_to_the_folder(
    tmp_path: Path,
) -> None:
    (tmp_path / "macros.html").write_text("nothing")
    jinja = environment(tmp_path)
    with pytest.raises(UndefinedError) as caught:
        jinja.from_string("{% import 'macros.html' as m %}{{ m.bar() }}").render()
    error = explain(caught.value, "queue.html", tmp_path)
    assert error is not None
    assert "queue.html, which comes with hydrasnap, cannot be used" in error.message
    assert f"those in {tmp_path}: " in error.message
    assert explain(caught.value, "queue.html", None) is None


def test_a_template_can_extend_the_one_it_replaces(tmp_path: Path) -> None:
    (tmp_path / "redirect.html").write_text('{% extends "bundled/macros.html" %}')
    assert environment(tmp_path).get_template("redirect.html")


@pytest.mark.parametrize("place", ["queue.html", "parts/file.html"])
def test_a_link_among_templates_shows_no_file_of_the_machine(tmp_path: Path, place: str) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/file.html").write_text("s3cret")
    own = tmp_path / "own"
    own.mkdir()
    (own / "queue.html").symlink_to(tmp_path / "secret/file.html")
    (own / "parts").symlink_to(tmp_path / "secret")
    with pytest.raises(TemplateNotFound):
        UserTemplates(own).get_source(Environment(autoescape=True), place)


def test_no_template_switches_escaping_off() -> None:
    names = environment(None).list_templates(["html"])
    folder = Path(__file__).parents[2] / "templates"
    assert len(names) > 10
    for file in folder.glob("*.html"):
        assert "safe" not in file.read_text().replace("unsafe", "")


def test_lines_of_templates_fit_a_screen() -> None:
    folder = Path(__file__).parents[2] / "templates"
    long = [
        f"{file.name}:{number}"
        for file in sorted(folder.glob("*.html"))
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if len(line) > COLUMNS
    ]
    assert long == []


def test_characters_that_deceive_are_shown_by_number() -> None:
    assert visible("abc\u202etxt\x00\u200b\ud800") == "abc⟨U+202E⟩txt⟨U+0000⟩⟨U+200B⟩⟨U+D800⟩"
    assert visible("tab\tline\n äöü 日本") == "tab\tline\n äöü 日本"


def test_what_is_printed_shows_deceiving_characters(tmp_path: Path) -> None:
    source = "{{ page.shows }} {{ page.shows | breakable }} {{ page.shows | upper }}"
    assert render(tmp_path, source).count("U+202E") == 3


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("1795392000 | time", '<time datetime="2026-11-23T00:00Z">2026-11-23 00:00</time>'),
        ("1795392000 | date", '<time datetime="2026-11-23T00:00Z">2026-11-23</time>'),
        ("none | time", NOTHING),
        ("99999999999999 | time", "<span>99999999999999</span>"),
        ("3725 | duration", "1 h 2 min"),
        ("none | duration", NOTHING),
        ("1536 | size", "1.5 KiB"),
        ("252676 | number", "252,676"),
        ("1e-07 | number", "1e-07"),
        ("'a<b' | breakable", "a&lt;b"),
    ],
)
def test_filters_write_one_form_everywhere(tmp_path: Path, expression: str, text: str) -> None:
    assert render(tmp_path, "{{ " + expression + " }}") == text


def test_a_long_name_may_break_after_its_dots() -> None:
    filters = environment(None).filters
    assert "<wbr>" in filters["breakable"]("python3Packages.extraordinarily-long-name")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<img src="x" onerror="alert(1)">',
        "[x](javascript:alert(1))",
        "<a href='javascript:alert(1)'>x</a>",
        '<iframe src="https://example.org/"></iframe>',
        '<p style="background:url(https://example.org/)">x</p>',
        "![x](https://example.org/x.png)",
        "![x](//example.org/x.png)",
        "<img src=' //example.org/x.png'>",
        "<img src='/\t/example.org/x.png'>",
        r"<img src='\\example.org/x.png'>",
        '<object data="x"></object>',
    ],
)
@pytest.mark.parametrize("root", ["../", ""])
def test_markdown_cannot_run_or_fetch_anything(text: str, root: str) -> None:
    html = markdown_html(text, root)
    for word in ("script", "onerror", "iframe", "style=", "//example", "\\example", "object"):
        assert word not in html


def test_links_in_markdown_are_meant_from_the_root() -> None:
    html = markdown_html("[a](build/1.html) [b](/eval/2.html) [c](https://x.org/) [d](#e)", "../")
    for address in ("../build/1.html", "../eval/2.html", "https://x.org/", "#e"):
        assert f'href="{address}"' in html


def test_markdown_has_tables_and_code() -> None:
    html = markdown_html("|a|b|\n|-|-|\n|1|2|\n\n```\nx < y\n```\n", "")
    assert "<table>" in html
    assert "x &lt; y" in html


@pytest.mark.parametrize("hidden", ["\u202e", "\x00", "\ud800", "\u200b"])
def test_what_templates_say_themselves_is_made_visible_too(tmp_path: Path, hidden: str) -> None:
    text = render(tmp_path, f"{{{{ '\\u{ord(hidden):04x}' }}}}\n\t\u00a0\u2013 {{{{ '<' }}}}")
    assert text == f"⟨U+{ord(hidden):04X}⟩\n\t\u00a0\u2013 &lt;"


def test_macros_and_blocks_call_each_other(tmp_path: Path) -> None:
    source = (
        "{% macro twice(text, mark='!') %}{{ text }}{{ caller() }}{{ mark }}{% endmacro %}"
        "{% for n in range(2) %}{% call twice(n, mark='<') %}-{% endcall %}{% endfor %}"
    )
    assert render(tmp_path, source) == "0-&lt;1-&lt;"


def test_a_template_may_ask_whether_there_is_an_attribute(tmp_path: Path) -> None:
    source = "{{ page.title is defined }} {{ page.none is defined }} {{ page.none | default('-') }}"
    assert render(tmp_path, source) == "True False -"

"""The configuration: every mistake names the file, the key and what is allowed."""

import re
from collections.abc import Iterator
from contextlib import chdir, suppress
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect
from settings_files import read, written

from hydrasnap.config.keys import Config, Tables
from hydrasnap.config.loading import load
from hydrasnap.config.messages import SettingsError
from hydrasnap.errors import ConfigError


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    with chdir(tmp_path):
        config = load(None, {}, {})
    assert config == Config()
    assert (config.crawl.evaluations, config.crawl.concurrency, config.crawl.rate) == (10, 1, None)


def test_an_option_may_say_no_where_the_file_says_yes(tmp_path: Path) -> None:
    assert read(tmp_path, "[crawl]\nlive = true\n").crawl.live
    assert not read(tmp_path, "[crawl]\nlive = true\n", crawl={"live": False}).crawl.live
    assert not read(tmp_path, "", crawl={"live": None}).crawl.live


def test_the_file_in_this_folder_is_read(tmp_path: Path) -> None:
    written(tmp_path, "[crawl]\nrate = 2\n")
    with chdir(tmp_path):
        assert load(None, {}, {}).crawl.rate == 2.0


def test_every_setting_can_be_set(tmp_path: Path) -> None:
    config = read(tmp_path, """
        [hydra]
        url = "https://hydra.example.org"
        contact = "Jürgen <j@example.org>"
        username = "reader"
        password_file = "secret"
        [crawl]
        projects = ["a*"]
        jobsets = ["a/b"]
        exclude = ["a/pr-*"]
        sizes = ["a/b/hello.*"]
        hidden = true
        evaluations = 3
        rate = 0.5
        concurrency = 16
        max_requests = 1
        max_seconds = 2
        max_bytes = 3
        [cache]
        folder = "kept"
        [site]
        title = "T"
        base = "https://me.example.org/hydra/"
        output = "out"
        templates = "t"
        pages = "p"
        notes = "n"
    """)  # fmt: skip
    assert config.crawl.jobsets == ("a/b",)
    assert config.crawl.sizes == ("a/b/hello.*",)
    assert config.hydra.contact.startswith("Jürgen")
    assert [config.cache.folder, config.site.output, config.hydra.password_file] == [
        str(tmp_path / name) for name in ("kept", "out", "secret")
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[crawl]\nevalutions = 3", "[crawl] evalutions is not a setting. Did you mean evalu"),
        ("[crwl]\nrate = 1", "[crwl] is no table of settings. Did you mean [crawl]?"),
        ("[site]\naccent = 'red'", '[site] accent must be a colour such as "#7a1fa2"'),
        ("[site]\nbase = 'https://h/x?a#b'", "[site] base must be the address of a folder"),
        ('[cache]\nfolder = "a\\u0000"', "[cache] folder must be the name of a file or folder"),
        ("[crawl]\nrate = " + "9" * 5000, "has a number of thousands of digits"),
        ("[site]\nzzz = 1", "[site] zzz is not a setting. Known are title, base, output"),
        ("rate = 1", "rate stands outside of a table. Known are [hydra], [crawl]"),
        ('[crawl]\nevaluations = "ten"', "[crawl] evaluations must be a whole number, 1 or more"),
        ("[crawl]\nevaluations = 0", "[crawl] evaluations must be a whole number, 1 or more, not"),
        ("[crawl]\nevaluations = 1.5", "[crawl] evaluations must be a whole number, 1 or more, n"),
        ("[crawl]\nmax_requests = 'x'", '[crawl] max_requests must be a whole number, 1 or more'),
        ("[crawl]\ndetails = 1000000000000000000", "must be a whole number below 9,007,199,254"),
        ("[crawl]\nconcurrency = 17", "[crawl] concurrency must be a whole number from 1 to 16"),
        ("[crawl]\nrate = 0", "[crawl] rate must be a number above 0 and at most 1,000, not 0."),
        ("[crawl]\nrate = nan", "[crawl] rate must be a number above 0 and at most 1,000, not na"),
        ("[crawl]\nrate = inf", "[crawl] rate must be a number above 0 and at most 1,000, not in"),
        ("[crawl]\nrate = -inf", "at most 1,000, not -inf."),
        ("[crawl]\nrecheck_days = inf", "[crawl] recheck_days must be a number above 0 and at m"),
        ("[crawl]\nhidden = 1", "[crawl] hidden must be true or false, not 1."),
        ('[crawl]\nbuilds = "foo"', 'must be "auto", "listing", "singly" or "together", not "foo"'),
        ('[crawl]\nprojects = "nixpkgs"', '[crawl] projects must be a list of texts, not "nixpkg'),
        ('[crawl]\nprojects = [""]', "[crawl] projects, item 1 must be a text that is not empty"),
        ("[crawl]\nprojects = ['a', [1]]", "[crawl] projects, item 2 must be a text that is not"),
        ("crawl = 1", "[crawl] must be a table, not 1."),
        ("[[crawl]]\nrate = 1", "[crawl] must be a table, not a list."),
        ("[cache]\nfolder = ''", "[cache] folder must be a text that is not empty"),
        ("[watch]\nname = 'a'", "[watch] must be a list of tables, each below [[watch]], not a t"),
        ("[[watch]]\njobs = ['a']", "[[watch]] number 1 has no name."),
        ("[[watch]]\nname = ' '", "[[watch]] number 1 has an empty name."),
        (f"[[watch]]\nname = '{'x' * 101}'", "number 1: name must be a text of 1 to 100 charac"),
        ("[[watch]]\nname = 'a'\n[[watch]]\nname = 'b'\njobs = 1", "number 2: jobs must be a li"),
        ("[[watch]]\nname = 'a'\n[[watch]]\nname = 'A'", "[[watch]] number 2: name: there is an"),
        ("[site]\nmax_bytes = 0", "[site] max_bytes must be a whole number, 1 or more, not 0."),
        ("[site.baselines]\n'a:b' = 1\n'a:c' = 0", '[site] baselines "a:c" must be a whole num'),
        ("[site.baselines]\n'ab' = 1", "[site] baselines: 'ab' names no jobset. Write it as"),
        ("[retention]\nevaluations = 10", "evaluations must be 11 or more, not 10. [crawl] eval"),
        ("[site]\nbase = 'x'", "[site] base: 'x' is not an address"),
        ("[hydra]\nurl = 'x'", "[hydra] url: 'x' is not an address"),
        ("[crawl\n", "is not valid TOML, line 1: Expected ']'"),
        ("a = [1,\n\n", "is not valid TOML, line 1: Invalid value"),
        ("[site]\ntitle = 'a\n", "is not valid TOML, line 2"),
        ('[site]\ntitle = "a\n', "A text has no closing quotation m"),
        ("[crawl]\nrate = 1\nrate = 2", "line 3: Cannot overwrite a value. A key stands there"),
        ("[hydra]\n\n[hydra]", "line 3: Cannot declare ('hydra',) twice. A table st"),
        ("[a.b]\n[a.b]", "is not valid TOML, line 2: Cannot declare ('a', 'b') twice. A table st"),
        ("a = " + "[" * 3000, "is nested too deeply"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_and_key(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert str(tmp_path / "hydrasnap.toml") in caught.value.message
    assert words in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("contact", ["a\\nX-Header: y", "a\\u0000", "a\\r"])
def test_a_contact_is_one_line(tmp_path: Path, contact: str) -> None:
    with pytest.raises(ConfigError, match="contact must be one line"):
        read(tmp_path, f'[hydra]\ncontact = "{contact}"')


def test_a_file_without_end_is_not_read_to_its_end() -> None:
    with pytest.raises(ConfigError, match="has more than 10 MB"):
        load(Path("/dev/zero"), {}, {})


@pytest.mark.parametrize("name", ["absent.toml", ".", "latin.toml"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "latin.toml").write_bytes(b"[site]\ntitle = '\xe9'\n")
    with pytest.raises(ConfigError, match=re.escape(str(tmp_path / name))):
        load(tmp_path / name, {}, {})


def test_options_beat_the_environment_which_beats_the_file(tmp_path: Path) -> None:
    text = '[hydra]\nurl = "https://file"\nusername = "file"\n[crawl]\nrate = 1'
    around = {"HYDRASNAP_URL": "https://environment"}
    assert read(tmp_path, text).hydra.url == "https://file"
    assert read(tmp_path, text, around).hydra.url == "https://environment"
    config = read(tmp_path, text, around, hydra={"url": "https://option"}, crawl={"rate": 3})
    assert (config.hydra.url, config.hydra.username, config.crawl.rate) == (
        "https://option", "file", 3.0,
    )  # fmt: skip


@pytest.mark.parametrize("empty", [None, ()])
def test_an_option_that_is_not_given_changes_nothing(tmp_path: Path, empty: object) -> None:
    config = read(tmp_path, '[crawl]\nprojects = ["a"]', crawl={"projects": empty, "rate": empty})
    assert config.crawl.projects == ("a",)


def test_a_wrong_option_is_not_blamed_on_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^--concurrency must be a whole number from 1 to 16"):
        read(tmp_path, "", crawl={"concurrency": 99})
    with pytest.raises(ConfigError, match=r"^--exclude must be a text that is not empty"):
        read(tmp_path, "", crawl={"exclude": ("a", "")})
    with pytest.raises(ConfigError, match=r"^URL: '' is not an address"):
        read(tmp_path, "", hydra={"url": ""})
    with pytest.raises(ConfigError, match=r"^HYDRASNAP_URL: 'x' is not an address"):
        read(tmp_path, "", {"HYDRASNAP_URL": "x"})
    with pytest.raises(ConfigError, match=r"must be 21 or more, not 12\. --evaluations is 20"):
        read(tmp_path, "[retention]\nevaluations = 12", crawl={"evaluations": 20})


def test_all_mistakes_are_reported_at_once_as_values(tmp_path: Path) -> None:
    text = """
        [crawl]
        rate = 0
        evalutions = 3
        [site]
        base = "x"
        [[watch]]
        name = "a"
        jobs = [1]
    """
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, text, {"HYDRASNAP_URL": "y"}, crawl={"concurrency": 99})
    found = {mistake.path: mistake for mistake in caught.value.mistakes}
    assert set(found) == {
        ("crawl", "rate"), ("crawl", "evalutions"), ("site", "base"), ("watch", 0, "jobs", 0),
        ("hydra", "url"), ("crawl", "concurrency"),
    }  # fmt: skip
    rate = found["crawl", "rate"]
    assert (rate.expected, rate.found) == ("a number above 0 and at most 1,000", 0)
    assert found["crawl", "concurrency"].where == "--concurrency"
    assert found["hydra", "url"].where == "HYDRASNAP_URL"
    first, *rest = caught.value.lines()
    assert first == "There are 6 mistakes in the configuration:"
    assert len(rest) == 6
    assert all(line.startswith("  ") for line in rest)


def test_a_mistake_in_the_file_is_reported_although_an_option_replaces_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"\[crawl\] rate must be"):
        read(tmp_path, "[crawl]\nrate = 0", crawl={"rate": 1})


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_file_from_a_windows_editor_is_read_as_meant(tmp_path: Path, mark: bytes) -> None:
    file = tmp_path / "w.toml"
    text = "[hydra]\r\nurl = ' https://h '\r\n[site]\r\ntitle = 'Größe'\r\n"
    file.write_bytes(mark + text.encode())
    assert load(file, {}, {}).site.title == "Größe"
    assert load(file, {}, {}).hydra.url == "https://h"
    file.write_bytes(text.encode("utf-16"))
    assert load(file, {}, {}).site.title == "Größe"


def test_the_home_folder_can_be_written_as_a_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    config = read(tmp_path, '[site]\npages = "~/pages"\nnotes = "no~tes"', cache={"folder": "~/c"})
    assert (config.site.pages, config.cache.folder) == ("/home/me/pages", "/home/me/c")
    assert config.site.notes == str(tmp_path / "no~tes")
    with pytest.raises(ConfigError, match="the home folder for ~ is not known"):
        read(tmp_path, '[site]\npages = "~nobody-of-this-name/pages"')


def test_jobsets_are_spelled_one_way_and_hydras_way_is_accepted(tmp_path: Path) -> None:
    config = read(tmp_path, """
        [crawl]
        jobsets = ["nixpkgs:trunk", "nixos/*", "trunk"]
        exclude = ["nixpkgs:pr-*"]
        sizes = ["nixos:*:nixos.iso_*", "a/b/c:d"]
        [site.baselines]
        "nixpkgs:trunk" = 12
        "nixos/trunk" = 13
        [[watch]]
        name = "a"
        jobsets = ["nixos:trunk"]
    """)  # fmt: skip
    assert config.crawl.jobsets == ("nixpkgs/trunk", "nixos/*", "trunk")
    assert config.crawl.exclude == ("nixpkgs/pr-*",)
    assert config.crawl.sizes == ("nixos/*/nixos.iso_*", "a/b/c:d")
    assert config.site.baselines == {"nixpkgs/trunk": 12, "nixos/trunk": 13}
    assert config.watch[0].jobsets == ("nixos/trunk",)


def test_what_is_not_utf_8_is_explained_unless_it_names_a_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="must be text in UTF-8"):
        read(tmp_path, "", crawl={"jobsets": ("a", "\udcff")})
    with pytest.raises(ConfigError, match=r"HYDRASNAP_USERNAME must be text in UTF-8"):
        read(tmp_path, "", {"HYDRASNAP_USERNAME": "\udcff"})
    assert read(tmp_path, "", cache={"folder": "c\udcff"}).cache.folder == "c\udcff"


def test_a_user_name_with_a_password_in_it_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="must be a name alone") as caught:
        read(tmp_path, '[hydra]\nusername = "me:s3cret"')
    assert "s3cret" not in str(caught.value)


def keys(table: inspect.StructType) -> Iterator[str]:
    for field in table.fields:
        kind = field.type
        while isinstance(kind, inspect.Metadata):
            kind = kind.type
        if isinstance(kind, inspect.VarTupleType) and isinstance(
            kind.item_type, inspect.StructType
        ):
            yield from (f"[[{field.name}]]\n{each.name}" for each in kind.item_type.fields)
        elif isinstance(kind, inspect.StructType):
            yield from (f"[{field.name}]\n{each.name}" for each in kind.fields)


VALUES = (
    '""', '" "', r'"a\u0000b"', r'"\n"', '"~"', '"~nobody/x"', '"../.."', '"https://h/?q#f"',
    '"::"', "0", "-1", "1e400", "nan", "-inf", "9" * 5000, f"1{'0' * 400}.5", "true", "2026-01-01",
    "[]", '[""]', r'["a\u0000"]', "[[1]]", "{}", '{ "" = 1 }', f'"{"x" * 70_000}"',
)  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value[:12])
def test_no_value_breaks_it(tmp_path: Path, value: str) -> None:
    found = list(keys(cast(inspect.StructType, inspect.type_info(Tables))))
    assert len(found) > 50
    for key in found:
        with suppress(ConfigError):
            read(tmp_path, f"{key} = {value}\n")


@given(st.text())
def test_no_file_breaks_it(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    with suppress(ConfigError):
        load(file, {}, {})

"""What changed in the inputs, and which addresses may be made of hostile remotes."""

import pytest

from hydrasnap.model import Evaluation, EvaluationInput
from hydrasnap.report.inputs import (
    changed_inputs,
    compare_url,
    inputs_of,
    revision_url,
)

OLD, NEW = "a" * 40, "b" * 40


def evaluation(*inputs: EvaluationInput, flake: str = "") -> Evaluation:
    return Evaluation(id=1, project="demo", jobset="trunk", flake=flake, inputs=inputs)


def git(uri: str, revision: str = OLD, name: str = "src") -> EvaluationInput:
    return EvaluationInput(name=name, type="git", uri=uri, revision=revision)


def text(name: str, value: str, kind: str = "string") -> EvaluationInput:
    return EvaluationInput(name=name, type=kind, value=value)


def test_inputs_are_added_removed_changed_or_of_another_type() -> None:
    before = evaluation(text("kept", "1"), text("lost", "1"), text("new", "1"), text("t", "1"))
    after = evaluation(
        text("kept", "1"), text("more", "1"), text("new", "2"), text("t", "1", "nix")
    )
    assert [(found.name, found.kind) for found in changed_inputs(before, after)] == [
        ("lost", "removed"),
        ("more", "added"),
        ("new", "changed"),
        ("t", "type changed"),
    ]


def test_a_build_as_input_changes_with_its_number() -> None:
    before = EvaluationInput(name="stdenv", type="build", dependency=1)
    after = EvaluationInput(name="stdenv", type="build", dependency=2)
    [change] = changed_inputs(evaluation(before), evaluation(after))
    assert (change.before, change.after, change.compare_url) == (before, after, None)


def test_the_first_evaluation_changes_nothing() -> None:
    assert changed_inputs(None, evaluation(text("a", "1"))) == ()


@pytest.mark.parametrize(
    ("uri", "commit", "compare"),
    [
        ("https://github.com/o/r.git", "github.com/o/r/commit/", "github.com/o/r/compare/"),
        ("http://github.com/o/r/", "github.com/o/r/commit/", "github.com/o/r/compare/"),
        ("git://GitHub.com/o/r", "github.com/o/r/commit/", "github.com/o/r/compare/"),
        ("ssh://git@github.com/o/r.git", "github.com/o/r/commit/", "github.com/o/r/compare/"),
        ("git@GitHub.com:o/r.git", "github.com/o/r/commit/", "github.com/o/r/compare/"),
        ("https://gitlab.com/a/b/c.git", "gitlab.com/a/b/c/-/commit/",
         "gitlab.com/a/b/c/-/compare/"),
        ("https://gitlab.gnome.org/a/b", "gitlab.gnome.org/a/b/-/commit/",
         "gitlab.gnome.org/a/b/-/compare/"),
        ("https://codeberg.org/o/r", "codeberg.org/o/r/commit/", "codeberg.org/o/r/compare/"),
        ("https://forgejo.example.org/o/r", "forgejo.example.org/o/r/commit/",
         "forgejo.example.org/o/r/compare/"),
        ("https://github.com/o/r?x=1\"onclick='#y", "github.com/o/r/commit/",
         "github.com/o/r/compare/"),
        ("https://git.sr.ht/~o/r", "git.sr.ht/~o/r/commit/", None),
        ("https://user:secret@github.com/o/r", "github.com/o/r/commit/",
         "github.com/o/r/compare/"),
    ],
)  # fmt: skip
def test_known_forges_get_links(uri: str, commit: str, compare: str | None) -> None:
    assert revision_url(git(uri)) == f"https://{commit}{OLD}"
    wanted = f"https://{compare}{OLD}...{NEW}" if compare else None
    assert compare_url(git(uri), git(uri, NEW)) == wanted


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "https://example.org/o/r",
        "https://github.com.evil.org/o/r",
        "https://evilgithub.com/o/r",
        "https://gitlab/o/r",
        "https://github.com:8443/o/r",
        "https://github.com/o",
        "https://github.com/o/r/../../login",
        "https://github.com/o/r%22",
        "https://github.com/o/<script>",
        "https://github.com/o/r branch",
        "javascript://github.com/o/r",
        "file:///o/r",
        "/home/hydra/src",
        "https://[github.com/o/r",
        "https://github.com:x/o/r",
        "git@github.com:/o/r",
    ],
)
def test_what_is_not_clean_gets_no_link(uri: str) -> None:
    assert revision_url(git(uri)) is None
    assert compare_url(git(uri), git(uri, NEW)) is None


@pytest.mark.parametrize(
    "revision", ["", "master", "../../x", "a" * 65, "A" * 40, "abc", OLD + "\n"]
)
def test_only_a_hash_is_a_revision(revision: str) -> None:
    assert revision_url(git("https://github.com/o/r", revision)) is None
    new = git("https://github.com/o/r", NEW)
    assert compare_url(git("https://github.com/o/r", revision), new) is None
    assert compare_url(new, git("https://github.com/o/r", revision)) is None


def test_two_repositories_are_not_compared() -> None:
    assert compare_url(git("https://github.com/o/r"), git("https://github.com/fork/r", NEW)) is None
    assert compare_url(git("https://github.com/o/r"), git("https://github.com/o/r")) is None


def test_other_version_control_systems_get_no_link() -> None:
    found = EvaluationInput(name="a", type="hg", uri="https://github.com/o/r", revision=OLD)
    assert revision_url(found) is None


@pytest.mark.parametrize(
    ("flake", "commit"),
    [
        (f"github:o/r/{OLD}", f"https://github.com/o/r/commit/{OLD}"),
        (f"github:o/r?rev={OLD}&dir=x", f"https://github.com/o/r/commit/{OLD}"),
        (f"gitlab:a%2Fb/r/{OLD}", f"https://gitlab.com/a/b/r/-/commit/{OLD}"),
        (f"gitlab:o/r/{OLD}?host=gitlab.gnome.org",
         f"https://gitlab.gnome.org/o/r/-/commit/{OLD}"),
        (f"github:o/r/{OLD}?host=evil.org%2Fx", None),
        (f"sourcehut:~o/r/{OLD}", f"https://git.sr.ht/~o/r/commit/{OLD}"),
        (f"git+https://codeberg.org/o/r?ref=main&rev={OLD}",
         f"https://codeberg.org/o/r/commit/{OLD}"),
        (f"git+ssh://git@github.com/o/r?rev={OLD}", f"https://github.com/o/r/commit/{OLD}"),
        (f"git+https://git.example.org/o/r?rev={OLD}", None),
        ("github:o/r/main", None),
        ("github:o", None),
        ("path:/etc", None),
        ("git+https://[x", None),
    ],
)  # fmt: skip
def test_the_pin_of_a_flake_is_an_input_of_its_own(flake: str, commit: str | None) -> None:
    [pin] = inputs_of(evaluation(flake=flake))
    assert (pin.name, pin.type, pin.uri) == ("flake", "flake", flake)
    assert revision_url(pin) == commit


@pytest.mark.parametrize("scheme", ["https", "tarball+https", "http"])
def test_a_tarball_names_the_revision_that_it_is_locked_to(scheme: str) -> None:
    flake = f"{scheme}://flakes.example.org/f/o/r/0.1.tar.gz?narHash=x&rev={OLD}&revCount=2"
    [pin] = inputs_of(evaluation(flake=flake))
    assert pin.revision == OLD
    assert revision_url(pin) is None
    [unlocked] = inputs_of(evaluation(flake=f"{scheme}://flakes.example.org/x.tar.gz?rev=main"))
    assert unlocked.revision == ""


def test_two_pins_of_a_flake_are_compared() -> None:
    before, after = evaluation(flake=f"github:o/r/{OLD}"), evaluation(flake=f"github:o/r/{NEW}")
    [change] = changed_inputs(before, after)
    assert change.kind == "changed"
    assert change.compare_url == f"https://github.com/o/r/compare/{OLD}...{NEW}"


REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("flake", "address"),
    [
        (f"github:o/r/{REVISION}", f"https://github.com/o/r/commit/{REVISION}"),
        (f"github:o/r?rev={REVISION}", f"https://github.com/o/r/commit/{REVISION}"),
        (
            f"github:o/r/{REVISION}?host=ghe.example.org",
            f"https://ghe.example.org/o/r/commit/{REVISION}",
        ),
        (
            f"gitlab:g%2Fsub/r/{REVISION}?host=git.example.org",
            f"https://git.example.org/g/sub/r/-/commit/{REVISION}",
        ),
        (
            f"git+https://codeberg.org/o/r.git?ref=main&rev={REVISION}",
            f"https://codeberg.org/o/r/commit/{REVISION}",
        ),
        (f"https://files.example.org/source.tar.gz?narHash=sha256-x&rev={REVISION}", None),
        (f"tarball+https://files.example.org/source?rev={REVISION}", None),
        (f"hg+https://example.org/r?rev={REVISION}", None),
        (
            f"https://github.com/o/r/archive/{REVISION}.tar.gz",
            f"https://github.com/o/r/commit/{REVISION}",
        ),
        (
            f"https://gitlab.com/o/r/-/archive/{REVISION}/r-{REVISION}.tar.gz",
            f"https://gitlab.com/o/r/-/commit/{REVISION}",
        ),
    ],
)
def test_a_flake_reference_tells_its_revision(flake: str, address: str | None) -> None:
    (found,) = inputs_of(evaluation(flake=flake))
    assert found.revision == REVISION
    assert revision_url(found) == address


@pytest.mark.parametrize(
    "flake",
    [
        "github:o/r?host=evil.example.org/x",
        "github:o/r/main",
        "https://files.example.org/source.tar.gz",
        "https://files.example.org/source.tar.gz?rev=not-a-revision",
        "path:/home/me/flake?rev=zzz",
        "flake:nixpkgs",
    ],
)
def test_a_flake_reference_without_a_revision_has_none(flake: str) -> None:
    (found,) = inputs_of(evaluation(flake=flake))
    assert found.revision == ""
    assert revision_url(found) is None

"""Tests that no password in an address of a Hydra reaches the site."""

from pathlib import Path

import pytest
from example import jobset, snapshot
from msgspec import structs

from hydrasnap.model import (
    EvaluationInput,
    Gap,
    JobsetConfiguration,
    JobsetInput,
    JobsetKey,
    JobsetOverview,
    Product,
    Snapshot,
)
from hydrasnap.publish.masking import mask_snapshot
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings

SECRET = "T0KEN" * 30  # longer than any text that is cut
ADDRESS = f"https://bot:{SECRET}@git.example.org/acme/private"


def told() -> Snapshot:
    """Put an address with a login into every text that a Hydra can give."""
    every = snapshot()
    key = JobsetKey("p", "j")
    configuration = JobsetConfiguration(
        description=f"See {ADDRESS}",
        flake=f"git+{ADDRESS}?ref=main",
        inputs=(JobsetInput("src", "git", f"{ADDRESS} master"),),
    )
    seen = JobsetOverview("p", "j", fetcherrormsg=f"cannot fetch\n\x1b[31m{ADDRESS}\x1b[0m failed")
    found = structs.replace(
        jobset("j", errormsg=f"error: {ADDRESS}", evaluations=every.jobsets[key].evaluations),
        configuration=configuration,
        overview=seen,
    )
    inputs = (EvaluationInput("src", "git", uri=ADDRESS, revision="0" * 40),)
    product = Product(number=1, type="file", name=ADDRESS, path=f"/nix/store/x/{ADDRESS}")
    return structs.replace(
        every,
        run=structs.replace(every.run, gaps=(Gap("/x", f"redirects to {ADDRESS}"),)),
        projects={
            **every.projects,
            "p": structs.replace(every.projects["p"], description=ADDRESS, homepage=ADDRESS),
        },
        jobsets={**every.jobsets, key: found},
        evaluations={
            **every.evaluations,
            12: structs.replace(every.evaluations[12], flake=f"git+{ADDRESS}", inputs=inputs),
        },
        builds={
            **every.builds,
            206: structs.replace(every.builds[206], nixname=ADDRESS, products=(product,)),
        },
    )


def test_no_file_of_the_site_holds_a_password(tmp_path: Path) -> None:
    publish(told(), SiteSettings(), tmp_path)
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert [file for file in files if b"T0KEN" in file.read_bytes()] == []
    for path in ("jobset/p/j.html", "jobset/p/j/errors.html", "eval/12.html", "eval/12.json"):
        assert "git.example.org/acme/private" in (tmp_path / path).read_text(), path


@pytest.mark.parametrize("text", ["\ud800 " + ADDRESS, "ü " + ADDRESS])
def test_texts_of_all_signs_are_masked(text: str) -> None:
    every = snapshot()
    odd = structs.replace(every.builds[206], nixname=text)
    found = mask_snapshot(structs.replace(every, builds={**every.builds, 206: odd}))
    assert "T0KEN" not in found.builds[206].nixname
    assert found.builds[101] is every.builds[101]


def test_the_names_of_things_stay() -> None:
    every = snapshot()
    odd = structs.replace(every.builds[206], job="git@host")
    found = mask_snapshot(structs.replace(every, builds={**every.builds, 206: odd}))
    assert found.builds[206].job == "git@host"
    assert found.jobsets.keys() == every.jobsets.keys()

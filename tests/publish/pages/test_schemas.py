"""Tests that every data file of a site is as its schema says, and that the schema is published."""

import html
import json
from pathlib import Path

import msgspec
import pytest
from jsonschema import Draft202012Validator

from hydrasnap.model import Watch
from hydrasnap.publish.pages.files.listing import data_kinds
from hydrasnap.publish.pages.files.schemas.files import FILES
from hydrasnap.publish.pipeline import publish_cache
from hydrasnap.publish.settings import SiteSettings

NAMES = {"shield.json": "shield", "revisions.json": "revisions", "jobs.json": "jobs"}
FOLDERS = {"project": "project", "jobset": "jobset", "eval": "evaluation", "job": "job",
           "watch": "selection", "maintainer": "selection"}  # fmt: skip


@pytest.fixture(scope="module")
def site(demo_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the site of the embedded Hydra, with a watch list."""
    folder = tmp_path_factory.mktemp("schemas")
    settings = SiteSettings(watches=(Watch("all"),), manifest=True)
    publish_cache(demo_cache, settings, folder)
    return folder


def kind_of(path: Path) -> str:
    """Return the name of the schema of a data file, by its path below the root of the site."""
    if len(path.parts) == 1:
        return path.stem
    return NAMES.get(path.name) or FOLDERS[path.parts[0]]


def data_files(site: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {name: [] for name in FILES}
    for file in sorted(site.rglob("*.json")):
        path = file.relative_to(site)
        if path.parts[0] != "schema":
            found[kind_of(path)].append(file)
    return found


@pytest.mark.parametrize("name", FILES)
def test_every_data_file_is_as_its_schema_says(site: Path, name: str) -> None:
    files = data_files(site)[name]
    assert files
    for file in files:
        msgspec.json.decode(file.read_bytes(), type=FILES[name], strict=True)


@pytest.mark.parametrize("name", FILES)
def test_files_and_the_example_of_the_page_follow_the_published_schema(
    site: Path, name: str
) -> None:
    schema = json.loads((site / "schema" / f"{name}.json").read_text())
    validator = Draft202012Validator(schema)
    for file in data_files(site)[name][:40]:
        validator.validate(json.loads(file.read_bytes()))
    (kind,) = (kind for kind in data_kinds() if kind.schema.href == f"schema/{name}.json")
    validator.validate(json.loads(kind.example))
    assert kind.example in html.unescape((site / "data.html").read_text())


@pytest.mark.parametrize("name", FILES)
def test_the_schema_is_on_the_site(site: Path, name: str) -> None:
    schema = json.loads((site / "schema" / f"{name}.json").read_text())
    assert schema["$schema"].startswith("https://json-schema.org/")
    top = schema["$defs"][schema["$ref"].rpartition("/")[2]]
    file = json.loads(data_files(site)[name][0].read_text())
    assert set(top["required"]) <= file.keys() <= top["properties"].keys()
    assert top["description"]


def test_a_file_with_another_field_is_noticed(site: Path) -> None:
    file = json.loads((site / "index.json").read_text())
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**file, "more": 1}, FILES["index"])

"""The manifest of a site lists what is there, however the site came to be."""

import hashlib
import json
from pathlib import Path

from example import snapshot
from msgspec import structs

from hydrasnap.publish.output.manifest import NAME
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings


def listed(site: Path) -> dict[str, tuple[int, str]]:
    found = json.loads((site / NAME).read_bytes())
    assert found["schema"] == 1
    return {path: (entry["bytes"], entry["sha256"]) for path, entry in found["files"].items()}


def present(site: Path) -> dict[str, tuple[int, str]]:
    return {
        path.relative_to(site).as_posix(): (
            path.stat().st_size,
            hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in site.rglob("*")
        if path.is_file() and path != site / NAME and not path.name.startswith(".hydrasnap-")
    }


def test_it_lists_every_other_file_after_each_of_several_runs(tmp_path: Path) -> None:
    whole, settings = snapshot(), SiteSettings(manifest=True)
    fewer = structs.replace(whole, builds=dict(list(whole.builds.items())[:-1]))
    for shown in (whole, fewer, fewer, whole):
        publish(shown, settings, tmp_path)
        assert listed(tmp_path) == present(tmp_path)


def test_a_damaged_manifest_is_made_anew(tmp_path: Path) -> None:
    whole, settings = snapshot(), SiteSettings(manifest=True)
    publish(whole, settings, tmp_path)
    (tmp_path / NAME).write_text("{")
    publish(structs.replace(whole, builds={}), settings, tmp_path)
    assert listed(tmp_path) == present(tmp_path)


def test_without_the_setting_there_is_none(tmp_path: Path) -> None:
    publish(snapshot(), SiteSettings(manifest=True), tmp_path)
    publish(snapshot(), SiteSettings(), tmp_path)
    assert not (tmp_path / NAME).exists()

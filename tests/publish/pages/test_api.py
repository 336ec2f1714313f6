"""Tests that the files of the API hold what the server answers at their addresses."""

import asyncio
import json
import re
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from starlette.responses import Response

from hydrasnap.publish.pages.files.api import api_files
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.publish.site_content import gather_site
from hydrasnap.publish.user_warnings import unused
from hydrasnap.server.newest_snapshot import CacheSource
from hydrasnap.server.serve import serve_app
from hydrasnap.store.opening import read_snapshot


def address_of(path: str) -> str:
    """Return the address that a file below ``api/`` answers for."""
    path = re.sub("~([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), path)
    special = {"projects": "/", "queue": "/api/queue?nr=1000000"}
    kind, _, rest = path.partition("/")
    if kind == "jobsets":
        return f"/api/jobsets?project={quote(rest)}"
    return special.get(path, f"/{path}")


@pytest.mark.parametrize(("size", "has_lists"), [(5_000_000, False), (900_000_000, True)])
def test_lists_of_builds_are_left_out_where_they_would_take_half_of_the_site(
    demo_cache: Path, size: int, *, has_lists: bool
) -> None:
    site = gather_site(read_snapshot(demo_cache), SiteSettings(api=True, max_bytes=size))
    paths = {file.path for file in api_files(site)}
    assert "api/eval/101.json" in paths
    assert ("api/eval/101/builds.json" in paths) is has_lists
    assert any("API as files" in remark for remark in unused(site)) is not has_lists


@pytest.mark.slow
def test_each_file_holds_the_answer_of_the_server(demo_site: Path, tmp_path: Path) -> None:
    cache = demo_site.parent / "cache"
    snapshot = read_snapshot(cache)
    publish(snapshot, SiteSettings(api=True), tmp_path)
    files = {
        file.relative_to(tmp_path / "api").with_suffix("").as_posix(): json.loads(file.read_bytes())
        for file in (tmp_path / "api").rglob("*.json")
    }
    assert {f"build/{number}" for number in snapshot.builds} < files.keys()
    assert {f"eval/{number}/builds" for number in snapshot.evaluations} < files.keys()
    assert {"projects", "queue", "jobset/tools/trunk/errors", "jobsets/tools"} < files.keys()
    app = serve_app(CacheSource(cache), Response(status_code=404))

    async def compare() -> None:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            for path, found in files.items():
                answer = await client.get(address_of(path), headers={"Accept": "application/json"})
                told = answer.json()
                if path.endswith("/evals"):
                    assert found["evals"][:20] == told["evals"], path
                    assert (found["first"], found["last"]) == ("?page=1", "?page=1")
                else:
                    assert found == told, path

    asyncio.run(compare())


def test_nothing_is_written_where_nobody_asked(demo_site: Path) -> None:
    assert not (demo_site / "api").exists()

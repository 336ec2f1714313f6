"""Hydras of other years: what they lack costs nothing else, and is never shown as zero or nothing.

The years are those in which Hydra's answers changed: the overview got times in 2019, evaluations in
2021, jobsets their name in 2021, and errors their own page in 2024.
"""

import json
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from hydras import TRUNK, Answer, Crawler, conclude, evaluate, fresh_crawl, hydra, reply

from hydrasnap.demo import DemoHydra

YEARS = (2015, 2019, 2021, 2023, 2026)
COUNTS = {"project", "name", "nrscheduled", "nrsucceeded", "nrfailed", "nrtotal"}
TIMES = ("timestamp", "checkouttime", "evaltime", "flake")


def _overview(raw: dict[str, Any], year: int) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if year >= 2019 or key in COUNTS}


def _jobset(raw: dict[str, Any], year: int) -> dict[str, Any]:
    if year >= 2021:
        return raw
    inputs = {name: {"jobsetinputalts": [found["value"]]} for name, found in raw["inputs"].items()}
    kept = ("enabled", "errormsg", "emailoverride", "nixexprpath", "nixexprinput")
    return {**{key: raw[key] for key in kept}, "fetcherrormsg": None, "jobsetinputs": inputs}


def _evaluation(raw: dict[str, Any], year: int) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if year > 2021 or key not in TIMES}


def _project(raw: dict[str, Any], year: int) -> dict[str, Any]:
    flags = {"enabled": int(raw["enabled"]), "hidden": int(raw["hidden"])}
    return raw if year >= 2021 else {**raw, **flags}


def _build(raw: dict[str, Any], year: int) -> dict[str, Any]:
    old = {"buildmetrics": None, "finished": int(raw["finished"])}
    return raw if year >= 2020 else {**raw, **old}


class OldHydra(DemoHydra):
    """The small Hydra, answering as those of a `year` did."""

    year = 2026

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"]
        lacking = path.endswith("/errors") and self.year < 2024
        if path.startswith("/jobset/") and path.count("/") == 3 and self.year < 2024:
            scope = {**scope, "path": f"{path}/errors", "raw_path": f"{path}/errors".encode()}
        sent: list[Any] = []

        async def keep(message: Any) -> None:
            sent.append(message)

        await super().__call__(scope, receive, keep)
        start, body = sent[0], b"".join(message.get("body", b"") for message in sent[1:])
        if lacking:
            start, body = {**start, "status": 404}, b'{"error":"Page not found."}'
        elif body.startswith((b"{", b"[")):
            body = json.dumps(_of_year(json.loads(body), path, self.year)).encode()
        headers = [(k, v) for k, v in start["headers"] if k.lower() != b"content-length"]
        await send({**start, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def old_hydra(year: int) -> OldHydra:
    found = OldHydra(world=hydra().world)
    found.year = year
    return found


def _of_year(raw: Any, path: str, year: int) -> Any:
    if path == "/":
        return [_project(each, year) for each in raw]
    if path == "/api/jobsets":
        return [_overview(each, year) for each in raw]
    if isinstance(raw, list):
        return [_build(each, year) if "drvpath" in each else each for each in raw]
    if path.endswith("/evals"):
        return {**raw, "evals": [_evaluation(each, year) for each in raw["evals"]]}
    kinds = {"builds": _evaluation, "drvpath": _build, "nixexprpath": _jobset}
    kind = next((kinds[key] for key in kinds if key in raw), None)
    return kind(raw, year) if kind else raw


@pytest.mark.parametrize("year", YEARS)
def test_a_hydra_of_any_year_is_read_whole(year: int, tmp_path: Path) -> None:
    crawler = Crawler(tmp_path / "old", old_hydra(year))
    crawler.hydra.world.set_error(TRUNK, errormsg="undefined variable")
    done = crawler.run()
    assert (done.error, done.run.gaps) == (None, ())
    found = crawler.snapshot
    now = fresh_crawl(tmp_path / "now", hydra()).snapshot
    for number, build in now.builds.items():
        metrics = build.metrics if year >= 2020 else ()
        assert found.builds[number] == msgspec.structs.replace(build, metrics=metrics)
    assert [(e.id, e.builds, e.inputs) for e in found.evaluations.values()] == [
        (e.id, e.builds, e.inputs) for e in now.evaluations.values()
    ]
    assert found.jobsets[TRUNK].errormsg == "undefined variable"
    inputs = {each.name: each.value for each in now.jobsets[TRUNK].configuration.inputs}
    assert {i.name: i.value for i in found.jobsets[TRUNK].configuration.inputs} == inputs


@pytest.mark.parametrize("year", YEARS)
def test_a_new_evaluation_with_the_same_counts_is_seen(year: int, tmp_path: Path) -> None:
    crawler = Crawler(tmp_path / "old", old_hydra(year))
    crawler.run()
    world = crawler.hydra.world
    before = [world.builds[n].status for n in world.evaluations_of(TRUNK)[0].builds]
    new = evaluate(world, TRUNK, 40)
    for number, status in zip(world.evaluations[new].builds, before, strict=False):
        conclude(world, number, status or 0)
    assert crawler.run().run.complete
    assert new in crawler.snapshot.evaluations


@pytest.mark.parametrize("year", YEARS)
def test_a_second_run_without_news_stays_cheap(year: int, tmp_path: Path) -> None:
    crawler = Crawler(tmp_path / "old", old_hydra(year))
    crawler.run()
    asked = crawler.asked()
    probes = [] if year >= 2019 else [path for path in asked if path.endswith("/latest-eval")]
    assert len(asked) == 2 + len(probes)
    assert len(probes) <= len(crawler.snapshot.jobsets)


@pytest.mark.parametrize("year", [2015, 2023])
def test_a_renamed_jobset_is_not_taken_for_a_deleted_one(year: int, tmp_path: Path) -> None:
    crawler = Crawler(tmp_path, old_hydra(year))
    crawler.run()
    crawler.hydra.world.rename_jobset(TRUNK, "main")
    assert crawler.run().run.complete
    assert crawler.snapshot.jobsets[TRUNK].renamed_to == "main"


def test_a_hydra_without_constituents_deletes_no_aggregate(tmp_path: Path) -> None:
    crawler = Crawler(tmp_path, hydra())

    def tap(_: int, request: httpx.Request) -> Answer:
        if request.url.path.endswith("/constituents"):
            return reply('{"error":"Page not found."}', 404)
        return None

    done = crawler.run(tap)
    assert (done.error, done.run.gaps) == (None, ())
    assert not any(build.deleted_upstream for build in crawler.snapshot.builds.values())
    assert sum(path.endswith("/constituents") for path in crawler.hydra.requests) == 0
    crawler.run()
    assert any(build.constituents for build in crawler.snapshot.builds.values())

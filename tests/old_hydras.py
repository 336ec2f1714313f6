"""Hydras of other years for tests.

The years are those in which Hydra's answers changed: the overview got times in 2019, evaluations in
2021, jobsets their name in 2021, and errors their own page in 2024.
"""

import json
from typing import Any

from hydras import hydra

from hydrasnap.demo.hydra import DemoHydra

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

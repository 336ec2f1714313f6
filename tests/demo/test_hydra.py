"""The embedded Hydra is as disorderly as a real one, and tells what it was asked."""

import asyncio
import json

import httpx

from hydrasnap.demo.hydra import DemoHydra


def ask(hydra: DemoHydra, *targets: str) -> list[httpx.Response]:
    """Ask for JSON, one address after the other."""

    async def run() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=hydra)
        headers = {"Accept": "application/json"}
        async with httpx.AsyncClient(
            transport=transport, base_url=hydra.ORIGIN, headers=headers
        ) as client:
            return [await client.get(target) for target in targets]

    return asyncio.run(run())


def test_keys_and_jobsetevals_change_their_order_but_not_their_content() -> None:
    hydra = DemoHydra()
    held = next(row.id for row in hydra.world.builds.values() if len(row.evaluations) > 2)
    first, second = (answer.text for answer in ask(hydra, *[f"/build/{held}"] * 2))
    assert list(json.loads(first)) != list(json.loads(second))
    one, other = (json.loads(text).pop("jobsetevals") for text in (first, second))
    assert one != other
    assert sorted(one) == sorted(other)


def test_the_hook_may_change_the_world_before_an_answer() -> None:
    hydra = DemoHydra()
    seen: list[str] = []

    def change(target: str) -> None:
        seen.append(target)
        hydra.world.projects.clear()

    hydra.before_answer = change
    assert ask(hydra, "/?a=1")[0].json() == []
    assert seen == ["/?a=1"]
    assert hydra.requests == ["GET /?a=1"]

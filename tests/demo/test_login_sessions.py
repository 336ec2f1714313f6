"""Who may do what with an embedded Hydra: sessions, logins, and what would change it."""

import asyncio

import httpx
import pytest

from hydrasnap.demo.hydra import DemoHydra

USER = ("reader", "s3cret")
GOOD = {"username": "reader", "password": "s3cret"}
HEADERS = {"Accept": "application/json", "Referer": f"{DemoHydra.ORIGIN}/"}


def talk(hydra: DemoHydra, *steps: tuple[str, str, object]) -> list[httpx.Response]:
    """Send ``(method, target, json)``, one after the other, with one cookie jar."""

    async def run() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=hydra)
        async with httpx.AsyncClient(
            transport=transport, base_url=hydra.ORIGIN, headers=HEADERS
        ) as client:
            return [await client.request(method, to, json=body) for method, to, body in steps]

    return asyncio.run(run())


LOGIN = ("POST", "/login", GOOD)
LOOK = ("GET", "/", None)


@pytest.mark.parametrize("target", ["/", "/build/1001", "/api/nrqueue", "/nowhere"])
def test_everything_is_forbidden_without_a_login(target: str) -> None:
    (answer,) = talk(DemoHydra(private=USER), ("GET", target, None))
    assert answer.status_code == 403
    assert answer.json() == {"error": "This page requires you to sign in."}
    assert answer.headers["vary"] == "Content-Type"


def test_a_login_opens_the_hydra_until_the_logout() -> None:
    hydra = DemoHydra(private=USER)
    login, look, logout, again = talk(hydra, LOGIN, LOOK, ("POST", "/logout", None), LOOK)
    assert (login.status_code, login.headers["location"]) == (302, f"{hydra.ORIGIN}/current-user")
    assert login.json()["username"] == "reader"
    assert [look.status_code, logout.status_code, again.status_code] == [200, 204, 403]
    assert hydra.violations == []


def test_a_session_ends_after_so_many_requests() -> None:
    hydra = DemoHydra(private=USER, session_requests=2)
    found = [answer.status_code for answer in talk(hydra, LOGIN, LOOK, LOOK, LOOK, LOGIN, LOOK)]
    assert found == [302, 200, 200, 403, 302, 200]
    assert hydra.sessions.logins == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({**GOOD, "password": "wrong"}, 403),
        ({"username": "reader"}, 400),
        ({"password": "s3cret"}, 400),
        ([], 500),
    ],
)
def test_a_bad_login_is_refused(body: object, status: int) -> None:
    (answer,) = talk(DemoHydra(private=USER), ("POST", "/login", body))
    assert answer.status_code == status


@pytest.mark.parametrize(
    "source", ["", "http://hydra.demo.example/", "https://hydra.demo.example.evil/"]
)
def test_a_login_from_elsewhere_is_a_server_error(source: str) -> None:
    hydra = DemoHydra(private=USER)

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(app=hydra)
        async with httpx.AsyncClient(transport=transport, base_url=hydra.ORIGIN) as client:
            return await client.post("/login", json=GOOD, headers={"Referer": source})

    answer = asyncio.run(run())
    assert answer.status_code == 500
    assert "POST requests should come from" in answer.text


def test_nobody_can_log_in_to_a_public_hydra() -> None:
    (answer,) = talk(DemoHydra(), LOGIN)
    assert answer.status_code == 403


def test_the_login_page_is_for_posting_only() -> None:
    (answer,) = talk(DemoHydra(private=USER), ("GET", "/login", None))
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_every_answer_keeps_or_makes_a_session() -> None:
    found = talk(DemoHydra(), LOOK, LOOK, ("GET", "/nowhere", None))
    cookies = [answer.cookies["hydra_session"] for answer in found]
    assert len(set(cookies)) == 1
    assert len(cookies[0]) == 40


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", "/build/1001/restart", 403),
        ("GET", "/eval/101/cancel", 403),
        ("PUT", "/project/tools", 403),
        ("DELETE", "/project/tools", 403),
        ("POST", "/build/1001", 403),
    ],
)
def test_what_would_change_a_real_server_is_refused_and_told(
    method: str, target: str, status: int
) -> None:
    hydra = DemoHydra()
    before = hydra.world.copy()
    (answer,) = talk(hydra, (method, target, None))
    assert answer.status_code == status
    assert hydra.violations == [f"{method} {target}"]
    assert hydra.world == before

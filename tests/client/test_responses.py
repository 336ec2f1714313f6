"""What an answer means."""

import httpx
import pytest
from hydras import page, reply

from hydrasnap.client import Credentials, Settings
from hydrasnap.client.responses import (
    HTML,
    JSON,
    ResponseClassifier,
    RetryableError,
    TooFastError,
    error_of,
    is_json,
)
from hydrasnap.errors import LoginError, NotAHydraError, NotFoundError, RefusedError

WHERE = "/build/7"


def judge(answered: bool = True, user: str = "") -> ResponseClassifier:
    settings = Settings(credentials=Credentials(user, "x") if user else None)
    return ResponseClassifier("https://h", settings, answered=answered)


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8",
                                  "Application/JSON"])  # fmt: skip
def test_json_is_read_whatever_its_spelling(kind: str) -> None:
    judge().judge(WHERE, reply(b"{}", Content_Type=kind), JSON)
    assert is_json(reply(b"", Content_Type=kind))


STRANGE = [page(), reply(b"", Content_Type=""), reply(b"", 204), page("", 400),
           reply(b"", Content_Type="application/vnd.api+json")]  # fmt: skip


@pytest.mark.parametrize("answer", STRANGE)
def test_a_host_that_was_a_hydra_is_given_some_more_chances_and_then_none(
    answer: httpx.Response,
) -> None:
    court = judge()
    for _ in range(3):
        with pytest.raises(RetryableError):
            court.judge(WHERE, answer, JSON)
    with pytest.raises(RefusedError, match="again and again"):
        court.judge(WHERE, answer, JSON)


def test_strange_answers_are_counted_by_address_and_forgiven() -> None:
    court = judge()
    for _ in range(9):
        with pytest.raises(RetryableError):
            court.judge(WHERE, page(), JSON)
        court.accept(WHERE)
    for number in range(9):
        with pytest.raises(RetryableError):
            court.judge(f"/build/{number}", page(), JSON)


def test_too_fast_says_how_long_to_wait_and_is_no_failure() -> None:
    with pytest.raises(TooFastError) as caught:
        judge().judge(WHERE, reply(b"", 429, Retry_After="9"), JSON)
    assert (caught.value.wait, caught.value.counts) == (9.0, 0)


@pytest.mark.parametrize(
    ("answer", "wanted", "error"),
    [
        (reply('{"error":"no"}', 404), JSON, NotFoundError),
        (page("no", 404), HTML, NotFoundError),
        (reply('{"error":"no"}', 403), JSON, LoginError),
        (page("no", 403), HTML, LoginError),
        (page("no", 403), JSON, RefusedError),
        (reply("", 401, Content_Type="text/plain"), JSON, RefusedError),
    ],
)
def test_ends(answer: httpx.Response, wanted: str, error: type[Exception]) -> None:
    answer.read()
    with pytest.raises(error):
        judge().judge("/eval/1?full=1", answer, wanted)


def test_a_refused_user_is_named_and_a_stranger_is_told_how_to_log_in() -> None:
    denied = reply('{"error":"sign in"}', 403)
    with pytest.raises(LoginError, match="does not let alice read this"):
        judge(user="alice").judge(WHERE, denied, JSON)
    with pytest.raises(LoginError, match="HYDRASNAP_PASSWORD"):
        judge().judge(WHERE, denied, JSON)


def test_a_wrong_shape_is_a_fault_that_may_pass() -> None:
    error = NotAHydraError("odd")
    assert judge().unreadable(WHERE, error, JSON).error is error


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"error":"Build \u20187\u2019 doesn\'t exist.\\n"}', "Build \u20187\u2019 doesn't exist"),
        ('{"error":null}', "no reason given"),
        ("[]", "no reason given"),
        ("<html>", "no reason given"),
        (b"\xff", "no reason given"),
    ],
)
def test_hydras_own_words_are_found(body: str | bytes, words: str) -> None:
    answer = reply(body, 404)
    answer.read()
    assert error_of(answer) == words

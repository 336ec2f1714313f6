"""What an answer means."""

import httpx
import pytest
from hydras import page, reply

from hydrasnap.client.responses import (
    HTML,
    JSON,
    ResponseClassifier,
    RetryableError,
    TooFastError,
    is_json,
)
from hydrasnap.client.settings import Credentials, Settings
from hydrasnap.errors import (
    CrawlError,
    DeniedError,
    LoginError,
    NotAHydraError,
    NotFoundError,
    RefusedError,
    TooBigError,
)

WHERE = "/build/7"


def classifier(answered: bool = True, user: str = "", known: bool = False) -> ResponseClassifier:
    settings = Settings(credentials=Credentials(user, "x") if user else None)
    return ResponseClassifier("https://h", settings, known=known, answered=answered)


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8",
                                  "Application/JSON"])  # fmt: skip
def test_json_is_read_whatever_its_spelling(kind: str) -> None:
    classifier().classify(WHERE, reply(b"{}", Content_Type=kind), JSON)
    assert is_json(reply(b"", Content_Type=kind))


UNUSABLE = [page(), reply(b"", Content_Type=""), reply(b"", 204), page("", 400),
           reply(b"", Content_Type="application/vnd.api+json")]  # fmt: skip


def classify(found: ResponseClassifier, answer: httpx.Response, path: str = WHERE) -> Exception:
    answer.read()
    with pytest.raises((CrawlError, RetryableError)) as caught:
        found.classify(path, answer, JSON)
    return caught.value


@pytest.mark.parametrize("answer", UNUSABLE)
def test_an_unusable_answer_is_asked_for_once_more_and_then_costs_its_address(
    answer: httpx.Response,
) -> None:
    found = classifier()
    assert isinstance(classify(found, answer), RetryableError)
    assert isinstance(classify(found, answer), NotAHydraError)


@pytest.mark.parametrize("status", [400, 405, 410])
def test_a_refusal_in_json_is_final_for_its_address(status: int) -> None:
    error = classify(classifier(), reply('{"error":"Gone for good."}', status))
    assert str(error) == f"https://h/build/7 answered {status} (Gone for good)."


@pytest.mark.parametrize("answer", [*UNUSABLE, page("no", 403), page("no", 401)])
def test_several_addresses_without_a_usable_answer_end_the_run(answer: httpx.Response) -> None:
    found = classifier()
    errors = [classify(found, answer, f"/build/{number // 2}") for number in range(4)]
    assert not [error for error in errors[:3] if isinstance(error, RefusedError)]
    assert isinstance(errors[3], RefusedError)


def test_pages_of_another_kind_do_not_end_the_run() -> None:
    found, answer = classifier(), reply(b"{}")
    for number in range(20):
        with pytest.raises((NotAHydraError, RetryableError)):
            found.classify(f"/build/{number}", answer, HTML)
        found.unreadable(f"/build/{number}", NotAHydraError("another page"), HTML)


def test_a_usable_answer_in_between_shows_that_the_host_is_well() -> None:
    found = classifier()
    for number in range(9):
        classify(found, page(), f"/build/{number}")
        found.accept("/")


def test_a_host_known_from_an_earlier_run_is_not_called_another_host() -> None:
    found = classifier(answered=False, known=True)
    errors = [classify(found, page("maintenance"), "/") for _ in range(4)]
    assert isinstance(errors[3], NotAHydraError)
    assert "was a Hydra in an earlier run" in str(errors[3])


def test_too_fast_says_how_long_to_wait_and_is_no_failure() -> None:
    with pytest.raises(TooFastError) as caught:
        classifier().classify(WHERE, reply(b"", 429, Retry_After="9"), JSON)
    assert (caught.value.wait, caught.value.counts) == (9.0, 0)


def test_a_second_503_soon_after_the_first_asks_for_a_slower_pace() -> None:
    found, busy = classifier(), page("", 503)
    assert not isinstance(classify(found, busy), TooFastError)
    assert isinstance(classify(found, busy), TooFastError)
    for _ in range(30):
        found.classify(WHERE, reply(b"[]"), JSON)
    assert not isinstance(classify(found, busy), TooFastError)


@pytest.mark.parametrize(
    "status", [408, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 527, 599]
)
def test_trouble_of_servers_and_proxies_may_pass(status: int) -> None:
    assert isinstance(classify(classifier(), page("", status)), RetryableError)


@pytest.mark.parametrize("status", [408, 504, 524])
@pytest.mark.parametrize("path", ["/eval/1/builds", "/jobset/p/j/evals?page=2"])
def test_a_heavy_address_that_takes_too_long_is_not_asked_again(status: int, path: str) -> None:
    assert isinstance(classify(classifier(), page("", status), path), TooBigError)


@pytest.mark.parametrize(
    ("answer", "wanted", "error"),
    [
        (reply('{"error":"no"}', 404), JSON, NotFoundError),
        (page("no", 404), HTML, NotFoundError),
        (reply('{"error":"no"}', 403), JSON, DeniedError),
        (page("no", 403), HTML, DeniedError),
        (page("no", 403), JSON, DeniedError),
        (reply("", 401, Content_Type="text/plain"), JSON, DeniedError),
    ],
)
def test_what_costs_one_address(
    answer: httpx.Response, wanted: str, error: type[Exception]
) -> None:
    answer.read()
    with pytest.raises(error):
        classifier().classify("/eval/1?full=1", answer, wanted)


def test_a_refused_user_is_named_and_a_stranger_is_told_how_to_log_in() -> None:
    denied = reply('{"error":"sign in"}', 403)
    with pytest.raises(LoginError, match="does not let alice read this"):
        classifier(False, user="alice").classify(WHERE, denied, JSON)
    with pytest.raises(LoginError) as caught:
        classifier(False).classify(WHERE, denied, JSON)
    assert "HYDRASNAP_PASSWORD" in caught.value.hint


@pytest.mark.parametrize(
    ("scheme", "basic", "words"),
    [
        ('Basic realm="ci"', None, "HYDRASNAP_BASIC_PASSWORD"),
        ("Basic", Credentials("ci", "wrong"), "does not let ci in"),
        ("Negotiate", None, "of the kind Negotiate"),
    ],
)
def test_a_401_is_told_as_one_with_what_to_do(
    scheme: str, basic: Credentials | None, words: str
) -> None:
    found = ResponseClassifier("https://h", Settings(basic=basic))
    error = classify(found, page("no", 401, WWW_Authenticate=scheme))
    assert isinstance(error, LoginError)
    assert "401" in str(error)
    assert words in str(error)


def test_the_same_unreadable_answer_twice_is_enough() -> None:
    found, error = classifier(), NotAHydraError("Expected `array`, got `object`")
    first = found.unreadable(WHERE, error, JSON)
    assert isinstance(first, RetryableError)
    assert isinstance(found.unreadable(WHERE, NotAHydraError("cut off"), JSON), RetryableError)
    again = NotAHydraError("cut off")
    assert found.unreadable(WHERE, again, JSON) is again


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"error":"Build \u20187\u2019 doesn\'t exist.\\n"}', "Build \u20187\u2019 doesn't exist"),
        ('{"error":null}', "no reason given"),
        ('{"error":[[[["a"]]]]}', "no reason given"),
        ("[]", "no reason given"),
        ("<html>", "no reason given"),
        (b"\xff", "no reason given"),
    ],
)
def test_hydras_own_words_are_found(body: str | bytes, words: str) -> None:
    answer = reply(body, 404)
    answer.read()
    assert classifier().reason(answer) == words

"""Tests of the terms of the field that filters tables, in a real Chromium."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytest_plugins = ("chromium",)
pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
PLACES = {
    "eval": "section:not(.quiet) table tr[data-job]",
    "grid": "table.grid tbody tr",
    "compare": "#comparison tr[data-job]",
}


@pytest.fixture(params=sorted(PLACES))
def filtered(
    request: pytest.FixtureRequest, opened: Opener, demo_site: Path, demo_pages: dict[str, str]
) -> Callable[[str], tuple[list[str], str]]:
    """Return how to fill the field, which gives the jobs that are left and what is said."""
    page = opened()
    evaluation = demo_pages["eval"]
    number = Path(evaluation).stem
    paths = {
        "eval": evaluation,
        "grid": "jobset/tools/trunk/jobs.html",
        "compare": f"compare.html?a={number}&b=168",
    }
    page.goto(f"{demo_site.as_uri()}/{paths[request.param]}")
    expect(page.locator(".filter output")).not_to_be_empty()

    def fill(terms: str) -> tuple[list[str], str]:
        page.locator(".filter input").fill(terms)
        page.evaluate(
            "() => { for (let more; (more = document.querySelector('#comparison .wide + button'));"
            " more.click()); }"
        )
        rows = page.locator(PLACES[request.param]).evaluate_all(
            "all => all.filter((row) => !row.hidden && row.closest('#comparison, section, table'))"
            ".map((row) => row.dataset.job ?? row.cells[0].textContent.trim())"
        )
        return rows, page.locator(".filter output").inner_text()

    return fill


Filtered = Callable[[str], tuple[list[str], str]]


def test_an_expression_is_found_in_a_cell_and_excluded_behind_a_minus(filtered: Filtered) -> None:
    every, _ = filtered("")
    wanted = re.compile(r"^(python|g).*x86_64-linux$", re.IGNORECASE)
    fitting = [job for job in every if wanted.search(job)]
    assert 0 < len(fitting) < len(every)
    assert filtered("/^(Python|g).*x86_64-linux$/")[0] == fitting
    excluded = filtered(r"-/^(python|g).*x86_64-linux$/")[0]
    assert excluded == [job for job in every if job not in fitting]
    both = filtered(r"PYTHON /\.X86\D+64-linux$/ -/pillow|numpy/")[0]
    assert both == [
        job
        for job in every
        if "python" in job.lower() and job.endswith(".x86_64-linux")
        and not re.search("pillow|numpy", job)
    ]  # fmt: skip


def test_an_expression_may_have_blanks_and_slashes(filtered: Filtered) -> None:
    every, _ = filtered("")
    wanted = [job for job in every if job.startswith("python")]
    assert filtered("/^python|no such job/ linux")[0] == [job for job in wanted if "linux" in job]
    assert filtered("-/^python|no such job/")[0] == [job for job in every if job not in wanted]
    assert filtered(r"/^python|a\/b|a/b/")[0] == wanted


def test_an_expression_that_is_none_is_told(filtered: Filtered) -> None:
    every, before = filtered("")
    rows, said = filtered("/[a/")
    assert rows == []
    assert said.startswith("Invalid regular expression: /[a/")
    assert "Invalid" not in filtered("/[a")[1]  # half of one is a word yet
    assert filtered("") == (every, before)


def test_a_mere_sign_is_a_word(filtered: Filtered) -> None:
    assert "Invalid" not in filtered("//")[1]
    assert len(filtered("-")[0]) > 0

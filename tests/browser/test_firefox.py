"""What scripts do in a real Firefox: search, filter, comparison and the switch for colours."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hosts import Quiet, serving

PUPPETEER = "HYDRASNAP_PUPPETEER"
FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
DRIVER = Path(__file__).with_name("firefox.cjs")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        PUPPETEER not in os.environ or FIREFOX is None, reason="needs Firefox and puppeteer-core"
    ),
]

Steps = list[tuple[str, Any]]
Visit = Callable[[Steps], list[Any]]
SHOWN = "[...document.querySelectorAll('section:not(.quiet) table tr[data-job]')]"
SHOWN += ".filter((row) => !row.hidden).map((row) => row.dataset.job)"


@pytest.fixture(params=["file", "http"])
def address(request: pytest.FixtureRequest, demo_site: Path) -> Iterator[str]:
    """Return the address of the site of the embedded Hydra, as files and from a server."""
    if request.param == "file":
        yield demo_site.as_uri()
        return
    with serving(partial(Quiet, directory=str(demo_site))) as server:
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.fixture(scope="module")
def in_firefox() -> Iterator[Visit]:
    """Start one Firefox; return how a new visitor does steps in it: what the reading ones gave."""
    with subprocess.Popen(
        ["node", str(DRIVER), os.environ[PUPPETEER], str(FIREFOX)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as driver:  # fmt: skip
        yield partial(visit, driver)


def visit(driver: subprocess.Popen[str], steps: Steps) -> list[Any]:
    """Do steps as a new visitor, and return what the reading ones gave."""
    assert driver.stdin
    assert driver.stdout
    driver.stdin.write(f"{json.dumps(steps)}\n")
    driver.stdin.flush()
    answer = json.loads(driver.stdout.readline())
    assert "error" not in answer, answer["error"]
    found: list[Any] = answer["found"]
    return found


def test_an_exact_name_opens_its_page_on_enter(address: str, in_firefox: Visit) -> None:
    job = "hello.x86_64-linux"
    (title,) = in_firefox([
        ("goto", f"{address}/index.html"),
        ("press", "/"),
        ("fill", ("header input[type=search]", job)),
        ("until", f"document.body.innerText.includes('{job}')"),
        ("press", "Enter"),
        ("until", f"document.querySelector('h1')?.textContent.includes('{job}')"),
        ("read", "location.pathname"),
    ])  # fmt: skip
    assert title.endswith(f"/{job}.html")


def test_the_filter_shows_what_fits_and_puts_it_into_the_address(
    address: str, demo_pages: dict[str, str], in_firefox: Visit
) -> None:
    page = f"{address}/{demo_pages['eval']}"
    every, fitting, query, again = in_firefox([
        ("goto", page),
        ("until", "document.querySelector('.filter output')?.textContent"),
        ("read", SHOWN),
        ("fill", (".filter input", "/^python/")),
        ("until", f"{SHOWN}.every((job) => job.startsWith('python'))"),
        ("until", "location.href.includes('python')"),
        ("read", SHOWN),
        ("read", "location.href"),
        ("goto", f"{page}?again"),
        ("goto", "about:blank"),
        ("goto", page),
        ("until", "document.querySelector('.filter output')?.textContent"),
        ("read", SHOWN),
    ])  # fmt: skip
    assert fitting == [job for job in every if job.startswith("python")]
    assert 0 < len(fitting) < len(every)
    assert again == every
    (shared,) = in_firefox([
        ("goto", query),
        ("until", f"{SHOWN}.length === {len(fitting)}"),
        ("read", SHOWN),
    ])  # fmt: skip
    assert shared == fitting


def test_any_two_evaluations_are_compared(address: str, demo_site: Path, in_firefox: Visit) -> None:
    old, new = 168, 200
    (jobs,) = in_firefox([
        ("goto", f"{address}/compare.html?a={new}&b={old}"),
        ("until", "document.querySelectorAll('#comparison tr[data-job]').length > 0"),
        ("read", "[...document.querySelectorAll('#comparison tr[data-job]')]"
                 ".map((row) => row.dataset.job)"),
    ])  # fmt: skip
    known: set[str] = set()
    for number in (old, new):
        rows = json.loads((demo_site / f"eval/{number}/jobs.json").read_text())["jobs"]
        known |= {job for job, *_ in rows}
    assert jobs
    assert set(jobs) <= known


def test_packages_of_my_own_are_kept_with_since_and_cause(
    address: str, in_firefox: Visit, demo_site: Path
) -> None:
    rows = "[...document.querySelectorAll('#mine .of-why tr[data-job]')]"
    said = "document.querySelector('#mine [role=status]')?.textContent.includes('All ')"
    asked, kept = in_firefox([
        ("goto", f"{address}/index.html"),
        ("click", "#mine summary"),
        ("fill", ("#mine input[type=search]", "python3Packages.*")),
        ("click", "#mine input[type=checkbox]"),
        ("click", "#mine form button"),
        ("until", said),
        ("read", f"{rows}.map((row) => row.dataset.job)"),
        ("goto", f"{address}/index.html"),
        ("until", said),
        ("read", f"{rows}.map((row) => row.textContent)"),
    ])  # fmt: skip
    newest = json.loads((demo_site / "jobset/tools/trunk.json").read_text())["latest"]
    broken = json.loads((demo_site / f"eval/{newest}.json").read_text())["newly-failing"]
    wanted = {row["job"] for row in broken if row["job"].startswith("python3Packages.")}
    assert wanted
    assert wanted <= set(asked)
    assert len(kept) == len(asked)
    assert any("numpy-2.3.0 log" in text for text in kept)


def test_the_switch_for_colours_is_remembered(address: str, in_firefox: Visit) -> None:
    read = "getComputedStyle(document.body).backgroundColor"
    before, after, next_page = in_firefox([
        ("goto", f"{address}/index.html"),
        ("read", read),
        ("click", "button.theme"),
        ("click", "button.theme"),
        ("read", read),
        ("goto", f"{address}/evals.html"),
        ("read", read),
    ])  # fmt: skip
    assert (before == after, after == next_page) == (False, True)

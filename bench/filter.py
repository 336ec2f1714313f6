"""Time the filter of a large evaluation in Chromium, on a bad day: very many jobs newly fail.

    python bench/filter.py                        252,676 jobs, of which 48,388 newly fail
    python bench/filter.py --jobs 60000 --broken 11490
    python bench/filter.py --site _site --evaluation 2

Prints size and files of the site, what a browser loads at first and for the filter, compressed, and
how long the filter takes from typing to the rows on the screen: for words, and for expressions.
"""

import argparse
import gzip
import random
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from caches import fill_bad_day
from measuring import HEAD, command, measure
from playwright.sync_api import Page, sync_playwright
from scale import first_view, size

CHROMIUM = "/usr/bin/chromium"
_TYPE = """text => new Promise((done) => {
  const field = document.querySelector(".filter input");
  const start = performance.now();
  field.value = text;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  const worked = performance.now() - start;
  requestAnimationFrame(() => setTimeout(() => done([worked, performance.now() - start])));
})"""


def main() -> None:
    """Render if asked to, then type."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=252_676)
    parser.add_argument("--broken", type=int, default=48_388, help="jobs that newly fail")
    parser.add_argument("--site", type=Path, help="a site that is there")
    parser.add_argument("--evaluation", type=int, default=2)
    parser.add_argument("--filters", type=int, default=40, help="words and as many expressions")
    parser.add_argument("--folder", type=Path, default=Path(), help="the disk to write to")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        site = options.site or render(Path(name), options.jobs, options.broken)
        files = sum(1 for file in site.rglob("*") if file.is_file())
        print(f"site {size(site):,.1f} MB in {files:,} files")
        show(site, options.evaluation, options.filters)


def render(folder: Path, jobs: int, broken: int) -> Path:
    """Fill a cache and render its site."""
    fill_bad_day(folder / "cache", jobs, broken)
    (folder / "hydrasnap.toml").write_text("")
    arguments = [command(), "render", "--config", folder / "hydrasnap.toml"]
    paths = ["--cache", folder / "cache", "--output", folder / "site"]
    print(HEAD)
    print(measure([*arguments, *paths]).row("render"))
    return folder / "site"


def show(site: Path, evaluation: int, filters: int) -> None:
    """Type words and expressions, and print what it takes."""
    page = site / f"eval/{evaluation}.html"
    data = (site / f"eval/{evaluation}/jobs.js").read_bytes()
    print(f"{page.name}: {first_view(page) / 1000:,.1f} kB compressed at first view")
    print(f"for the filter: {len(gzip.compress(data)) / 1000:,.1f} kB compressed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page()
        tab.goto(page.resolve().as_uri())
        ready(tab)
        for kind, texts in (("words", words(filters)), ("expressions", expressions(filters))):
            times = [tab.evaluate(_TYPE, text) for text in texts]
            report(kind, times)
        browser.close()


def ready(tab: Page) -> None:
    """Wait until all jobs are loaded, and have been looked through once."""
    tab.locator(".filter input").fill("a")
    tab.locator(".filter output", has_text="by job").wait_for(timeout=120_000)


def report(kind: str, times: list[tuple[float, float]]) -> None:
    """Print how long the script worked, and until the rows were drawn."""
    for what, found in zip(("to find", "to draw"), zip(*times, strict=True), strict=True):
        print(f"{kind}, {what}: median {statistics.median(found):.0f} ms, most {max(found):.0f} ms")


def words(count: int) -> Iterator[str]:
    """Make up words."""
    chance = random.Random(3)  # noqa: S311 - the same each time
    for _ in range(count):
        yield chance.choice(
            ("python", "lib", "-linux", "gtk-7", "linux 12", "zip aarch64 -py", "q")
        )


def expressions(count: int) -> Iterator[str]:
    """Make up expressions."""
    chance = random.Random(3)  # noqa: S311 - the same each time
    shapes = ("/^python/", "/[0-9]{3}/", "/gtk.*linux$/", "/(lib|http)+/", "-/^[a-m]/", "/^.*-zip/")
    for _ in range(count):
        yield " ".join(chance.sample(shapes, chance.randint(1, 2)))


if __name__ == "__main__":
    main()

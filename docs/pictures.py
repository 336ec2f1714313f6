"""Make the pictures of the handbook: pages of the embedded Hydra in a headless Chromium.

python docs/pictures.py             needs Chromium, and writes docs/pictures/*.png
"""

import json
import shutil
import tempfile
from pathlib import Path

from click.testing import CliRunner
from playwright.sync_api import sync_playwright

from hydrasnap.cli import main as program

PICTURES = Path(__file__).parent / "pictures"
PAGES = {
    "overview": "index.html",
    "jobset": "jobset/tools/trunk.html",
    "grid": "jobset/tools/trunk/jobs.html",
    "evaluation": "eval/{newest}.html",
    "causes": "eval/{newest}/causes.html",
    "comparison": "compare.html?a={newest}&b=168",
    "job": "job/tools/trunk/python3Packages.numpy.x86_64-linux.html",
    "build": "build/{failed}.html",
    "maintainer": "maintainer/ada.html",
    "queue": "queue.html",
    "status": "status.html",
    "search": "search.html?q=python",
    "data": "data.html",
}
SIZE = {"width": 1280, "height": 800}


def main() -> None:
    """Crawl and render the embedded Hydra, and take a picture of each page."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise SystemExit("This needs Chromium (Debian's package `chromium`).")
    with tempfile.TemporaryDirectory() as name:
        cache, site = Path(name) / "cache", Path(name) / "site"
        CliRunner().invoke(program, ["demo", "--cache", str(cache), "--output", str(site)])
        newest = max(int(file.stem) for file in (site / "eval").glob("*.html"))
        causes = json.loads((site / f"eval/{newest}.json").read_text())["newly-failing"]
        failed = next(row["build"] for row in causes if row["status"] == "dependency-failed")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
            page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
            for picture, path in PAGES.items():
                page.goto(f"{site.as_uri()}/{path.format(newest=newest, failed=failed)}")
                page.wait_for_load_state("networkidle")
                page.screenshot(path=PICTURES / f"{picture}.png")
            browser.close()


if __name__ == "__main__":
    main()

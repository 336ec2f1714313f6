"""Make the pictures of the handbook: pages of the embedded Hydra in a headless Chromium.

python docs/pictures.py             needs Chromium, and writes docs/pictures/*.png
"""

import shutil
import tempfile
from pathlib import Path

from click.testing import CliRunner
from playwright.sync_api import sync_playwright

from hydrasnap.cli import main as program

PICTURES = Path(__file__).parent / "pictures"
PAGES = {"overview": "index.html", "evaluation": "eval/{newest}.html"}
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
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
            page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
            for picture, path in PAGES.items():
                page.goto((site / path.format(newest=newest)).as_uri())
                page.screenshot(path=PICTURES / f"{picture}.png")
            browser.close()


if __name__ == "__main__":
    main()

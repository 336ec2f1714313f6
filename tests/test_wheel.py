"""Tests of what is published: the sdist is whole, and the wheel works away from the checkout."""

import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest
from commands import run as command
from commands import told

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent


class Built(NamedTuple):
    """An sdist, and the wheel that was built from it."""

    sdist: Path
    wheel: Path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build both, the wheel from the sdist alone, with the build tools of this environment."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, at=folder)
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return Built(sdist, wheel)


@pytest.fixture(scope="module")
def python(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into a fresh environment, and return its Python.

    The dependencies are borrowed from here, so that nothing is downloaded: a `.pth` file puts our
    `site-packages` behind its own, where an editable install of ours has no effect.
    """
    home = tmp_path_factory.mktemp("elsewhere") / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", home, at=home.parent)
    python = home / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check")
    run(*pip, "install", "--quiet", "--no-index", "--no-deps", built.wheel, at=home.parent)
    (packages,) = (home / "lib").glob("python*/site-packages")
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "borrowed.pth").write_text("".join(f"{path}\n" for path in sorted(borrowed)))
    return python


def run(*command: str | Path, at: Path) -> str:
    """Run a command in a folder, in an environment that does not know the checkout."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=at, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tracked(folder: str) -> set[str]:
    """Return the files of a folder of the checkout."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def test_the_sdist_has_all_that_a_wheel_and_the_tests_need(built: Built) -> None:
    with tarfile.open(built.sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = tracked("hydrasnap") | tracked("templates") | tracked("site") | tracked("tests")
    assert wanted - names == set()
    assert {"README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml"} <= names


def test_the_wheel_has_templates_and_site_inside_the_package(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as archive:
        names = set(archive.namelist())
    inside = tracked("hydrasnap")
    inside |= {f"hydrasnap/{path}" for path in tracked("templates") | tracked("site")}
    assert inside - names == set()
    assert not [name for name in names if not name.startswith("hydrasnap")]
    shared = {name.partition(".data/data/")[2] for name in names if ".data/data/" in name}
    assert {name.rpartition("/")[2] for name in shared} == {
        "hydrasnap.1", "hydrasnap", "hydrasnap.fish", "_hydrasnap"
    }  # fmt: skip


def test_the_installed_demo_gives_the_same_site_as_the_checkout(
    python: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    here = tmp_path_factory.mktemp("checkout")
    demo_site = here / "site"
    told(command("demo", "--cache", here / "cache", "--output", demo_site), 0)
    said = run(python.parent / "hydrasnap", "demo", at=tmp_path)
    assert said.splitlines()[-1] == f"Open {Path('demo-site', 'index.html')}"
    assert {path.name for path in tmp_path.iterdir()} == {"demo-cache", "demo-site"}
    site = tmp_path / "demo-site"
    pages = {path.relative_to(site) for path in site.rglob("*.html")}
    assert pages == {path.relative_to(demo_site) for path in demo_site.rglob("*.html")}
    for file in (demo_site / "static").iterdir():
        assert (site / "static" / file.name).read_bytes() == file.read_bytes()


def test_the_installed_package_uses_its_own_files(python: Path, tmp_path: Path) -> None:
    script = (
        "import hydrasnap; from hydrasnap.publish.resources import bundled;"
        "print(hydrasnap.__file__, bundled('templates'), bundled('site'), sep='\\n')"
    )
    for place in run(python, "-c", script, at=tmp_path).splitlines():
        assert Path(place).is_relative_to(python.parent.parent), place

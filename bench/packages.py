"""Measure the reading of a list of packages, and what maintainers cost a site.

    python bench/packages.py                      120,000 packages, 250,000 jobs, 3,000 maintainers
    python bench/packages.py --jobs 20000 --packages 10000 --maintainers 500

The list has the shape that channels publish. It is read alone, then from what a cache keeps of it;
jobs are matched to it; then the site is rendered without and with it, with nothing new, and with
another list in which one package has changed. `--no-render` ends before that.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from zlib import crc32

from caches import fill
from measuring import HEAD, Measured, command, measure

_READ = """
import sys
from pathlib import Path
from hydrasnap.model import PackageList
from hydrasnap.store.memo_files import memoized
from hydrasnap.wire.package_files import file_digest, load_packages
file, cache = map(Path, sys.argv[1:])
digest = file_digest(file, "file").encode()
found = memoized(cache, ("packages",), digest, PackageList, lambda: load_packages(file, "file"))
print("wrote", len(found.packages), "packages,", len(found.maintainers), "maintainers")
"""
_MATCH = """
import sys, time
from pathlib import Path
from hydrasnap.model import PackageList
from hydrasnap.report.index import Index
from hydrasnap.report.packages import PackageIndex, workloads
from hydrasnap.report.selections import present_builds
from hydrasnap.store.memo_files import memoized
from hydrasnap.store.opening import read_snapshot
from hydrasnap.wire.package_files import file_digest
file, cache = map(Path, sys.argv[1:])
snapshot = read_snapshot(cache)
digest = file_digest(file, "file").encode()
listed = memoized(cache, ("packages",), digest, PackageList, PackageList)
start = time.perf_counter()
index = PackageIndex(snapshot, listed, ("packages.",))
builds = list(present_builds(Index(snapshot)))
without, total = index.unmatched(builds)
people = workloads(index, builds)
took = time.perf_counter() - start
print(f"wrote {total - without:,} of {total:,} matched, {len(people):,} people, {took:.2f} s")
"""


def main() -> None:
    """Run all measurements and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--packages", type=int, default=120_000)
    parser.add_argument("--jobs", type=int, default=250_000)
    parser.add_argument("--maintainers", type=int, default=3_000)
    parser.add_argument("--policy", default="auto", help="what gets a page: all, auto or notable")
    parser.add_argument("--folder", type=Path, default=Path(), help="the disk to write to")
    parser.add_argument("--no-render", action="store_true", help="measure no site")
    options = parser.parse_args()
    print(HEAD)
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        file, cache = folder / "packages.json", folder / "cache"
        write_list(file, options.packages, options.maintainers)
        cache.mkdir()
        _show(f"read {file.stat().st_size / 1e6:,.0f} MB", _READ, file, cache)
        _show("read again", _READ, file, cache)
        for evaluation in (1, 2):
            fill(cache, options.jobs, {0: evaluation})
        _show("read the cache and match", _MATCH, file, cache)
        if not options.no_render:
            _render(folder, file, options)


def write_list(file: Path, packages: int, maintainers: int, changed: int = -1) -> None:
    """Write a list of packages in the shape that channels publish."""
    with file.open("w", encoding="utf-8") as stream:
        stream.write('{"version":2,"packages":{')
        for number in range(packages):
            found = json.dumps(_package(number, maintainers, is_changed=number == changed))
            stream.write(f'{"," if number else ""}"job-{2 * number}":{found}')
        stream.write("}}")


def _package(number: int, maintainers: int, *, is_changed: bool) -> object:
    """Make a package with one to three maintainers; a few of them have many packages."""
    draws = [crc32(f"{number} {place}".encode()) for place in range(1 + number % 3)]
    people = [draw // 4 % (maintainers if draw % 4 else maintainers // 20 + 1) for draw in draws]
    license_ = {"deprecated": False, "free": True, "fullName": "MIT License",
                "redistributable": True, "shortName": "mit", "spdxId": "MIT",
                "url": "https://spdx.org/licenses/MIT.html"}  # fmt: skip
    return {
        "name": f"job-{number}-1.{number % 90}", "outputName": "out", "outputs": {"out": None},
        "pname": f"job-{number}", "system": "x86_64-linux", "version": f"1.{number % 90}",
        "meta": {
            "available": True, "broken": False, "insecure": False, "unfree": False,
            "unsupported": False, "name": f"job-{number}-1.{number % 90}",
            "description": f"Library number {number} that does what libraries do"
            + (", better" if is_changed else ""),
            "homepage": f"https://example.org/job-{number}", "license": license_,
            "longDescription": "It does all of this, and it does it well. " * 8,
            "maintainers": [_person(person) for person in people],
            "outputsToInstall": ["out"],
            "platforms": ["x86_64-linux", "aarch64-linux", "x86_64-darwin", "aarch64-darwin"],
            "position": f"pkgs/by-name/jo/job-{number}/package.nix:{number % 300}",
        },
    }  # fmt: skip


def _person(number: int) -> object:
    return {
        "email": f"person-{number}@example.org", "github": f"person-{number}",
        "githubId": number, "matrix": f"@person-{number}:example.org", "name": f"Person {number}",
    }  # fmt: skip


def _show(name: str, program: str, *arguments: Path) -> Measured:
    found = measure([sys.executable, "-c", program, *arguments])
    print(found.row(name), flush=True)
    return found


def _render(folder: Path, file: Path, options: argparse.Namespace) -> None:
    without = folder / "without.toml"
    without.write_text(f'[site]\npolicy = "{options.policy}"\n')
    given = folder / "with.toml"
    given.write_text(
        f'[site]\npolicy = "{options.policy}"\n[packages]\nfile = "packages.json"\n'
        'prefixes = ["packages."]\n'
    )

    def run(name: str, settings: Path, site: str, full: Measured | None = None) -> Measured:
        places = ("--cache", folder / "cache", "--output", folder / site)
        found = measure([command(), "render", "--config", settings, *places])
        print(found.row(name, found.wall / full.wall if full else None), flush=True)
        return found

    full = run("render without a list", without, "without")
    run("render with the list", given, "with", full)
    run("  nothing new", given, "with", full)
    write_list(file, options.packages, options.maintainers, changed=7)
    run("  one package has changed", given, "with", full)
    people = [path for path in (folder / "with/maintainer").rglob("*.*") if path.is_file()]
    size = sum(path.stat().st_size for path in people)
    print(f"maintainers: {len(people):,} files, {size / 1e6:,.1f} MB")


if __name__ == "__main__":
    main()

